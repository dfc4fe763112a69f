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
};
use countersign_store::{Lock, SecretRow};

use super::{CLIENT, Machine};
use crate::{Engine, Refusal};

impl Engine {
    /// The machine that presents itself so.
    ///
    /// # Errors
    /// `invalid_client`, in the same words whatever was wrong.
    pub async fn client_authenticate(&self, presented: Presented, correlation: CorrelationId) -> Result<Machine, OAuthError> {
        let (known, proved) = match &presented {
            Presented::Public(id) => self.named(id).await.map(|known| (known, false)),
            Presented::Basic(given) => self.by_secret(given, AuthMethod::ClientSecretBasic).await,
            Presented::Post(given) => self.by_secret(given, AuthMethod::ClientSecretPost).await,
            Presented::Assertion { client_id, assertion } => self.by_assertion(client_id.as_deref(), assertion).await,
        }
        .map_err(|r| r.oauth())?;
        match known {
            Some(client) if proved && client.disabled_at.is_none() => Ok(Machine { client, correlation }),
            Some(client) => {
                let refusal = Refusal::new(Code::Refused, "the client did not prove who it is").with_oauth(ErrorCode::InvalidClient);
                self.refused_claim(client.tenant, &client.id, &refusal).await;
                Err(unproved())
            }
            None => Err(unproved()),
        }
    }

    async fn named(&self, id: &str) -> Result<Option<Client>, Refusal> {
        let id = id.to_owned();
        self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.client(&id, Lock::None).await?) })).await
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

    /// An assertion is good once, whatever comes of the request that it came with (RFC 7523 §3).
    async fn by_assertion(&self, named: Option<&str>, assertion: &Secret) -> Result<(Option<Client>, bool), Refusal> {
        let Some(id) = client_assertion::unverified_client_id(assertion.expose()).filter(|id| named.is_none_or(|n| n == id)) else {
            return Ok((None, false));
        };
        let Some(client) = self.named(&id).await? else { return Ok((None, false)) };
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
    let json: serde_json::Value = serde_json::from_str(text).map_err(|e| Refusal::invalid(format!("the JWK set is no JSON: {e}")))?;
    ClientKeys::parse(&json).map_err(|e| Refusal::invalid(e.to_string()))
}

fn unproved() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, "the client is not known, or did not prove who it is in the way that it is registered with")
}
