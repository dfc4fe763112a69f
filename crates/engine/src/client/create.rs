//! `client_create`: registering a machine.

use countersign_api::client::{ClientCreate, ClientView};
use countersign_domain::{
    Secret, SecretId, TenantId,
    client::{self, AuthMethod, Client},
};
use countersign_store::{Lock, SecretRow};
use countersign_trail::Kind;

use super::{CLIENT, check_name, view};
use crate::{Call, Engine, Refusal, act::Scope};

impl Engine {
    /// Registers a client. One that proves itself with a secret gets its first by [`Engine::client_secret_make`].
    ///
    /// # Errors
    /// `invalid_input`; `conflict`, if there is one of that name.
    pub async fn client_create(&self, call: &Call, input: ClientCreate) -> Result<ClientView, Refusal> {
        let asked = input.clone();
        self.act(call, "client_create", Kind::ClientRegister, &input, move |s| Box::pin(create(s, asked))).await
    }

    /// Makes a machine of the operator's own known, whose secret comes from a file: all that it had before is replaced.
    ///
    /// # Errors
    /// `conflict`, if another tenant has a client of that name.
    pub async fn client_register(&self, tenant: TenantId, id: &str, secret: &Secret) -> Result<(), Refusal> {
        if !client::is_client_id(id) {
            return Err(Refusal::invalid(format!("`{id}` can't be a client: {}", client::ID_RULE)));
        }
        let (engine, id, hash) = (self.clone(), id.to_owned(), secret.fingerprint(CLIENT));
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    let now = engine.now();
                    match tx.client(&id, Lock::Update).await? {
                        Some(known) if known.tenant != tenant => return Err(countersign_store::StoreError::Taken.into()),
                        Some(_) => {}
                        None => {
                            let made = Client {
                                name: id.clone(),
                                id: id.clone(),
                                tenant,
                                auth: AuthMethod::ClientSecretBasic,
                                jwks: None,
                                endpoint_audience: false,
                                disabled_at: None,
                                created_at: now,
                            };
                            tx.client_insert(&made).await?;
                        }
                    }
                    let before = tx.client_secrets(tenant, &id).await?;
                    if before.iter().any(|row| row.hash == hash) {
                        return Ok(());
                    }
                    for row in before {
                        tx.client_secret_delete(tenant, &id, row.id).await?;
                    }
                    let row = SecretRow { id: SecretId::new(now, engine.entropy()), hash, made_at: now };
                    Ok::<_, Refusal>(tx.client_secret_insert(tenant, &id, &row).await?)
                })
            })
            .await
    }
}

async fn create(s: &mut Scope<'_>, input: ClientCreate) -> Result<ClientView, Refusal> {
    if !client::is_client_id(&input.id) {
        return Err(Refusal::invalid(format!("`{}` can't be a client: {}", input.id, client::ID_RULE)));
    }
    s.line.client = Some(input.id.clone());
    s.line.action = input.auth.as_str().into();
    check_name(&input.name)?;
    super::change::check_keys(input.auth, input.jwks.as_deref())?;
    let client = Client {
        id: input.id,
        tenant: s.call.tenant,
        name: input.name,
        auth: input.auth,
        jwks: input.jwks,
        endpoint_audience: input.endpoint_audience,
        disabled_at: None,
        created_at: s.now,
    };
    s.tx.client_insert(&client).await?;
    view(s.tx, client).await
}
