//! APIs by their contracts, every version of which is kept, and the clients that may introspect.

use countersign_domain::{ApiId, TenantId, Timestamp, contract::Contract};

use crate::{Lock, StoreError, Tx, value::Row};

/// An API as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRow {
    /// Its id.
    pub id: ApiId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The version of the contract that stands.
    pub version: i64,
    /// That contract.
    pub contract: Contract,
    /// Since when.
    pub changed_at: Timestamp,
}

/// What registering came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiChange {
    /// The API.
    pub id: ApiId,
    /// The version that stands.
    pub version: i64,
    /// Whether it is a new one.
    pub changed: bool,
}

/// A client that may introspect (RFC 7662 §2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// `client_id`; unique across tenants.
    pub id: String,
    /// Whose it is.
    pub tenant: TenantId,
    /// Fingerprint of its secret.
    pub secret_hash: [u8; 32],
    /// When it was made known.
    pub created_at: Timestamp,
}

fn row(r: &mut Row) -> Result<ApiRow, StoreError> {
    let (id, tenant, version, text, changed_at) = (r.take()?, r.take()?, r.take()?, r.take::<String>()?, r.take()?);
    let contract = serde_json::from_str(&text).map_err(|e| StoreError::Corrupt(format!("a contract is not one: {e}")))?;
    Ok(ApiRow { id, tenant, version, contract, changed_at })
}

fn client(r: &mut Row) -> Result<ClientRow, StoreError> {
    Ok(ClientRow { id: r.take()?, tenant: r.take()?, secret_hash: r.take()?, created_at: r.take()? })
}

const SELECT: &str = "SELECT id, tenant_id, version, contract, changed_at FROM api";

impl Tx {
    /// Registers a contract under its key. An unchanged one keeps its version; `fresh` is the id of an API that is new.
    /// [`StoreError::Taken`] if another API of the tenant has its audience.
    pub async fn api_upsert(&mut self, tenant: TenantId, fresh: ApiId, contract: &Contract, now: Timestamp) -> Result<ApiChange, StoreError> {
        let text = serde_json::to_string(contract).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let known = self.sql([SELECT, "WHERE tenant_id = $1 AND key = $2"]).bind(tenant).bind(&contract.key).lock(Lock::Update).one(row).await?;
        let change = match known {
            Some(api) if api.contract == *contract => return Ok(ApiChange { id: api.id, version: api.version, changed: false }),
            Some(api) => {
                let sql = "UPDATE api SET audience = $3, version = $4, contract = $5, changed_at = $6 WHERE tenant_id = $1 AND id = $2";
                let query = self.sql(sql).bind(tenant).bind(api.id).bind(&contract.audience).bind(api.version + 1);
                query.bind(&text).bind(now).run().await?;
                ApiChange { id: api.id, version: api.version + 1, changed: true }
            }
            None => {
                let sql = "INSERT INTO api (id, tenant_id, key, audience, version, contract, changed_at) VALUES ($1, $2, $3, $4, 1, $5, $6)";
                self.sql(sql).bind(fresh).bind(tenant).bind(&contract.key).bind(&contract.audience).bind(&text).bind(now).run().await?;
                ApiChange { id: fresh, version: 1, changed: true }
            }
        };
        let sql = "INSERT INTO api_version (tenant_id, api_id, version, contract, at) VALUES ($1, $2, $3, $4, $5)";
        self.sql(sql).bind(tenant).bind(change.id).bind(change.version).bind(text).bind(now).run().await?;
        Ok(change)
    }

    /// One API.
    pub async fn api(&mut self, tenant: TenantId, id: ApiId, lock: Lock) -> Result<Option<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND id = $2"]).bind(tenant).bind(id).lock(lock).one(row).await
    }

    /// The API whose tokens have this `aud`.
    pub async fn api_by_audience(&mut self, tenant: TenantId, audience: &str) -> Result<Option<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND audience = $2"]).bind(tenant).bind(audience).one(row).await
    }

    /// All of a tenant, by key.
    pub async fn apis(&mut self, tenant: TenantId) -> Result<Vec<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 ORDER BY key"]).bind(tenant).all(row).await
    }

    /// Makes a client known, or changes its secret. [`StoreError::Taken`] if another tenant has one of that name.
    pub async fn client_upsert(&mut self, tenant: TenantId, id: &str, secret_hash: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO client (id, tenant_id, secret_hash, created_at) VALUES ($2, $1, $3, $4)
            ON CONFLICT (id) DO UPDATE SET secret_hash = excluded.secret_hash WHERE client.tenant_id = excluded.tenant_id";
        let touched = self.sql(sql).bind(tenant).bind(id).bind(secret_hash).bind(now).run().await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Taken) }
    }

    /// One client. Its name is unique across tenants, and tells the tenant.
    pub async fn client(&mut self, id: &str) -> Result<Option<ClientRow>, StoreError> {
        self.sql("SELECT id, tenant_id, secret_hash, created_at FROM client WHERE id = $1").bind(id).one(client).await
    }
}
