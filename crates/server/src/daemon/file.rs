//! The configuration file, as it is written. Nothing in it is a secret: secrets are named by file, variable or credential.

use std::{net::SocketAddr, path::PathBuf};

use countersign_domain::client::CertificateName;
use serde::Deserialize;
use url::Url;

use super::issuers::Trusted;
use crate::{limits::Limits, rate::Rate};

/// `countersign.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    /// `iss` of all tokens: `https://host`, nothing behind it.
    pub issuer: Option<Url>,
    /// Addresses to listen on.
    pub listen: Vec<SocketAddr>,
    /// `Host` values that are answered besides the issuer's own.
    pub hosts: Vec<String>,
    /// Whether a proxy on this computer names the browser's address in `X-Forwarded-For`.
    pub forwarded: bool,
    /// Folder with one `*.toml` for each API's contract.
    pub contracts: Option<PathBuf>,
    /// Certificate and key.
    pub tls: Tls,
    /// Where everything is kept.
    pub database: Database,
    /// What seals the signing keys.
    pub master_key: MasterKeyFrom,
    /// What is logged.
    pub log: Log,
    /// How much is held.
    pub limits: HeldTo,
    /// Where Prometheus scrapes.
    pub metrics_listen: Option<SocketAddr>,
    /// APIs that may introspect.
    pub client: Vec<Client>,
    /// Issuers whose tokens say that a customer is present.
    pub issuers: Vec<Trusted>,
}

/// `[tls]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Tls {
    /// PEM file of the certificate chain.
    pub cert: Option<PathBuf>,
    /// PEM file of its key.
    pub key: Option<PathBuf>,
    /// Whether clients are asked for certificates.
    pub client_certificates: Option<bool>,
    /// PEM file of the authorities whose certificates prove a client.
    pub client_ca: Option<PathBuf>,
}

/// `[database]`: `path` for SQLite, or `url_file` for PostgreSQL.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Database {
    /// SQLite file.
    pub path: Option<PathBuf>,
    /// `postgres://…` of the runtime role, if no password is in it.
    pub url: Option<Url>,
    /// File with the same.
    pub url_file: Option<PathBuf>,
    /// `postgres://…` of the owner, who migrates, if no password is in it.
    pub owner_url: Option<Url>,
    /// File with the same.
    pub owner_url_file: Option<PathBuf>,
}

/// `[master_key]`: exactly one of these.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MasterKeyFrom {
    /// A file that only the service reads.
    pub file: Option<PathBuf>,
    /// An environment variable.
    pub env: Option<String>,
    /// A systemd credential (`LoadCredential=`).
    pub credential: Option<String>,
}

/// `[limits]`: what is not named stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HeldTo {
    /// Calls a second of one client at the OAuth endpoints; 0: as many as come.
    pub client_per_s: Option<u32>,
    /// At once.
    pub client_burst: Option<u32>,
    /// Calls a second from one address by nobody who is known; 0: as many as come.
    pub address_per_s: Option<u32>,
    /// At once.
    pub address_burst: Option<u32>,
    /// Connections at once.
    pub connections: Option<usize>,
}

impl HeldTo {
    /// With what is not named as it is.
    pub(super) fn limits(&self) -> Limits {
        let standing = Limits::shared();
        let rate = |per_s: Option<u32>, burst: Option<u32>, standing: Rate| {
            let burst = burst.unwrap_or(standing.burst);
            per_s.map_or(Rate { burst, ..standing }, |calls| Rate::per_s(calls, burst))
        };
        Limits {
            client: rate(self.client_per_s, self.client_burst, standing.client),
            address: rate(self.address_per_s, self.address_burst, standing.address),
            connections: self.connections.unwrap_or(standing.connections),
            ..standing
        }
    }
}

/// `[log]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// What is logged: `info`, or directives such as `info,countersign_server=debug`.
    pub level: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people.
    Pretty,
}

/// `[[client]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    /// Its name, as contracts write it.
    pub id: String,
    /// File with its secret; else the secret is taken from the environment.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// What its certificate of an authority says, under the name that RFC 8705 §2.1.2 gives it.
    #[serde(default)]
    pub certificate: Option<CertificateName>,
    /// File with a JWK set whose `x5c` are its own certificates.
    #[serde(default)]
    pub jwks_file: Option<PathBuf>,
    /// Whether every token that it gets is bound to the certificate of its connection.
    #[serde(default)]
    pub certificate_bound: bool,
}
