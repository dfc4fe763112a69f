//! How much the service holds and how long it waits, all in one place.
//!
//! | of a request to an OAuth endpoint | limit | then |
//! | --- | --- | --- |
//! | body | 64 KiB, of which a form may have 16 KiB | `invalid_request` |
//! | parameters | 48, names of 64 bytes, values of 8 KiB | `invalid_request` |
//! | a token | 8 KiB | `invalid_request`, or inactive |
//! | a proof of possession | 4 KiB | `invalid_dpop_proof` |
//! | head | [`HEADERS`] fields, [`HEAD_MAX`] bytes | 431 |
//! | calls | [`Limits::client`], [`Limits::address`] | 429 with `Retry-After` |

use std::time::Duration;

use crate::rate::Rate;

/// Fields of a request's head.
pub(crate) const HEADERS: usize = 64;
/// Bytes of a request's head.
pub(crate) const HEAD_MAX: usize = 32 * 1024;
/// Requests that one HTTP/2 connection may have under way.
pub(crate) const STREAMS: u32 = 128;

/// How much is held and how long is waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls of one client at the OAuth endpoints.
    pub client: Rate,
    /// Calls from one address at the OAuth endpoints by nobody who is known.
    pub address: Rate,
    /// Connections at once.
    pub connections: usize,
    /// For the whole head of a request, and for the next one on a connection that is kept open.
    pub head: Duration,
    /// For the next piece of a request's body.
    pub body: Duration,
    /// For a whole request until its answer begins.
    pub whole: Duration,
    /// For anything at all to go either way on a connection. Longer than the pause between signs of life of the live stream.
    pub idle: Duration,
}

impl Limits {
    /// Of a service that others reach.
    #[must_use]
    pub const fn shared() -> Self {
        Self {
            client: Rate::per_s(1000, 2000),
            address: Rate::per_s(20, 300),
            connections: 4096,
            head: Duration::from_secs(30),
            body: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            idle: Duration::from_secs(75),
        }
    }

    /// Of a service inside a console: its one address is everybody's, and there is nobody to be kept from anybody.
    #[must_use]
    pub const fn embedded() -> Self {
        Self { client: Rate::UNLIMITED, address: Rate::UNLIMITED, connections: 1024, ..Self::shared() }
    }
}
