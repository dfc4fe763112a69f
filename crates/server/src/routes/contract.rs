//! APIs that access can be asked to, and proposals to change their contracts.

use axum::extract::State;
use countersign_api::{
    List,
    contract::{ContractChangeView, ContractDetail, ContractPropose, ContractReview, ContractView},
};
use countersign_domain::{ApiId, ContractChangeId};

use crate::{
    app::App,
    caller::Caller,
    input::{Body, Id},
    routes::{Answer, answer},
};

/// List the APIs with their contracts.
#[utoipa::path(
    get,
    path = "/v1/contracts",
    tag = "contract",
    responses((status = 200, description = "The newest version of each.", body = List<ContractView>)),
)]
pub(crate) async fn contract_list(State(app): State<App>, Caller(call): Caller) -> Answer<List<ContractView>> {
    answer(app.engine.contract_list(&call).await.map(List::from))
}

/// Get an API with the history of its contract.
#[utoipa::path(
    get,
    path = "/v1/contracts/{id}",
    tag = "contract",
    params(("id" = ApiId, Path, description = "The API.")),
    responses((status = 200, description = "The contract and its versions.", body = ContractDetail)),
)]
pub(crate) async fn contract_get(State(app): State<App>, Caller(call): Caller, Id(id): Id<ApiId>) -> Answer<ContractDetail> {
    answer(app.engine.contract_get(&call, id).await)
}

/// Propose a contract: of a new API, or the next version of one.
///
/// Nothing changes before somebody else agrees.
#[utoipa::path(
    post,
    path = "/v1/contract-changes",
    tag = "contract",
    request_body = ContractPropose,
    responses((status = 200, description = "The proposal.", body = ContractChangeView)),
)]
pub(crate) async fn contract_propose(State(app): State<App>, Caller(call): Caller, Body(input): Body<ContractPropose>) -> Answer<ContractChangeView> {
    answer(app.engine.contract_propose(&call, input).await)
}

/// List proposals to change contracts.
#[utoipa::path(
    get,
    path = "/v1/contract-changes",
    tag = "contract",
    responses((status = 200, description = "Newest first.", body = List<ContractChangeView>)),
)]
pub(crate) async fn contract_change_list(State(app): State<App>, Caller(call): Caller) -> Answer<List<ContractChangeView>> {
    answer(app.engine.contract_change_list(&call).await.map(List::from))
}

/// Agree to a proposal, or refuse it.
///
/// Nobody agrees to their own.
#[utoipa::path(
    post,
    path = "/v1/contract-changes/{id}/review",
    tag = "contract",
    params(("id" = ContractChangeId, Path, description = "The proposal.")),
    request_body = ContractReview,
    responses((status = 200, description = "The proposal.", body = ContractChangeView)),
)]
pub(crate) async fn contract_review(
    State(app): State<App>,
    Caller(call): Caller,
    Id(id): Id<ContractChangeId>,
    Body(input): Body<ContractReview>,
) -> Answer<ContractChangeView> {
    answer(app.engine.contract_review(&call, id, input).await)
}

/// Take one's own proposal back.
#[utoipa::path(
    post,
    path = "/v1/contract-changes/{id}/withdraw",
    tag = "contract",
    params(("id" = ContractChangeId, Path, description = "The proposal.")),
    responses((status = 200, description = "The proposal.", body = ContractChangeView)),
)]
pub(crate) async fn contract_withdraw(State(app): State<App>, Caller(call): Caller, Id(id): Id<ContractChangeId>) -> Answer<ContractChangeView> {
    answer(app.engine.contract_withdraw(&call, id).await)
}
