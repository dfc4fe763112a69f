//! The program `countersignd`: a service on a host of its own, with a configuration file, TLS, and PostgreSQL or SQLite.
//!
//! Its configuration is read once, whole, before anything starts; what can't be used is told in one sentence and exit code 2.

mod cli;
mod database;
mod env;
mod file;
mod healthcheck;
mod issuers;
mod keys;
mod log;
mod resolve;
mod run;

pub use run::main;
