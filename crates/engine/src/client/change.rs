//! `client_change`: its name, its keys, and whether it may come.

use countersign_api::client::{ClientChange, ClientView};
use countersign_trail::Kind;

use super::{check_name, check_proof, load, view};
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
    let proof = input.jwks.is_some() || input.certificate.is_some() || input.certificate_bound.is_some();
    if let Some(jwks) = input.jwks {
        client.jwks = Some(jwks);
        told.push("jwks");
    }
    if let Some(certificate) = input.certificate {
        client.certificate = Some(certificate);
        told.push("certificate");
    }
    if let Some(certificate_bound) = input.certificate_bound {
        client.certificate_bound = certificate_bound;
        told.push("certificate_bound");
    }
    if proof {
        check_proof(&client, s.engine.settings().certificates)?;
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
