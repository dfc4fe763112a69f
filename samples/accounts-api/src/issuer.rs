//! The issuer's metadata (RFC 8414) and keys (RFC 7517), fetched when first needed and kept for a while.

use std::time::{Duration, Instant};

use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::fault::Fault;

/// How long keys are believed without asking again.
const FRESH: Duration = Duration::from_mins(5);
/// A key id that is not known makes it ask again, but not for each bad token that somebody sends.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What is read of the issuer's metadata (RFC 8414 §2).
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Url,
    introspection_endpoint: Url,
    token_endpoint: Option<Url>,
}

#[derive(Debug)]
struct Known {
    metadata: Metadata,
    keys: JwkSet,
    at: Instant,
}

/// An issuer, as far as it is known.
#[derive(Debug)]
pub struct Issuer {
    http: reqwest::Client,
    url: Url,
    known: Mutex<Option<Known>>,
}

impl Issuer {
    /// Nothing is fetched yet: the issuer may start later than its APIs.
    #[must_use]
    pub fn new(http: reqwest::Client, url: Url) -> Self {
        Self { http, url, known: Mutex::new(None) }
    }

    /// The key with the id `kid`.
    ///
    /// # Errors
    /// If there is no such key, or the issuer does not answer.
    pub async fn key(&self, kid: &str) -> Result<DecodingKey, Fault> {
        let mut known = self.known.lock().await;
        let usable = known.as_ref().is_some_and(|k| {
            let age = k.at.elapsed();
            age < FRESH && (k.keys.find(kid).is_some() || age < ASK_AGAIN_AFTER)
        });
        if !usable {
            *known = Some(self.fetch().await?);
        }
        let jwk = known.as_ref().and_then(|k| k.keys.find(kid));
        let key = jwk.and_then(|jwk| DecodingKey::from_jwk(jwk).ok());
        key.ok_or_else(|| Fault::InvalidToken("the token is signed with a key that its issuer does not publish; exchange it again".to_owned()))
    }

    /// Where tokens are introspected (RFC 7662).
    ///
    /// # Errors
    /// If the issuer does not answer.
    pub async fn introspection_endpoint(&self) -> Result<Url, Fault> {
        let mut known = self.known.lock().await;
        if known.is_none() {
            *known = Some(self.fetch().await?);
        }
        known.as_ref().map(|k| k.metadata.introspection_endpoint.clone()).ok_or(Fault::IssuerUnreachable)
    }

    /// Where tokens are exchanged (RFC 8693).
    ///
    /// # Errors
    /// If the issuer does not answer, or has no such place.
    pub async fn token_endpoint(&self) -> Result<Url, Fault> {
        let mut known = self.known.lock().await;
        if known.is_none() {
            *known = Some(self.fetch().await?);
        }
        known.as_ref().and_then(|k| k.metadata.token_endpoint.clone()).ok_or(Fault::IssuerUnreachable)
    }

    async fn fetch(&self) -> Result<Known, Fault> {
        let metadata: Metadata = self.get(metadata_url(&self.url)).await?;
        // RFC 8414 §3.3: whoever answers must be whom we asked for.
        if metadata.issuer.trim_end_matches('/') != self.url.as_str().trim_end_matches('/') {
            tracing::warn!(says = metadata.issuer, "the issuer's metadata names another issuer");
            return Err(Fault::IssuerUnreachable);
        }
        let keys = self.get(metadata.jwks_uri.clone()).await?;
        Ok(Known { metadata, keys, at: Instant::now() })
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, url: Url) -> Result<T, Fault> {
        let unreachable = |error: reqwest::Error| {
            tracing::warn!(%error, "the issuer does not answer");
            Fault::IssuerUnreachable
        };
        let answer = self.http.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(unreachable)?;
        answer.json().await.map_err(unreachable)
    }
}

/// RFC 8414 §3: the well-known part goes between host and path.
fn metadata_url(issuer: &Url) -> Url {
    let mut url = issuer.clone();
    let path = issuer.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_metadata_between_host_and_path() {
        for (issuer, wanted) in [
            ("http://localhost:8080", "http://localhost:8080/.well-known/oauth-authorization-server"),
            ("https://sts.example/t/acme/", "https://sts.example/.well-known/oauth-authorization-server/t/acme"),
        ] {
            assert_eq!(metadata_url(&issuer.parse().unwrap()).as_str(), wanted);
        }
    }
}
