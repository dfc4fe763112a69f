//! Reading the trail, and giving lines their place.

pub(crate) mod view;

use countersign_api::event::{EventDetail, EventPage, EventQuery};
use countersign_domain::{EventId, PersonId};
use countersign_store::Tx;

use crate::{Call, Engine, Refusal};

/// How many lines get their place in one transaction.
const BATCH: u32 = 500;

impl Engine {
    /// Lines of the trail: all of the tenant for approvers, admins and auditors, else those of one's own acts and delegations.
    ///
    /// # Errors
    /// `invalid_input`, if both ends are asked for.
    pub async fn event_list(&self, call: &Call, query: EventQuery) -> Result<EventPage, Refusal> {
        self.admit(call, "event_list").await?;
        if query.after.is_some() && query.before.is_some() {
            return Err(Refusal::invalid("ask for lines after a place or before one, not both"));
        }
        let limit = query.limit.unwrap_or(100);
        if !(1..=500).contains(&limit) {
            return Err(Refusal::invalid("`limit` is 1 to 500"));
        }
        let call = call.clone();
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    match query.after {
                        Some(after) => page_after(tx, &call, after, limit).await,
                        None => page_before(tx, &call, query.before.unwrap_or(i64::MAX), limit).await,
                    }
                })
            })
            .await
    }

    /// Lines after a place, for the live stream. Looks at the sign-in and the roles anew each time.
    ///
    /// # Errors
    /// `not_signed_in`, once the sign-in has ended.
    pub async fn events_after(&self, call: &Call, place: i64, limit: u32) -> Result<EventPage, Refusal> {
        let (engine, call) = (self.clone(), call.clone());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let call = engine.refreshed(tx, &call).await?;
                    page_after(tx, &call, place, limit.clamp(1, 500)).await
                })
            })
            .await
    }

    /// One line with its stored bytes.
    ///
    /// # Errors
    /// `not_found`, also for what one may not see.
    pub async fn event_get(&self, call: &Call, id: EventId) -> Result<EventDetail, Refusal> {
        self.admit(call, "event_get").await?;
        let call = call.clone();
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let not_found = || Refusal::not_found("line");
                    let row = tx.event(call.tenant, whose(&call), id).await?.ok_or_else(not_found)?;
                    let canonical = String::from_utf8(row.bytes.clone()).map_err(|e| Refusal::internal("event", &e))?;
                    let event = view::of(tx, &call, vec![row]).await?.pop().ok_or_else(not_found)?;
                    Ok(EventDetail { event, canonical })
                })
            })
            .await
    }

    /// Gives lines that wait their place, in batches, each in one transaction. Answers how many.
    ///
    /// # Errors
    /// If the store does not answer; the lines are durable and wait on.
    pub async fn place_events(&self) -> Result<usize, Refusal> {
        let placed = self.store().write(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.events_place(BATCH).await?) })).await?;
        if placed.count > 0 {
            self.announce_placed(placed.last);
        }
        Ok(placed.count)
    }
}

/// Whose lines the caller sees: their own only, or all of the tenant.
fn whose(call: &Call) -> Option<PersonId> {
    if call.sees_all() { None } else { Some(call.person) }
}

async fn page_after(tx: &mut Tx, call: &Call, after: i64, limit: u32) -> Result<EventPage, Refusal> {
    // Read first: lines that get their place in between are read the next time.
    let last = tx.last_place(call.tenant).await?;
    let rows = tx.events_after(call.tenant, whose(call), after, limit).await?;
    let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let items = view::of(tx, call, rows).await?;
    let place = match items.last() {
        Some(item) if full => item.place,
        Some(item) => item.place.max(last),
        None => after.max(last),
    };
    Ok(EventPage { place, earlier: after > 0, items })
}

async fn page_before(tx: &mut Tx, call: &Call, before: i64, limit: u32) -> Result<EventPage, Refusal> {
    let last = tx.last_place(call.tenant).await?;
    let mut rows = tx.events_before(call.tenant, whose(call), before, limit.saturating_add(1)).await?;
    rows.sort_by_key(|r| r.place);
    let earlier = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if earlier {
        rows.remove(0);
    }
    // On PostgreSQL a line may get its place between the two questions: a stream from here must not tell it twice.
    let place = rows.last().map_or(last, |row| row.place.max(last));
    Ok(EventPage { items: view::of(tx, call, rows).await?, place, earlier })
}
