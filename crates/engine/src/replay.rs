//! Proofs of possession (RFC 9449 §11.1) that were seen at calls to the service.
//!
//! Such a proof carries a nonce that this process made, with a key that no other process and no later one has: whoever shows it
//! elsewhere, or after a restart, is asked for another. So it is enough that this process remembers it, for as long as its nonce is good.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, PoisonError},
};

/// What was seen, by the slot of the nonce.
#[derive(Default)]
pub(crate) struct Replay(Mutex<BTreeMap<i64, HashSet<[u8; 32]>>>);

/// Two slots are good at a time; one more for calls that were let in before the oldest was over, and come here after.
const KEPT: usize = 3;

impl Replay {
    /// Whether the proof is new to this process. `slot` is that of its nonce.
    pub(crate) fn fresh(&self, hash: [u8; 32], slot: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = seen.entry(slot).or_default().insert(hash);
        while seen.len() > KEPT {
            seen.pop_first();
        }
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_counts_once_for_as_long_as_its_nonce_is_good() {
        let replay = Replay::default();
        assert!(replay.fresh([1; 32], 7) && replay.fresh([2; 32], 7));
        assert!(!replay.fresh([1; 32], 7));
        assert!(replay.fresh([1; 32], 8), "with another nonce it is another proof");
        assert!(!replay.fresh([1; 32], 7) && !replay.fresh([2; 32], 7) && !replay.fresh([1; 32], 8));
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let replay = Replay::default();
        for slot in 0..100 {
            assert!(replay.fresh([1; 32], slot));
        }
        assert_eq!(replay.0.lock().unwrap().keys().copied().collect::<Vec<_>>(), [97, 98, 99]);
    }
}
