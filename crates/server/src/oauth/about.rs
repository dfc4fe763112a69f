//! What the service tells about itself: metadata (RFC 8414, OpenID Connect Discovery 1.0) and verification keys (RFC 7517 §5).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_engine::Jwks;
use countersign_oauth::metadata::{Metadata, OpenIdMetadata};
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;

use crate::app::App;

/// Clients may keep these for so long.
const KEPT: &str = "public, max-age=300";

#[derive(Serialize)]
struct About<M> {
    #[serde(flatten)]
    metadata: M,
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
    told(&app, Metadata::of(&app.front.issuer, app.engine.settings().certificates))
}

/// `GET /.well-known/openid-configuration`: the same for libraries that look nowhere else. No id tokens are issued here.
pub(crate) async fn openid(State(app): State<App>) -> Response {
    told(&app, OpenIdMetadata::of(&app.front.issuer, app.engine.settings().certificates))
}

fn told(app: &App, metadata: impl Serialize) -> Response {
    let settings = app.engine.settings();
    let countersign = Own { version: settings.version.clone(), embedded: settings.embedded, sample: settings.sample };
    ([(header::CACHE_CONTROL, KEPT)], Json(About { metadata, countersign })).into_response()
}

/// `GET /.well-known/jwks.json`. What is kept for longer than [`KEPT`] says may lack the key that signs.
pub(crate) async fn jwks(State(app): State<App>, headers: HeaderMap) -> Response {
    let Jwks { body, etag, fresh } = app.engine.jwks().await;
    let told = [(header::CACHE_CONTROL, if fresh { KEPT.to_owned() } else { "no-cache".to_owned() }), (header::ETAG, etag.clone())];
    if known(&headers, &etag) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Whether the caller has these bytes already (RFC 9110 §13.1.2: compared weakly).
fn known(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|list| list.split(',')).map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_tag_is_compared_whole_in_any_of_the_lists() {
        let asked = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
            }
            known(&headers, "\"abc\"")
        };
        for same in [&["\"abc\""][..], &["W/\"abc\""], &["*"], &["\"x\", \"abc\""], &["\"x\"", "\"abc\""]] {
            assert!(asked(same), "{same:?}");
        }
        for other in [&[][..], &["\"ab\""], &["abc"], &["\"ABC\""], &[""]] {
            assert!(!asked(other), "{other:?}");
        }
    }
}
