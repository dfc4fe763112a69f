//! The engine: what all operations share, and how it opens.

use std::sync::Arc;

use countersign_domain::{Clock, CorrelationId, Entropy, Secret, TenantId, Timestamp, alg::Algorithm};
use countersign_oauth::{mtls::Certificates, nonce::Nonces, seal::MasterKey};
use countersign_policy::Bundle;
use countersign_store::{Store, StoreError};
use tokio::sync::{Notify, watch};

use crate::{KeyRing, Refusal, clock::Mark, issuer::Issuers, refusals::Refusals, replay::Replay};

/// How a service is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `iss` of all tokens; no slash at its end.
    pub issuer: String,
    /// Whether the service runs inside a console.
    pub embedded: bool,
    /// Whether it holds the sample workspace.
    pub sample: bool,
    /// The program's version.
    pub version: String,
    /// What it sees of its clients' certificates.
    pub certificates: Certificates,
}

/// Why the service can't open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The signing keys can't be opened with this master key.
    #[error("{0}")]
    Keys(String),
    /// The store does not answer.
    #[error("the store does not answer: {0}")]
    Store(String),
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    bundle: Bundle,
    keys: KeyRing,
    mark: Mark,
    entropy: Arc<dyn Entropy>,
    settings: Settings,
    nonces: Doors,
    replay: Replay,
    refusals: Refusals,
    issuers: Issuers,
    unplaced: Arc<Notify>,
    placed: watch::Sender<i64>,
}

/// The nonces that proofs of possession must carry (RFC 9449 §8, §9).
struct Doors {
    /// At the token endpoint: taken by every replica, for the proofs are kept from replay in the store.
    token: Nonces,
    /// At calls: taken by this process alone, which alone remembers the proofs.
    call: Nonces,
}

impl Doors {
    fn open(master: &MasterKey, entropy: &dyn Entropy) -> Result<Self, OpenError> {
        let shared = master.derive("nonces of the token endpoint v1").map_err(|e| OpenError::Keys(e.to_string()))?;
        let mut own = zeroize::Zeroizing::new([0; 32]);
        entropy.fill(own.as_mut());
        Ok(Self { token: Nonces::new(&shared), call: Nonces::new(&own) })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("issuer", &self.0.settings.issuer).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens: unseals the signing keys, or makes the first one.
    ///
    /// # Errors
    /// If the store does not answer or the master key is not the one that the keys were sealed with.
    pub async fn open(
        store: Store,
        bundle: Bundle,
        master: MasterKey,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: Settings,
    ) -> Result<Self, OpenError> {
        let mark = Mark::open(&store, Arc::clone(&clock)).await?;
        let nonces = Doors::open(&master, entropy.as_ref())?;
        let keys = KeyRing::open(store.clone(), master, clock, Arc::clone(&entropy)).await?;
        keys.ensure(Algorithm::default()).await?;
        let (placed, _) = watch::channel(0);
        Ok(Self(Arc::new(Inner {
            store,
            bundle,
            keys,
            mark,
            entropy,
            settings,
            nonces,
            replay: Replay::default(),
            refusals: Refusals::default(),
            issuers: Issuers::default(),
            unplaced: Arc::new(Notify::new()),
            placed,
        })))
    }

    /// How this service is run.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The present instant, as everything is judged by: it never goes back.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.mark.now()
    }

    /// Where the time comes from.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(self.0.mark.clock())
    }

    pub(crate) fn mark(&self) -> &Mark {
        &self.0.mark
    }

    /// Where randomness comes from.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.0.entropy.as_ref()
    }

    /// A new id to tie log lines, events and an answer together.
    #[must_use]
    pub fn correlation(&self) -> CorrelationId {
        CorrelationId::new(self.now(), self.entropy())
    }

    /// The nonces that proofs must carry at the token and revocation endpoints, whichever replica gave them.
    #[must_use]
    pub fn token_nonces(&self) -> &Nonces {
        &self.0.nonces.token
    }

    /// The nonces that proofs must carry at calls. A proof is so only ever good at the process that gave its nonce.
    #[must_use]
    pub fn call_nonces(&self) -> &Nonces {
        &self.0.nonces.call
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// `unavailable`, if not.
    pub async fn ready(&self) -> Result<(), Refusal> {
        self.tenants().await.map(drop)
    }

    /// All tenants with their names.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn tenants(&self) -> Result<Vec<(TenantId, String)>, Refusal> {
        self.store().read(|tx| Box::pin(async move { Ok(tx.tenants().await?.into_iter().map(|t| (t.id, t.name)).collect()) })).await
    }

    /// Tells that events wait for their place.
    #[must_use]
    pub fn unplaced(&self) -> Arc<Notify> {
        Arc::clone(&self.0.unplaced)
    }

    /// The last place given by this process; changes wake the streams.
    #[must_use]
    pub fn placed(&self) -> watch::Receiver<i64> {
        self.0.placed.subscribe()
    }

    pub(crate) fn wake_sequencer(&self) {
        self.0.unplaced.notify_one();
    }

    pub(crate) fn announce_placed(&self, place: i64) {
        self.0.placed.send_replace(place);
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn bundle(&self) -> &Bundle {
        &self.0.bundle
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    pub(crate) fn replay(&self) -> &Replay {
        &self.0.replay
    }

    pub(crate) fn issuers(&self) -> &Issuers {
        &self.0.issuers
    }

    pub(crate) fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// A fresh secret of 256 random bits behind a prefix that makes leaks recognisable.
    pub(crate) fn secret(&self, prefix: &str) -> Secret {
        use base64::Engine as _;
        let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
        self.entropy().fill(bytes.as_mut());
        Secret::new(format!("{prefix}{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes.as_ref())))
    }
}
