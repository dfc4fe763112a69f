//! Proposed versions of contracts, and what became of them.

use countersign_domain::{ContractChangeId, PersonId, TenantId, Timestamp, canonical::Digest, contract::Contract};

use crate::{Lock, StoreError, Tx, value::Row};

/// A proposed version of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractChangeRow {
    /// Its id.
    pub id: ContractChangeId,
    /// Whose API it is.
    pub tenant: TenantId,
    /// The version that it would follow; 0 for an API that is new.
    pub base_version: i64,
    /// What is proposed.
    pub contract: Contract,
    /// What a reviewer saw.
    pub digest: Digest,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: Timestamp,
    /// `waiting`, `accepted`, `refused` or `withdrawn`.
    pub state: String,
    /// Who brought it there.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

const SELECT: &str = "SELECT id, tenant_id, base_version, contract, digest, proposed_by, proposed_at, state, decided_by, decided_at FROM contract_change";

fn row(r: &mut Row) -> Result<ContractChangeRow, StoreError> {
    let (id, tenant, base_version, text) = (r.take()?, r.take()?, r.take()?, r.take::<String>()?);
    let contract = serde_json::from_str(&text).map_err(|e| StoreError::Corrupt(format!("a contract is not one: {e}")))?;
    let (digest, proposed_by, proposed_at) = (r.take()?, r.take()?, r.take()?);
    let (state, decided_by, decided_at) = (r.take()?, r.take()?, r.take()?);
    Ok(ContractChangeRow { id, tenant, base_version, contract, digest, proposed_by, proposed_at, state, decided_by, decided_at })
}

impl Tx {
    /// Adds a proposal. [`StoreError::Taken`] if another one of the same API waits.
    pub async fn contract_change_insert(&mut self, c: &ContractChangeRow) -> Result<(), StoreError> {
        let text = serde_json::to_string(&c.contract).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let sql = "INSERT INTO contract_change (id, tenant_id, key, base_version, contract, digest, proposed_by, proposed_at, state, decided_by, decided_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let query = self.sql(sql).bind(c.id).bind(c.tenant).bind(&c.contract.key).bind(c.base_version).bind(text).bind(c.digest);
        query.bind(c.proposed_by).bind(c.proposed_at).bind(&c.state).bind(c.decided_by).bind(c.decided_at).run().await?;
        Ok(())
    }

    /// Stores what became of a proposal.
    pub async fn contract_change_update(&mut self, c: &ContractChangeRow) -> Result<(), StoreError> {
        let sql = "UPDATE contract_change SET state = $3, decided_by = $4, decided_at = $5 WHERE tenant_id = $1 AND id = $2";
        self.sql(sql).bind(c.tenant).bind(c.id).bind(&c.state).bind(c.decided_by).bind(c.decided_at).run().await?;
        Ok(())
    }

    /// One proposal.
    pub async fn contract_change(&mut self, tenant: TenantId, id: ContractChangeId, lock: Lock) -> Result<Option<ContractChangeRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND id = $2"]).bind(tenant).bind(id).lock(lock).one(row).await
    }

    /// All of a tenant, newest first, at most 500.
    pub async fn contract_changes(&mut self, tenant: TenantId) -> Result<Vec<ContractChangeRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 ORDER BY proposed_at DESC, id DESC LIMIT 500"]).bind(tenant).all(row).await
    }
}
