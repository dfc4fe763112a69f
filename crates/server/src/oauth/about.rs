//! What the service tells about itself: metadata (RFC 8414) and verification keys (RFC 7517 §5).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::metadata::Metadata;
use http::header;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;

/// Clients may keep these for so long.
const KEPT: &str = "public, max-age=300";

#[derive(Serialize)]
struct About {
    #[serde(flatten)]
    oauth: Metadata,
    countersign: Own,
}

/// What a console wants to know before anybody signs in.
#[derive(Serialize)]
struct Own {
    version: String,
    embedded: bool,
    sample: bool,
}

/// `GET /.well-known/oauth-authorization-server`.
pub(crate) async fn metadata(State(app): State<App>) -> Response {
    let settings = app.engine.settings();
    let countersign = Own { version: settings.version.clone(), embedded: settings.embedded, sample: settings.sample };
    ([(header::CACHE_CONTROL, KEPT)], Json(About { oauth: Metadata::of(&app.front.issuer), countersign })).into_response()
}

/// `GET /.well-known/jwks.json`.
pub(crate) async fn jwks(State(app): State<App>) -> ([(http::HeaderName, &'static str); 1], Json<Value>) {
    ([(header::CACHE_CONTROL, KEPT)], Json(app.engine.jwks()))
}
