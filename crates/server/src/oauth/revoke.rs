//! `POST /oauth/revoke`: a console gives its sign-in back, a machine a token that it got (RFC 7009).

use axum::{extract::State, response::Response};
use countersign_oauth::{ErrorCode, client_auth::Presented, form::Form, introspection::PresentedToken};
use http::StatusCode;

use super::{Posted, Refused, UNCACHED, correlation, is_machine, paid, payer, presented};
use crate::{app::App, caller::token_proof, certified::certificate};

/// The revocation endpoint. A token that is not known is answered like one that was (RFC 7009 §2.2).
pub(crate) async fn revoke(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let form = Form::parse(&posted.body)?;
    let presented = presented(&posted.parts, &form)?;
    let (basic, machine) = (matches!(presented, Presented::Basic(_)), is_machine(&presented));
    let PresentedToken(token) = PresentedToken::read(&form)?;
    let proof = token_proof(&app, &posted.parts)?;
    // What a console gives back is not told, so neither is whether the key is anybody's: the address pays.
    let payer = if machine { payer(&presented, proof.as_ref()) } else { None };
    if let Some(payer) = &payer {
        app.rates.may(payer)?;
    }
    match app.engine.revoke(&token, presented, certificate(&app, &posted.parts).as_ref(), proof.as_ref(), correlation(&posted.parts)?).await {
        Ok(()) => Ok(paid(payer, (StatusCode::OK, UNCACHED))),
        // A machine that has proved who it is pays for what it is refused as well.
        Err(error) if machine && error.code != ErrorCode::InvalidClient => Ok(paid(payer, Refused::of(error, basic))),
        Err(error) => Err(Refused::of(error, basic)),
    }
}
