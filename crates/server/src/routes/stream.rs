//! The live trail as server-sent events: replay from a place, then whatever comes, one query behind the other.
//!
//! Only the place says what was sent, never a notification: those wake and nothing more. So nothing is missed or repeated where replay
//! ends and live begins, whichever replica placed a line. A reader who is slow is asked for the next batch when they are ready.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Sse,
    sse::{Event, KeepAlive},
};
use countersign_api::event::{EventPage, EventView};
use countersign_domain::Code;
use countersign_engine::{Call, Engine, Refusal};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, HeaderName};
use tokio::{sync::watch, time::sleep};
use tracing::debug;

use crate::{app::App, fault::Fault};

/// Lines asked for at once.
const BATCH: u32 = 100;
/// Other replicas wake nobody here.
const POLL: Duration = Duration::from_secs(1);
/// Proxies cut connections on which nothing moves.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// `Last-Event-ID`, if it was sent.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Fault> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let place = value.to_str().ok().and_then(|text| text.parse().ok());
    place.map(Some).ok_or_else(|| Fault::unreadable("`Last-Event-ID` is not a place of the trail; send the `id` of the last message"))
}

/// Answers with the stream, or with the refusal that its first batch met.
pub(super) async fn open(app: App, call: Call, after: i64) -> Result<impl IntoResponse, Fault> {
    let mut woken = app.engine.placed();
    woken.borrow_and_update();
    let first = app.engine.events_after(&call, after, BATCH).await?;
    let tail = Tail { engine: app.engine.clone(), call, woken, place: after, queue: VecDeque::new(), caught_up: false }.with(first);
    let lines = stream::unfold(tail, Tail::next).map(Ok::<_, Infallible>).take_until(app.stop.clone().cancelled_owned());
    let headers = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(lines).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("alive"))))
}

/// Where one reader is.
struct Tail {
    engine: Engine,
    call: Call,
    woken: watch::Receiver<i64>,
    place: i64,
    queue: VecDeque<EventView>,
    caught_up: bool,
}

impl Tail {
    fn with(mut self, page: EventPage) -> Self {
        self.caught_up = page.place <= self.place;
        self.place = self.place.max(page.place);
        self.queue.extend(page.items);
        self
    }

    async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some(line) = self.queue.pop_front() {
                return message(&line).map(|event| (event, self));
            }
            if self.caught_up {
                self.wait().await;
            }
            // Seen before the query, so that what is placed during it wakes the next wait.
            self.woken.borrow_and_update();
            self = match self.engine.events_after(&self.call, self.place, BATCH).await {
                Ok(page) => self.with(page),
                Err(refusal) => self.held(&refusal)?,
            };
        }
    }

    /// A store that is busy is asked again; a sign-in that has ended, or a right that was lost, ends the stream.
    fn held(mut self, refusal: &Refusal) -> Option<Self> {
        self.caught_up = true;
        if matches!(refusal.code, Code::Busy | Code::Unavailable) {
            return Some(self);
        }
        debug!(code = ?refusal.code, session = %self.call.session, "stream ended");
        None
    }

    async fn wait(&mut self) {
        tokio::select! {
            // The engine holds the sender for as long as this holds the engine; should it go all the same, the poll goes on.
            changed = self.woken.changed() => if changed.is_err() { sleep(POLL).await },
            () = sleep(POLL) => {}
        }
    }
}

fn message(line: &EventView) -> Option<Event> {
    Event::default().id(line.place.to_string()).event("event").json_data(line).ok()
}
