//! `POST /oauth/revoke`: a console gives its sign-in back (RFC 7009).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_oauth::introspection::PresentedToken;
use http::StatusCode;

use super::{Posted, Refused, UNCACHED};
use crate::{app::App, caller::proof};

/// The revocation endpoint. A token that is not known is answered like one that was (RFC 7009 §2.2).
pub(crate) async fn revoke(State(app): State<App>, posted: Posted) -> Result<Response, Refused> {
    let PresentedToken(token) = PresentedToken::parse(&posted.body)?;
    let proof = proof(&app, &posted.parts, None)?;
    app.engine.revoke(&token, &proof).await?;
    // What was revoked is not told, so neither is whether the key is anybody's: the address pays.
    Ok((StatusCode::OK, UNCACHED).into_response())
}
