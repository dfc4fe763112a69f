//! Environment variables, which count before the file. A variable of ours that nobody knows is a mistake, and told.

use std::collections::BTreeMap;

use countersign_domain::Secret;

/// What `--help` says of them.
pub(super) const HELP: &str = "\
Environment, counting before the file:
  COUNTERSIGN_CONFIG               the configuration file
  COUNTERSIGN_ISSUER               issuer: https://host
  COUNTERSIGN_LISTEN               addresses to listen on, with commas between
  COUNTERSIGN_HOSTS                further Host values to answer to, with commas between
  COUNTERSIGN_FORWARDED            true: a proxy on this computer sets X-Forwarded-For
  COUNTERSIGN_CONTRACTS            folder of contracts
  COUNTERSIGN_TLS_CERT             PEM file of the certificate chain
  COUNTERSIGN_TLS_KEY              PEM file of its key
  COUNTERSIGN_TLS_CLIENT_CERTIFICATES  false: clients are not asked for certificates
  COUNTERSIGN_TLS_CLIENT_CA        PEM file of the authorities whose certificates prove a client
  COUNTERSIGN_DATABASE_PATH        SQLite file
  COUNTERSIGN_DATABASE_URL         postgres://… of the runtime role (or …_FILE: a file with it)
  COUNTERSIGN_DATABASE_OWNER_URL   postgres://… of the owner, who migrates (or …_FILE)
  COUNTERSIGN_MASTER_KEY           the master key (or …_FILE)
  COUNTERSIGN_BACKUP_PASSPHRASE    seals backups of the signing keys (or …_FILE)
  COUNTERSIGN_METRICS_LISTEN       address for Prometheus alone, such as 127.0.0.1:9464
  COUNTERSIGN_LOG_FORMAT           json or pretty
  COUNTERSIGN_LOG_LEVEL            info, or directives such as info,countersign_server=debug
  COUNTERSIGN_CLIENT_<ID>_SECRET   secret of the client <id>, upper case, other signs as _ (or …_FILE)

Exit codes: 0 done, 1 failed or not ready, 2 the configuration can't be used.";

const PREFIX: &str = "COUNTERSIGN_";
const PLAIN: [&str; 12] = [
    "CONFIG",
    "ISSUER",
    "LISTEN",
    "METRICS_LISTEN",
    "HOSTS",
    "FORWARDED",
    "CONTRACTS",
    "TLS_CERT",
    "TLS_KEY",
    "TLS_CLIENT_CERTIFICATES",
    "TLS_CLIENT_CA",
    "DATABASE_PATH",
];
const LOG: [&str; 2] = ["LOG_FORMAT", "LOG_LEVEL"];
const SECRET: [&str; 4] = ["DATABASE_URL", "DATABASE_OWNER_URL", "MASTER_KEY", "BACKUP_PASSPHRASE"];

/// The environment, as it was when the program started.
pub(super) struct Env(BTreeMap<String, Secret>);

impl Env {
    /// The process's own.
    pub(super) fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, Secret::new(value.into_string().ok()?)))).collect())
    }

    #[cfg(test)]
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), Secret::new((*value).to_owned()))).collect())
    }

    /// The variable of this very name.
    pub(super) fn raw(&self, name: &str) -> Option<&Secret> {
        self.0.get(name).filter(|value| !value.expose().is_empty())
    }

    /// The variable with our prefix.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.secret(name).map(Secret::expose)
    }

    /// The variable with our prefix, as a secret.
    pub(super) fn secret(&self, name: &str) -> Option<&Secret> {
        self.raw(&format!("{PREFIX}{name}"))
    }

    /// A variable with our prefix that means nothing, given the clients there are and the variable that the file names.
    pub(super) fn unknown(&self, clients: &[String], named: Option<&str>) -> Option<&str> {
        let known = |name: &str| {
            let of_file = name.strip_suffix("_FILE").unwrap_or(name);
            PLAIN.contains(&name) || LOG.contains(&name) || SECRET.contains(&of_file) || clients.iter().any(|id| client_variable(id) == of_file)
        };
        let ours = self.0.keys().filter_map(|name| Some((name, name.strip_prefix(PREFIX)?)));
        ours.filter(|(full, _)| Some(full.as_str()) != named).find(|(_, name)| !known(name)).map(|(full, _)| full.as_str())
    }
}

/// The name, without prefix, of the variable that holds a client's secret.
pub(super) fn client_variable(id: &str) -> String {
    let id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("CLIENT_{id}_SECRET")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_variable_is_found() {
        let clients = ["accounts-api".to_owned()];
        let env = Env::of(&[("COUNTERSIGN_ISSUER", "x"), ("COUNTERSIGN_MASTER_KEY_FILE", "x"), ("COUNTERSIGN_CLIENT_ACCOUNTS_API_SECRET", "x"), ("PATH", "x")]);
        assert_eq!(env.unknown(&clients, None), None);
        assert_eq!(env.unknown(&[], None), Some("COUNTERSIGN_CLIENT_ACCOUNTS_API_SECRET"));
        assert_eq!(Env::of(&[("COUNTERSIGN_ISSUERS", "x")]).unknown(&[], None), Some("COUNTERSIGN_ISSUERS"));
        assert_eq!(Env::of(&[("COUNTERSIGN_SEAL", "x")]).unknown(&[], Some("COUNTERSIGN_SEAL")), None);
    }

    #[test]
    fn help_names_every_variable() {
        for name in PLAIN.iter().chain(&LOG).chain(&SECRET) {
            assert!(HELP.contains(&format!("{PREFIX}{name} ")), "{name}");
        }
    }
}
