//! Cases as they stand here.

use countersign_domain::{
    CaseId, PersonId, TenantId,
    case::{Case, Priority},
};

use crate::{Lock, StoreError, Tx, value::Row};

/// A case with what is only shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// What decides.
    pub case: Case,
    /// What it is about, in a line.
    pub title: String,
    /// How pressing it is.
    pub priority: Priority,
}

fn row(r: &mut Row) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        case: Case {
            id: r.take()?,
            tenant: r.take()?,
            key: r.take()?,
            customer: r.take()?,
            assignee: r.take()?,
            state: r.take()?,
            opened_at: r.take()?,
            changed_at: r.take()?,
        },
        title: r.take()?,
        priority: r.take()?,
    })
}

const SELECT: &str = "SELECT id, tenant_id, key, customer_id, assignee_id, state, opened_at, changed_at, title, priority FROM case_file";
/// The most that a list holds. Open cases come first, then the newest.
const LISTED: &str = "ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, opened_at DESC, id DESC LIMIT 500";

impl Tx {
    /// Adds a case. [`StoreError::Taken`] if the tenant has one of that key.
    pub async fn case_insert(&mut self, case: &Case, title: &str, priority: Priority) -> Result<(), StoreError> {
        let sql = "INSERT INTO case_file (id, tenant_id, key, customer_id, assignee_id, state, opened_at, changed_at, title, priority)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let query = self.sql(sql).bind(case.id).bind(case.tenant).bind(&case.key).bind(case.customer).bind(case.assignee);
        query.bind(case.state).bind(case.opened_at).bind(case.changed_at).bind(title).bind(priority).run().await?;
        Ok(())
    }

    /// One case.
    pub async fn case(&mut self, tenant: TenantId, id: CaseId, lock: Lock) -> Result<Option<CaseRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND id = $2"]).bind(tenant).bind(id).lock(lock).one_fact(row).await
    }

    /// The cases of whom they are given to: open ones first, then the newest, at most 500.
    pub async fn cases_of(&mut self, tenant: TenantId, assignee: PersonId) -> Result<Vec<CaseRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND assignee_id = $2", LISTED]).bind(tenant).bind(assignee).all(row).await
    }

    /// The cases of a tenant: open ones first, then the newest, at most 500.
    pub async fn cases(&mut self, tenant: TenantId) -> Result<Vec<CaseRow>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1", LISTED]).bind(tenant).all(row).await
    }

    /// Stores what a transition has changed: state, assignee, time.
    pub async fn case_update(&mut self, case: &Case) -> Result<(), StoreError> {
        let sql = "UPDATE case_file SET state = $3, assignee_id = $4, changed_at = $5 WHERE tenant_id = $1 AND id = $2";
        self.sql(sql).bind(case.tenant).bind(case.id).bind(case.state).bind(case.assignee).bind(case.changed_at).run().await?;
        Ok(())
    }
}
