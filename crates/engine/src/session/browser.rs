//! The browser's own sign-in: a password, and a cookie of which only the fingerprint is kept.

use countersign_domain::{Code, PersonId, Secret, TenantId};
use countersign_store::{AccountRow, BrowserRow, Tx};
use countersign_trail::{Actor, Kind};

use crate::{
    Engine, Refusal,
    session::{BROWSER_TTL, BrowserPerson, SamplePerson, password},
};

/// Label under which the store keeps the cookie's fingerprint.
const BROWSER: &str = "browser";

impl Engine {
    /// Whom the browser with this cookie is signed in as.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn browser_person(&self, cookie: &Secret) -> Result<Option<BrowserPerson>, Refusal> {
        let (hash, now) = (cookie.fingerprint(BROWSER), self.now());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    match tx.browser(&hash).await? {
                        Some(row) if row.expires_at > now => known(tx, row.tenant, row.person, row.auth_time).await,
                        _ => Ok(None),
                    }
                })
            })
            .await
    }

    /// Signs a browser in. One sentence for every mistake, and the same work whether the login is known or not.
    ///
    /// # Errors
    /// `not_signed_in`.
    pub async fn browser_sign_in(&self, login: &str, password: &Secret) -> Result<(Secret, BrowserPerson), Refusal> {
        let account = self.prove(login, password).await?;
        let cookie = self.secret("");
        let now = self.now();
        let row = BrowserRow {
            cookie_hash: cookie.fingerprint(BROWSER),
            tenant: account.tenant,
            person: account.person,
            auth_time: now,
            expires_at: now + BROWSER_TTL,
        };
        let person = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    tx.browser_insert(&row).await?;
                    known(tx, row.tenant, row.person, row.auth_time).await
                })
            })
            .await?;
        person.map(|p| (cookie, p)).ok_or_else(wrong)
    }

    /// Signs a browser out.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn browser_sign_out(&self, cookie: &Secret) -> Result<(), Refusal> {
        let hash = cookie.fingerprint(BROWSER);
        self.store().write(move |tx| Box::pin(async move { Ok(tx.browser_delete(&hash).await?) })).await
    }

    /// The people of the sample workspace; nobody anywhere else.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn sample_people(&self) -> Result<Vec<SamplePerson>, Refusal> {
        if !self.settings().sample {
            return Ok(Vec::new());
        }
        self.store()
            .read(|tx| {
                Box::pin(async move {
                    let mut people = Vec::new();
                    for tenant in tx.tenants().await? {
                        for person in tx.people(tenant.id).await? {
                            let roles = tx.roles(tenant.id, person.id).await?;
                            people.push(SamplePerson { name: person.name, roles });
                        }
                    }
                    Ok(people)
                })
            })
            .await
    }

    /// Whose login and password these are.
    pub(crate) async fn prove(&self, login: &str, given: &Secret) -> Result<AccountRow, Refusal> {
        let wanted = login.trim().to_lowercase();
        let account = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.account_by_login(&wanted).await?) })).await?;
        let right = password::verify(given, account.as_ref().and_then(|a| a.password_hash.clone())).await?;
        match account {
            Some(account) if right => Ok(account),
            Some(account) => {
                self.record_wrong(account.tenant, account.person).await;
                Err(wrong())
            }
            None => Err(wrong()),
        }
    }

    async fn record_wrong(&self, tenant: TenantId, person: PersonId) {
        let mut line = self.line(Kind::SessionRefuse, self.now(), tenant, Actor::Service, self.correlation());
        line.person = Some(person);
        line.action = "password".into();
        self.record_refusal(line, &wrong()).await;
    }
}

pub(super) fn wrong() -> Refusal {
    Refusal::new(Code::NotSignedIn, "login or password is not right; try again, or ask an admin for a new link")
}

async fn known(tx: &mut Tx, tenant: TenantId, person: PersonId, auth_time: countersign_domain::Timestamp) -> Result<Option<BrowserPerson>, Refusal> {
    // Somebody without a role can't sign in.
    if tx.roles(tenant, person).await?.is_empty() {
        return Ok(None);
    }
    let (Some(row), Some(at)) = (tx.person(tenant, person).await?, tx.tenant(tenant).await?) else { return Ok(None) };
    Ok(Some(BrowserPerson { person, tenant, name: row.name, tenant_name: at.name, auth_time }))
}
