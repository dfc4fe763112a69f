//! Customers: a random id of ours, and beside it what APIs call them.

use countersign_domain::{CustomerId, TenantId};

use crate::{StoreError, Tx, value::Row};

impl Tx {
    /// The id of the customer whom APIs call `subject`: the one that is there, or `fresh`.
    pub async fn customer_upsert(&mut self, tenant: TenantId, subject: &str, fresh: CustomerId) -> Result<CustomerId, StoreError> {
        let sql = "INSERT INTO customer (id, tenant_id, subject) VALUES ($3, $1, $2) ON CONFLICT (tenant_id, subject) DO NOTHING";
        self.sql(sql).bind(tenant).bind(subject).bind(fresh).run().await?;
        let id = self.sql("SELECT id FROM customer WHERE tenant_id = $1 AND subject = $2").bind(tenant).bind(subject).one(Row::take).await?;
        // A statement that begins after the conflict sees the row that won.
        id.ok_or(StoreError::Busy)
    }

    /// The customer whom APIs call `subject`, if there is one.
    pub async fn customer_by_subject(&mut self, tenant: TenantId, subject: &str) -> Result<Option<CustomerId>, StoreError> {
        self.sql("SELECT id FROM customer WHERE tenant_id = $1 AND subject = $2").bind(tenant).bind(subject).one_fact(Row::take).await
    }

    /// What APIs call a customer.
    pub async fn customer(&mut self, tenant: TenantId, id: CustomerId) -> Result<Option<String>, StoreError> {
        self.sql("SELECT subject FROM customer WHERE tenant_id = $1 AND id = $2").bind(tenant).bind(id).one_fact(Row::take).await
    }
}
