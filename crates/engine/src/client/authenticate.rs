//! A client proves who it is (RFC 6749 §2.3): in the one way that it is registered with, and no other.

use countersign_domain::{
    CorrelationId, Secret,
    client::{AuthMethod, Client},
};
use countersign_oauth::{
    OAuthError,
    client_auth::{ClientCredentials, Presented, fingerprints_equal},
    error::ErrorCode,
};
use countersign_store::{Lock, SecretRow};
use countersign_trail::{Actor, Kind};

use super::{CLIENT, Machine};
use crate::{Engine, Refusal};

impl Engine {
    /// The machine that presents itself so.
    ///
    /// # Errors
    /// `invalid_client`, in the same words whatever was wrong.
    pub async fn client_authenticate(&self, presented: Presented, correlation: CorrelationId) -> Result<Machine, OAuthError> {
        let (known, proved) = match &presented {
            Presented::Public(_) => return Err(unproved()),
            Presented::Basic(given) => self.by_secret(given, AuthMethod::ClientSecretBasic).await,
            Presented::Post(given) => self.by_secret(given, AuthMethod::ClientSecretPost).await,
            Presented::Assertion { client_id, assertion } => self.by_assertion(client_id.as_deref(), assertion).await,
        }
        .map_err(|r| r.oauth())?;
        match known {
            Some(client) if proved && client.disabled_at.is_none() => Ok(Machine { client, correlation }),
            Some(client) => {
                self.record_unproved(&client, correlation).await;
                Err(unproved())
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

    async fn record_unproved(&self, client: &Client, correlation: CorrelationId) {
        let mut line = self.line(Kind::ClientRefuse, self.now(), client.tenant, Actor::Client(client.id.clone()), correlation);
        line.client = Some(client.id.clone());
        let refusal = Refusal::new(countersign_domain::Code::Refused, "the client did not prove who it is").with_oauth(ErrorCode::InvalidClient);
        self.record_refusal(line, &refusal).await;
    }

    async fn by_assertion(&self, _client_id: Option<&str>, _assertion: &Secret) -> Result<(Option<Client>, bool), Refusal> {
        Ok((None, false))
    }
}

fn unproved() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, "the client is not known, or did not prove who it is in the way that it is registered with")
}
