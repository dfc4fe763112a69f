//! What an API tells about itself (RFC 9728), so that a client that knows only its address finds where to get a token.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::map_response_with_state,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};
use url::Url;

use crate::{
    Settings,
    fault::{Challenge, Fault},
};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What it says.
#[derive(Debug)]
pub struct About {
    /// Its name in challenges (RFC 6750 §3).
    pub realm: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What can be done there.
    pub scopes: &'static [&'static str],
    /// `resource`, to the letter: a client compares it with the name that it asked for (RFC 9728 §3.3).
    pub audience: String,
    /// Where tokens for it come from.
    pub issuer: String,
}

impl About {
    /// With what the settings say.
    #[must_use]
    pub fn of(settings: &Settings, realm: &'static str, name: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { realm, name, scopes, audience: settings.audience.clone(), issuer: settings.iss().to_owned() }
    }

    /// Where its document is found: the well-known part goes between host and path of its own name (RFC 9728 §3.1).
    fn address(&self) -> Option<Url> {
        let mut url = Url::parse(&self.audience).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
        let path = if url.path() == "/" { "" } else { url.path() };
        url.set_path(&format!("{WELL_KNOWN}{path}"));
        Some(url)
    }

    /// The document (RFC 9728 §2). It holds what any caller may know.
    fn document(&self) -> Value {
        json!({
            "resource": self.audience,
            "authorization_servers": [self.issuer],
            "scopes_supported": self.scopes,
            "bearer_methods_supported": ["header"],
            "resource_name": self.name,
            // It takes plain bearer tokens; see `bearer.rs`.
            "dpop_bound_access_tokens_required": false,
            "tls_client_certificate_bound_access_tokens": false,
        })
    }

    /// Adds the document to an API's routes, and its address to each 401 (RFC 9728 §5.1).
    pub fn told(self, routes: Router) -> Router {
        let about = Arc::new(self);
        let documents = Router::new().route(WELL_KNOWN, get(document)).route(&format!("{WELL_KNOWN}/{{*path}}"), get(document)).with_state(Arc::clone(&about));
        routes.merge(documents).layer(map_response_with_state(about, challenged))
    }
}

/// The document, at the one address that the API's own name leads to.
async fn document(State(about): State<Arc<About>>, uri: Uri) -> Result<Json<Value>, Fault> {
    match about.address() {
        Some(own) if own.path() == uri.path() && own.query() == uri.query() => Ok(Json(about.document())),
        _ => Err(Fault::NotFound("no API of this name is here".to_owned())),
    }
}

/// Writes the challenge of a refusal (RFC 6750 §3).
pub(crate) async fn challenged(State(about): State<Arc<About>>, mut response: Response) -> Response {
    if let Some(Challenge(parameters)) = response.extensions_mut().remove() {
        let unauthorized = response.status() == StatusCode::UNAUTHORIZED;
        // A URL holds no quote and no backslash.
        let told = about.address().filter(|_| unauthorized).map(|url| format!(", resource_metadata=\"{url}\"")).unwrap_or_default();
        if let Ok(value) = HeaderValue::from_str(&format!("Bearer realm=\"{}\"{parameters}{told}", about.realm)) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
    }
    response
}
