//! `POST /oauth/token`: code, refresh token, warrant or token against a token. A console proves its key each time (RFC 9449 §5).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::{client_auth::Presented, form::Form, token::TokenRequest};
use http::header;

use super::{Posted, Refused, UNCACHED, correlation, presented};
use crate::{app::App, caller::token_proof};

/// The token endpoint (RFC 6749 §3.2, RFC 8693 §2).
pub(crate) async fn token(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let form = Form::parse(&posted.body)?;
    let presented = presented(&posted.parts, &form)?;
    let basic = matches!(presented, Presented::Basic(_));
    let request = TokenRequest::read(&form)?;
    let proof = token_proof(&app, &posted.parts)?;
    let answered = app.engine.token(request, presented, proof.as_ref(), correlation(&posted.parts)?).await;
    let body = answered.map_err(|e| Refused { error: e, basic })?.into_json()?;
    // To the wire: this is what was asked for.
    Ok((UNCACHED, [(header::CONTENT_TYPE, "application/json")], body.expose().to_owned()).into_response())
}
