//! `POST /oauth/introspect`: an API asks whether a token counts at this moment (RFC 7662), in JSON or signed (RFC 9701).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::{
    form::Form,
    introspection::{MEDIA_TYPE, PresentedToken, wants_signed},
};
use http::header;

use super::{Posted, Refused, UNCACHED, correlation, paid, payer, presented};
use crate::{app::App, certified::certificate};

/// The introspection endpoint, for the clients that the token's contract names.
pub(crate) async fn introspect(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let form = Form::parse(&posted.body)?;
    let presented = presented(&posted.parts, &form).map_err(Refused::basic)?;
    let payer = payer(&presented, None);
    if let Some(payer) = &payer {
        app.rates.may(payer)?;
    }
    let machine =
        app.engine.client_authenticate(presented, certificate(&app, &posted.parts).as_ref(), correlation(&posted.parts)?).await.map_err(Refused::basic)?;
    let accept = posted.parts.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    Ok(paid(payer, answered(&app, &machine, &form, wants_signed(accept)).await.unwrap_or_else(Refused::into_response)))
}

async fn answered(app: &App, machine: &countersign_engine::Machine, form: &Form, signed: bool) -> Result<Response, Refused> {
    let PresentedToken(token) = PresentedToken::read(form)?;
    let answer = app.engine.introspect(machine, &token).await?;
    if !signed {
        return Ok((UNCACHED, Json(answer)).into_response());
    }
    let jwt = app.engine.introspection_signed(machine, answer).await?;
    // To the wire: this is what was asked for.
    Ok((UNCACHED, [(header::CONTENT_TYPE, MEDIA_TYPE)], jwt.expose().to_owned()).into_response())
}
