//! Tokens whose signature needs no checking again: it was made here, or was found good before.
//!
//! Only that is remembered. Whether the key is still published, and all that the token says, is judged each time.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use hashlink::LruCache;
use sha2::{Digest as _, Sha256};

/// So many are remembered: some 4 MiB.
const KEPT: usize = 48 * 1024;

/// What is remembered: SHA-256 of whole tokens, signature and all.
pub struct Vouched(Mutex<LruCache<[u8; 32], ()>>);

impl Default for Vouched {
    fn default() -> Self {
        // Grows as it is filled.
        Self(Mutex::new(LruCache::new(KEPT)))
    }
}

impl Vouched {
    /// Remembers a token that was signed here, or whose signature was checked.
    pub fn vouch(&self, token: &str) {
        let hash = hash(token);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, ());
    }

    /// Whether that was so with this very token.
    #[must_use]
    pub fn knows(&self, token: &str) -> bool {
        let hash = hash(token);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).is_some()
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
        for i in 0..=KEPT {
            vouched.vouch(&i.to_string());
        }
        assert!(!vouched.knows("0"));
        assert!((1..=KEPT).all(|i| vouched.knows(&i.to_string())));
    }
}
