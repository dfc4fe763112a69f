//! Tenants, and settings of the whole service.

use countersign_domain::{TenantId, Timestamp};

use crate::{StoreError, Tx, value::Row};

/// A company or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// Its id.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

fn tenant(r: &mut Row) -> Result<TenantRow, StoreError> {
    Ok(TenantRow { id: r.take()?, name: r.take()?, created_at: r.take()? })
}

const SELECT: &str = "SELECT id, name, created_at FROM tenant";

impl Tx {
    /// Adds one.
    pub async fn tenant_insert(&mut self, row: &TenantRow) -> Result<(), StoreError> {
        self.sql("INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3)").bind(row.id).bind(&row.name).bind(row.created_at).run().await?;
        Ok(())
    }

    /// One of them.
    pub async fn tenant(&mut self, id: TenantId) -> Result<Option<TenantRow>, StoreError> {
        self.sql([SELECT, "WHERE id = $1"]).bind(id).one(tenant).await
    }

    /// All of them, oldest first.
    pub async fn tenants(&mut self) -> Result<Vec<TenantRow>, StoreError> {
        self.sql([SELECT, "ORDER BY created_at, id"]).all(tenant).await
    }

    /// A setting of the service. Settings belong to no tenant.
    pub async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        self.sql("SELECT value FROM setting WHERE key = $1").bind(key).one(Row::take).await
    }

    /// Sets a setting.
    pub async fn setting_put(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.sql(sql).bind(key).bind(value).run().await?;
        Ok(())
    }
}
