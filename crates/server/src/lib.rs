//! The service: axum routes, sign-in pages, background work. A library, which the console embeds, and the program `countersignd`.
//!
//! What may be done is decided in the engine. Here, requests are read and told apart, callers prove who they are, and answers get
//! their form. The wall clock and the operating system's randomness enter here, in [`edge`], and are handed down.

mod abroad;
mod app;
mod background;
mod browser;
mod caller;
mod certified;
mod config;
mod cookie;
mod door;
mod fault;
mod front;
mod guard;
mod health;
mod input;
mod limit;
mod limits;
mod listen;
mod metrics;
mod nonce;
mod oauth;
mod openapi;
mod pages;
mod rate;
mod register;
mod routes;
mod serve;
mod tls;
mod trace;

pub mod daemon;
pub mod edge;

pub use config::{ConfigError, Deps, Sample, ServerConfig, TlsFiles};
pub use limits::Limits;
pub use listen::BindError;
pub use openapi::{openapi, openapi_text};
pub use rate::Rate;
pub use serve::{Running, ServeError, Server};
pub use tls::TlsError;
