//! Who is signed in here.

use axum::extract::State;
use countersign_api::session::Me;
use http::StatusCode;

use crate::{
    app::App,
    caller::Caller,
    fault::Fault,
    routes::{Answer, answer},
};

/// Who is signed in at this console.
#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "session",
    responses((status = 200, description = "The person, their roles and this sign-in.", body = Me)),
)]
pub(crate) async fn me_get(State(app): State<App>, Caller(call): Caller) -> Answer<Me> {
    answer(app.engine.me_get(&call).await)
}

/// Sign out of this console.
///
/// Its tokens count no more, and its live delegation ends.
#[utoipa::path(
    post,
    path = "/v1/session/end",
    tag = "session",
    responses((status = 204, description = "Signed out.")),
)]
pub(crate) async fn session_end(State(app): State<App>, Caller(call): Caller) -> Result<StatusCode, Fault> {
    app.engine.session_end(&call).await?;
    Ok(StatusCode::NO_CONTENT)
}
