//! Lines of the trail, listed and live.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use countersign_api::event::{EventDetail, EventPage, EventQuery, EventView};
use countersign_domain::EventId;
use http::HeaderMap;
use serde::Deserialize;

use crate::{
    app::App,
    caller::Caller,
    fault::Fault,
    input::{Ask, Id},
    routes::{Answer, answer, stream},
};

/// Where a stream begins.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct StreamQuery {
    /// Lines after this place, then those to come; without it, only those to come.
    after: Option<i64>,
}

/// List lines of the trail.
///
/// Approvers, admins and auditors read those of the tenant, others those of their own acts.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "event",
    params(EventQuery),
    responses((status = 200, description = "Lines, oldest first.", body = EventPage)),
)]
pub(crate) async fn event_list(State(app): State<App>, Caller(call): Caller, Ask(query): Ask<EventQuery>) -> Answer<EventPage> {
    answer(app.engine.event_list(&call, query).await)
}

/// Get one line with its stored bytes.
#[utoipa::path(
    get,
    path = "/v1/events/{id}",
    tag = "event",
    params(("id" = EventId, Path, description = "The line.")),
    responses((status = 200, description = "The line.", body = EventDetail)),
)]
pub(crate) async fn event_get(State(app): State<App>, Caller(call): Caller, Id(id): Id<EventId>) -> Answer<EventDetail> {
    answer(app.engine.event_get(&call, id).await)
}

/// Watch the trail live (server-sent events).
///
/// Each message has the line's place as `id`, `event: event`, and the line as JSON. A stream that is taken up again with
/// `Last-Event-ID` (or `after`) misses nothing and repeats nothing. It ends with the sign-in.
#[utoipa::path(
    get,
    path = "/v1/events/stream",
    tag = "event",
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The last place that was seen; counts before `after`.")),
    responses((status = 200, description = "Lines as they come.", body = EventView, content_type = "text/event-stream")),
)]
pub(crate) async fn event_stream(State(app): State<App>, Caller(call): Caller, Ask(query): Ask<StreamQuery>, headers: HeaderMap) -> Result<Response, Fault> {
    let after = match stream::last_event_id(&headers)? {
        Some(seen) => Some(seen),
        None => query.after,
    };
    let after = match after {
        Some(place) => place,
        None => app.engine.event_list(&call, EventQuery { limit: Some(1), ..EventQuery::default() }).await?.place,
    };
    stream::open(app, call, after).await.map(IntoResponse::into_response)
}
