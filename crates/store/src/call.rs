//! Calls to APIs made through the console: announced before, reported after.

use countersign_domain::{CallId, DelegationId, TenantId, Timestamp, canonical::Committed};

use crate::{Lock, StoreError, Tx, value::Row};

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// Its id.
    pub id: CallId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it is made under.
    pub delegation: DelegationId,
    /// When it was announced.
    pub intended_at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path, unless it was erased.
    pub path: Option<Committed>,
    /// When its outcome was told.
    pub reported_at: Option<Timestamp>,
    /// The HTTP status that was told; none if no answer came.
    pub status: Option<u16>,
}

fn call(r: &mut Row) -> Result<CallRow, StoreError> {
    Ok(CallRow {
        id: r.take()?,
        tenant: r.take()?,
        delegation: r.take()?,
        intended_at: r.take()?,
        method: r.take()?,
        path: committed(r)?,
        reported_at: r.take()?,
        status: r.take()?,
    })
}

/// A text and its salt; both are there or both were erased.
pub(crate) fn committed(r: &mut Row) -> Result<Option<Committed>, StoreError> {
    let (text, salt): (Option<String>, Option<[u8; 32]>) = (r.take()?, r.take()?);
    Ok(text.zip(salt).map(|(text, salt)| Committed { text, salt }))
}

impl Tx {
    /// Announces a call, and counts it.
    pub async fn call_insert(
        &mut self,
        tenant: TenantId,
        id: CallId,
        delegation: DelegationId,
        now: Timestamp,
        method: &str,
        path: &Committed,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO api_call (id, tenant_id, delegation_id, intended_at, method, path, path_salt) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        self.sql(sql).bind(id).bind(tenant).bind(delegation).bind(now).bind(method).bind(&path.text).bind(&path.salt).run().await?;
        self.sql("UPDATE delegation SET calls = calls + 1 WHERE tenant_id = $1 AND id = $2").bind(tenant).bind(delegation).run().await?;
        Ok(())
    }

    /// One call.
    pub async fn call(&mut self, tenant: TenantId, id: CallId, lock: Lock) -> Result<Option<CallRow>, StoreError> {
        let sql =
            "SELECT id, tenant_id, delegation_id, intended_at, method, path, path_salt, reported_at, status FROM api_call WHERE tenant_id = $1 AND id = $2";
        self.sql(sql).bind(tenant).bind(id).lock(lock).one(call).await
    }

    /// Keeps what came of a call; false if that was told before.
    pub async fn call_report(&mut self, tenant: TenantId, id: CallId, now: Timestamp, status: Option<u16>) -> Result<bool, StoreError> {
        let sql = "UPDATE api_call SET reported_at = $3, status = $4 WHERE tenant_id = $1 AND id = $2 AND reported_at IS NULL";
        Ok(self.sql(sql).bind(tenant).bind(id).bind(now).bind(status).run().await? == 1)
    }
}
