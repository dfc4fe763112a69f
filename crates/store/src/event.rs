//! Lines of the trail: appended with the change that they record, given their place later, read by place.
//!
//! A place never comes from an identity column, whose order is not the order of commits: who reads by it misses lines.
//! A line without a place is durable, and not yet part of what is read. Lines are never changed; the texts beside them can be erased.

use std::collections::BTreeMap;

use countersign_domain::{DelegationId, EventId, PersonId, RequestId, TenantId};
use countersign_trail::{Actor, Event, Sealed};

use crate::{StoreError, Tx, value::Row};

/// A line in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its place, from 1 on, without gaps across all tenants.
    pub place: i64,
    /// What it says. Its `texts` are empty: they stand beside it.
    pub event: Event,
    /// Its canonical bytes (RFC 8785), as they were written.
    pub bytes: Vec<u8>,
    /// The salt of its leaf.
    pub salt: [u8; 32],
    /// What people wrote, by name, unless it was erased.
    pub texts: BTreeMap<String, String>,
}

/// What giving places came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// How many lines got their place.
    pub count: usize,
    /// The last place given so far.
    pub last: i64,
}

const SELECT: &str = "SELECT p.place, e.bytes, e.salt FROM place p JOIN event e ON e.id = p.event_id AND e.tenant_id = p.tenant_id WHERE p.tenant_id = $1";
/// What an agent may see: what they did, and what was done about their requests and delegations.
const OWN: &str = "AND (e.actor_person = $4
    OR e.request_id IN (SELECT r.id FROM request r WHERE r.tenant_id = $1 AND r.asker_id = $4)
    OR e.delegation_id IN (SELECT d.id FROM delegation d WHERE d.tenant_id = $1 AND d.agent_id = $4))";

fn row(r: &mut Row) -> Result<EventRow, StoreError> {
    let (place, bytes, salt): (i64, Vec<u8>, _) = (r.take()?, r.take()?, r.take()?);
    let event =
        serde_json::from_slice(&bytes).map_err(|e| StoreError::Corrupt(format!("the line at place {place} is not one that this program knows: {e}")))?;
    Ok(EventRow { place, event, bytes, salt, texts: BTreeMap::new() })
}

impl Tx {
    /// Appends a line, with the texts beside it. It is durable with the transaction, and waits for its place by a trigger.
    pub async fn event_append(&mut self, event: &Event, sealed: &Sealed) -> Result<(), StoreError> {
        let actor = if let Actor::Person(person) = event.actor { Some(person) } else { None };
        let sql = "INSERT INTO event (id, tenant_id, at, kind, bytes, salt, actor_person, subject_id, case_id, request_id, delegation_id)";
        let row = self.row(sql).value(event.id).value(event.tenant).value(event.at).value(event.kind.as_str()).value(sealed.bytes.as_slice());
        let row = row.value(&sealed.salt).value(actor).value(event.subject).value(event.case);
        row.value(event.request).value(event.delegation).add().await?;
        for (name, text) in &event.texts {
            let sql = "INSERT INTO event_text (event_id, tenant_id, name, text, salt)";
            self.row(sql).value(event.id).value(event.tenant).value(name).value(&text.text).value(&text.salt).add().await?;
        }
        Ok(())
    }

    /// How many lines wait for their place. Of all tenants: the log is one.
    pub async fn events_unplaced(&mut self) -> Result<i64, StoreError> {
        Ok(self.sql("SELECT COUNT(*) FROM unplaced").one(Row::take).await?.unwrap_or_default())
    }

    /// Gives the next places to up to `limit` lines, of all tenants: the log is one.
    pub async fn events_place(&mut self, limit: u32) -> Result<Placed, StoreError> {
        self.lock_places().await?;
        let sql = "INSERT INTO place (place, event_id, tenant_id)
            SELECT (SELECT COALESCE(MAX(place), 0) FROM place) + ROW_NUMBER() OVER (ORDER BY u.seq), u.event_id, u.tenant_id
            FROM (SELECT seq, event_id, tenant_id FROM unplaced ORDER BY seq LIMIT $1) u";
        let count = self.sql(sql).bind(limit).run().await?;
        if count > 0 {
            self.sql("DELETE FROM unplaced WHERE event_id IN (SELECT u.event_id FROM unplaced u JOIN place p ON p.event_id = u.event_id)").run().await?;
        }
        let last = self.sql("SELECT COALESCE(MAX(place), 0) FROM place").one(Row::take).await?.unwrap_or_default();
        Ok(Placed { count: usize::try_from(count).unwrap_or(usize::MAX), last })
    }

    /// The last place of a tenant's lines; 0 if there are none.
    pub async fn last_place(&mut self, tenant: TenantId) -> Result<i64, StoreError> {
        let sql = "SELECT COALESCE(MAX(place), 0) FROM place WHERE tenant_id = $1";
        self.sql(sql).bind(tenant).one(Row::take).await.map(Option::unwrap_or_default)
    }

    /// Lines after a place, in order: all of a tenant, or those that `agent` may see.
    pub async fn events_after(&mut self, tenant: TenantId, agent: Option<PersonId>, after: i64, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        self.events(tenant, agent, "AND p.place > $2", after, "ORDER BY p.place LIMIT $3", limit).await
    }

    /// Lines before a place, newest first: all of a tenant, or those that `agent` may see.
    pub async fn events_before(&mut self, tenant: TenantId, agent: Option<PersonId>, before: i64, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        self.events(tenant, agent, "AND p.place < $2", before, "ORDER BY p.place DESC LIMIT $3", limit).await
    }

    async fn events(
        &mut self,
        tenant: TenantId,
        agent: Option<PersonId>,
        bound: &'static str,
        place: i64,
        order: &'static str,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let rows = match agent {
            None => self.sql([SELECT, bound, order]).bind(tenant).bind(place).bind(limit).all(row).await?,
            Some(agent) => self.sql([SELECT, bound, OWN, order]).bind(tenant).bind(place).bind(limit).bind(agent).all(row).await?,
        };
        self.with_texts(tenant, rows).await
    }

    /// All lines of a delegation and of the request that it came from, in order.
    pub async fn events_of_delegation(&mut self, tenant: TenantId, delegation: DelegationId, request: RequestId) -> Result<Vec<EventRow>, StoreError> {
        let sql = [SELECT, "AND (e.delegation_id = $2 OR e.request_id = $3) ORDER BY p.place"];
        let rows = self.sql(sql).bind(tenant).bind(delegation).bind(request).all(row).await?;
        self.with_texts(tenant, rows).await
    }

    /// One line in its place: any of a tenant, or one that `agent` may see.
    pub async fn event(&mut self, tenant: TenantId, agent: Option<PersonId>, id: EventId) -> Result<Option<EventRow>, StoreError> {
        let found = match agent {
            None => self.sql([SELECT, "AND e.id = $2"]).bind(tenant).bind(id).one(row).await?,
            // $3 keeps the numbering of `OWN`.
            Some(agent) => self.sql([SELECT, "AND e.id = $2 AND p.place > $3", OWN]).bind(tenant).bind(id).bind(0_i64).bind(agent).one(row).await?,
        };
        self.with_texts(tenant, found.into_iter().collect()).await.map(|mut rows| rows.pop())
    }

    async fn with_texts(&mut self, tenant: TenantId, mut rows: Vec<EventRow>) -> Result<Vec<EventRow>, StoreError> {
        for row in rows.iter_mut().filter(|r| !r.event.commitments.is_empty()) {
            let sql = "SELECT name, text FROM event_text WHERE tenant_id = $1 AND event_id = $2 AND text IS NOT NULL";
            let texts = self.sql(sql).bind(tenant).bind(row.event.id).all(|r| Ok((r.take()?, r.take()?))).await?;
            row.texts = texts.into_iter().collect();
        }
        Ok(rows)
    }
}
