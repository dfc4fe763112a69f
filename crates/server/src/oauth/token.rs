//! `POST /oauth/token`: code, refresh token or warrant against a token. Each with a proof of the key (RFC 9449 §5).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::token::TokenRequest;
use http::header;

use super::{Posted, Refused, UNCACHED};
use crate::{app::App, caller::token_proof};

/// The token endpoint (RFC 6749 §3.2, RFC 8693 §2).
pub(crate) async fn token(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let request = TokenRequest::parse(&posted.body)?;
    let proof = token_proof(&app, &posted.parts)?;
    let body = app.engine.token(request, &proof).await?.into_json()?;
    // To the wire: this is what was asked for.
    Ok((UNCACHED, [(header::CONTENT_TYPE, "application/json")], body.expose().to_owned()).into_response())
}
