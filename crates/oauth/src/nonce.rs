//! Nonces of the service that every proof of possession must carry (RFC 9449 §8, §9): what a proof is fresh by is then the service's
//! clock and not its maker's, and nobody can make proofs ahead.
//!
//! Nothing is kept of them. A nonce is an HMAC over the number of a [`SLOT`] of time, good in its slot and in the one after. Who has
//! the key makes them and knows them again, and nobody else does.

use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::Timestamp;
use subtle::ConstantTimeEq as _;

/// The header that hands a nonce out (RFC 9449 §8.1).
pub const HEADER: &str = "dpop-nonce";
/// How long a slot is. A nonce lives for two.
pub const SLOT: Duration = Duration::from_mins(5);
/// Bytes of the HMAC that make the nonce: 128 bits, which nobody guesses.
const LEN: usize = 16;

/// Makes nonces and knows them again.
pub struct Nonces {
    key: hmac::Key,
    /// The newest slot there ever was here: a clock that is set back makes no old nonce good again.
    newest: AtomicI64,
}

/// A nonce that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// The slot that it is of. Replayed proofs of a slot are to be kept out for as long as its nonce is good.
    pub slot: i64,
    /// From when on it is no longer good.
    pub ends_at: Timestamp,
    /// The next one, once this one is in the second half of its life: to be handed out with the answer.
    pub next: Option<String>,
}

impl Nonces {
    /// With a random key. Whoever has the same key takes the same nonces.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(HMAC_SHA256, key), newest: AtomicI64::new(i64::MIN) }
    }

    /// The nonce of now.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> String {
        self.of(self.slot(now))
    }

    /// Whether `nonce` is one of here, and not over.
    #[must_use]
    pub fn check(&self, nonce: &str, now: Timestamp) -> Option<Good> {
        let current = self.slot(now);
        let is_of = |slot: i64| bool::from(nonce.as_bytes().ct_eq(self.of(slot).as_bytes()));
        let slot = [current, current.saturating_sub(1)].into_iter().find(|slot| is_of(*slot))?;
        let ends_at = Timestamp::from_secs(slot.saturating_add(2).saturating_mul(seconds()));
        Some(Good { slot, ends_at, next: (slot != current).then(|| self.of(current)) })
    }

    fn slot(&self, now: Timestamp) -> i64 {
        let slot = now.unix_secs().div_euclid(seconds());
        self.newest.fetch_max(slot, Ordering::SeqCst).max(slot)
    }

    fn of(&self, slot: i64) -> String {
        let tag = hmac::sign(&self.key, &[b"countersign dpop nonce v1\0".as_slice(), &slot.to_be_bytes()].concat());
        URL_SAFE_NO_PAD.encode(tag.as_ref().iter().copied().take(LEN).collect::<Vec<_>>())
    }
}

const fn seconds() -> i64 {
    SLOT.as_secs().cast_signed()
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[nonces]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a slot.
    const BEGIN: i64 = 1_795_181_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_secs(BEGIN + second)
    }

    #[test]
    fn a_nonce_lives_for_its_slot_and_the_next() {
        let nonces = Nonces::new(&[7; 32]);
        let nonce = nonces.current(at(0));
        assert_eq!((nonce.len(), nonces.current(at(299))), (22, nonce.clone()));
        let first = nonces.check(&nonce, at(299)).unwrap();
        assert_eq!((first.ends_at, first.next), (at(600), None));
        let second = nonces.check(&nonce, at(300)).unwrap();
        assert_eq!((second.slot, second.ends_at, second.next), (first.slot, at(600), Some(nonces.current(at(300)))));
        assert!(nonces.check(&nonce, at(599)).is_some());
        assert_eq!(nonces.check(&nonce, at(600)), None);
    }

    #[test]
    fn only_nonces_of_this_key_and_time_are_good() {
        let (nonces, others) = (Nonces::new(&[7; 32]), Nonces::new(&[8; 32]));
        let nonce = nonces.current(at(0));
        let tomorrow = Nonces::new(&[7; 32]).current(at(86_400));
        for bad in ["", "nonce", &others.current(at(0)), &nonce[..21], &format!("{nonce}A"), &nonce.to_uppercase(), &tomorrow] {
            assert_eq!(nonces.check(bad, at(0)), None, "{bad}");
        }
        assert!(Nonces::new(&[7; 32]).check(&nonce, at(0)).is_some(), "the same key takes it");
        assert_eq!(format!("{nonces:?}"), "[nonces]");
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_old_nonce_good_again() {
        let nonces = Nonces::new(&[7; 32]);
        let old = nonces.current(at(0));
        let new = nonces.current(at(900));
        assert_eq!(nonces.check(&old, at(0)), None);
        assert!(nonces.check(&new, at(0)).is_some());
        assert_eq!(nonces.current(at(0)), new);
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        for end in [i64::MIN, i64::MAX] {
            let nonces = Nonces::new(&[7; 32]);
            let now = Timestamp::from_micros(end);
            assert!(nonces.check(&nonces.current(now), now).is_some());
        }
    }
}
