//! Machines that come to the token endpoint.

use axum::extract::{Path, State};
use countersign_api::{
    List,
    client::{ClientChange, ClientCreate, ClientView, SecretDrop, SecretView},
};
use countersign_engine::Made;
use serde::Serialize;

use crate::{
    app::App,
    caller::Caller,
    input::Body,
    routes::{Answer, answer},
};

/// A client's new secret.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct MadeView {
    /// Which.
    secret: SecretView,
    /// The secret (`css_…`); shown in this answer only.
    client_secret: String,
}

impl From<Made> for MadeView {
    fn from(made: Made) -> Self {
        // To the wire, once.
        Self { secret: made.view, client_secret: made.secret.expose().to_owned() }
    }
}

/// List clients.
#[utoipa::path(
    get,
    path = "/v1/clients",
    tag = "client",
    responses((status = 200, description = "By name.", body = List<ClientView>)),
)]
pub(crate) async fn client_list(State(app): State<App>, Caller(call): Caller) -> Answer<List<ClientView>> {
    answer(app.engine.client_list(&call).await.map(List::from))
}

/// Register a client.
#[utoipa::path(
    post,
    path = "/v1/clients",
    tag = "client",
    request_body = ClientCreate,
    responses((status = 200, description = "The client.", body = ClientView)),
)]
pub(crate) async fn client_create(State(app): State<App>, Caller(call): Caller, Body(input): Body<ClientCreate>) -> Answer<ClientView> {
    answer(app.engine.client_create(&call, input).await)
}

/// Change a client. What is left out stays.
#[utoipa::path(
    post,
    path = "/v1/clients/{id}",
    tag = "client",
    params(("id" = String, Path, description = "`client_id`.")),
    request_body = ClientChange,
    responses((status = 200, description = "The client.", body = ClientView)),
)]
pub(crate) async fn client_change(State(app): State<App>, Caller(call): Caller, Path(id): Path<String>, Body(input): Body<ClientChange>) -> Answer<ClientView> {
    answer(app.engine.client_change(&call, id, input).await)
}

/// Make a secret for a client: two at a time, so that it can be changed without a gap.
#[utoipa::path(
    post,
    path = "/v1/clients/{id}/secrets",
    tag = "client",
    params(("id" = String, Path, description = "`client_id`.")),
    responses((status = 200, description = "The secret, shown once.", body = MadeView)),
)]
pub(crate) async fn client_secret_make(State(app): State<App>, Caller(call): Caller, Path(id): Path<String>) -> Answer<MadeView> {
    answer(app.engine.client_secret_make(&call, id).await.map(MadeView::from))
}

/// Take a secret from a client: whoever still uses it is refused from now on.
#[utoipa::path(
    post,
    path = "/v1/clients/{id}/secrets/drop",
    tag = "client",
    params(("id" = String, Path, description = "`client_id`.")),
    request_body = SecretDrop,
    responses((status = 200, description = "The client.", body = ClientView)),
)]
pub(crate) async fn client_secret_drop(
    State(app): State<App>,
    Caller(call): Caller,
    Path(id): Path<String>,
    Body(input): Body<SecretDrop>,
) -> Answer<ClientView> {
    answer(app.engine.client_secret_drop(&call, id, input).await)
}
