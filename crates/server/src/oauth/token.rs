//! `POST /oauth/token`: code, refresh token or warrant against a token. Each with a proof of the key (RFC 9449 §5).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::token::TokenRequest;
use http::header;

use super::{Asked, Posted, Refused, UNCACHED, paid};
use crate::{app::App, caller::proof, rate::Payer};

/// The token endpoint (RFC 6749 §3.2, RFC 8693 §2).
pub(crate) async fn token(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let request = TokenRequest::parse(&posted.body)?;
    let asked = Asked(match request {
        TokenRequest::Exchange(_) => "exchange",
        TokenRequest::RefreshToken { .. } => "refresh",
        TokenRequest::AuthorizationCode { .. } => "code",
    });
    let mut response = granted(&app, request, &posted).await.unwrap_or_else(Refused::into_response);
    response.extensions_mut().insert(asked);
    Ok(response)
}

async fn granted(app: &App, request: TokenRequest, posted: &Posted) -> Result<Response, Refused> {
    let proof = proof(app, &posted.parts, None)?;
    let payer = Payer::Key(proof.jkt.clone());
    app.rates.may(&payer)?;
    let body = app.engine.token(request, &proof).await?.into_json()?;
    // To the wire: this is what was asked for.
    Ok(paid(payer, (UNCACHED, [(header::CONTENT_TYPE, "application/json")], body.expose().to_owned())))
}
