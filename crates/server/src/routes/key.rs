//! Signing keys.

use axum::extract::State;
use countersign_api::{
    List,
    key::{KeyRotate, KeyRotated, KeyView},
};

use crate::{
    app::App,
    caller::Caller,
    input::Body,
    routes::{Answer, answer},
};

/// List the signing keys.
///
/// They are the whole service's, not one tenant's.
#[utoipa::path(
    get,
    path = "/v1/keys",
    tag = "key",
    responses((status = 200, description = "All keys, oldest first.", body = List<KeyView>)),
)]
pub(crate) async fn key_list(State(app): State<App>, Caller(call): Caller) -> Answer<List<KeyView>> {
    answer(app.engine.key_list(&call).await.map(List::from))
}

/// Rotate the keys of an algorithm.
///
/// By plan, no token fails. In an emergency, all keys of the algorithm and all that they signed stop counting at once.
#[utoipa::path(
    post,
    path = "/v1/keys/rotate",
    tag = "key",
    request_body = KeyRotate,
    responses((status = 200, description = "What was done, and the keys from now on.", body = KeyRotated)),
)]
pub(crate) async fn key_rotate(State(app): State<App>, Caller(call): Caller, Body(input): Body<KeyRotate>) -> Answer<KeyRotated> {
    answer(app.engine.key_rotate(&call, input).await)
}
