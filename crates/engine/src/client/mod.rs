//! Machines: who they are at the token endpoint, and how admins register them.

mod authenticate;
mod change;
mod create;
mod register;
mod secret;

use countersign_api::client::{ClientView, SecretView};
use countersign_domain::{
    Code, CorrelationId, TenantId,
    client::{AuthMethod, Client},
};
use countersign_oauth::{
    error::ErrorCode,
    jwt::Confirmation,
    mtls::{self, Certificates},
};
use countersign_store::{Lock, SecretRow, Tx};
use countersign_trail::Actor;

pub(crate) use authenticate::Shown;
pub use register::{ByFile, Proves};
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
    /// Thumbprint of the certificate of its connection, if it has one, whether or not that proved anything.
    pub x5t: Option<String>,
}

impl Machine {
    /// What a token that it gets now is bound to: the certificate of its connection where it is registered so (RFC 8705 §3.4), else the key
    /// that it proved, if it did (RFC 9449 §5).
    ///
    /// # Errors
    /// `invalid_request`, if it came without the certificate, or proved a key besides: a token is bound to one thing, and which one is not
    /// for a guess.
    pub(crate) fn binds(&self, jkt: Option<String>) -> Result<Option<Confirmation>, Refusal> {
        let refused = |text: &str| Err(Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidRequest));
        match (self.client.certificate_bound, &self.x5t, jkt) {
            (false, _, jkt) => Ok(jkt.map(Confirmation::Key)),
            (true, None, _) => refused("this client's tokens are bound to its certificate; connect with it (RFC 8705 §3)"),
            (true, Some(_), Some(_)) => refused("this client's tokens are bound to its certificate; send no DPoP proof, a token is bound to one thing"),
            (true, Some(x5t), None) => Ok(Some(Confirmation::Certificate(x5t.clone()))),
        }
    }
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
        certificate: client.certificate,
        certificate_bound: client.certificate_bound,
        endpoint_audience: client.endpoint_audience,
        disabled_at: client.disabled_at,
        created_at: client.created_at,
    })
}

fn secret_view(row: &SecretRow) -> SecretView {
    SecretView { id: row.id, made_at: row.made_at }
}

/// What proves it must be there, and nothing that would prove it otherwise; and the service must be able to see it.
fn check_proof(client: &Client, certificates: Certificates) -> Result<(), Refusal> {
    if !certificates.allow(client.auth) || (client.certificate_bound && !certificates.seen()) {
        let text = match certificates {
            Certificates::Unseen => "this service sees no certificates: TLS ends before it, or it is told not to ask for any; see `[tls]` in its configuration",
            _ => "this service trusts no authority; name one as `client_ca` under `[tls]`, or register the certificate itself",
        };
        return Err(Refusal::invalid(text));
    }
    let invalid = |e: mtls::MtlsError| Refusal::invalid(e.to_string());
    match (client.auth, client.jwks.as_deref(), &client.certificate) {
        (AuthMethod::TlsClientAuth, None, Some(name)) => mtls::Registered::of(name).map(drop).map_err(invalid),
        (AuthMethod::TlsClientAuth, ..) => {
            Err(Refusal::invalid("a client with the certificate of an authority needs what that certificate says, one `tls_client_auth_…`, and no keys"))
        }
        (_, _, Some(_)) => Err(Refusal::invalid("what a certificate must say is for `tls_client_auth` alone; leave it out, or choose that")),
        (AuthMethod::PrivateKeyJwt, None, _) => {
            Err(Refusal::invalid("a client that proves itself with `private_key_jwt` needs its public keys; paste its JWK set"))
        }
        (AuthMethod::PrivateKeyJwt, Some(text), _) => authenticate::keys_of(text).map(drop),
        (AuthMethod::SelfSignedTlsClientAuth, None, _) => {
            Err(Refusal::invalid("a client with a certificate of its own needs it as `x5c` of a key; paste its JWK set"))
        }
        (AuthMethod::SelfSignedTlsClientAuth, Some(text), _) => mtls::registered_certificates(&authenticate::json_of(text)?).map(drop).map_err(invalid),
        (_, Some(_), _) => Err(Refusal::invalid("this client proves itself with a secret; leave its keys out, or choose `private_key_jwt`")),
        (_, None, _) => Ok(()),
    }
}

/// A name that people can read.
fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = !name.trim().is_empty() && name.chars().count() <= 80 && !name.chars().any(char::is_control);
    if plain { Ok(()) } else { Err(Refusal::invalid("a client's name has 1 to 80 characters; choose one that people know it by")) }
}
