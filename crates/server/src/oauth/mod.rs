//! The OAuth endpoints that programs call. Answers and refusals have the RFCs' own form, not that of `/v1`.

mod about;
mod introspect;
mod revoke;
mod token;

pub(crate) use about::{jwks, metadata, openid};
pub(crate) use introspect::introspect;
pub(crate) use revoke::revoke;
pub(crate) use token::token;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use countersign_domain::CorrelationId;
use countersign_oauth::{ErrorCode, OAuthError, challenge, client_auth::Presented, form::Form};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};

use crate::{
    caller::{Only, only},
    trace::Correlation,
};

/// Headers of every answer that has a token in it or could have (RFC 6749 §5.1).
const UNCACHED: [(HeaderName, &str); 2] = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];

/// A refusal of an OAuth endpoint (RFC 6749 §5.2).
pub(crate) struct Refused {
    error: OAuthError,
    /// Whether the client proves itself with HTTP Basic here.
    basic: bool,
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self { error, basic: false }
    }
}

impl Refused {
    /// At an endpoint where clients prove themselves with HTTP Basic.
    fn basic(error: OAuthError) -> Self {
        Self { error, basic: true }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, UNCACHED, Json(self.error.clone().into_json())).into_response();
        let told = (self.basic && self.error.code == ErrorCode::InvalidClient).then(challenge::basic);
        if let Some(value) = told.and_then(|text| HeaderValue::from_str(&text).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// How the client says who it is.
fn presented(parts: &Parts, form: &Form) -> Result<Presented, OAuthError> {
    match only(&parts.headers, header::AUTHORIZATION.as_str()) {
        Only::None => Presented::read(None, form),
        Only::One(text) => Presented::read(Some(text), form),
        Only::Bad => Err(OAuthError::invalid_request("send one `Authorization` header at the most")),
    }
}

/// What ties the log lines, the trail and the answer of this request together.
fn correlation(parts: &Parts) -> Result<CorrelationId, OAuthError> {
    match parts.extensions.get() {
        Some(Correlation(id)) => Ok(*id),
        None => Err(OAuthError::new(ErrorCode::ServerError, "the request was not traced, and nothing was done")),
    }
}

/// A form's bytes with the head that it came with.
pub(crate) struct Posted {
    /// Method, address, headers.
    pub parts: Parts,
    /// The form, not yet read.
    pub body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        if !is_form(&parts.headers) {
            return Err(OAuthError::invalid_request("the body is not said to be a form; send `Content-Type: application/x-www-form-urlencoded`").into());
        }
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        body.map(|body| Self { parts, body })
            .map_err(|e: BytesRejection| OAuthError::invalid_request(format!("the body can't be read: {}", e.body_text())).into())
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
