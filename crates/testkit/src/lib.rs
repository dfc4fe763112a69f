//! A world to test in: the real service on a loopback port, a clock that is set, randomness that is seeded, and people who
//! speak plain HTTP to it, with no console between.
//!
//! Nothing here reaches past the service's own doors but [`World`]'s making of companies, which is how the sample workspace
//! is made too.

mod answer;
pub mod browser;
pub mod chain;
mod client_key;
mod exchange;
mod fixed;
pub mod foreign;
pub mod forge;
mod nonces;
pub mod person;
mod post;
mod signed;
mod wire;
pub mod world;

pub use answer::Answer;
pub use browser::Browser;
pub use chain::Machine;
pub use client_key::{ClientKey, KeyKind};
pub use exchange::Exchange;
pub use fixed::{SeededEntropy, SetClock};
pub use foreign::{ForeignIssuer, Odd};
pub use forge::Forger;
pub use person::{Person, Proven};
pub use post::Post;
pub use signed::signed;
pub use world::{Db, Replica, Site, World, accounts_contract};
