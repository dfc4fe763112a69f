//! An issuer's public keys, as they were read last.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use countersign_domain::{Timestamp, issuer::Keys};
use countersign_oauth::foreign::ForeignKeys;
use tokio::sync::Mutex;

use super::{Known, Unreached};
use crate::Engine;

/// So long a set is gone by: a key that the issuer has taken out signs nothing for longer.
pub(super) const FRESH: Duration = Duration::from_mins(5);
/// So soon a set is read anew, at the earliest, because a token names a key that is not in it.
pub(super) const AGAIN: Duration = Duration::from_secs(10);
/// So soon an issuer that did not answer is asked again.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// What is held of an issuer's keys.
#[derive(Default)]
pub(super) struct Held {
    given: Option<Arc<ForeignKeys>>,
    read: RwLock<Option<(Arc<ForeignKeys>, Timestamp)>>,
    /// One reads at a time; when it last failed.
    reading: Mutex<Option<Timestamp>>,
}

impl Held {
    pub(super) fn given(keys: ForeignKeys) -> Self {
        Self { given: Some(Arc::new(keys)), ..Self::default() }
    }

    fn younger(&self, than: Duration, now: Timestamp) -> Option<Arc<ForeignKeys>> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        read.as_ref().filter(|(_, at)| now.since(*at) < than).map(|(keys, _)| Arc::clone(keys))
    }
}

impl Known {
    /// The keys, read no longer ago than `than`.
    pub(super) async fn keys(&self, engine: &Engine, than: Duration) -> Result<Arc<ForeignKeys>, Unreached> {
        if let Some(keys) = &self.keys.given {
            return Ok(Arc::clone(keys));
        }
        if let Some(keys) = self.keys.younger(than, engine.now()) {
            return Ok(keys);
        }
        let mut failed = self.keys.reading.lock().await;
        let now = engine.now();
        // Somebody else may have read them while this one waited.
        if let Some(keys) = self.keys.younger(than, now) {
            return Ok(keys);
        }
        if failed.is_some_and(|at| now.since(at) < AFTER_FAILURE) {
            return Err(Unreached("it did not answer a moment ago".into()));
        }
        match self.read(engine).await {
            Ok(keys) => {
                *failed = None;
                *self.keys.read.write().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&keys), now));
                Ok(keys)
            }
            Err(error) => {
                *failed = Some(now);
                Err(error)
            }
        }
    }

    async fn read(&self, engine: &Engine) -> Result<Arc<ForeignKeys>, Unreached> {
        let Keys::At(uri) = &self.issuer.keys else { return Err(Unreached("its keys are given, and not read".into())) };
        let document = engine.abroad()?.keys(uri).await?;
        ForeignKeys::parse(&document).map(Arc::new).map_err(|e| Unreached(e.to_string()))
    }
}
