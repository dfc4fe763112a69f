//! People, their roles and groups.

use axum::extract::State;
use countersign_api::{
    List,
    person::{Invited, PersonChange, PersonInvite, PersonView},
};
use countersign_domain::PersonId;

use crate::{
    app::App,
    caller::Caller,
    input::{Body, Id},
    routes::{Answer, answer},
};

/// List people.
#[utoipa::path(
    get,
    path = "/v1/people",
    tag = "person",
    responses((status = 200, description = "The people of the tenant.", body = List<PersonView>)),
)]
pub(crate) async fn person_list(State(app): State<App>, Caller(call): Caller) -> Answer<List<PersonView>> {
    answer(app.engine.person_list(&call).await.map(List::from))
}

/// Invite somebody.
#[utoipa::path(
    post,
    path = "/v1/people",
    tag = "person",
    request_body = PersonInvite,
    responses((status = 200, description = "The person, and the link that is shown once.", body = Invited)),
)]
pub(crate) async fn person_invite(State(app): State<App>, Caller(call): Caller, Body(input): Body<PersonInvite>) -> Answer<Invited> {
    answer(app.engine.person_invite(&call, input).await)
}

/// Change what somebody may come to do.
///
/// Nobody changes their own roles or groups.
#[utoipa::path(
    post,
    path = "/v1/people/{id}",
    tag = "person",
    params(("id" = PersonId, Path, description = "The person.")),
    request_body = PersonChange,
    responses((status = 200, description = "The person.", body = PersonView)),
)]
pub(crate) async fn person_change(State(app): State<App>, Caller(call): Caller, Id(id): Id<PersonId>, Body(input): Body<PersonChange>) -> Answer<PersonView> {
    answer(app.engine.person_change(&call, id, input).await)
}

/// Make a new link for somebody to choose their password by.
#[utoipa::path(
    post,
    path = "/v1/people/{id}/invite",
    tag = "person",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 200, description = "The person, and the link that is shown once.", body = Invited)),
)]
pub(crate) async fn person_reinvite(State(app): State<App>, Caller(call): Caller, Id(id): Id<PersonId>) -> Answer<Invited> {
    answer(app.engine.person_reinvite(&call, id).await)
}
