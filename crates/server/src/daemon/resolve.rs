//! File and environment together: what the service is told, or the one sentence that says what to change.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use countersign_domain::{Secret, contract::Contract};
use countersign_engine::{ByFile, Proves, TrustedIssuer};
use countersign_oauth::seal::MasterKey;
use url::Url;

use super::{
    env::{Env, client_variable},
    file::{File, LogFormat, MasterKeyFrom},
};
use crate::config::{ConfigError, ServerConfig, TlsFiles};

/// A configuration that can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// A file can't be read.
    #[error("`{}` can't be read: {error}", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    /// A file isn't what it should be.
    #[error("`{}`: {what}", path.display())]
    Content { path: PathBuf, what: String },
    /// Something is missing.
    #[error("{0}")]
    Missing(String),
    /// A variable can't be read.
    #[error("`COUNTERSIGN_{name}` can't be used: {what}")]
    Variable { name: &'static str, what: String },
    /// A variable of ours that means nothing.
    #[error("`{0}` is no variable of this program; `countersignd --help` lists them")]
    Unknown(String),
    /// Things that don't go together.
    #[error(transparent)]
    Together(#[from] ConfigError),
}

/// All that the service is told.
pub(super) struct Told {
    /// Where and as whom it answers.
    pub server: ServerConfig,
    /// Where everything is kept.
    pub database: Kept,
    /// Seals the signing keys.
    pub master: MasterKey,
    /// APIs that access can be asked to.
    pub contracts: Vec<Contract>,
    /// Clients of the operator's own.
    pub clients: Vec<ByFile>,
    /// Issuers whose tokens say that a customer is present.
    pub issuers: Vec<TrustedIssuer>,
}

/// Where everything is kept.
#[derive(Debug)]
pub(super) enum Kept {
    /// In a SQLite file.
    Sqlite(PathBuf),
    /// In PostgreSQL: the runtime role's address, and the owner's if that is another.
    Postgres {
        /// Of the runtime role.
        url: Secret,
        /// Of the owner.
        owner_url: Option<Secret>,
    },
}

/// What is logged, needed before anything else is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logged {
    /// How lines look.
    pub format: LogFormat,
    /// Which lines.
    pub level: String,
}

/// File and environment, read and not yet looked at.
pub(super) struct Source {
    pub(super) file: File,
    /// Relative paths in the file start here.
    pub(super) base: PathBuf,
    pub(super) env: Env,
}

impl Source {
    /// Reads the file, if one is named.
    pub(super) fn read(path: Option<&Path>, env: Env) -> Result<Self, Unusable> {
        let Some(path) = path else { return Ok(Self { file: File::default(), base: PathBuf::new(), env }) };
        let file = toml::from_str(&text(path)?).map_err(|e| content(path, &e.to_string()))?;
        Ok(Self { file, base: path.parent().map(Path::to_owned).unwrap_or_default(), env })
    }

    /// What is logged.
    pub(super) fn logged(&self) -> Result<Logged, Unusable> {
        let format = match self.env.get("LOG_FORMAT") {
            None => self.file.log.format,
            Some("json") => LogFormat::Json,
            Some("pretty") => LogFormat::Pretty,
            Some(_) => return Err(Unusable::Variable { name: "LOG_FORMAT", what: "write `json` or `pretty`".into() }),
        };
        let level = self.env.get("LOG_LEVEL").map(str::to_owned).or_else(|| self.file.log.level.clone()).unwrap_or_else(|| "info".into());
        Ok(Logged { format, level })
    }

    /// Everything else.
    pub(super) fn resolve(&self) -> Result<Told, Unusable> {
        let ids: Vec<String> = self.file.client.iter().map(|c| c.id.clone()).collect();
        if let Some(name) = self.env.unknown(&ids, self.file.master_key.env.as_deref()) {
            return Err(Unusable::Unknown(name.to_owned()));
        }
        let server = self.server()?;
        let contracts = self.contracts(&server)?;
        let clients = self.clients()?;
        if let Some(lonely) = contracts.iter().find(|c| !clients.iter().any(|client| c.introspected_by(&client.id))) {
            let text = format!("contract `{}` names no client that is there; add a `[[client]]` with an id of its `introspection_clients`", lonely.key);
            return Err(Unusable::Missing(text));
        }
        let issuers = self.issuers(&server)?;
        Ok(Told { database: self.database()?, master: self.master()?, server, contracts, clients, issuers })
    }

    /// What backups of the signing keys are sealed under, if it is told.
    pub(super) fn passphrase(&self) -> Result<Option<Secret>, Unusable> {
        self.secret("BACKUP_PASSPHRASE", None)
    }

    /// Where and as whom the service answers.
    pub(super) fn server(&self) -> Result<ServerConfig, Unusable> {
        let issuer = match self.env.get("ISSUER") {
            Some(text) => Some(Url::parse(text).map_err(|e| Unusable::Variable { name: "ISSUER", what: e.to_string() })?),
            None => self.file.issuer.clone(),
        };
        let config = ServerConfig {
            listen: self.listen()?,
            issuer: issuer
                .ok_or_else(|| missing("there is no issuer; set `issuer` or `COUNTERSIGN_ISSUER` to the address that people and APIs reach the service at"))?,
            tls: self.tls()?,
            embedded: false,
            hosts: self.env.get("HOSTS").map_or_else(|| self.file.hosts.clone(), |text| list(text).map(str::to_owned).collect()),
            forwarded: self.flag("FORWARDED", self.file.forwarded)?,
            limits: self.file.limits.limits(),
            metrics_listen: match self.env.get("METRICS_LISTEN") {
                None => self.file.metrics_listen,
                Some(text) => {
                    Some(text.parse().map_err(|_| Unusable::Variable { name: "METRICS_LISTEN", what: "write an address such as `127.0.0.1:9464`".into() })?)
                }
            },
        };
        config.check()?;
        Ok(config)
    }

    fn listen(&self) -> Result<Vec<SocketAddr>, Unusable> {
        match self.env.get("LISTEN") {
            None => Ok(self.file.listen.clone()),
            Some(text) => list(text)
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|_| Unusable::Variable { name: "LISTEN", what: "write addresses such as `0.0.0.0:8443`".into() }),
        }
    }

    fn tls(&self) -> Result<Option<TlsFiles>, Unusable> {
        match (self.path("TLS_CERT", self.file.tls.cert.as_deref()), self.path("TLS_KEY", self.file.tls.key.as_deref())) {
            (None, None) if self.path("TLS_CLIENT_CA", self.file.tls.client_ca.as_deref()).is_some() => {
                Err(missing("authorities of clients are named and there is no TLS; set `cert` and `key` under `[tls]`, or take out `client_ca`"))
            }
            (Some(cert), Some(key)) => {
                let ask = self.flag("TLS_CLIENT_CERTIFICATES", self.file.tls.client_certificates.unwrap_or(true))?;
                let client_ca = self.path("TLS_CLIENT_CA", self.file.tls.client_ca.as_deref());
                match client_ca {
                    Some(_) if !ask => {
                        Err(missing("authorities of clients are named and no certificates are asked for; take out `client_ca` or `client_certificates`"))
                    }
                    client_ca => Ok(Some(TlsFiles { cert, key, ask, client_ca })),
                }
            }
            (None, None) => Ok(None),
            _ => Err(missing("TLS needs both a certificate and a key; set `cert` and `key` under `[tls]`")),
        }
    }

    fn database(&self) -> Result<Kept, Unusable> {
        let file = &self.file.database;
        let plain = |url: &Option<Url>| url.as_ref().map(|u| Secret::new(u.to_string()));
        if [&file.url, &file.owner_url].into_iter().flatten().any(|u| u.password().is_some()) {
            return Err(missing("the configuration file holds a database password; put the address into a file of its own and name it as `url_file`"));
        }
        let url = self.secret("DATABASE_URL", file.url_file.as_deref())?.or_else(|| plain(&file.url));
        let owner_url = self.secret("DATABASE_OWNER_URL", file.owner_url_file.as_deref())?.or_else(|| plain(&file.owner_url));
        match (self.path("DATABASE_PATH", file.path.as_deref()), url) {
            (Some(path), None) => Ok(Kept::Sqlite(path)),
            (None, Some(url)) => Ok(Kept::Postgres { url, owner_url }),
            (Some(_), Some(_)) => Err(missing("two databases are named; set `path` for SQLite or `url_file` for PostgreSQL, not both")),
            (None, None) => Err(missing("there is no database; set `path` (SQLite) or `url_file` (PostgreSQL) under `[database]`")),
        }
    }

    fn master(&self) -> Result<MasterKey, Unusable> {
        let MasterKeyFrom { file, env, credential } = &self.file.master_key;
        let own = self.secret("MASTER_KEY", file.as_deref())?;
        let named = match env {
            Some(name) => {
                Some(self.env.raw(name).cloned().ok_or_else(|| Unusable::Missing(format!("the master key should be in `{name}`, which is not set")))?)
            }
            None => None,
        };
        let from_systemd = match credential {
            Some(name) => {
                let folder = self
                    .env
                    .raw("CREDENTIALS_DIRECTORY")
                    .ok_or_else(|| missing("the master key is a systemd credential, and there are none; add `LoadCredential=` to the unit"))?;
                Some(secret_text(&Path::new(folder.expose()).join(name))?)
            }
            // Where systemd puts a credential of that name, also if the configuration says nothing of it.
            None if own.is_none() && named.is_none() => self.credential()?,
            None => None,
        };
        let mut given = [own, named, from_systemd].into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(key), None) => {
                MasterKey::from_text(&key).map_err(|e| Unusable::Missing(format!("the master key can't be used: {e}; `countersignd new-master-key` makes one")))
            }
            (None, _) => Err(missing("there is no master key; `countersignd new-master-key` makes one, `[master_key]` says where it is")),
            (Some(_), Some(_)) => Err(missing("the master key is named more than once; keep one of `file`, `env`, `credential` and `COUNTERSIGN_MASTER_KEY`")),
        }
    }

    /// `LoadCredential=master-key:…` of a unit.
    fn credential(&self) -> Result<Option<Secret>, Unusable> {
        let path = self.env.raw("CREDENTIALS_DIRECTORY").map(|folder| Path::new(folder.expose()).join("master-key"));
        path.filter(|path| path.exists()).map(|path| secret_text(&path)).transpose()
    }

    fn contracts(&self, server: &ServerConfig) -> Result<Vec<Contract>, Unusable> {
        let Some(folder) = self.path("CONTRACTS", self.file.contracts.as_deref()) else { return Ok(Vec::new()) };
        let entries = fs::read_dir(&folder).map_err(|error| Unusable::Read { path: folder.clone(), error })?;
        let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
        files.sort();
        let mut contracts: Vec<Contract> = Vec::new();
        for path in files {
            let contract: Contract = toml::from_str(&text(&path)?).map_err(|e| content(&path, &e.to_string()))?;
            server.check_contract(&contract).map_err(|e| content(&path, &e.to_string()))?;
            if let Some(twin) = contracts.iter().find(|c| c.key == contract.key || c.audience == contract.audience) {
                return Err(content(&path, &format!("it has the key or audience of contract `{}`; each API has its own", twin.key)));
            }
            contracts.push(contract);
        }
        Ok(contracts)
    }

    fn clients(&self) -> Result<Vec<ByFile>, Unusable> {
        let read = |client: &super::file::Client| {
            let proves = self.proof(client)?;
            Ok(ByFile { id: client.id.clone(), proves, certificate_bound: client.certificate_bound })
        };
        self.file.client.iter().map(read).collect()
    }

    /// What proves a client: exactly one thing.
    fn proof(&self, client: &super::file::Client) -> Result<Proves, Unusable> {
        let variable = client_variable(&client.id);
        let secret = self.secret(&variable, client.secret_file.as_deref())?;
        let jwks = client.jwks_file.as_deref().map(|path| text(&self.base.join(path))).transpose()?;
        match (secret, &client.certificate, jwks) {
            (Some(secret), None, None) if secret.expose().len() < 32 => {
                Err(Unusable::Missing(format!("the secret of client `{}` is too short; take at least 32 random characters", client.id)))
            }
            (Some(secret), None, None) => Ok(Proves::Secret(secret)),
            (None, Some(name), None) => Ok(Proves::Issued(name.clone())),
            (None, None, Some(jwks)) => Ok(Proves::Registered(jwks)),
            (None, None, None) => {
                let text =
                    format!("client `{}` has nothing that proves it; set `secret_file`, `COUNTERSIGN_{variable}`, `certificate` or `jwks_file`", client.id);
                Err(Unusable::Missing(text))
            }
            _ => Err(Unusable::Missing(format!("client `{}` would prove itself in two ways; keep one of secret, `certificate` and `jwks_file`", client.id))),
        }
    }

    /// `true` or `false` from the environment, or what the file says.
    fn flag(&self, name: &'static str, in_file: bool) -> Result<bool, Unusable> {
        match self.env.get(name) {
            None => Ok(in_file),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(Unusable::Variable { name, what: "write `true` or `false`".into() }),
        }
    }

    /// A path from the environment, or from the file and then relative to it.
    fn path(&self, variable: &str, in_file: Option<&Path>) -> Option<PathBuf> {
        self.env.get(variable).map(PathBuf::from).or_else(|| in_file.map(|path| self.base.join(path)))
    }

    /// A secret from its variable, from the file that a variable names, or from the file that the configuration names.
    fn secret(&self, variable: &str, in_file: Option<&Path>) -> Result<Option<Secret>, Unusable> {
        if let Some(secret) = self.env.secret(variable) {
            return Ok(Some(secret.clone()));
        }
        self.path(&format!("{variable}_FILE"), in_file).map(|path| secret_text(&path)).transpose()
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

pub(super) fn text(path: &Path) -> Result<String, Unusable> {
    fs::read_to_string(path).map_err(|error| Unusable::Read { path: path.to_owned(), error })
}

/// What a file holds, without the line end that editors add.
pub(super) fn secret_text(path: &Path) -> Result<Secret, Unusable> {
    let whole = Secret::new(text(path)?);
    match whole.expose().trim_end_matches(['\r', '\n']) {
        "" => Err(content(path, "it is empty; write the secret into it")),
        secret => Ok(Secret::new(secret.to_owned())),
    }
}

fn content(path: &Path, what: &str) -> Unusable {
    // TOML's errors draw a picture over several lines; the first says where, the last what.
    let lines: Vec<&str> = what.lines().filter(|l| !l.trim().is_empty() && !l.contains('|')).collect();
    Unusable::Content { path: path.to_owned(), what: lines.join(": ") }
}

fn missing(text: &str) -> Unusable {
    Unusable::Missing(text.to_owned())
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
