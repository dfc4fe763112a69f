//! People, the account that each signs in with, their roles and groups, and the links by which they join.

use std::fmt;

use countersign_domain::{AccountId, CustomerId, InviteId, PersonId, TenantId, Timestamp, person::Role};

use crate::{Lock, StoreError, Tx, value::Row};

/// A human being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Whose they are.
    pub tenant: TenantId,
    /// Their id.
    pub id: PersonId,
    /// What others call them.
    pub name: String,
    /// The customer that they themselves are, if any.
    pub customer: Option<CustomerId>,
    /// When they were made known.
    pub created_at: Timestamp,
}

/// What a person signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who signs in with it.
    pub person: PersonId,
    /// Unique across tenants.
    pub login: String,
    /// argon2id, as a PHC string; none before they joined.
    pub password_hash: Option<String>,
}

impl fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRow").field("id", &self.id).field("person", &self.person).field("joined", &self.password_hash.is_some()).finish_non_exhaustive()
    }
}

/// A link that is good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteRow {
    /// Its id.
    pub id: InviteId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who joins by it.
    pub person: PersonId,
    /// Fingerprint of the link's secret.
    pub token_hash: [u8; 32],
    /// When it is over.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// Who invited.
    pub created_by: Option<PersonId>,
}

fn person(r: &mut Row) -> Result<PersonRow, StoreError> {
    Ok(PersonRow { tenant: r.take()?, id: r.take()?, name: r.take()?, customer: r.take()?, created_at: r.take()? })
}

fn account(r: &mut Row) -> Result<AccountRow, StoreError> {
    Ok(AccountRow { id: r.take()?, tenant: r.take()?, person: r.take()?, login: r.take()?, password_hash: r.take()? })
}

fn invite(r: &mut Row) -> Result<InviteRow, StoreError> {
    Ok(InviteRow {
        id: r.take()?,
        tenant: r.take()?,
        person: r.take()?,
        token_hash: r.take()?,
        expires_at: r.take()?,
        used_at: r.take()?,
        created_by: r.take()?,
    })
}

const PERSON: &str = "SELECT p.tenant_id, p.id, p.name, p.customer_id, p.created_at FROM person p";
const ACCOUNT: &str = "SELECT id, tenant_id, person_id, login, password_hash FROM account";

impl Tx {
    /// Adds a person.
    pub async fn person_insert(&mut self, row: &PersonRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO person (id, tenant_id, name, customer_id, created_at) VALUES ($1, $2, $3, $4, $5)";
        self.sql(sql).bind(row.id).bind(row.tenant).bind(&row.name).bind(row.customer).bind(row.created_at).run().await?;
        Ok(())
    }

    /// One person.
    pub async fn person(&mut self, tenant: TenantId, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        self.sql([PERSON, "WHERE p.tenant_id = $1 AND p.id = $2"]).bind(tenant).bind(id).one_fact(person).await
    }

    /// Everybody, by name.
    pub async fn people(&mut self, tenant: TenantId) -> Result<Vec<PersonRow>, StoreError> {
        self.sql([PERSON, "WHERE p.tenant_id = $1 ORDER BY p.name, p.id"]).bind(tenant).all(person).await
    }

    /// The roles that a person holds, in the order in which roles are shown.
    pub async fn roles(&mut self, tenant: TenantId, person: PersonId) -> Result<Vec<Role>, StoreError> {
        let sql = "SELECT role FROM person_role WHERE tenant_id = $1 AND person_id = $2";
        let mut roles: Vec<Role> = self.sql(sql).bind(tenant).bind(person).all_facts(Row::take).await?;
        roles.sort_unstable();
        Ok(roles)
    }

    /// Gives a person exactly these roles.
    pub async fn roles_set(&mut self, tenant: TenantId, person: PersonId, roles: &[Role]) -> Result<(), StoreError> {
        self.sql("DELETE FROM person_role WHERE tenant_id = $1 AND person_id = $2").bind(tenant).bind(person).run().await?;
        for role in roles {
            let sql = "INSERT INTO person_role (tenant_id, person_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            self.sql(sql).bind(tenant).bind(person).bind(*role).run().await?;
        }
        Ok(())
    }

    /// The groups that a person is in, by name.
    pub async fn groups(&mut self, tenant: TenantId, person: PersonId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM person_group WHERE tenant_id = $1 AND person_id = $2 ORDER BY name";
        self.sql(sql).bind(tenant).bind(person).all_facts(Row::take).await
    }

    /// Puts a person in exactly these groups.
    pub async fn groups_set(&mut self, tenant: TenantId, person: PersonId, groups: &[String]) -> Result<(), StoreError> {
        self.sql("DELETE FROM person_group WHERE tenant_id = $1 AND person_id = $2").bind(tenant).bind(person).run().await?;
        for group in groups {
            let sql = "INSERT INTO person_group (tenant_id, person_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            self.sql(sql).bind(tenant).bind(person).bind(group).run().await?;
        }
        Ok(())
    }

    /// Who could sign as a member of `group`: those in it who hold the role approver and have joined. By name.
    pub async fn group_members(&mut self, tenant: TenantId, group: &str) -> Result<Vec<PersonRow>, StoreError> {
        let sql = "JOIN person_group g ON g.tenant_id = p.tenant_id AND g.person_id = p.id AND g.name = $2
            JOIN person_role r ON r.tenant_id = p.tenant_id AND r.person_id = p.id AND r.role = 'approver'
            JOIN account a ON a.tenant_id = p.tenant_id AND a.person_id = p.id AND a.password_hash IS NOT NULL
            WHERE p.tenant_id = $1 ORDER BY p.name, p.id";
        self.sql([PERSON, sql]).bind(tenant).bind(group).all_facts(person).await
    }

    /// Adds an account. [`StoreError::Taken`] if the login is anybody's, of whatever tenant.
    pub async fn account_insert(&mut self, row: &AccountRow, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO account (id, tenant_id, person_id, login, password_hash, changed_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let query = self.sql(sql).bind(row.id).bind(row.tenant).bind(row.person).bind(&row.login);
        query.bind(row.password_hash.as_deref()).bind(now).run().await?;
        Ok(())
    }

    /// Whose login this is. Logins are unique across tenants, and tell the tenant.
    pub async fn account_by_login(&mut self, login: &str) -> Result<Option<AccountRow>, StoreError> {
        self.sql([ACCOUNT, "WHERE login = $1"]).bind(login).one(account).await
    }

    /// A person's account.
    pub async fn account_by_person(&mut self, tenant: TenantId, person: PersonId) -> Result<Option<AccountRow>, StoreError> {
        self.sql([ACCOUNT, "WHERE tenant_id = $1 AND person_id = $2"]).bind(tenant).bind(person).one(account).await
    }

    /// Sets a person's password, as a PHC string.
    pub async fn password_set(&mut self, tenant: TenantId, person: PersonId, phc: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE account SET password_hash = $3, changed_at = $4 WHERE tenant_id = $1 AND person_id = $2";
        self.sql(sql).bind(tenant).bind(person).bind(phc).bind(now).run().await?;
        Ok(())
    }

    /// Adds an invitation; earlier ones of the same person that were not used are good no more.
    pub async fn invite_insert(&mut self, row: &InviteRow) -> Result<(), StoreError> {
        let sql = "UPDATE invite SET superseded_by = $3 WHERE tenant_id = $1 AND person_id = $2 AND used_at IS NULL AND superseded_by IS NULL";
        self.sql(sql).bind(row.tenant).bind(row.person).bind(row.id).run().await?;
        let sql = "INSERT INTO invite (id, tenant_id, person_id, token_hash, expires_at, used_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let query = self.sql(sql).bind(row.id).bind(row.tenant).bind(row.person).bind(&row.token_hash);
        query.bind(row.expires_at).bind(row.used_at).bind(row.created_by).run().await?;
        Ok(())
    }

    /// The invitation behind a link, used and over ones too; none if a newer one stands in its place.
    /// By fingerprint alone: it tells the tenant.
    pub async fn invite_by_hash(&mut self, hash: &[u8; 32], lock: Lock) -> Result<Option<InviteRow>, StoreError> {
        let sql = "SELECT id, tenant_id, person_id, token_hash, expires_at, used_at, created_by FROM invite WHERE token_hash = $1 AND superseded_by IS NULL";
        self.sql(sql).bind(hash).lock(lock).one(invite).await
    }

    /// Uses an invitation up; false if somebody did before, or a newer one stands in its place.
    pub async fn invite_use(&mut self, tenant: TenantId, id: InviteId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE invite SET used_at = $3 WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND superseded_by IS NULL";
        Ok(self.sql(sql).bind(tenant).bind(id).bind(now).run().await? == 1)
    }

    /// Everybody who ever made a link for this person, used or not: whoever holds a link can become the person.
    pub async fn inviters(&mut self, tenant: TenantId, person: PersonId) -> Result<Vec<PersonId>, StoreError> {
        let sql = "SELECT DISTINCT created_by FROM invite WHERE tenant_id = $1 AND person_id = $2 AND created_by IS NOT NULL ORDER BY created_by";
        self.sql(sql).bind(tenant).bind(person).all_facts(Row::take).await
    }
}
