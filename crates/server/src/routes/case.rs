//! Cases of the built-in case list.

use axum::extract::State;
use countersign_api::{
    List,
    case::{CaseAssign, CaseCreate, CaseView},
};
use countersign_domain::CaseId;

use crate::{
    app::App,
    caller::Caller,
    input::{Body, Id},
    routes::{Answer, answer},
};

/// List cases.
///
/// An agent sees the open cases that are theirs; approvers and admins see all of the tenant.
#[utoipa::path(
    get,
    path = "/v1/cases",
    tag = "case",
    responses((status = 200, description = "The cases.", body = List<CaseView>)),
)]
pub(crate) async fn case_list(State(app): State<App>, Caller(call): Caller) -> Answer<List<CaseView>> {
    answer(app.engine.case_list(&call).await.map(List::from))
}

/// Open a case.
#[utoipa::path(
    post,
    path = "/v1/cases",
    tag = "case",
    request_body = CaseCreate,
    responses((status = 200, description = "The case.", body = CaseView)),
)]
pub(crate) async fn case_create(State(app): State<App>, Caller(call): Caller, Body(input): Body<CaseCreate>) -> Answer<CaseView> {
    answer(app.engine.case_create(&call, input).await)
}

/// Give a case to somebody, or to nobody.
///
/// What its former assignee had on it ends.
#[utoipa::path(
    post,
    path = "/v1/cases/{id}/assign",
    tag = "case",
    params(("id" = CaseId, Path, description = "The case.")),
    request_body = CaseAssign,
    responses((status = 200, description = "The case.", body = CaseView)),
)]
pub(crate) async fn case_assign(State(app): State<App>, Caller(call): Caller, Id(id): Id<CaseId>, Body(input): Body<CaseAssign>) -> Answer<CaseView> {
    answer(app.engine.case_assign(&call, id, input).await)
}

/// Close a case.
///
/// All that it justified ends: requests lapse, delegations end, tokens count no more.
#[utoipa::path(
    post,
    path = "/v1/cases/{id}/close",
    tag = "case",
    params(("id" = CaseId, Path, description = "The case.")),
    responses((status = 200, description = "The case.", body = CaseView)),
)]
pub(crate) async fn case_close(State(app): State<App>, Caller(call): Caller, Id(id): Id<CaseId>) -> Answer<CaseView> {
    answer(app.engine.case_close(&call, id).await)
}

/// Open a closed case again.
///
/// Nothing that ended comes back.
#[utoipa::path(
    post,
    path = "/v1/cases/{id}/reopen",
    tag = "case",
    params(("id" = CaseId, Path, description = "The case.")),
    responses((status = 200, description = "The case.", body = CaseView)),
)]
pub(crate) async fn case_reopen(State(app): State<App>, Caller(call): Caller, Id(id): Id<CaseId>) -> Answer<CaseView> {
    answer(app.engine.case_reopen(&call, id).await)
}
