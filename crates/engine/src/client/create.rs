//! `client_create`: registering a machine.

use countersign_api::client::{ClientCreate, ClientView};
use countersign_domain::client::{self, Client};
use countersign_trail::Kind;

use super::{check_name, check_proof, view};
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
}

async fn create(s: &mut Scope<'_>, input: ClientCreate) -> Result<ClientView, Refusal> {
    if !client::is_client_id(&input.id) {
        return Err(Refusal::invalid(format!("`{}` can't be a client: {}", input.id, client::ID_RULE)));
    }
    s.line.client = Some(input.id.clone());
    s.line.action = input.auth.as_str().into();
    check_name(&input.name)?;
    let client = Client {
        id: input.id,
        tenant: s.call.tenant,
        name: input.name,
        auth: input.auth,
        jwks: input.jwks,
        certificate: input.certificate,
        certificate_bound: input.certificate_bound,
        endpoint_audience: input.endpoint_audience,
        disabled_at: None,
        created_at: s.now,
    };
    check_proof(&client, s.engine.settings().certificates)?;
    s.tx.client_insert(&client).await?;
    view(s.tx, client).await
}
