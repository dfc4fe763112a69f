//! What it tells about itself (RFC 9728), so that a client that knows only its address finds where to get a token.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};
use url::Url;

use crate::Settings;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Where its document is found: the well-known part goes between host and path of its own name (RFC 9728 §3.1).
#[must_use]
pub fn address(settings: &Settings) -> Option<Url> {
    let mut url = Url::parse(&settings.audience).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let path = if url.path() == "/" { "" } else { url.path() };
    url.set_path(&format!("{WELL_KNOWN}{path}"));
    Some(url)
}

/// The document (RFC 9728 §2). It holds what any caller may know.
#[must_use]
pub fn document(settings: &Settings, scopes: &[&str]) -> Value {
    json!({
        // To the letter: a client compares it with the name that it asked for (§3.3).
        "resource": settings.audience,
        "authorization_servers": [settings.iss()],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "resource_name": "Accounts (example)",
        // It takes plain bearer tokens; see `bearer.rs`.
        "dpop_bound_access_tokens_required": false,
        "tls_client_certificate_bound_access_tokens": false,
    })
}

/// Tells whoever came without a good token where the document is (RFC 9728 §5.1).
pub(crate) fn told(address: Option<&Url>, mut response: Response) -> Response {
    if let (StatusCode::UNAUTHORIZED, Some(address)) = (response.status(), address) {
        let challenge = response.headers().get(header::WWW_AUTHENTICATE).and_then(|v| v.to_str().ok()).unwrap_or("Bearer realm=\"accounts\"");
        // A URL holds no quote and no backslash.
        if let Ok(value) = HeaderValue::from_str(&format!("{challenge}, resource_metadata=\"{address}\"")) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
    }
    response
}
