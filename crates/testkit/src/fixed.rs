//! Time and randomness that a test decides.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use countersign_domain::{Clock, Entropy, Timestamp};
use sha2::{Digest, Sha256};

/// A clock that stands until it is moved; or one that follows the machine's, for services that run outside of the test.
#[derive(Debug)]
pub struct SetClock {
    micros: AtomicI64,
    follows: bool,
}

impl SetClock {
    /// Standing at `at`.
    #[must_use]
    pub const fn at(at: Timestamp) -> Self {
        Self { micros: AtomicI64::new(at.micros()), follows: false }
    }

    /// The machine's.
    #[must_use]
    pub const fn of_the_machine() -> Self {
        Self { micros: AtomicI64::new(0), follows: true }
    }

    /// Sets it back.
    pub fn set_back(&self, by: Duration) {
        self.micros.fetch_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        if self.follows {
            return countersign_server::edge::SystemClock.now();
        }
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}

/// Random-looking bytes that are the same in every run.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// A stream of its own for each seed.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self(Mutex::new((seed as u64) << 32))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(32) {
            let mut counter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *counter += 1;
            let block = Sha256::digest(counter.to_be_bytes());
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}
