//! Asking, and what becomes of it.

use axum::extract::State;
use countersign_api::{
    List,
    request::{Preview, RequestCreate, RequestQuery, RequestReview, RequestView},
};
use countersign_domain::RequestId;

use crate::{
    app::App,
    caller::Caller,
    input::{Ask, Body, Id},
    routes::{Answer, answer},
};

/// What policy says to a request as it stands, and what its token would carry.
///
/// Nothing is kept.
#[utoipa::path(
    post,
    path = "/v1/requests/preview",
    tag = "request",
    request_body = RequestCreate,
    responses((status = 200, description = "The verdict and the claims.", body = Preview)),
)]
pub(crate) async fn request_preview(State(app): State<App>, Caller(call): Caller, Body(input): Body<RequestCreate>) -> Answer<Preview> {
    answer(app.engine.request_preview(&call, input).await)
}

/// Ask for access that a case justifies.
#[utoipa::path(
    post,
    path = "/v1/requests",
    tag = "request",
    request_body = RequestCreate,
    responses((status = 200, description = "The request.", body = RequestView)),
)]
pub(crate) async fn request_create(State(app): State<App>, Caller(call): Caller, Body(input): Body<RequestCreate>) -> Answer<RequestView> {
    answer(app.engine.request_create(&call, input).await)
}

/// List requests.
#[utoipa::path(
    get,
    path = "/v1/requests",
    tag = "request",
    params(RequestQuery),
    responses((status = 200, description = "The requests.", body = List<RequestView>)),
)]
pub(crate) async fn request_list(State(app): State<App>, Caller(call): Caller, Ask(query): Ask<RequestQuery>) -> Answer<List<RequestView>> {
    answer(app.engine.request_list(&call, query.which).await.map(List::from))
}

/// Get a request.
#[utoipa::path(
    get,
    path = "/v1/requests/{id}",
    tag = "request",
    params(("id" = RequestId, Path, description = "The request.")),
    responses((status = 200, description = "The request.", body = RequestView)),
)]
pub(crate) async fn request_get(State(app): State<App>, Caller(call): Caller, Id(id): Id<RequestId>) -> Answer<RequestView> {
    answer(app.engine.request_get(&call, id).await)
}

/// Sign or refuse a request.
///
/// A signature wants a fresh proof of who one is (RFC 9470): without it the answer is 401 with `fresh_proof_required`.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/review",
    tag = "request",
    params(("id" = RequestId, Path, description = "The request.")),
    request_body = RequestReview,
    responses((status = 200, description = "The request.", body = RequestView)),
)]
pub(crate) async fn request_review(
    State(app): State<App>,
    Caller(call): Caller,
    Id(id): Id<RequestId>,
    Body(input): Body<RequestReview>,
) -> Answer<RequestView> {
    answer(app.engine.request_review(&call, id, input).await)
}

/// Take one's signature back.
///
/// What was started on it ends.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/unsign",
    tag = "request",
    params(("id" = RequestId, Path, description = "The request.")),
    responses((status = 200, description = "The request.", body = RequestView)),
)]
pub(crate) async fn request_unsign(State(app): State<App>, Caller(call): Caller, Id(id): Id<RequestId>) -> Answer<RequestView> {
    answer(app.engine.request_unsign(&call, id).await)
}

/// Take one's request back.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/withdraw",
    tag = "request",
    params(("id" = RequestId, Path, description = "The request.")),
    responses((status = 200, description = "The request.", body = RequestView)),
)]
pub(crate) async fn request_withdraw(State(app): State<App>, Caller(call): Caller, Id(id): Id<RequestId>) -> Answer<RequestView> {
    answer(app.engine.request_withdraw(&call, id).await)
}
