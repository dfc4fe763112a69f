//! States and their transitions: person, case, contract, request, review, delegation.
//!
//! Pure: no I/O, no clock, no randomness of its own. Whatever a rule needs is handed in, and every transition consumes
//! the state it starts from, so that none can be skipped. The rules that no policy bundle may lift stand in [`rail`].

pub mod alg;
pub mod canonical;
pub mod case;
pub mod client;
pub mod code;
pub mod contract;
pub mod delegation;
pub mod hop;
pub mod id;
pub mod instant;
pub mod issuer;
pub mod key;
pub mod obligation;
pub mod person;
pub mod presence;
pub mod rail;
pub mod request;
pub mod review;
pub mod secret;
pub mod token;

pub use code::Code;
pub use id::*;
pub use instant::{Clock, Entropy, Timestamp};
pub use rail::Rail;
pub use secret::Secret;
