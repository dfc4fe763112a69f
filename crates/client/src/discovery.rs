//! Finding a service by its issuer (RFC 8414), and holding what it says of itself.

use std::net::IpAddr;

use countersign_api::Problem;
use countersign_domain::CorrelationId;
use reqwest::Method;
use serde::Deserialize;
use url::{Host, Url};

use crate::{Edge, fault, nonces::Door, transport::Transport};

/// A service that was found and is what it says. Cheap to clone; holds no secret.
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Transport,
    pub(crate) metadata: Metadata,
}

/// What of the service's metadata (RFC 8414 §2) is used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    #[serde(default)]
    pub(crate) countersign: About,
}

/// What the service says of itself beyond the RFC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct About {
    /// Its version.
    pub version: String,
    /// Whether it runs inside a console.
    pub embedded: bool,
    /// Whether it is the sample workspace.
    pub sample: bool,
}

impl Client {
    /// Asks the service at `issuer` for its metadata and checks that it is the one that was asked (RFC 8414 §3.3).
    ///
    /// # Errors
    /// A problem with a sentence for the person; see [`issuer_from`] for what an issuer must be like.
    pub async fn discover(issuer: &Url, edge: Edge) -> Result<Self, Problem> {
        let correlation = edge.correlation();
        acceptable(issuer).map_err(|what| fault::invalid(what, correlation))?;
        let name = issuer_name(issuer);
        let transport = Transport::new(&name, is_loopback(issuer), edge)?;
        let request = transport.request(Method::GET, metadata_url(issuer), correlation);
        let answer = transport.send(Door::Call, request, correlation).await.map_err(crate::transport::Lost::into_problem)?;
        let strange = || fault::not_the_service(&name, answer.status, correlation);
        if answer.status != 200 {
            return Err(strange());
        }
        let metadata: Metadata = serde_json::from_slice(&answer.body).map_err(|_| strange())?;
        check(issuer, &metadata, correlation)?;
        Ok(Self { transport, metadata })
    }

    /// The issuer, without a slash at its end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.metadata.issuer
    }

    /// What the service says of itself.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.metadata.countersign
    }

    /// The service's clock less this computer's, in milliseconds.
    #[must_use]
    pub fn clock_skew_ms(&self) -> i64 {
        self.transport.skew.ms()
    }

    /// Time and randomness that this client was given.
    #[must_use]
    pub fn edge(&self) -> &Edge {
        &self.transport.edge
    }

    /// An address of the service's interface.
    pub(crate) fn url(&self, path_and_query: &str, correlation: CorrelationId) -> Result<Url, Problem> {
        Url::parse(&format!("{}{path_and_query}", self.issuer())).map_err(|_| fault::invalid("The address could not be made. Nothing was sent.", correlation))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("issuer", &self.metadata.issuer).finish_non_exhaustive()
    }
}

/// Reads what a person typed as a service's address: `https://` is added where no scheme stands.
///
/// # Errors
/// A problem that says what to change.
pub fn issuer_from(text: &str, correlation: CorrelationId) -> Result<Url, Problem> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).map_err(|_| fault::invalid(format!("`{text}` is not an address. Write it as https://countersign.example."), correlation))?;
    acceptable(&url).map_err(|what| fault::invalid(what, correlation))?;
    Ok(url)
}

fn acceptable(url: &Url) -> Result<(), String> {
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        _ if !plain || url.host().is_none() => {
            Err("The address of a service has a host and perhaps a port and a path, and nothing else. Nothing was sent.".into())
        }
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err("Plain HTTP is taken on this computer alone (localhost). Write https:// for a service elsewhere. Nothing was sent.".into()),
        other => Err(format!("`{other}:` can't be used; write https://. Nothing was sent.")),
    }
}

/// Whether `url` is on this very computer.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

/// `Url` writes a slash after an empty path, and issuers are compared as text (RFC 8414 §3.3).
fn issuer_name(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// RFC 8414 §3: the well-known part goes between host and path.
fn metadata_url(issuer: &Url) -> Url {
    let mut url = issuer.clone();
    url.set_path(&format!("/.well-known/oauth-authorization-server{}", issuer.path().trim_end_matches('/')));
    url
}

fn check(asked: &Url, found: &Metadata, correlation: CorrelationId) -> Result<(), Problem> {
    let name = issuer_name(asked);
    if found.issuer != name {
        let detail = format!("The service at {name} calls itself {}. Use that address, if you trust it. Nothing more was sent.", found.issuer);
        return Err(fault::invalid(detail, correlation));
    }
    let ours = |url: &Url| url.origin() == asked.origin();
    if ours(&found.authorization_endpoint) && ours(&found.token_endpoint) {
        Ok(())
    } else {
        Err(fault::invalid(
            format!("The service at {name} wants people to sign in elsewhere, which a console does not do. Nothing more was sent."),
            correlation,
        ))
    }
}

#[cfg(test)]
mod tests {
    use countersign_domain::Code;

    use super::*;
    use crate::tests::edge;

    #[test]
    fn addresses_are_read_and_plain_http_is_for_loopback() {
        let read = |text: &str| issuer_from(text, edge().correlation());
        for (text, issuer) in [
            ("countersign.example", "https://countersign.example"),
            (" https://countersign.example:8443/ ", "https://countersign.example:8443"),
            ("https://host.example/countersign", "https://host.example/countersign"),
            ("http://localhost:4750", "http://localhost:4750"),
            ("http://127.0.0.1:4750", "http://127.0.0.1:4750"),
            ("http://[::1]:4750", "http://[::1]:4750"),
        ] {
            assert_eq!(issuer_name(&read(text).unwrap()), issuer);
        }
        for bad in [
            "",
            "http://countersign.example",
            "http://localhost.evil.example",
            "ftp://x.example",
            "https://a:b@x.example",
            "https://x.example/?q",
            "https://x.example/#f",
            "file:///etc/passwd",
            "https://",
        ] {
            assert_eq!(read(bad).unwrap_err().code, Code::InvalidInput, "{bad}");
        }
    }

    #[test]
    fn the_well_known_part_goes_before_the_path() {
        let url = |text: &str| metadata_url(&Url::parse(text).unwrap()).to_string();
        assert_eq!(url("https://x.example"), "https://x.example/.well-known/oauth-authorization-server");
        assert_eq!(url("https://x.example/a/"), "https://x.example/.well-known/oauth-authorization-server/a");
    }

    #[test]
    fn a_service_that_is_another_or_sends_people_elsewhere_is_refused() {
        let asked = Url::parse("https://x.example").unwrap();
        let at = |issuer: &str, authorize: &str| Metadata {
            issuer: issuer.into(),
            authorization_endpoint: Url::parse(authorize).unwrap(),
            token_endpoint: Url::parse("https://x.example/oauth/token").unwrap(),
            countersign: About::default(),
        };
        let try_it = |m: &Metadata| check(&asked, m, edge().correlation());
        assert!(try_it(&at("https://x.example", "https://x.example/authorize")).is_ok());
        assert!(try_it(&at("https://x.example/", "https://x.example/authorize")).is_err());
        assert!(try_it(&at("https://y.example", "https://x.example/authorize")).is_err());
        assert!(try_it(&at("https://x.example", "https://y.example/authorize")).is_err());
        assert!(try_it(&at("https://x.example", "http://x.example/authorize")).is_err());
    }

    #[tokio::test]
    async fn where_nobody_answers_it_says_that_nothing_was_sent() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let problem = Client::discover(&Url::parse(&format!("http://{free}")).unwrap(), edge()).await.unwrap_err();
        assert_eq!(problem.code, Code::Unreachable);
        assert!(problem.detail.contains("Nothing was sent"), "{}", problem.detail);
    }
}
