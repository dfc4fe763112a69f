//! Proofs of possession (RFC 9449 §11.1) that were seen by this process.
//!
//! For calls to the service itself; those at the token endpoint are kept out in the store, across restarts and replicas.
//! A proof made before this process started is refused, so a restart forgets nothing that could still be replayed.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use countersign_domain::Timestamp;

pub(crate) struct Replay {
    since: AtomicI64,
    seen: Mutex<HashMap<[u8; 32], Timestamp>>,
}

/// Past this many, those that are over are dropped.
const SWEEP_AT: usize = 4096;

impl Replay {
    pub(crate) fn since(since: Timestamp) -> Self {
        Self { since: AtomicI64::new(since.unix_secs()), seen: Mutex::new(HashMap::new()) }
    }

    /// Whether the proof is new to this process. `now` is what the clock shows: should it have been set back to before the start, consoles
    /// that follow it must not be shut out until it has caught up, so the start is taken back with it.
    pub(crate) fn fresh(&self, hash: [u8; 32], issued_at: Timestamp, expires_at: Timestamp, now: Timestamp) -> bool {
        let now_s = now.unix_secs();
        if issued_at.unix_secs() < self.since.fetch_min(now_s, Ordering::AcqRel).min(now_s) {
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

    #[test]
    fn a_clock_that_went_back_shuts_nobody_out() {
        let at = Timestamp::from_secs;
        let replay = Replay::since(at(100));
        assert!(replay.fresh([1; 32], at(40), at(100), at(40)));
        assert!(!replay.fresh([1; 32], at(40), at(100), at(41)), "once all the same");
        assert!(!replay.fresh([2; 32], at(39), at(99), at(41)), "made before that");
    }
}
