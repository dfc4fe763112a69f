//! The bare limit: the same signature checks, one signature, and the same rows written in groups; without HTTP, policy, or any code of
//! the service.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey},
};
use countersign_store::testing::bare::Bare;
use countersign_testkit::SeededEntropy;

/// As long as a token of the service's without its signature.
const MESSAGE: usize = 900;

/// What an exchange has to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checks {
    /// A console's proof, whose key comes with it.
    Proof,
    /// The token that a service exchanges, by a key that is known.
    Parent,
}

/// What came of it.
pub struct Limit {
    /// A second.
    pub per_s: f64,
    /// Milliseconds.
    pub p50_ms: f64,
}

/// Runs `count` bare exchanges, `at_a_time`.
pub async fn limit(rows: &Bare, checks: Checks, count: usize, at_a_time: usize) -> Limit {
    let bench = Arc::new(Keys::new());
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let lanes = (0..at_a_time).map(|lane| {
        let (bench, next, rows) = (Arc::clone(&bench), Arc::clone(&next), rows.clone());
        let entropy = SeededEntropy::new(u32::try_from(1000 + lane).expect("a small number"));
        tokio::spawn(async move {
            let mut took = Vec::new();
            while next.fetch_add(1, Ordering::Relaxed) < count {
                let sent = Instant::now();
                bench.check(checks);
                rows.write(&entropy, checks == Checks::Proof).await;
                bench.sign();
                took.push(sent.elapsed().as_secs_f64() * 1e3);
            }
            took
        })
    });
    let mut took: Vec<f64> = futures::future::join_all(lanes).await.into_iter().flat_map(|lane| lane.expect("a lane ends well")).collect();
    let seconds = begun.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    Limit { per_s: count_of(took.len()) / seconds, p50_ms: took[took.len() / 2] }
}

#[expect(clippy::cast_precision_loss, reason = "no run has so many")]
pub fn count_of(n: usize) -> f64 {
    n as f64
}

struct Keys {
    pair: EcdsaKeyPair,
    parsed: ParsedPublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Keys {
    fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let message = vec![b'x'; MESSAGE];
        let signature = pair.sign(&SystemRandom::new(), &message).expect("a signature").as_ref().to_vec();
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref()).expect("a key");
        Self { pair, parsed, message, signature }
    }

    fn check(&self, checks: Checks) {
        let known = match checks {
            Checks::Parent => None,
            Checks::Proof => Some(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.pair.public_key().as_ref()).expect("a key")),
        };
        known.as_ref().unwrap_or(&self.parsed).verify_sig(&self.message, &self.signature).expect("it verifies");
    }

    fn sign(&self) {
        let signature = self.pair.sign(&SystemRandom::new(), &self.message).expect("a signature");
        assert_eq!(std::hint::black_box(signature.as_ref()).len(), 64);
    }
}
