//! What must hold for any input, by what it is a law of.

pub mod contract;
pub mod foreign;
pub mod jwt;
pub mod key;
pub mod request;
