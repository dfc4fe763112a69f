//! APIs by their contracts, every version of which is kept.

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
    /// Whether it stands in the operator's file, and is changed there.
    pub by_file: bool,
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

fn row(r: &mut Row) -> Result<ApiRow, StoreError> {
    let (id, tenant, version, text, changed_at, by_file) = (r.take()?, r.take()?, r.take()?, r.take::<String>()?, r.take()?, r.take()?);
    let contract = serde_json::from_str(&text).map_err(|e| StoreError::Corrupt(format!("a contract is not one: {e}")))?;
    Ok(ApiRow { id, tenant, version, contract, changed_at, by_file })
}

const SELECT: &str = "SELECT id, tenant_id, version, contract, changed_at, by_file FROM api";

impl Tx {
    /// Registers a contract under its key. An unchanged one keeps its version; `fresh` is the id of an API that is new.
    /// [`StoreError::Taken`] if another API of the tenant has its audience.
    pub async fn api_upsert(&mut self, tenant: TenantId, fresh: ApiId, contract: &Contract, by_file: bool, now: Timestamp) -> Result<ApiChange, StoreError> {
        let text = serde_json::to_string(contract).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let known = self.sql([SELECT, "WHERE tenant_id = $1 AND key = $2"]).bind(tenant).bind(&contract.key).lock(Lock::Update).one(row).await?;
        let change = match known {
            Some(api) if api.contract == *contract && api.by_file == by_file => return Ok(ApiChange { id: api.id, version: api.version, changed: false }),
            Some(api) => {
                let sql = "UPDATE api SET audience = $3, version = $4, contract = $5, changed_at = $6, by_file = $7 WHERE tenant_id = $1 AND id = $2";
                let query = self.sql(sql).bind(tenant).bind(api.id).bind(&contract.audience).bind(api.version + 1);
                query.bind(&text).bind(now).bind(by_file).run().await?;
                ApiChange { id: api.id, version: api.version + 1, changed: true }
            }
            None => {
                let sql = "INSERT INTO api (id, tenant_id, key, audience, version, contract, changed_at, by_file) VALUES ($1, $2, $3, $4, 1, $5, $6, $7)";
                self.sql(sql).bind(fresh).bind(tenant).bind(&contract.key).bind(&contract.audience).bind(&text).bind(now).bind(by_file).run().await?;
                ApiChange { id: fresh, version: 1, changed: true }
            }
        };
        let sql = "INSERT INTO api_version (tenant_id, api_id, version, contract, at) VALUES ($1, $2, $3, $4, $5)";
        self.sql(sql).bind(tenant).bind(change.id).bind(change.version).bind(text).bind(now).run().await?;
        Ok(change)
    }

    /// One API.
    pub async fn api(&mut self, tenant: TenantId, id: ApiId, lock: Lock) -> Result<Option<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND id = $2"]).bind(tenant).bind(id).lock(lock).one_fact(row).await
    }

    /// The API whose tokens have this `aud`.
    pub async fn api_by_audience(&mut self, tenant: TenantId, audience: &str) -> Result<Option<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND audience = $2"]).bind(tenant).bind(audience).one_fact(row).await
    }

    /// The APIs of this audience in all tenants, by tenant: an audience is unique in one tenant alone.
    pub async fn apis_of_audience(&mut self, audience: &str) -> Result<Vec<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE audience = $1 ORDER BY tenant_id"]).bind(audience).all(row).await
    }

    /// All of a tenant, by key.
    pub async fn apis(&mut self, tenant: TenantId) -> Result<Vec<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 ORDER BY key"]).bind(tenant).all_facts(row).await
    }

    /// The versions of an API's contract, newest first: each with its number and since when.
    pub async fn api_versions(&mut self, tenant: TenantId, id: ApiId) -> Result<Vec<(i64, Timestamp)>, StoreError> {
        let sql = "SELECT version, at FROM api_version WHERE tenant_id = $1 AND api_id = $2 ORDER BY version DESC";
        self.sql(sql).bind(tenant).bind(id).all(|r| Ok((r.take()?, r.take()?))).await
    }

    /// The API of this key.
    pub async fn api_by_key(&mut self, tenant: TenantId, key: &str, lock: Lock) -> Result<Option<ApiRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND key = $2"]).bind(tenant).bind(key).lock(lock).one(row).await
    }
}
