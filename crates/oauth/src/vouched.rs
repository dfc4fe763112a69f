//! Tokens whose signature needs no checking again: it was made here, or was found good before.
//!
//! Only that is remembered, and what such a token says. Whether the key is still published, and what the token says, is judged each time.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use hashlink::LruCache;
use sha2::{Digest as _, Sha256};

use crate::jwt::AccessClaims;

/// So many are remembered, the last ones: some 16 MiB.
const KEPT: usize = 16 * 1024;

/// What is remembered, by SHA-256 of whole tokens, signature and all.
pub struct Vouched(Mutex<LruCache<[u8; 32], Signed>>);

/// A token that was signed.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    /// By the key of this name.
    pub kid: Arc<str>,
    /// What it says.
    pub claims: Arc<AccessClaims>,
}

impl Default for Vouched {
    fn default() -> Self {
        // Grows as it is filled.
        Self(Mutex::new(LruCache::new(KEPT)))
    }
}

impl Vouched {
    /// Remembers a token that says this, and was signed here or whose signature was checked.
    pub(crate) fn vouch(&self, token: &str, signed: Signed) {
        let hash = hash(token);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, signed);
    }

    /// What this very token says, if it is remembered.
    pub(crate) fn knows(&self, token: &str) -> Option<Signed> {
        let hash = hash(token);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned()
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
    use crate::fixed::claims;

    fn signed(kid: &str) -> Signed {
        Signed { kid: kid.into(), claims: Arc::new(claims()) }
    }

    #[test]
    fn it_knows_a_token_and_none_like_it() {
        let vouched = Vouched::default();
        vouched.vouch("a.b.c", signed("one"));
        assert_eq!(vouched.knows("a.b.c").map(|s| s.kid), Some("one".into()));
        assert!(["a.b.d", "a.b.c ", ""].iter().all(|token| vouched.knows(token).is_none()));
    }

    #[test]
    fn it_forgets_the_oldest_and_keeps_the_newest() {
        let vouched = Vouched::default();
        for i in 0..=KEPT {
            vouched.vouch(&i.to_string(), signed("one"));
        }
        assert!(vouched.knows("0").is_none());
        assert!((1..=KEPT).all(|i| vouched.knows(&i.to_string()).is_some()));
    }
}
