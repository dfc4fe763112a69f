//! What changes keys in the store: each change with its lines, in one transaction under the keys' lock.
//!
//! Keys belong to the service and not to a tenant, so every tenant's trail tells of them.

use countersign_domain::{
    CorrelationId, EventId, Timestamp,
    alg::Algorithm,
    canonical::Committed,
    key::{self, Due, Key, KeyState},
};
use countersign_oauth::jwt::SigningKey;
use countersign_store::{KeyRow, Tx};
use countersign_trail::{Actor, Decision, Event, Kind};

use crate::keys::{KeyRing, KeyRingError, PURPOSE, unsealed};

/// A key that was made and sealed, and is nowhere yet. Made before a transaction, for it takes long.
pub(crate) struct Made {
    pub(super) algorithm: Algorithm,
    kid: String,
    sealed: Vec<u8>,
    public_jwk: String,
}

impl Made {
    fn row(self, key: impl FnOnce(String, Algorithm) -> Key) -> KeyRow {
        KeyRow { key: key(self.kid, self.algorithm), sealed: Some(self.sealed), public_jwk: self.public_jwk }
    }
}

/// What happened to a key: a line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// What.
    pub kind: Kind,
    /// Done, or announced.
    pub decision: Decision,
    /// To which key.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
}

impl Step {
    pub(super) fn of(kind: Kind, key: &Key) -> Self {
        Self { kind, decision: Decision::Allowed, kid: key.kid.clone(), algorithm: key.algorithm }
    }

    /// Writes it into a line.
    pub(crate) fn tell(&self, line: &mut Event) {
        line.kind = self.kind;
        line.decision = self.decision;
        line.action = format!("{} {}", self.algorithm, self.kid);
    }
}

impl KeyRing {
    /// Makes a key, off the async threads.
    pub(super) async fn make(&self, algorithm: Algorithm) -> Result<Made, KeyRingError> {
        let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await;
        let key = made.map_err(|_| countersign_oauth::jwt::KeyError::Library)??;
        let public_jwk = key.public_jwk().to_string();
        Ok(Made { algorithm, kid: key.kid().to_owned(), sealed: self.seal(&key)?, public_jwk })
    }

    /// As the store keeps it.
    pub(super) fn seal(&self, key: &SigningKey) -> Result<Vec<u8>, KeyRingError> {
        Ok(self.0.master.seal(PURPOSE, key.kid(), &key.to_pkcs8(), self.0.entropy.as_ref())?)
    }

    /// Sees to it that something signs with `algorithm`: makes the first key of it, which signs at once.
    ///
    /// To be called before a contract that names the algorithm comes into force; not inside a transaction.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn ensure(&self, algorithm: Algorithm) -> Result<(), KeyRingError> {
        if self.loaded().keys.active.contains_key(&algorithm) {
            return Ok(());
        }
        let made = self.make(algorithm).await?;
        let ring = self.clone();
        self.0.store.write(move |tx| Box::pin(async move { ring.first(tx, made).await })).await?;
        self.reload().await
    }

    async fn first(&self, tx: &mut Tx, made: Made) -> Result<(), KeyRingError> {
        let now = self.0.clock.now();
        let keys = states(&tx.keys_to_change().await?);
        // Another replica may have been faster: whatever the store holds counts.
        if key::find(&keys, made.algorithm, KeyState::Active).is_some() {
            return Ok(());
        }
        let row = made.row(|kid, algorithm| Key::first(kid, algorithm, now));
        tx.key_insert(&row).await?;
        self.record(tx, now, &[Step::of(Kind::KeyMake, &row.key), Step::of(Kind::KeyActivate, &row.key)], None).await
    }

    /// Does what time asks for. Answers whether anything was done.
    ///
    /// # Errors
    /// If the store does not answer, or the next key can't be unsealed; then the active one goes on.
    pub async fn tend(&self) -> Result<bool, KeyRingError> {
        self.reload().await?;
        let now = self.0.clock.now();
        let due = key::due(&self.states(), now);
        if due.is_empty() {
            return Ok(false);
        }
        let mut made = Vec::new();
        for step in due {
            if let Due::Make(algorithm, _) = step {
                made.push(self.make(algorithm).await?);
            }
        }
        let ring = self.clone();
        self.0.store.write(move |tx| Box::pin(async move { ring.advance(tx, made).await })).await?;
        self.reload().await?;
        Ok(true)
    }

    async fn advance(&self, tx: &mut Tx, mut made: Vec<Made>) -> Result<(), KeyRingError> {
        let now = self.0.clock.now();
        let rows = tx.keys_to_change().await?;
        let mut steps = Vec::new();
        // Judged anew: another replica may have done it since.
        for due in key::due(&states(&rows), now) {
            match due {
                Due::Make(algorithm, at) => {
                    if let Some(place) = made.iter().position(|m| m.algorithm == algorithm) {
                        let row = made.swap_remove(place).row(|kid, algorithm| Key::next(kid, algorithm, now, at));
                        tx.key_insert(&row).await?;
                        steps.push(Step::of(Kind::KeyMake, &row.key));
                    }
                }
                Due::Activate(algorithm) => steps.extend(self.turn(tx, &rows, algorithm, now).await?),
                Due::Forget(kid) => tx.key_delete(&kid).await?,
            }
        }
        self.record(tx, now, &steps, None).await
    }

    /// The next key signs, the active one retires.
    pub(super) async fn turn(&self, tx: &mut Tx, rows: &[KeyRow], algorithm: Algorithm, now: Timestamp) -> Result<Vec<Step>, KeyRingError> {
        let row = |state| rows.iter().find(|r| r.key.algorithm == algorithm && r.key.state == state);
        let next = row(KeyState::Next).ok_or(KeyRingError::Raced)?;
        // A key that can't sign must not replace one that can.
        unsealed(&self.0.master, next)?;
        let mut steps = Vec::new();
        if let Some(active) = row(KeyState::Active) {
            let retired = active.key.clone().retire(now)?;
            tx.key_update(&retired).await?;
            steps.push(Step::of(Kind::KeyRetire, &retired));
        }
        let active = next.key.clone().activate(now)?;
        tx.key_update(&active).await?;
        steps.push(Step::of(Kind::KeyActivate, &active));
        Ok(steps)
    }

    /// Keeps a key that is published and signs from `at` on.
    pub(super) async fn announce(&self, tx: &mut Tx, made: Made, now: Timestamp, at: Timestamp) -> Result<Key, KeyRingError> {
        let row = made.row(|kid, algorithm| Key::next(kid, algorithm, now, at));
        tx.key_insert(&row).await?;
        Ok(row.key)
    }

    /// Keeps a key that signs at once.
    pub(super) async fn begin(&self, tx: &mut Tx, made: Made, now: Timestamp) -> Result<Key, KeyRingError> {
        let row = made.row(|kid, algorithm| Key::first(kid, algorithm, now));
        tx.key_insert(&row).await?;
        Ok(row.key)
    }

    /// Lines of what the service itself did, in every tenant's trail.
    pub(super) async fn record(&self, tx: &mut Tx, now: Timestamp, steps: &[Step], reason: Option<&str>) -> Result<(), KeyRingError> {
        if steps.is_empty() {
            return Ok(());
        }
        let entropy = self.0.entropy.as_ref();
        let correlation = CorrelationId::new(now, entropy);
        for tenant in tx.tenants().await? {
            for step in steps {
                let mut line = Event::new(EventId::new(now, entropy), step.kind, now, tenant.id, Actor::Service, correlation);
                step.tell(&mut line);
                if let Some(reason) = reason {
                    line = line.with_text("reason", Committed::new(reason.to_owned(), entropy));
                }
                let sealed = line.seal(entropy).map_err(|_| countersign_oauth::jwt::KeyError::Library)?;
                tx.event_append(&line, &sealed).await?;
            }
        }
        Ok(())
    }
}

/// Dates anew what happened to the keys ahead of `to`, in a time that never was: rotation would wait until that has come. Answers to how many.
pub(crate) async fn redate(tx: &mut Tx, to: Timestamp) -> Result<u64, KeyRingError> {
    let mut redated = 0;
    for key in states(&tx.keys_to_change().await?) {
        let anew = key.clone().redated(to);
        if anew != key {
            tx.key_update(&anew).await?;
            redated += 1;
        }
    }
    Ok(redated)
}

/// The keys of rows.
pub(crate) fn states(rows: &[KeyRow]) -> Vec<Key> {
    rows.iter().map(|row| row.key.clone()).collect()
}
