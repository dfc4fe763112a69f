//! The Accounts API of the sample company: what any API does that accepts delegated tokens, and nothing more; and the Ledger API, which
//! it calls for the same customer.
//!
//! An example. It knows an issuer's address and its own audience, and uses a common JWT library, as an API owner would; it
//! shares no code with the service that mints its tokens. Customers are invented, and live in memory.

pub mod bearer;
pub mod customer;
pub mod fault;
pub mod introspect;
pub mod issuer;
pub mod keep;
pub mod ledger;
pub mod next;
pub mod resource;
pub mod routes;
pub mod start;

pub use routes::{Api, router};

/// What it is told at its start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose tokens it takes (`iss`), and where their keys are found (RFC 8414).
    pub issuer: url::Url,
    /// Its own name (`aud`).
    pub audience: String,
    /// The client that it introspects as (RFC 7662 §2.1), and exchanges as (RFC 8693).
    pub client_id: String,
    /// That client's secret.
    pub client_secret: ClientSecret,
}

/// A client secret, which does not print.
#[derive(Clone)]
pub struct ClientSecret(pub String);

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Tokens checked with keys that anybody on the way could have put there.
    #[error("`{0}` is neither https nor on loopback; give an https issuer")]
    PlainIssuer(url::Url),
}

impl Settings {
    /// Refuses an issuer whose keys would come unprotected over a network.
    ///
    /// # Errors
    /// [`SettingsError::PlainIssuer`].
    pub fn check(self) -> Result<Self, SettingsError> {
        let loopback = match self.issuer.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if self.issuer.scheme() == "https" || loopback { Ok(self) } else { Err(SettingsError::PlainIssuer(self.issuer)) }
    }

    /// The issuer as `iss` has it: without the slash that a URL parser adds.
    #[must_use]
    pub fn iss(&self) -> &str {
        self.issuer.as_str().trim_end_matches('/')
    }
}
