//! The desktop shell: windows, commands, keychain, the embedded service.
//!
//! It holds the secrets that the web view must never see, and speaks to the service like any client: through
//! `countersign-client`, over HTTP, the embedded one too. It keeps no rule of the product.
#![allow(clippy::result_large_err, reason = "a problem is made at most once a command, which waits for a network anyway")]

pub mod acting;
pub mod args;
pub mod browser;
pub mod call;
pub mod closing;
pub mod commands;
pub mod embedded;
pub mod folder;
pub mod keychain;
pub mod names;
mod presence;
mod review;
pub mod seat;
pub mod secret;
pub mod service;
pub mod settings;
pub mod shell;
mod start;

pub use start::run;

#[cfg(test)]
mod tests;
