//! What was answered to an act, so that a retry after a lost answer does nothing twice. Answers that hold a secret never come here.

use countersign_domain::{PersonId, TenantId, Timestamp};

use crate::{StoreError, Tx, value::Row};

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRow {
    /// Digest of what was asked: the same key with another input is a mistake.
    pub input_digest: [u8; 32],
    /// The answer, as JSON text.
    pub answer: String,
}

fn row(r: &mut Row) -> Result<IdempotencyRow, StoreError> {
    Ok(IdempotencyRow { input_digest: r.take()?, answer: r.take()? })
}

impl Tx {
    /// What was answered under this key.
    pub async fn idempotency_get(&mut self, tenant: TenantId, person: PersonId, operation: &str, key: &str) -> Result<Option<IdempotencyRow>, StoreError> {
        let sql = "SELECT input_digest, answer FROM idempotency WHERE tenant_id = $1 AND person_id = $2 AND operation = $3 AND key = $4";
        self.sql(sql).bind(tenant).bind(person).bind(operation).bind(key).one(row).await
    }

    /// Keeps what is answered under this key. [`StoreError::Taken`] if the same act was done at the same moment; a retry finds its answer.
    pub async fn idempotency_put(
        &mut self,
        tenant: TenantId,
        person: PersonId,
        operation: &str,
        key: &str,
        given: &IdempotencyRow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO idempotency (tenant_id, person_id, operation, key, input_digest, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let query = self.sql(sql).bind(tenant).bind(person).bind(operation).bind(key);
        query.bind(&given.input_digest).bind(&given.answer).bind(now).run().await?;
        Ok(())
    }
}
