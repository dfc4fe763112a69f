//! `POST /oauth/introspect`: an API asks whether a token counts at this moment (RFC 7662), in JSON or signed (RFC 9701).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_engine::{Asked, Machine, Unanswered};
use countersign_oauth::{
    form::Form,
    introspection::{Introspection, MEDIA_TYPE, PresentedToken, wants_signed},
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
    let token = PresentedToken::read(&form);
    let asked = Asked {
        presented,
        certificate: certificate(&app, &posted.parts),
        token: token.as_ref().ok().map(|PresentedToken(token)| token.clone()),
        correlation: correlation(&posted.parts)?,
    };
    // Boxed: the router moves what a handler may become several times before it runs.
    let (machine, answer) = match Box::pin(app.engine.introspect(asked)).await {
        Ok(answered) => answered,
        Err(Unanswered::Unproved(error)) => return Err(Refused::basic(error)),
        Err(Unanswered::Refused(error)) => return Ok(paid(payer, Refused::from(error))),
    };
    if let Err(missing) = token {
        return Ok(paid(payer, Refused::from(missing)));
    }
    // Several lines are one list (RFC 9110 §5.3).
    let accept: Vec<&str> = posted.parts.headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
    let signed = wants_signed(&accept.join(","));
    Ok(paid(payer, answered(&app, &machine, answer, signed).await.unwrap_or_else(Refused::into_response)))
}

async fn answered(app: &App, machine: &Machine, answer: Introspection, signed: bool) -> Result<Response, Refused> {
    if !signed {
        return Ok((UNCACHED, Json(answer)).into_response());
    }
    let jwt = Box::pin(app.engine.introspection_signed(machine, answer)).await?;
    // To the wire: this is what was asked for.
    Ok((UNCACHED, [(header::CONTENT_TYPE, MEDIA_TYPE)], jwt.expose().to_owned()).into_response())
}
