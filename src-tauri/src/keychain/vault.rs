//! What the rest of the shell sees of the keychain: sign-ins and the service's key, and whether they are kept.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_api::console::{Keychain, KeychainFault};
use countersign_client::{Kept, Secret, TokenVault, VaultFault};
use countersign_domain::{PersonId, SessionId};
use futures::future::BoxFuture;
use serde::Deserialize;
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::{SecretStore, fault::vault_fault};

/// A keychain that does not answer by then shows a dialog, or hangs.
const PATIENCE: Duration = Duration::from_secs(10);
/// A person types a password into the system's dialog.
const DIALOG: Duration = Duration::from_mins(2);

/// The keychain as it stands.
pub struct Vault {
    store: Arc<dyn SecretStore>,
    state: watch::Sender<Keychain>,
}

#[derive(Deserialize)]
struct Entry {
    session: SessionId,
    refresh: Secret,
    key: Secret,
}

impl Vault {
    /// A vault whose keychain was not tried yet.
    #[must_use]
    pub fn new(store: Arc<dyn SecretStore>) -> Self {
        Self { store, state: watch::Sender::new(Keychain::Kept) }
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> Keychain {
        self.state.borrow().clone()
    }

    /// How it stands, and when that changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Keychain> {
        self.state.subscribe()
    }

    /// Tries it; with `ask`, the system may ask the person for its password.
    ///
    /// # Errors
    /// Which fault it is; the state tells it too.
    pub async fn open(&self, ask: bool) -> Result<(), VaultFault> {
        let opened = self.blocking(if ask { DIALOG } else { PATIENCE }, move |s| s.open(ask)).await;
        self.state.send_replace(match &opened {
            Ok(()) => Keychain::Kept,
            Err(fault) => Keychain::Fault { fault: fault.fault, text: fault.text.clone() },
        });
        opened
    }

    /// Goes on without it, because the person said so: nothing is kept any more.
    pub fn go_on_without(&self) {
        self.state.send_replace(Keychain::Memory);
    }

    /// The text kept under `account`, if the keychain is in use.
    ///
    /// # Errors
    /// Which fault it is.
    pub async fn text(&self, account: String) -> Result<Option<Secret>, VaultFault> {
        let Some(bytes) = self.noted(self.blocking(PATIENCE, move |s| s.get(&account)).await)? else { return Ok(None) };
        Ok(String::from_utf8(bytes.to_vec()).ok().map(Secret::new))
    }

    /// Keeps a text under `account`.
    ///
    /// # Errors
    /// Which fault it is.
    pub async fn set_text(&self, account: String, text: Secret) -> Result<(), VaultFault> {
        self.noted(self.blocking(PATIENCE, move |s| s.set(&account, text.expose().as_bytes())).await)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        patience: Duration,
        act: impl FnOnce(&dyn SecretStore) -> Result<T, VaultFault> + Send + 'static,
    ) -> Result<T, VaultFault> {
        let store = Arc::clone(&self.store);
        match tokio::time::timeout(patience, tokio::task::spawn_blocking(move || act(&*store))).await {
            Ok(Ok(done)) => done,
            // The keychain's library broke off: nothing was kept.
            Ok(Err(_)) => Err(vault_fault(KeychainFault::NoService)),
            Err(_) => Err(vault_fault(KeychainFault::Locked)),
        }
    }

    /// A fault shows in the state, unless the person has chosen to go on without.
    fn noted<T>(&self, done: Result<T, VaultFault>) -> Result<T, VaultFault> {
        if let Err(fault) = &done {
            self.state.send_if_modified(|state| {
                let tell = *state != Keychain::Memory;
                if tell {
                    *state = Keychain::Fault { fault: fault.fault, text: fault.text.clone() };
                }
                tell
            });
        }
        done
    }

    fn in_use(&self) -> bool {
        *self.state.borrow() == Keychain::Kept
    }

    async fn load_entry(&self, issuer: &str, person: PersonId) -> Result<Option<Entry>, VaultFault> {
        let text = self.text(account(issuer, person)).await?;
        // An entry that can't be understood is none: the person signs in, and it is written anew.
        Ok(text.and_then(|t| serde_json::from_str(t.expose()).ok()))
    }
}

fn account(issuer: &str, person: PersonId) -> String {
    format!("{person} at {issuer}")
}

fn write(kept: &Kept) -> Secret {
    let key = Zeroizing::new(STANDARD.encode(&*kept.key));
    Secret::new(serde_json::json!({ "session": kept.session, "refresh": kept.refresh.expose(), "key": &*key }).to_string())
}

impl TokenVault for Vault {
    fn load<'a>(&'a self, issuer: &'a str, person: PersonId) -> BoxFuture<'a, Result<Option<Kept>, VaultFault>> {
        Box::pin(async move {
            if !self.in_use() {
                return Ok(None);
            }
            let Some(entry) = self.load_entry(issuer, person).await? else { return Ok(None) };
            let Ok(key) = STANDARD.decode(entry.key.expose()) else { return Ok(None) };
            Ok(Some(Kept { issuer: issuer.into(), person, session: entry.session, refresh: entry.refresh, key: Zeroizing::new(key) }))
        })
    }

    fn store<'a>(&'a self, kept: &'a Kept) -> BoxFuture<'a, Result<(), VaultFault>> {
        Box::pin(async move {
            if !self.in_use() {
                return Ok(());
            }
            self.set_text(account(&kept.issuer, kept.person), write(kept)).await
        })
    }

    fn delete<'a>(&'a self, issuer: &'a str, person: PersonId, session: SessionId) -> BoxFuture<'a, Result<(), VaultFault>> {
        Box::pin(async move {
            if !self.in_use() || self.load_entry(issuer, person).await?.is_some_and(|e| e.session != session) {
                return Ok(());
            }
            let account = account(issuer, person);
            self.noted(self.blocking(PATIENCE, move |s| s.delete(&account)).await)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::PoisonError;

    use super::*;
    use crate::keychain::tests::FakeKeychain;

    const ISSUER: &str = "http://localhost:4750";

    fn kept(session: &str) -> Kept {
        let id = |n: &str| format!("01a1f920-d180-7b31-9d04-5e77c0c07d{n}");
        Kept {
            issuer: ISSUER.into(),
            person: format!("usr_{}", id("52")).parse().unwrap(),
            session: format!("ses_{}", id(session)).parse().unwrap(),
            refresh: Secret::new("csr_x".into()),
            key: Zeroizing::new(vec![1, 2, 3]),
        }
    }

    #[tokio::test]
    async fn a_sign_in_is_kept_and_an_older_one_does_not_take_it_away() {
        let vault = Vault::new(Arc::new(FakeKeychain::default()));
        vault.open(false).await.unwrap();
        let (older, newer) = (kept("01"), kept("02"));
        vault.store(&older).await.unwrap();
        vault.store(&newer).await.unwrap();
        vault.delete(ISSUER, older.person, older.session).await.unwrap();
        let found = vault.load(ISSUER, older.person).await.unwrap().unwrap();
        assert_eq!((found.session, found.refresh.expose(), found.key.as_slice()), (newer.session, "csr_x", &[1, 2, 3][..]));
        assert!(vault.load("https://other.example", older.person).await.unwrap().is_none());
        vault.delete(ISSUER, newer.person, newer.session).await.unwrap();
        assert!(vault.load(ISSUER, newer.person).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_fault_is_told_until_it_is_gone_or_the_person_goes_on() {
        let fake = Arc::new(FakeKeychain::with(KeychainFault::Locked));
        let vault = Vault::new(Arc::clone(&fake) as Arc<dyn SecretStore>);
        assert!(vault.open(false).await.is_err());
        assert!(matches!(vault.state(), Keychain::Fault { fault: KeychainFault::Locked, .. }));
        *fake.fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
        vault.open(true).await.unwrap();
        assert_eq!(vault.state(), Keychain::Kept);

        *fake.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(KeychainFault::Denied);
        assert!(vault.store(&kept("01")).await.is_err());
        assert!(matches!(vault.state(), Keychain::Fault { fault: KeychainFault::Denied, .. }));
        vault.go_on_without();
        assert!(vault.store(&kept("01")).await.is_ok());
        assert_eq!(vault.state(), Keychain::Memory);
        assert!(fake.kept.lock().unwrap_or_else(PoisonError::into_inner).is_empty(), "nothing is kept without the keychain");
    }
}
