//! Customers who are present, each by a token of theirs that was shown.

use countersign_domain::{PresenceId, TenantId, presence::Presence};

use crate::{Lock, StoreError, Tx, value::Row};

const SELECT: &str = "SELECT id, tenant_id, issuer, customer_id, client_id, audience, token_hash, transaction_id, seen_at, expires_at FROM presence";

fn presence(r: &mut Row) -> Result<Presence, StoreError> {
    Ok(Presence {
        id: r.take()?,
        tenant: r.take()?,
        issuer: r.take()?,
        customer: r.take()?,
        client: r.take()?,
        audience: r.take()?,
        hash: r.take()?,
        transaction: r.take()?,
        seen_at: r.take()?,
        expires_at: r.take()?,
    })
}

impl Tx {
    /// What the token with this fingerprint is kept as: the one that is there, or `fresh`.
    pub async fn presence_upsert(&mut self, fresh: &Presence) -> Result<Presence, StoreError> {
        let sql = "INSERT INTO presence (id, tenant_id, issuer, customer_id, client_id, audience, token_hash, transaction_id, seen_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant_id, token_hash) DO NOTHING";
        let query = self.sql(sql).bind(fresh.id).bind(fresh.tenant).bind(&fresh.issuer).bind(fresh.customer).bind(&fresh.client).bind(&fresh.audience);
        let query = query.bind(&fresh.hash).bind(fresh.transaction).bind(fresh.seen_at).bind(fresh.expires_at);
        query.run().await?;
        // A statement that begins after the conflict sees the row that won.
        let kept = self.sql([SELECT, "WHERE tenant_id = $1 AND token_hash = $2"]).bind(fresh.tenant).bind(&fresh.hash).one(presence).await?;
        kept.ok_or(StoreError::Busy)
    }

    /// One of them.
    pub async fn presence(&mut self, tenant: TenantId, id: PresenceId, lock: Lock) -> Result<Option<Presence>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND id = $2"]).bind(tenant).bind(id).lock(lock).one(presence).await
    }
}
