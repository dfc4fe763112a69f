//! `POST /oauth/introspect`: an API asks whether a token counts at this moment (RFC 7662).

use axum::{Json, extract::State, response::Response};
use countersign_oauth::{ErrorCode, client_auth::ClientCredentials, introspection::PresentedToken};
use http::header;

use super::{Posted, Refused, UNCACHED, paid};
use crate::{
    app::App,
    caller::{Only, only},
    rate::Payer,
};

/// The introspection endpoint, for the client that the token's contract names.
pub(crate) async fn introspect(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let shown = match only(&posted.parts.headers, header::AUTHORIZATION.as_str()) {
        Only::One(text) => text,
        Only::None | Only::Bad => "",
    };
    let client = ClientCredentials::from_basic(shown).map_err(Refused::basic)?;
    let PresentedToken(token) = PresentedToken::parse(&posted.body)?;
    let payer = Payer::Client(client.client_id.clone());
    app.rates.may(&payer)?;
    match app.engine.introspect(&client.client_id, &client.client_secret, token.expose()).await {
        Ok(answer) => Ok(paid(payer, (UNCACHED, Json(answer)))),
        Err(error) if error.code == ErrorCode::InvalidClient => Err(Refused::basic(error)),
        Err(error) => Ok(paid(payer, Refused::basic(error))),
    }
}
