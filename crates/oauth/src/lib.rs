//! Wire types and errors of the OAuth RFCs; JWT and DPoP signing and checking at a given instant. Pure.
//!
//! Nothing here reads a clock, a socket or a store: the instant comes in as a `Timestamp`, random bytes as an `Entropy`.
//! (Key generation and ECDSA nonces are the exception: the cryptographic library draws those itself.) What a client or a
//! person may do is not decided here; only whether what they sent is well formed and proven.

pub mod authorize;
pub mod challenge;
pub mod client_assertion;
pub mod client_auth;
pub mod dpop;
pub mod error;
pub mod foreign;
pub mod form;
pub mod introspection;
pub mod jwks;
pub mod jwt;
pub mod metadata;
pub mod mtls;
pub mod nonce;
pub mod pkce;
pub mod redirect;
pub mod resource_metadata;
pub mod seal;
pub mod token;
pub mod vouched;

mod answer;
mod client_keys;
mod dn;
mod ec;
mod jws;
mod okp;
mod private;
mod rsa;
mod strict;

pub use error::{ErrorCode, OAuthError};

#[cfg(test)]
mod fixed;
#[cfg(test)]
mod fixed_clients;
