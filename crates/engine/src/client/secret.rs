//! `client_secret_make` and `client_secret_drop`: two at a time, so that a secret can be changed without a gap.

use countersign_api::client::{ClientView, SecretDrop, SecretView};
use countersign_domain::{Code, Secret, SecretId, client::SECRETS};
use countersign_store::SecretRow;
use countersign_trail::Kind;

use super::{CLIENT, load, secret_view, view};
use crate::{Call, Engine, Refusal, act::Scope};

/// A secret that was made, which is shown once.
#[derive(Debug, Clone)]
pub struct Made {
    /// It, without itself.
    pub view: SecretView,
    /// It.
    pub secret: Secret,
}

impl Engine {
    /// Makes a secret for a client that proves itself with one. A retry makes another: drop the one whose answer was lost.
    ///
    /// # Errors
    /// `conflict`, if it has two already; `invalid_input`, if it proves itself otherwise.
    pub async fn client_secret_make(&self, call: &Call, id: String) -> Result<Made, Refusal> {
        self.admit(call, "client_secret_make").await?;
        self.act_secret(call, Kind::ClientChange, move |s| Box::pin(make(s, id))).await
    }

    /// Takes a secret from a client: whoever still uses it is refused from now on.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn client_secret_drop(&self, call: &Call, id: String, input: SecretDrop) -> Result<ClientView, Refusal> {
        let asked = input.clone();
        self.act(call, "client_secret_drop", Kind::ClientChange, &(id.clone(), input), move |s| Box::pin(drop_one(s, id, asked))).await
    }
}

async fn make(s: &mut Scope<'_>, id: String) -> Result<Made, Refusal> {
    s.line.client = Some(id.clone());
    s.line.action = "secret_make".into();
    let client = load(s.tx, s.call.tenant, &id).await?;
    if !client.auth.by_secret() {
        return Err(Refusal::invalid("this client proves itself with its own key and has no secret"));
    }
    if s.tx.client_secrets(client.tenant, &id).await?.len() >= SECRETS {
        return Err(Refusal::new(Code::Conflict, "this client has two secrets; drop the one that is no longer used, then make another"));
    }
    let secret = s.engine.secret("css_");
    let row = SecretRow { id: SecretId::new(s.now, s.engine.entropy()), hash: secret.fingerprint(CLIENT), made_at: s.now };
    s.tx.client_secret_insert(client.tenant, &id, &row).await?;
    Ok(Made { view: secret_view(&row), secret })
}

async fn drop_one(s: &mut Scope<'_>, id: String, input: SecretDrop) -> Result<ClientView, Refusal> {
    s.line.client = Some(id.clone());
    s.line.action = "secret_drop".into();
    let client = load(s.tx, s.call.tenant, &id).await?;
    if !s.tx.client_secret_delete(client.tenant, &id, input.secret).await? {
        return Err(Refusal::not_found("secret"));
    }
    view(s.tx, client).await
}
