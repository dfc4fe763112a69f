//! The first admin of a service that has none.

use countersign_domain::{AccountId, Code, PersonId, Secret, TenantId, person::Role};
use countersign_store::{AccountRow, PersonRow, TenantRow, Tx};
use countersign_trail::{Actor, Kind};

use crate::{Engine, Refusal, person::check_name, session::password};

/// Label under which the store keeps the one-time token's fingerprint.
const SETUP: &str = "setup";

impl Engine {
    /// Whether there is nobody yet.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn setup_needed(&self) -> Result<bool, Refusal> {
        Ok(self.tenants().await?.is_empty())
    }

    /// A one-time token for making the first admin, which ends the one before; none once there is a tenant.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn setup_token(&self) -> Result<Option<Secret>, Refusal> {
        let token = self.secret("");
        let hash = hex(&token.fingerprint(SETUP));
        let given = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    if !tx.tenants().await?.is_empty() {
                        return Ok(false);
                    }
                    tx.setting_put(SETUP, &hash).await?;
                    Ok::<_, Refusal>(true)
                })
            })
            .await?;
        Ok(given.then_some(token))
    }

    /// Makes the tenant and its first admin.
    ///
    /// # Errors
    /// `refused`, if the token is not the one or there is a tenant already.
    pub async fn setup(&self, token: &Secret, tenant_name: &str, login: &str, chosen: &Secret) -> Result<(), Refusal> {
        check_name(login)?;
        let tenant_name = tenant_name.trim().to_owned();
        if tenant_name.is_empty() || tenant_name.chars().count() > 80 {
            return Err(Refusal::invalid("the company's name has 1 to 80 characters"));
        }
        password::acceptable(chosen, login)?;
        let phc = password::hash(chosen, self.entropy()).await?;
        let (engine, hash, login) = (self.clone(), hex(&token.fingerprint(SETUP)), login.to_owned());
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    let known = tx.setting(SETUP).await?;
                    if known.as_deref() != Some(hash.as_str()) || !tx.tenants().await?.is_empty() {
                        return Err(Refusal::new(Code::Refused, "this link is over; start the service again to get a new one"));
                    }
                    tx.setting_put(SETUP, "").await?;
                    let tenant = tenant(&engine, tx, &tenant_name).await?;
                    let person = member(&engine, tx, tenant, &login, Some(phc), &[Role::Admin], &[]).await?;
                    let mut line = engine.line(Kind::TenantSetUp, engine.now(), tenant, Actor::Person(person), engine.correlation());
                    line.person = Some(person);
                    engine.append(tx, &line).await
                })
            })
            .await?;
        self.wake_sequencer();
        Ok(())
    }
}

pub(crate) async fn tenant(engine: &Engine, tx: &mut Tx, name: &str) -> Result<TenantId, Refusal> {
    let now = engine.now();
    let id = TenantId::new(now, engine.entropy());
    tx.tenant_insert(&TenantRow { id, name: name.to_owned(), created_at: now }).await?;
    let mut line = engine.line(Kind::PolicyLoad, now, id, Actor::Service, engine.correlation());
    line.code = Some(engine.bundle().version().to_owned());
    engine.append(tx, &line).await?;
    Ok(id)
}

/// A person with an account, roles and groups.
pub(crate) async fn member(
    engine: &Engine,
    tx: &mut Tx,
    tenant: TenantId,
    name: &str,
    password_hash: Option<String>,
    roles: &[Role],
    groups: &[String],
) -> Result<PersonId, Refusal> {
    let now = engine.now();
    let id = PersonId::new(now, engine.entropy());
    tx.person_insert(&PersonRow { tenant, id, name: name.to_owned(), customer: None, created_at: now }).await?;
    let account = AccountRow { id: AccountId::new(now, engine.entropy()), tenant, person: id, login: name.to_owned(), password_hash };
    tx.account_insert(&account, now).await?;
    tx.roles_set(tenant, id, roles).await?;
    tx.groups_set(tenant, id, groups).await?;
    Ok(id)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut out, b| {
        use std::fmt::Write as _;
        let _ = write!(out, "{b:02x}");
        out
    })
}
