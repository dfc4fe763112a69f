//! APIs that access can be asked to.

use axum::extract::State;
use countersign_api::{List, contract::ContractView};

use crate::{
    app::App,
    caller::Caller,
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
