//! The clock of the service.

use axum::extract::State;
use countersign_api::clock::{ClockLower, ClockView};

use crate::{
    app::App,
    caller::Caller,
    input::Body,
    routes::{Answer, answer},
};

/// Tell how the clock stands.
#[utoipa::path(
    get,
    path = "/v1/clock",
    tag = "clock",
    responses((status = 200, description = "The clock and its mark.", body = ClockView)),
)]
pub(crate) async fn clock_get(State(app): State<App>, Caller(call): Caller) -> Answer<ClockView> {
    answer(app.engine.clock_get(&call).await)
}

/// Lower the mark to what the clock shows, after the clock had leapt ahead by mistake.
///
/// What was begun in the time that never was is over: sign-ins (perhaps this one), delegations, requests and tokens. If the line in
/// the trail counts `tokens`, replace the signing keys: an API that checks signatures alone would take those tokens in their time.
#[utoipa::path(
    post,
    path = "/v1/clock/lower",
    tag = "clock",
    request_body = ClockLower,
    responses((status = 200, description = "The clock and its mark.", body = ClockView)),
)]
pub(crate) async fn clock_lower(State(app): State<App>, Caller(call): Caller, Body(input): Body<ClockLower>) -> Answer<ClockView> {
    answer(app.engine.clock_lower(&call, input).await)
}
