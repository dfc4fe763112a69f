//! A client proves who it is (RFC 6749 §2.3): in the one way that it is registered with, and no other.

use std::sync::Arc;

use countersign_domain::{
    Code, CorrelationId, Secret,
    client::{AuthMethod, Client},
};
use countersign_oauth::{
    OAuthError,
    client_assertion::{self, ClientKeys},
    client_auth::{ClientCredentials, Presented, fingerprints_equal},
    error::ErrorCode,
    metadata,
    mtls::PeerCertificate,
};
use countersign_store::{Lock, Tx};

use super::{CLIENT, Machine};
use crate::{Engine, Refusal};

impl Engine {
    /// The machine that presents itself so, over a connection with this certificate.
    ///
    /// # Errors
    /// `invalid_client`, in the same words whatever was wrong; `invalid_request`, if its certificate proves it and something else was sent
    /// besides (RFC 6749 §2.3).
    pub async fn client_authenticate(
        &self,
        presented: Presented,
        certificate: Option<&PeerCertificate>,
        correlation: CorrelationId,
    ) -> Result<Machine, OAuthError> {
        let evidence = match (Shown::of(&presented, certificate), &presented) {
            (None, Presented::Assertion { client_id, assertion }) => self.by_assertion(client_id.as_deref(), assertion).await,
            (None, _) => Ok(Evidence::NONE),
            (Some(shown), _) => {
                let engine = self.clone();
                let shown = Arc::new(shown);
                self.store()
                    .recall(move |tx| {
                        let (engine, shown) = (engine.clone(), Arc::clone(&shown));
                        Box::pin(async move { shown.weigh(&engine, tx).await })
                    })
                    .await
            }
        };
        self.judge(evidence.map_err(|r| r.oauth())?, &presented, certificate, correlation).await
    }

    /// Lets the machine in, or refuses it with a line that says whom it claimed to be.
    pub(crate) async fn judge(
        &self,
        evidence: Evidence,
        presented: &Presented,
        certificate: Option<&PeerCertificate>,
        correlation: CorrelationId,
    ) -> Result<Machine, OAuthError> {
        match evidence.client {
            Some(client) if evidence.proved && client.disabled_at.is_none() => Ok(Machine { client, correlation, x5t: certificate.map(PeerCertificate::x5t) }),
            Some(client) => {
                // Told only to whom the certificate proves, so that nobody else learns how a client is registered.
                let twice = !matches!(presented, Presented::Public(_)) && certificate.is_some_and(|c| c.proves(&client, self.now()));
                let refusal = Refusal::new(Code::Refused, "the client did not prove who it is").with_oauth(ErrorCode::InvalidClient);
                self.refused_claim(client.tenant, &client.id, &refusal, correlation).await;
                Err(if twice { two_ways() } else { unproved() })
            }
            None => Err(unproved()),
        }
    }

    /// An assertion is good once, whatever comes of the request that it came with (RFC 7523 §3).
    async fn by_assertion(&self, named: Option<&str>, assertion: &Secret) -> Result<Evidence, Refusal> {
        let Some(id) = client_assertion::unverified_client_id(assertion.expose()).filter(|id| named.is_none_or(|n| n == id)) else {
            return Ok(Evidence::NONE);
        };
        let asked = id.clone();
        let found = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.client(&asked, Lock::None).await?) })).await?;
        let Some(client) = found else { return Ok(Evidence::NONE) };
        let keys = client.jwks.as_deref().filter(|_| client.auth == AuthMethod::PrivateKeyJwt).and_then(|text| keys_of(text).ok());
        let issuer = self.settings().issuer.clone();
        let endpoint = format!("{issuer}{}", metadata::TOKEN);
        let expect = client_assertion::Expect {
            client_id: &id,
            issuer: &issuer,
            token_endpoint_allowed: client.endpoint_audience.then_some(endpoint.as_str()),
            now: self.now(),
        };
        let Some(good) = keys.and_then(|keys| client_assertion::verify(assertion.expose(), &keys, &expect).ok()) else {
            return Ok(Evidence { client: Some(client), proved: false });
        };
        let once = self.store().write(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.dpop_seen(&good.jti_hash, good.expires_at).await?) })).await?;
        Ok(Evidence { client: Some(client), proved: once })
    }
}

/// Who somebody says they are, and whether they proved it.
pub(crate) struct Evidence {
    client: Option<Client>,
    proved: bool,
}

impl Evidence {
    const NONE: Self = Self { client: None, proved: false };

    /// The client, if it may come in.
    pub(crate) fn admits(&self) -> Option<&Client> {
        self.client.as_ref().filter(|client| self.proved && client.disabled_at.is_none())
    }
}

/// What a client shows that can be weighed by looking alone.
pub(crate) enum Shown {
    Secret { id: String, fingerprint: [u8; 32], method: AuthMethod },
    Certificate { id: String, certificate: Option<PeerCertificate> },
}

impl Shown {
    /// What is shown; `None` for an assertion, which is used up by being looked at.
    pub(crate) fn of(presented: &Presented, certificate: Option<&PeerCertificate>) -> Option<Self> {
        let secret =
            |given: &ClientCredentials, method| Self::Secret { id: given.client_id.clone(), fingerprint: given.client_secret.fingerprint(CLIENT), method };
        match presented {
            Presented::Public(id) => Some(Self::Certificate { id: id.clone(), certificate: certificate.cloned() }),
            Presented::Basic(given) => Some(secret(given, AuthMethod::ClientSecretBasic)),
            Presented::Post(given) => Some(secret(given, AuthMethod::ClientSecretPost)),
            Presented::Assertion { .. } => None,
        }
    }

    /// Weighs it against what the client is registered with.
    pub(crate) async fn weigh(&self, engine: &Engine, tx: &mut Tx) -> Result<Evidence, Refusal> {
        let (Self::Secret { id, .. } | Self::Certificate { id, .. }) = self;
        let Some(client) = tx.client(id, Lock::None).await? else { return Ok(Evidence::NONE) };
        let proved = match self {
            Self::Secret { fingerprint, method, .. } => {
                let secrets = tx.client_secrets(client.tenant, &client.id).await?;
                // All are compared, so that the time does not tell which it was.
                let right = secrets.iter().fold(false, |right, row| right | fingerprints_equal(&row.hash, fingerprint));
                right && client.auth == *method
            }
            // The certificate of the connection is what the client is registered with (RFC 8705 §2). One that proves nothing is no attempt to.
            Self::Certificate { certificate, .. } => certificate.as_ref().is_some_and(|c| c.proves(&client, engine.now())),
        };
        Ok(Evidence { client: Some(client), proved })
    }
}

/// The public keys that a client registered.
pub(super) fn keys_of(text: &str) -> Result<ClientKeys, Refusal> {
    ClientKeys::parse(&json_of(text)?).map_err(|e| Refusal::invalid(e.to_string()))
}

/// A JWK set, not yet looked at.
pub(super) fn json_of(text: &str) -> Result<serde_json::Value, Refusal> {
    serde_json::from_str(text).map_err(|e| Refusal::invalid(format!("the JWK set is no JSON: {e}")))
}

fn two_ways() -> OAuthError {
    OAuthError::invalid_request("the client proves itself in two ways at once: its certificate alone does; send `client_id` and nothing else (RFC 8705 §2)")
}

fn unproved() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, "the client is not known, or did not prove who it is in the way that it is registered with")
}
