//! `POST /oauth/revoke`: a console gives its sign-in back, a machine a token that it got (RFC 7009).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::{client_auth::Presented, form::Form, introspection::PresentedToken};
use http::StatusCode;

use super::{Posted, Refused, UNCACHED, correlation, presented};
use crate::{app::App, caller::token_proof};

/// The revocation endpoint. A token that is not known is answered like one that was (RFC 7009 §2.2).
pub(crate) async fn revoke(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let form = Form::parse(&posted.body)?;
    let presented = presented(&posted.parts, &form)?;
    let basic = matches!(presented, Presented::Basic(_));
    let PresentedToken(token) = PresentedToken::read(&form)?;
    let proof = token_proof(&app, &posted.parts)?;
    let done = app.engine.revoke(&token, presented, proof.as_ref(), correlation(&posted.parts)?).await;
    done.map_err(|error| Refused { error, basic })?;
    Ok((StatusCode::OK, UNCACHED).into_response())
}
