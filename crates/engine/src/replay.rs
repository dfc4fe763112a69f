//! Proofs of possession (RFC 9449 §11.1) that were seen by this process.
//!
//! For calls to the service itself; those at the token endpoint are kept out in the store, across restarts and replicas.
//! A proof made before this process started is refused, so a restart forgets nothing that could still be replayed.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use countersign_domain::Timestamp;

pub(crate) struct Replay {
    since: Timestamp,
    seen: Mutex<HashMap<[u8; 32], Timestamp>>,
}

/// Past this many, those that are over are dropped.
const SWEEP_AT: usize = 4096;

impl Replay {
    pub(crate) fn since(since: Timestamp) -> Self {
        Self { since, seen: Mutex::new(HashMap::new()) }
    }

    /// Whether the proof is new to this process.
    pub(crate) fn fresh(&self, hash: [u8; 32], issued_at: Timestamp, expires_at: Timestamp, now: Timestamp) -> bool {
        if issued_at.unix_secs() < self.since.unix_secs() {
            return false;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SWEEP_AT {
            seen.retain(|_, until| *until > now);
        }
        seen.insert(hash, expires_at).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_counts_once_and_none_from_before_the_start() {
        let at = Timestamp::from_secs;
        let replay = Replay::since(at(100));
        assert!(replay.fresh([1; 32], at(100), at(160), at(100)));
        assert!(!replay.fresh([1; 32], at(100), at(160), at(101)));
        assert!(!replay.fresh([2; 32], at(99), at(159), at(101)));
    }
}
