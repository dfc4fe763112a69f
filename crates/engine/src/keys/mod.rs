//! The key ring of a running service: what signs, what is published, and how each replica keeps up with the store.
//!
//! The rules of a key's life are in [`countersign_domain::key`]. Private halves are sealed at rest; only active ones are
//! unsealed, once. A ring is never used when it is older than [`STALE`]: the rules count on that.

mod backup;
mod change;
mod error;
mod list;
mod restore;
mod rotate;

pub use backup::{BackupError, MIN_PASSPHRASE};
pub(crate) use change::{Made, redate, states};
pub use error::KeyRingError;
pub(crate) use list::views;
pub use restore::Restored;
pub(crate) use rotate::Turned;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{
    Clock, Entropy, Secret, Timestamp,
    alg::Algorithm,
    key::{Key, KeyState, STALE},
};
use countersign_oauth::{
    jwks::{self, KeySet, PublicJwk},
    jwt::{AccessClaims, Expect, JwtError, SigningKey, sign_at_jwt_vouched, verify_at_jwt_once},
    seal::MasterKey,
    vouched::Vouched,
};
use countersign_store::{KeyRow, Store};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use crate::Refusal;

/// What a sealed key is sealed for; part of the authenticated data.
const PURPOSE: &str = "countersign signing key v1";
/// How often a token that names an unknown key may cause a look at the store.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The document at `jwks_uri` (RFC 7517 §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwks {
    /// JSON.
    pub body: String,
    /// A name of these very bytes, in quotes (RFC 9110 §8.8.3).
    pub etag: String,
    /// Whether it is as the store has it. If not, nobody should keep it.
    pub fresh: bool,
}

/// The signing keys of a service. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing(Arc<Inner>);

struct Inner {
    store: Store,
    master: MasterKey,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    loaded: RwLock<Loaded>,
    /// One look at the store at a time, so that an older one never replaces a newer one.
    looking: Mutex<()>,
    /// When an unknown `kid` last caused a look, in microseconds.
    looked_again: AtomicI64,
    /// Tokens whose signature this process made or checked.
    vouched: Vouched,
}

/// The keys as they were in the store at an instant.
#[derive(Clone)]
struct Loaded {
    at: Timestamp,
    keys: Arc<Keys>,
}

struct Keys {
    rows: Vec<KeyRow>,
    /// Names of the keys that are published.
    published: Vec<String>,
    active: BTreeMap<Algorithm, Arc<SigningKey>>,
    set: KeySet,
    jwks: Jwks,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("published", &self.loaded().keys.published).finish_non_exhaustive()
    }
}

impl KeyRing {
    /// Reads the keys of a store and unseals those that sign. Makes none.
    ///
    /// # Errors
    /// If the store does not answer, or a key can't be unsealed with this master key.
    pub async fn open(store: Store, master: MasterKey, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, KeyRingError> {
        let at = clock.now();
        let rows = stored(&store).await?;
        let keys = Arc::new(read(rows, &master, at, &BTreeMap::new())?);
        let loaded = RwLock::new(Loaded { at, keys });
        Ok(Self(Arc::new(Inner {
            store,
            master,
            clock,
            entropy,
            loaded,
            looking: Mutex::new(()),
            looked_again: AtomicI64::new(i64::MIN),
            vouched: Vouched::default(),
        })))
    }

    /// The key that signs with `algorithm` now.
    ///
    /// # Errors
    /// If there is none, see [`KeyRing::ensure`]; or if the ring is too old and the store does not answer.
    pub(crate) async fn signing(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, Refusal> {
        if let Some(key) = self.fresh().await?.active.get(&algorithm) {
            return Ok(Arc::clone(key));
        }
        // Another replica may just have made it.
        self.reload().await?;
        let none = || Refusal::internal("keys", &KeyRingError::None(algorithm));
        self.loaded().keys.active.get(&algorithm).map(Arc::clone).ok_or_else(none)
    }

    /// A token that says this. Its signature needs no checking here.
    ///
    /// # Errors
    /// As [`KeyRing::signing`], and as [`sign_at_jwt_vouched`].
    pub(crate) async fn sign(&self, algorithm: Algorithm, claims: AccessClaims) -> Result<Secret, Refusal> {
        let key = self.signing(algorithm).await?;
        sign_at_jwt_vouched(&key, claims, &self.0.vouched).map_err(|e| Refusal::internal("signing", &e))
    }

    /// The claims of a token that one of the published keys signed, and that holds what is expected of it.
    ///
    /// # Errors
    /// If the ring is too old and the store does not answer. A token that is not good is `None`.
    pub(crate) async fn verify(&self, token: &str, expect: &Expect<'_>) -> Result<Option<Arc<AccessClaims>>, Refusal> {
        let vouched = &self.0.vouched;
        match verify_at_jwt_once(token, &self.fresh().await?.set, expect, vouched) {
            Err(JwtError::UnknownKey) if self.may_look_again() => {
                self.reload().await?;
                Ok(verify_at_jwt_once(token, &self.loaded().keys.set, expect, vouched).ok())
            }
            verified => Ok(verified.ok()),
        }
    }

    /// What is published. If the store does not answer, that of before, marked as not fresh.
    pub async fn jwks(&self) -> Jwks {
        match self.fresh().await {
            Ok(keys) => keys.jwks.clone(),
            Err(error) => {
                tracing::error!(%error, "the signing keys could not be read; publishing those of before");
                Jwks { fresh: false, ..self.loaded().keys.jwks.clone() }
            }
        }
    }

    /// Looks at the store.
    ///
    /// # Errors
    /// If the store does not answer, or a key can't be unsealed; the ring stays as it was.
    pub async fn reload(&self) -> Result<(), KeyRingError> {
        let _one = self.0.looking.lock().await;
        // Before the question, so that the ring never looks younger than it is.
        let at = self.0.clock.now();
        let rows = stored(&self.0.store).await?;
        let before = self.loaded().keys;
        let same = rows == before.rows && published(&rows, at) == before.published;
        let keys = if same { before } else { Arc::new(read(rows, &self.0.master, at, &before.active)?) };
        *self.0.loaded.write().unwrap_or_else(PoisonError::into_inner) = Loaded { at, keys };
        Ok(())
    }

    /// The keys, no older than [`STALE`].
    async fn fresh(&self) -> Result<Arc<Keys>, KeyRingError> {
        let Loaded { at, keys } = self.loaded();
        let now = self.0.clock.now();
        // What was read later than now was read before the clock went back: nobody knows how long ago.
        if at <= now && now.since(at) <= STALE {
            return Ok(keys);
        }
        self.reload().await?;
        Ok(self.loaded().keys)
    }

    fn loaded(&self) -> Loaded {
        self.0.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn may_look_again(&self) -> bool {
        let now = self.0.clock.now();
        let last = self.0.looked_again.load(Ordering::Relaxed);
        let over = now.before(LOOK_AGAIN).micros() >= last || now.micros() < last;
        over && self.0.looked_again.compare_exchange(last, now.micros(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn states(&self) -> Vec<Key> {
        self.loaded().keys.rows.iter().map(|row| row.key.clone()).collect()
    }
}

async fn stored(store: &Store) -> Result<Vec<KeyRow>, KeyRingError> {
    store.read(|tx| Box::pin(async move { Ok(tx.keys().await?) })).await
}

fn published(rows: &[KeyRow], now: Timestamp) -> Vec<String> {
    rows.iter().filter(|row| row.key.published(now)).map(|row| row.key.kid.clone()).collect()
}

fn read(rows: Vec<KeyRow>, master: &MasterKey, now: Timestamp, before: &BTreeMap<Algorithm, Arc<SigningKey>>) -> Result<Keys, KeyRingError> {
    let mut active = BTreeMap::new();
    for row in rows.iter().filter(|row| row.key.state == KeyState::Active) {
        let key = match before.get(&row.key.algorithm) {
            Some(same) if same.kid() == row.key.kid => Arc::clone(same),
            _ => Arc::new(unsealed(master, row)?),
        };
        active.insert(row.key.algorithm, key);
    }
    let mut public: Vec<PublicJwk> = Vec::new();
    for row in rows.iter().filter(|row| row.key.published(now)) {
        let jwk: PublicJwk = serde_json::from_str(&row.public_jwk).map_err(|_| KeyRingError::Corrupt(row.key.kid.clone()))?;
        if jwk.kid() != row.key.kid || jwk.algorithm() != row.key.algorithm {
            return Err(KeyRingError::Corrupt(row.key.kid.clone()));
        }
        public.push(jwk);
    }
    let set = KeySet::new(&public)?;
    let body = jwks::document(&public).to_string();
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&body)));
    Ok(Keys { published: published(&rows, now), rows, active, set, jwks: Jwks { body, etag, fresh: true } })
}

/// The private half of a key that signs, or will.
fn unsealed(master: &MasterKey, row: &KeyRow) -> Result<SigningKey, KeyRingError> {
    let kid = || row.key.kid.clone();
    let sealed = row.sealed.as_deref().ok_or_else(|| KeyRingError::Corrupt(kid()))?;
    let der = master.unseal(PURPOSE, &row.key.kid, sealed).map_err(|error| KeyRingError::Sealed { kid: kid(), error })?;
    let key = SigningKey::from_pkcs8(row.key.algorithm, &der)?;
    if key.kid() == row.key.kid { Ok(key) } else { Err(KeyRingError::Corrupt(kid())) }
}

#[cfg(test)]
mod tests;
