//! Acting for a customer.

use axum::extract::State;
use countersign_api::{
    List,
    delegation::{DelegationView, Story},
};
use countersign_domain::{DelegationId, RequestId};
use countersign_engine::Started;
use serde::Serialize;

use crate::{
    app::App,
    caller::Caller,
    input::Id,
    routes::{Answer, answer},
};

/// A live delegation and the console's handle on it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct StartedView {
    /// It.
    delegation: DelegationView,
    /// The subject token of each exchange (`csw_…`); shown in this answer only, bound to the console's key.
    warrant: String,
}

impl From<Started> for StartedView {
    fn from(started: Started) -> Self {
        // To the wire, once.
        Self { delegation: started.delegation, warrant: started.warrant.expose().to_owned() }
    }
}

/// Start a signed request: the clock runs from now.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/start",
    tag = "delegation",
    params(("id" = RequestId, Path, description = "The request.")),
    responses((status = 200, description = "The delegation and its warrant.", body = StartedView)),
)]
pub(crate) async fn delegation_start(State(app): State<App>, Caller(call): Caller, Id(id): Id<RequestId>) -> Answer<StartedView> {
    answer(app.engine.delegation_start(&call, id).await.map(StartedView::from))
}

/// Get a new warrant for a live delegation.
///
/// The old one is dead.
#[utoipa::path(
    post,
    path = "/v1/delegations/{id}/warrant",
    tag = "delegation",
    params(("id" = DelegationId, Path, description = "The delegation.")),
    responses((status = 200, description = "The delegation and its warrant.", body = StartedView)),
)]
pub(crate) async fn delegation_reissue(State(app): State<App>, Caller(call): Caller, Id(id): Id<DelegationId>) -> Answer<StartedView> {
    answer(app.engine.delegation_reissue(&call, id).await.map(StartedView::from))
}

/// End a delegation.
#[utoipa::path(
    post,
    path = "/v1/delegations/{id}/end",
    tag = "delegation",
    params(("id" = DelegationId, Path, description = "The delegation.")),
    responses((status = 200, description = "The delegation.", body = DelegationView)),
)]
pub(crate) async fn delegation_end(State(app): State<App>, Caller(call): Caller, Id(id): Id<DelegationId>) -> Answer<DelegationView> {
    answer(app.engine.delegation_end(&call, id).await)
}

/// List one's own delegations: all live ones, and those of the last seven days.
#[utoipa::path(
    get,
    path = "/v1/delegations",
    tag = "delegation",
    responses((status = 200, description = "Newest first.", body = List<DelegationView>)),
)]
pub(crate) async fn delegation_list(State(app): State<App>, Caller(call): Caller) -> Answer<List<DelegationView>> {
    answer(app.engine.delegation_list(&call).await.map(List::from))
}

/// Get a delegation.
#[utoipa::path(
    get,
    path = "/v1/delegations/{id}",
    tag = "delegation",
    params(("id" = DelegationId, Path, description = "The delegation.")),
    responses((status = 200, description = "The delegation.", body = DelegationView)),
)]
pub(crate) async fn delegation_get(State(app): State<App>, Caller(call): Caller, Id(id): Id<DelegationId>) -> Answer<DelegationView> {
    answer(app.engine.delegation_get(&call, id).await)
}

/// Read a delegation from request to end.
#[utoipa::path(
    get,
    path = "/v1/delegations/{id}/story",
    tag = "delegation",
    params(("id" = DelegationId, Path, description = "The delegation.")),
    responses((status = 200, description = "The story.", body = Story)),
)]
pub(crate) async fn delegation_story(State(app): State<App>, Caller(call): Caller, Id(id): Id<DelegationId>) -> Answer<Story> {
    answer(app.engine.delegation_story(&call, id).await)
}
