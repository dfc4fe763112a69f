//! Tokens whose signature needs no checking again: it was made here, or was found good before.
//!
//! Only that is remembered. Whether the key is still published, and all that the token says, is judged each time.

use std::{
    collections::HashSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};

/// So many are remembered at least, and twice as many at most: some 4 MiB.
const KEPT: usize = 32 * 1024;

/// What is remembered: SHA-256 of whole tokens, signature and all.
#[derive(Default)]
pub struct Vouched(Mutex<Two>);

/// When the newer is full it becomes the older, whose place it takes.
#[derive(Default)]
struct Two {
    newer: HashSet<[u8; 32]>,
    older: HashSet<[u8; 32]>,
}

impl Vouched {
    /// Remembers a token that was signed here, or whose signature was checked.
    pub fn vouch(&self, token: &str) {
        let mut two = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if two.newer.len() >= KEPT {
            two.older = std::mem::take(&mut two.newer);
        }
        two.newer.insert(hash(token));
    }

    /// Whether that was so with this very token.
    #[must_use]
    pub fn knows(&self, token: &str) -> bool {
        let hash = hash(token);
        let two = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        two.newer.contains(&hash) || two.older.contains(&hash)
    }
}

impl fmt::Debug for Vouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vouched(..)")
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_a_token_and_none_like_it() {
        let vouched = Vouched::default();
        vouched.vouch("a.b.c");
        assert!(vouched.knows("a.b.c"));
        assert!(!vouched.knows("a.b.d") && !vouched.knows("a.b.c ") && !vouched.knows(""));
    }

    #[test]
    fn it_forgets_the_oldest_and_keeps_the_newest() {
        let vouched = Vouched::default();
        for i in 0..=2 * KEPT {
            vouched.vouch(&i.to_string());
        }
        assert!(!vouched.knows("0"));
        assert!((KEPT + 1..=2 * KEPT).all(|i| vouched.knows(&i.to_string())));
        let two = vouched.0.lock().unwrap();
        assert!(two.newer.len() + two.older.len() <= 2 * KEPT);
    }
}
