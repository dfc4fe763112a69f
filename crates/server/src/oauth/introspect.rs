//! `POST /oauth/introspect`: an API asks whether a token counts at this moment (RFC 7662).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::{form::Form, introspection::PresentedToken};

use super::{Posted, Refused, UNCACHED, correlation, presented};
use crate::app::App;

/// The introspection endpoint, for the clients that the token's contract names.
pub(crate) async fn introspect(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let form = Form::parse(&posted.body)?;
    let presented = presented(&posted.parts, &form).map_err(Refused::basic)?;
    let machine = app.engine.client_authenticate(presented, correlation(&posted.parts)?).await.map_err(Refused::basic)?;
    let PresentedToken(token) = PresentedToken::read(&form)?;
    let answer = app.engine.introspect(&machine, &token).await?;
    Ok((UNCACHED, Json(answer)).into_response())
}
