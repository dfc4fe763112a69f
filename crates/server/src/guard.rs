//! What stands before every route: the `Host` check, and headers that keep browsers from doing more than they should.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use countersign_domain::Code;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{fault::Fault, front::Front};

/// Routes that tell nothing about anybody, asked by orchestrators under whatever name.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];

/// Refuses requests that name another host: DNS that was rebound to this address would come in that way.
pub(crate) async fn host(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    if OPEN.contains(&request.uri().path()) || front.is_named_by(&request) {
        return next.run(request).await;
    }
    Fault::new(Code::Forbidden, "Another address", format!("this service answers as {} only; use that address", front.issuer)).status(StatusCode::MISDIRECTED_REQUEST).into_response()
}

/// Adds what every answer carries; what a route has set itself stays.
pub(crate) async fn headers(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let always: [(HeaderName, &'static str); 6] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in always {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if front.secure {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}
