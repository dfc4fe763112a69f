//! The header that hands out the nonce of the next proof (RFC 9449 §8, §9), on answers and refusals alike.

use std::sync::{Arc, OnceLock};

use axum::{extract::Request, response::Response};
use countersign_oauth::nonce;
use http::{HeaderName, HeaderValue};

/// Where whoever looks at a request's proof leaves the nonce for its answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handed(Arc<OnceLock<String>>);

impl Handed {
    /// Puts `nonce` into the answer. A request has one proof, so the first one stays.
    pub(crate) fn out(&self, nonce: String) {
        let _ = self.0.set(nonce);
    }
}

/// Around all routes.
pub(crate) async fn handed<F: Future<Output = Response>>(mut request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let handed = Handed::default();
    request.extensions_mut().insert(handed.clone());
    let mut response = next(request).await;
    if let Some(value) = handed.0.get().and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
        response.headers_mut().insert(HeaderName::from_static(nonce::HEADER), value);
    }
    response
}
