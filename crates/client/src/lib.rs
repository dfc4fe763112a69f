//! Typed HTTP client of the service: sign-in through the browser, DPoP-bound sessions, exchange, the live stream.
//!
//! One method an operation of [`countersign_api::operation::OPERATIONS`], of the same name. Every failure is a
//! [`Problem`]: the service's own, or one made here where no answer came. Tokens stay in [`Secret`]s of this process; where
//! the refresh token is kept between runs is the caller's business ([`vault::TokenVault`]), as are clock and randomness
//! ([`Edge`]). No rule of the product is enforced here: the service does that, whatever its clients do.
#![allow(clippy::result_large_err, reason = "a problem is made at most once a call, on a path that waits for a network")]

pub mod body;
mod callback;
pub mod discovery;
pub mod exchange;
pub mod fault;
mod listener;
pub mod live;
mod nonces;
mod operations;
pub mod session;
pub mod sign_in;
pub mod skew;
pub mod sse;
mod transport;
pub mod vault;

pub use countersign_api::Problem;
pub use countersign_domain::Secret;
pub use discovery::Client;
pub use exchange::{ApiToken, Warrant};
pub use live::Live;
pub use operations::Started;
pub use session::{Session, Standing};
pub use sign_in::SignIn;
pub use vault::{Kept, TokenVault, VaultFault};

use std::sync::Arc;

use countersign_domain::{Clock, CorrelationId, Entropy};

/// The client id of every console (RFC 8252: public, known by its loopback redirect).
pub const CLIENT_ID: &str = "console";

/// Time and randomness as the process hands them down.
#[derive(Clone)]
pub struct Edge {
    /// This computer's clock.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub entropy: Arc<dyn Entropy>,
}

impl Edge {
    /// What ties one call's log lines, events and answers together.
    #[must_use]
    pub fn correlation(&self) -> CorrelationId {
        CorrelationId::new(self.clock.now(), &*self.entropy)
    }

    /// `bytes` random bytes as lower-case hex.
    pub(crate) fn random_hex<const BYTES: usize>(&self) -> String {
        let mut raw = [0_u8; BYTES];
        self.entropy.fill(&mut raw);
        hex_of(&raw)
    }
}

fn hex_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// The `traceparent` (W3C Trace Context §3.2) of a call whose trace id is its correlation id.
#[must_use]
pub fn traceparent(correlation: CorrelationId, edge: &Edge) -> String {
    format!("00-{}-{}-01", correlation.uuid().simple(), edge.random_hex::<8>())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

    use countersign_domain::Timestamp;

    use super::*;

    /// A clock that a test sets.
    pub(crate) struct SetClock(pub(crate) AtomicI64);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst))
        }
    }

    /// Bytes that count up: different each time, the same each run.
    pub(crate) struct Counting(pub(crate) AtomicU64);

    impl Entropy for Counting {
        fn fill(&self, buf: &mut [u8]) {
            for b in buf {
                *b = u8::try_from(self.0.fetch_add(1, Ordering::SeqCst) % 251).unwrap_or_default();
            }
        }
    }

    pub(crate) fn edge() -> Edge {
        Edge { clock: Arc::new(SetClock(AtomicI64::new(1_795_181_527_000_000))), entropy: Arc::new(Counting(AtomicU64::new(1))) }
    }

    #[test]
    fn the_trace_id_is_the_correlation_id() {
        let edge = edge();
        let correlation = edge.correlation();
        let parent = traceparent(correlation, &edge);
        let parts: Vec<_> = parent.split('-').collect();
        assert_eq!(parts.iter().map(|p| p.len()).collect::<Vec<_>>(), [2, 32, 16, 2]);
        assert_eq!(parts[1], correlation.uuid().simple().to_string());
    }
}
