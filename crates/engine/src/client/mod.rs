//! Machines: who they are at the token endpoint, and how admins register them.

mod authenticate;
mod change;
mod create;
mod secret;

use countersign_api::client::{ClientView, SecretView};
use countersign_domain::{CorrelationId, TenantId, client::Client};
use countersign_store::{Lock, SecretRow, Tx};
use countersign_trail::Actor;

pub use secret::Made;

use crate::{Call, Engine, Refusal, act::Caller};

/// Label under which the store keeps a client secret's fingerprint. Client secrets are made here and have 256 bits.
pub(crate) const CLIENT: &str = "client";

/// A machine that has proved who it is.
#[derive(Debug, Clone)]
pub struct Machine {
    /// It, as the store had it when it came.
    pub client: Client,
    /// What ties log lines, events and the answer together.
    pub correlation: CorrelationId,
}

impl Caller for Machine {
    fn tenant(&self) -> TenantId {
        self.client.tenant
    }

    fn actor(&self) -> Actor {
        Actor::Client(self.client.id.clone())
    }

    fn correlation(&self) -> CorrelationId {
        self.correlation
    }
}

impl Engine {
    /// The clients of the tenant.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn client_list(&self, call: &Call) -> Result<Vec<ClientView>, Refusal> {
        self.admit(call, "client_list").await?;
        let tenant = call.tenant;
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let mut views = Vec::new();
                    for client in tx.clients(tenant).await? {
                        views.push(view(tx, client).await?);
                    }
                    Ok(views)
                })
            })
            .await
    }
}

/// The caller's own tenant's client.
async fn load(tx: &mut Tx, tenant: TenantId, id: &str) -> Result<Client, Refusal> {
    tx.client(id, Lock::Update).await?.filter(|c| c.tenant == tenant).ok_or_else(|| Refusal::not_found("client"))
}

async fn view(tx: &mut Tx, client: Client) -> Result<ClientView, Refusal> {
    let apis = tx.apis(client.tenant).await?;
    let key = |api: &countersign_store::ApiRow| api.contract.key.clone();
    let secrets = tx.client_secrets(client.tenant, &client.id).await?;
    Ok(ClientView {
        apis: apis.iter().filter(|a| a.contract.client.as_deref() == Some(client.id.as_str())).map(key).collect(),
        introspects: apis.iter().filter(|a| a.contract.introspected_by(&client.id)).map(key).collect(),
        secrets: secrets.iter().map(secret_view).collect(),
        id: client.id,
        name: client.name,
        auth: client.auth,
        jwks: client.jwks,
        endpoint_audience: client.endpoint_audience,
        disabled_at: client.disabled_at,
        created_at: client.created_at,
    })
}

fn secret_view(row: &SecretRow) -> SecretView {
    SecretView { id: row.id, made_at: row.made_at }
}

/// A name that people can read.
fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = !name.trim().is_empty() && name.chars().count() <= 80 && !name.chars().any(char::is_control);
    if plain { Ok(()) } else { Err(Refusal::invalid("a client's name has 1 to 80 characters; choose one that people know it by")) }
}
