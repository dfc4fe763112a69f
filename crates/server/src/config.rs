//! What a service is told before it starts, and which of it can't go together.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use countersign_domain::{
    Clock, Entropy, Secret,
    contract::Contract,
    issuer::{self, Issuer, IssuerError, Keys},
};
use countersign_engine::{ByFile, TrustedIssuer, is_loopback, is_private};
use countersign_oauth::{mtls::Certificates, seal::MasterKey};
use countersign_policy::Bundle;
use countersign_store::Store;
use url::Url;

use crate::limits::Limits;

/// Where and as whom the service answers.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Addresses to listen on.
    pub listen: Vec<SocketAddr>,
    /// `iss` of all tokens, without path, query or fragment. Port 0: whatever port is found free.
    pub issuer: Url,
    /// Certificate and key; without them only loopback is listened on.
    pub tls: Option<TlsFiles>,
    /// Runs inside a console: loopback only, on both address families.
    pub embedded: bool,
    /// `Host` values that are answered besides the issuer's own.
    pub hosts: Vec<String>,
    /// Whether a proxy on this computer names the browser's address in `X-Forwarded-For`.
    pub forwarded: bool,
    /// How much is held and how long is waited.
    pub limits: Limits,
    /// Where Prometheus scrapes (`/metrics`), apart from everything else; nowhere unless told.
    pub metrics_listen: Option<SocketAddr>,
}

/// PEM files of a certificate chain and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
    /// Whether clients are asked for their certificates (RFC 8705). None is ever demanded.
    pub ask: bool,
    /// The authorities whose certificates prove a client (RFC 8705 §2.1); none unless told.
    pub client_ca: Option<PathBuf>,
}

impl TlsFiles {
    /// What a service that serves with these sees of its clients' certificates.
    #[must_use]
    pub fn certificates(&self) -> Certificates {
        match (self.ask, &self.client_ca) {
            (false, _) => Certificates::Unseen,
            (true, None) => Certificates::Registered,
            (true, Some(_)) => Certificates::Issued,
        }
    }
}

/// What the service is made of.
pub struct Deps {
    /// Where it keeps everything.
    pub store: Store,
    /// The policy in force.
    pub bundle: Bundle,
    /// Seals the signing keys at rest.
    pub master: MasterKey,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// APIs that access can be asked to, in every tenant.
    pub contracts: Vec<Contract>,
    /// Clients of the operator's own, in every tenant.
    pub clients: Vec<ByFile>,
    /// Issuers whose tokens say that a customer is present.
    pub issuers: Vec<TrustedIssuer>,
    /// The sample workspace, if this is one.
    pub sample: Option<Sample>,
}

/// The sample workspace's APIs.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The contract of each, and the secret of the client that it introspects and exchanges as.
    pub apis: Vec<(Contract, Secret)>,
}

/// A configuration that can't be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The issuer isn't of the form that tokens need.
    #[error("`{0}` can't be an issuer; write `https://host` or, on loopback, `http://localhost:port`, and nothing behind it")]
    Issuer(String),
    /// Plain HTTP beyond loopback.
    #[error("`{0}` is not loopback and there is no TLS; name a certificate and key, or listen on 127.0.0.1 behind a proxy that has them")]
    PlainBeyondLoopback(String),
    /// Nowhere to listen.
    #[error("there is no address to listen on; name at least one")]
    NoAddress,
    /// An embedded service reaches further than this computer.
    #[error("`{0}` is not on this computer; an embedded service is for loopback only, use `countersignd` for others")]
    EmbeddedBeyondLoopback(String),
    /// An API's contract can't be taken.
    #[error("{0}")]
    Contract(#[from] countersign_domain::contract::ContractError),
    /// An issuer can't be trusted.
    #[error("{0}")]
    Trusted(#[from] IssuerError),
}

impl ServerConfig {
    /// Inside a console: `http://localhost:port` on both loopback addresses; 0 takes a free port.
    #[must_use]
    pub fn embedded(port: u16) -> Self {
        let listen = vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port), SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), port)];
        Self {
            listen,
            issuer: localhost(port),
            tls: None,
            embedded: true,
            hosts: Vec::new(),
            forwarded: false,
            limits: Limits::embedded(),
            metrics_listen: None,
        }
    }

    /// Whether it can be served.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub fn check(&self) -> Result<(), ConfigError> {
        let plain = self.issuer.scheme() == "http";
        if !issuer_form(&self.issuer) {
            return Err(ConfigError::Issuer(self.issuer.to_string()));
        }
        if plain && !is_loopback(&self.issuer) {
            return Err(ConfigError::PlainBeyondLoopback(self.issuer.to_string()));
        }
        if self.embedded && (!plain || self.issuer.host_str() != Some("localhost")) {
            return Err(ConfigError::EmbeddedBeyondLoopback(self.issuer.to_string()));
        }
        if self.listen.is_empty() {
            return Err(ConfigError::NoAddress);
        }
        match self.listen.iter().find(|a| !a.ip().is_loopback()) {
            Some(a) if self.embedded => Err(ConfigError::EmbeddedBeyondLoopback(a.to_string())),
            Some(a) if self.tls.is_none() => Err(ConfigError::PlainBeyondLoopback(a.to_string())),
            _ => Ok(()),
        }
    }

    /// Whether `contract` can be registered with such a service.
    ///
    /// # Errors
    /// If it is malformed, or reaches beyond this computer from an embedded service.
    pub fn check_contract(&self, contract: &Contract) -> Result<(), ConfigError> {
        Ok(countersign_engine::check_contract(contract, self.embedded)?)
    }

    /// Whether these issuers can be trusted by such a service.
    ///
    /// # Errors
    /// If one is malformed, the service itself or there twice, or would be asked over a network without TLS.
    pub fn check_issuers<'a>(&self, issuers: impl IntoIterator<Item = &'a Issuer> + Clone) -> Result<(), ConfigError> {
        issuer::check_all(self.issuer.as_str(), issuers.clone())?;
        for issuer in issuers {
            let keys = if let Keys::At(uri) = &issuer.keys { Some(("jwks_uri", uri)) } else { None };
            let asked = issuer.introspection.as_ref().map(|asked| ("endpoint", &asked.endpoint));
            for (name, address) in [Some(("issuer", &issuer.issuer)), keys, asked].into_iter().flatten() {
                if !Url::parse(address).is_ok_and(|url| is_private(&url)) {
                    let what = format!("`{name}` is `{address}`; write an address that begins with `https://`, or one on this computer");
                    return Err(IssuerError { issuer: issuer.issuer.clone(), what }.into());
                }
            }
        }
        Ok(())
    }
}

/// `http://localhost:port`.
pub(crate) fn localhost(port: u16) -> Url {
    let mut url = LOCALHOST.clone();
    // Cannot fail: an `http` address with a host takes any port.
    let _ = url.set_port(Some(port));
    url
}

static LOCALHOST: std::sync::LazyLock<Url> = std::sync::LazyLock::new(|| match Url::parse("http://localhost") {
    Ok(url) => url,
    Err(_) => std::process::abort(),
});

fn issuer_form(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(issuer: &str, listen: &str) -> ServerConfig {
        ServerConfig { listen: vec![listen.parse().unwrap()], issuer: issuer.parse().unwrap(), embedded: false, ..ServerConfig::embedded(0) }
    }

    #[test]
    fn an_embedded_service_stays_on_this_computer() {
        assert_eq!(ServerConfig::embedded(43_117).check(), Ok(()));
        let out = ServerConfig { listen: vec!["0.0.0.0:43117".parse().unwrap()], ..ServerConfig::embedded(43_117) };
        assert_eq!(out.check(), Err(ConfigError::EmbeddedBeyondLoopback("0.0.0.0:43117".into())));
        let issuer = ServerConfig { issuer: "https://sts.example".parse().unwrap(), ..ServerConfig::embedded(1) };
        assert!(matches!(issuer.check(), Err(ConfigError::EmbeddedBeyondLoopback(_))));
    }

    #[test]
    fn plain_http_is_for_loopback() {
        assert_eq!(shared("https://sts.example", "127.0.0.1:8443").check(), Ok(()), "behind a proxy on the same computer");
        assert!(matches!(shared("https://sts.example", "0.0.0.0:8443").check(), Err(ConfigError::PlainBeyondLoopback(_))));
        assert!(matches!(shared("http://sts.example", "127.0.0.1:8443").check(), Err(ConfigError::PlainBeyondLoopback(_))));
    }

    #[test]
    fn an_issuer_is_an_origin() {
        for bad in ["https://sts.example/path", "https://sts.example/?q", "https://u@sts.example", "ftp://sts.example"] {
            assert!(matches!(shared(bad, "127.0.0.1:1").check(), Err(ConfigError::Issuer(_))), "{bad}");
        }
    }

    #[test]
    fn an_embedded_service_takes_local_apis_only() {
        let contract: Contract = toml::from_str(
            "key='accounts'\nname='Accounts'\naudience='https://api.example/accounts'\nbase_url='https://api.example'\nmax_minutes=60\ntoken_ttl_s=300\n\
             introspection_client='accounts-api'\n[[actions]]\nscope='profile:read'\nname='Read'\neffect='Shows.'\nrisk='low'",
        )
        .unwrap();
        assert!(matches!(ServerConfig::embedded(1).check_contract(&contract), Err(ConfigError::Contract(_))));
        let local = Contract { base_url: "http://127.0.0.1:4100".into(), ..contract };
        assert_eq!(ServerConfig::embedded(1).check_contract(&local), Ok(()));
    }
}
