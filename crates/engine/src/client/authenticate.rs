//! A client proves who it is (RFC 6749 §2.3): in the one way that it is registered with, and no other.

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
use countersign_store::{Lock, SecretRow};

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
        let (known, proved) = match &presented {
            Presented::Public(id) => self.by_certificate(id, certificate).await,
            Presented::Basic(given) => self.by_secret(given, AuthMethod::ClientSecretBasic).await,
            Presented::Post(given) => self.by_secret(given, AuthMethod::ClientSecretPost).await,
            Presented::Assertion { client_id, assertion } => self.by_assertion(client_id.as_deref(), assertion).await,
        }
        .map_err(|r| r.oauth())?;
        match known {
            Some(client) if proved && client.disabled_at.is_none() => Ok(Machine { client, correlation, x5t: certificate.map(PeerCertificate::x5t) }),
            Some(client) => {
                // Told only to whom the certificate proves, so that nobody else learns how a client is registered.
                let twice = !matches!(presented, Presented::Public(_)) && certificate.is_some_and(|c| c.proves(&client, self.now()));
                let refusal = Refusal::new(Code::Refused, "the client did not prove who it is").with_oauth(ErrorCode::InvalidClient);
                self.refused_claim(client.tenant, &client.id, &refusal).await;
                Err(if twice { two_ways() } else { unproved() })
            }
            None => Err(unproved()),
        }
    }

    async fn by_secret(&self, given: &ClientCredentials, method: AuthMethod) -> Result<(Option<Client>, bool), Refusal> {
        let (id, shown) = (given.client_id.clone(), given.client_secret.fingerprint(CLIENT));
        let found = self.store().read(move |tx| {
            Box::pin(async move {
                let Some(client) = tx.client(&id, Lock::None).await? else { return Ok(None) };
                let secrets = tx.client_secrets(client.tenant, &client.id).await?;
                Ok::<_, Refusal>(Some((client, secrets)))
            })
        });
        let Some((client, secrets)) = found.await? else { return Ok((None, false)) };
        // All are compared, so that the time does not tell which it was.
        let same = |right: bool, row: &SecretRow| right | fingerprints_equal(&row.hash, &shown);
        let right = secrets.iter().fold(false, same);
        let proved = right && client.auth == method;
        Ok((Some(client), proved))
    }

    /// The certificate of the connection is what the client is registered with (RFC 8705 §2). One that proves nothing is no attempt to.
    async fn by_certificate(&self, id: &str, certificate: Option<&PeerCertificate>) -> Result<(Option<Client>, bool), Refusal> {
        let asked = id.to_owned();
        let found = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.client(&asked, Lock::None).await?) })).await?;
        let proved = found.as_ref().is_some_and(|client| certificate.is_some_and(|c| c.proves(client, self.now())));
        Ok((found, proved))
    }

    /// An assertion is good once, whatever comes of the request that it came with (RFC 7523 §3).
    async fn by_assertion(&self, named: Option<&str>, assertion: &Secret) -> Result<(Option<Client>, bool), Refusal> {
        let Some(id) = client_assertion::unverified_client_id(assertion.expose()).filter(|id| named.is_none_or(|n| n == id)) else {
            return Ok((None, false));
        };
        let asked = id.clone();
        let found = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.client(&asked, Lock::None).await?) })).await?;
        let Some(client) = found else { return Ok((None, false)) };
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
            return Ok((Some(client), false));
        };
        let once = self.store().write(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.dpop_seen(&good.jti_hash, good.expires_at).await?) })).await?;
        Ok((Some(client), once))
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
