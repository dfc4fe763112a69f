//! Calls made through the console, as it tells of them.

use axum::extract::State;
use countersign_api::call::{CallIntended, CallIntent, CallOutcome, CallReported};
use countersign_domain::{CallId, DelegationId};

use crate::{
    app::App,
    caller::Caller,
    input::{Body, Id},
    routes::{Answer, answer},
};

/// Record a call before it is sent.
#[utoipa::path(
    post,
    path = "/v1/delegations/{id}/calls",
    tag = "call",
    params(("id" = DelegationId, Path, description = "The delegation.")),
    request_body = CallIntent,
    responses((status = 200, description = "The call and its line.", body = CallIntended)),
)]
pub(crate) async fn call_intend(State(app): State<App>, Caller(call): Caller, Id(id): Id<DelegationId>, Body(input): Body<CallIntent>) -> Answer<CallIntended> {
    answer(app.engine.call_intend(&call, id, input).await)
}

/// Record what came of a call.
///
/// The service can't check it: its line says that it was reported.
#[utoipa::path(
    post,
    path = "/v1/calls/{id}/outcome",
    tag = "call",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = CallOutcome,
    responses((status = 200, description = "Its line.", body = CallReported)),
)]
pub(crate) async fn call_report(State(app): State<App>, Caller(call): Caller, Id(id): Id<CallId>, Body(input): Body<CallOutcome>) -> Answer<CallReported> {
    answer(app.engine.call_report(&call, id, input).await)
}
