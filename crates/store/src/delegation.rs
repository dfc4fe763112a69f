//! Delegations, and the warrant by which a console holds one.

use countersign_domain::{
    CaseId, DelegationId, PersonId, RequestId, SessionId, TenantId, Timestamp,
    delegation::{Delegation, EndReason, Ended},
};

use crate::{
    Lock, StoreError, Tx,
    value::{Row, corrupt},
};

/// A delegation as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationRow {
    /// What decides.
    pub delegation: Delegation,
    /// The sign-in whose console holds the warrant.
    pub session: SessionId,
    /// Fingerprint of the warrant.
    pub warrant_hash: [u8; 32],
    /// The thumbprint of the key that it is bound to (RFC 7638).
    pub warrant_jkt: String,
}

const SELECT: &str = "SELECT id, request_id, tenant_id, agent_id, customer_id, case_id, api_id, actions, hops, mode, transaction_id, started_at, ends_at,
    ended_at, end_reason, ended_by, session_id, warrant_hash, warrant_jkt FROM delegation";

fn row(r: &mut Row) -> Result<DelegationRow, StoreError> {
    let delegation = Delegation {
        id: r.take()?,
        request: r.take()?,
        tenant: r.take()?,
        agent: r.take()?,
        customer: r.take()?,
        case: r.take()?,
        api: r.take()?,
        actions: r.take()?,
        hops: r.take()?,
        mode: r.take()?,
        transaction: r.take()?,
        started_at: r.take()?,
        ends_at: r.take()?,
        ended: ended(r)?,
    };
    Ok(DelegationRow { delegation, session: r.take()?, warrant_hash: r.take()?, warrant_jkt: r.take()? })
}

fn ended(r: &mut Row) -> Result<Option<Ended>, StoreError> {
    let (at, reason, by): (Option<Timestamp>, Option<EndReason>, Option<PersonId>) = (r.take()?, r.take()?, r.take()?);
    match (at, reason) {
        (None, None) => Ok(None),
        (Some(at), Some(reason)) => Ok(Some(Ended { at, reason, by })),
        _ => Err(corrupt("a delegation ended without a time or a reason")),
    }
}

impl Tx {
    /// Adds a delegation with its warrant. [`StoreError::Taken`] if the request was started before, or the session has a delegation that has not ended.
    pub async fn delegation_insert(&mut self, d: &Delegation, session: SessionId, warrant_hash: &[u8; 32], jkt: &str) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO delegation (id, request_id, tenant_id, agent_id, customer_id, case_id, api_id, actions, mode, transaction_id, started_at, ends_at,
            ended_at, end_reason, ended_by, session_id, warrant_hash, warrant_jkt, hops)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
        let query = self.sql(sql).bind(d.id).bind(d.request).bind(d.tenant).bind(d.agent).bind(d.customer).bind(d.case).bind(d.api);
        let query = query.bind(&d.actions).bind(d.mode).bind(d.transaction).bind(d.started_at).bind(d.ends_at);
        let query = query.bind(d.ended.map(|e| e.at)).bind(d.ended.map(|e| e.reason)).bind(d.ended.and_then(|e| e.by));
        query.bind(session).bind(warrant_hash).bind(jkt).bind(&d.hops).run().await?;
        Ok(())
    }

    /// One delegation.
    pub async fn delegation(&mut self, tenant: TenantId, id: DelegationId, lock: Lock) -> Result<Option<DelegationRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND id = $2"]).bind(tenant).bind(id).lock(lock).one_fact(row).await
    }

    /// How many calls were announced under a delegation: no fact that a decision rests on.
    pub async fn delegation_calls(&mut self, tenant: TenantId, id: DelegationId) -> Result<u32, StoreError> {
        let sql = "SELECT calls FROM delegation WHERE tenant_id = $1 AND id = $2";
        Ok(self.sql(sql).bind(tenant).bind(id).one(Row::take).await?.unwrap_or_default())
    }

    /// The delegation that a warrant stands for. By fingerprint alone: it tells the tenant.
    pub async fn delegation_by_warrant(&mut self, hash: &[u8; 32], lock: Lock) -> Result<Option<DelegationRow>, StoreError> {
        self.sql([SELECT, "WHERE warrant_hash = $1"]).bind(hash).lock(lock).one_fact(row).await
    }

    /// What a request became.
    pub async fn delegation_of_request(&mut self, tenant: TenantId, request: RequestId, lock: Lock) -> Result<Option<DelegationRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND request_id = $2"]).bind(tenant).bind(request).lock(lock).one(row).await
    }

    /// The delegation of a session that was not ended, though its time may be over.
    pub async fn delegation_of_session(&mut self, tenant: TenantId, session: SessionId, lock: Lock) -> Result<Option<DelegationRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND session_id = $2 AND ended_at IS NULL"]).bind(tenant).bind(session).lock(lock).one(row).await
    }

    /// What an agent started, newest first, at most 500.
    pub async fn delegations_of(&mut self, tenant: TenantId, agent: PersonId) -> Result<Vec<DelegationRow>, StoreError> {
        let sql = [SELECT, "WHERE tenant_id = $1 AND agent_id = $2 ORDER BY started_at DESC, id DESC LIMIT 500"];
        self.sql(sql).bind(tenant).bind(agent).all(row).await
    }

    /// What was not ended of an agent, held for change, in the order of ids.
    pub async fn delegations_open_of_agent(&mut self, tenant: TenantId, agent: PersonId) -> Result<Vec<DelegationRow>, StoreError> {
        let sql = [SELECT, "WHERE tenant_id = $1 AND agent_id = $2 AND ended_at IS NULL ORDER BY id"];
        self.sql(sql).bind(tenant).bind(agent).lock(Lock::Update).all(row).await
    }

    /// What was not ended because of a case, held for change, in the order of ids.
    pub async fn delegations_open_of_case(&mut self, tenant: TenantId, case: CaseId) -> Result<Vec<DelegationRow>, StoreError> {
        let sql = [SELECT, "WHERE tenant_id = $1 AND case_id = $2 AND ended_at IS NULL ORDER BY id"];
        self.sql(sql).bind(tenant).bind(case).lock(Lock::Update).all(row).await
    }

    /// What was not ended though its time is over, in the order of ids. Of all tenants: the clock knows none.
    pub async fn delegations_due(&mut self, now: Timestamp, limit: u32, lock: Lock) -> Result<Vec<DelegationRow>, StoreError> {
        let sql = [SELECT, "WHERE ended_at IS NULL AND ends_at <= $1 ORDER BY id LIMIT $2"];
        self.sql(sql).bind(now).bind(limit).lock(lock).all(row).await
    }

    /// How many have not ended. Of all tenants: it is a number for whoever runs the service.
    pub async fn delegations_live(&mut self) -> Result<i64, StoreError> {
        Ok(self.sql("SELECT COUNT(*) FROM delegation WHERE ended_at IS NULL").one(Row::take).await?.unwrap_or_default())
    }

    /// Stores what a transition has changed: how it ended. What has ended stays so.
    pub async fn delegation_update(&mut self, d: &Delegation) -> Result<(), StoreError> {
        let sql = "UPDATE delegation SET ended_at = $3, end_reason = $4, ended_by = $5 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
        let query = self.sql(sql).bind(d.tenant).bind(d.id).bind(d.ended.map(|e| e.at));
        query.bind(d.ended.map(|e| e.reason)).bind(d.ended.and_then(|e| e.by)).run().await?;
        Ok(())
    }

    /// Puts another warrant in the place of the one that was. [`StoreError::Taken`] if the session has another delegation that has not ended.
    pub async fn warrant_set(&mut self, tenant: TenantId, id: DelegationId, session: SessionId, hash: &[u8; 32], jkt: &str) -> Result<(), StoreError> {
        let sql = "UPDATE delegation SET session_id = $3, warrant_hash = $4, warrant_jkt = $5 WHERE tenant_id = $1 AND id = $2";
        self.sql(sql).bind(tenant).bind(id).bind(session).bind(hash).bind(jkt).run().await?;
        Ok(())
    }
}
