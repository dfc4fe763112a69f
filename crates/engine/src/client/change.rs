//! `client_change`: its name, its keys, and whether it may come.

use countersign_api::client::{ClientChange, ClientView};
use countersign_domain::client::AuthMethod;
use countersign_trail::Kind;

use super::{check_name, load, view};
use crate::{Call, Engine, Refusal, act::Scope};

impl Engine {
    /// Changes a client. What is left out stays.
    ///
    /// # Errors
    /// `invalid_input`; `not_found`.
    pub async fn client_change(&self, call: &Call, id: String, input: ClientChange) -> Result<ClientView, Refusal> {
        let asked = input.clone();
        self.act(call, "client_change", Kind::ClientChange, &(id.clone(), input), move |s| Box::pin(change(s, id, asked))).await
    }
}

async fn change(s: &mut Scope<'_>, id: String, input: ClientChange) -> Result<ClientView, Refusal> {
    s.line.client = Some(id.clone());
    let mut client = load(s.tx, s.call.tenant, &id).await?;
    let mut told = Vec::new();
    if let Some(name) = input.name {
        check_name(&name)?;
        client.name = name;
        told.push("name");
    }
    if let Some(jwks) = input.jwks {
        check_keys(client.auth, Some(&jwks))?;
        client.jwks = Some(jwks);
        told.push("jwks");
    }
    if let Some(endpoint_audience) = input.endpoint_audience {
        client.endpoint_audience = endpoint_audience;
        told.push("endpoint_audience");
    }
    match input.disabled {
        Some(true) if client.disabled_at.is_none() => {
            client.disabled_at = Some(s.now);
            told.push("disable");
        }
        Some(false) if client.disabled_at.is_some() => {
            client.disabled_at = None;
            told.push("enable");
        }
        _ => {}
    }
    if told.is_empty() {
        return Err(Refusal::invalid("nothing would change; say what should"));
    }
    s.line.action = told.join(" ");
    s.tx.client_update(&client).await?;
    view(s.tx, client).await
}

/// Keys where a client proves itself with one, and only there.
pub(super) fn check_keys(auth: AuthMethod, jwks: Option<&str>) -> Result<(), Refusal> {
    match (auth, jwks) {
        (AuthMethod::PrivateKeyJwt, None) => {
            Err(Refusal::invalid("a client that proves itself with `private_key_jwt` needs its public keys; paste its JWK set"))
        }
        (AuthMethod::PrivateKeyJwt, Some(text)) => super::authenticate::keys_of(text).map(drop),
        (_, Some(_)) => Err(Refusal::invalid("this client proves itself with a secret; leave its keys out, or choose `private_key_jwt`")),
        (_, None) => Ok(()),
    }
}
