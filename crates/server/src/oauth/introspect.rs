//! `POST /oauth/introspect`: an API asks whether a token counts at this moment (RFC 7662).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::{client_auth::ClientCredentials, introspection::PresentedToken};
use http::header;

use super::{Posted, Refused, UNCACHED};
use crate::{
    app::App,
    caller::{Only, only},
};

/// The introspection endpoint, for the client that the token's contract names.
pub(crate) async fn introspect(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let shown = match only(&posted.parts.headers, header::AUTHORIZATION.as_str()) {
        Only::One(text) => text,
        Only::None | Only::Bad => "",
    };
    let client = ClientCredentials::from_basic(shown).map_err(Refused::basic)?;
    let PresentedToken(token) = PresentedToken::parse(&posted.body)?;
    let answer = app.engine.introspect(&client.client_id, &client.client_secret, token.expose()).await.map_err(Refused::basic)?;
    Ok((UNCACHED, Json(answer)).into_response())
}
