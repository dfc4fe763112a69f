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
        let (engine, hash) = (self.clone(), hex(&token.fingerprint(SETUP)));
        let shown = hash.clone();
        // Before the hashing, which is dear, and again in the transaction, which alone decides.
        self.store().read(move |tx| Box::pin(async move { good(tx, &shown).await })).await?;
        check_name(login)?;
        let tenant_name = tenant_name.trim().to_owned();
        if tenant_name.is_empty() || tenant_name.chars().count() > 80 {
            return Err(Refusal::invalid("the company's name has 1 to 80 characters"));
        }
        password::acceptable(chosen, login)?;
        let phc = password::hash(chosen, self.entropy()).await?;
        let login = login.to_owned();
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    good(tx, &hash).await?;
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

/// Whether the link is the last one, and there is nobody yet.
async fn good(tx: &mut Tx, hash: &str) -> Result<(), Refusal> {
    let known = tx.setting(SETUP).await?;
    if known.as_deref() != Some(hash) || !tx.tenants().await?.is_empty() {
        return Err(Refusal::new(Code::Refused, "this link is over; start the service again to get a new one"));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    };

    use countersign_domain::{Clock, Entropy, Timestamp};
    use countersign_oauth::{mtls::Certificates, seal::MasterKey};
    use countersign_policy::Bundle;
    use countersign_store::testing;
    use zeroize::Zeroizing;

    use super::*;
    use crate::Settings;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_795_181_527)
        }
    }

    /// Different bytes at each call, the same in each run.
    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, buf: &mut [u8]) {
            buf.fill(self.0.fetch_add(1, Ordering::SeqCst));
        }
    }

    #[tokio::test]
    async fn only_who_has_the_link_has_a_password_hashed() {
        let database = testing::sqlite().await;
        let settings =
            Settings { issuer: "https://sts.example".into(), embedded: false, sample: false, version: "0.0.0".into(), certificates: Certificates::Unseen };
        let (bundle, master) = (Bundle::default_bundle().unwrap(), MasterKey::new(Zeroizing::new([1; 32])));
        let engine = Engine::open(database.store.clone(), bundle, master, Arc::new(Still), Arc::new(Counting(AtomicU8::new(0))), settings).await.unwrap();
        let old = engine.setup_token().await.unwrap().unwrap();
        let link = engine.setup_token().await.unwrap().unwrap();
        let chosen = Secret::new("four random words".into());
        // Whoever gets as far as the hashing is told that it is busy.
        let crowd = password::tests::crowd().await;
        for (token, code) in [(Secret::new("made up".into()), Code::Refused), (old, Code::Refused), (link, Code::Busy)] {
            assert_eq!(engine.setup(&token, "acme", "ruth", &chosen).await.unwrap_err().code, code);
        }
        drop(crowd);
    }
}
