//! `POST /oauth/token`: code, refresh token, warrant or token against a token. A console proves its key each time (RFC 9449 §5).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::{ErrorCode, client_auth::Presented, form::Form, token::TokenRequest};
use http::header;

use super::{Asked, Posted, Refused, UNCACHED, correlation, is_machine, paid, payer, presented};
use crate::{app::App, caller::token_proof, certified::certificate};

/// The token endpoint (RFC 6749 §3.2, RFC 8693 §2).
pub(crate) async fn token(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let form = Form::parse(&posted.body)?;
    let presented = presented(&posted.parts, &form)?;
    let request = TokenRequest::read(&form)?;
    let asked = Asked(match request {
        TokenRequest::Exchange(_) => "exchange",
        TokenRequest::RefreshToken { .. } => "refresh",
        TokenRequest::AuthorizationCode { .. } => "code",
        TokenRequest::ClientCredentials { .. } => "client_credentials",
    });
    // Boxed: the router moves what a handler may become several times before it runs.
    let mut response = Box::pin(granted(&app, request, presented, &posted)).await.unwrap_or_else(Refused::into_response);
    response.extensions_mut().insert(asked);
    Ok(response)
}

async fn granted(app: &App, request: TokenRequest, presented: Presented, posted: &Posted) -> Result<Response, Refused> {
    let proof = token_proof(app, &posted.parts)?;
    let (basic, machine) = (matches!(presented, Presented::Basic(_)), is_machine(&presented));
    let payer = payer(&presented, proof.as_ref());
    if let Some(payer) = &payer {
        app.rates.may(payer)?;
    }
    let body = match app.engine.token(request, presented, certificate(app, &posted.parts).as_ref(), proof.as_ref(), correlation(&posted.parts)?).await {
        Ok(answer) => answer.into_json()?,
        // A machine that has proved who it is pays for what it is refused as well.
        Err(error) if machine && error.code != ErrorCode::InvalidClient => return Ok(paid(payer, Refused::of(error, basic))),
        Err(error) => return Err(Refused::of(error, basic)),
    };
    // To the wire: this is what was asked for.
    Ok(paid(payer, (UNCACHED, [(header::CONTENT_TYPE, "application/json")], body.expose().to_owned())))
}
