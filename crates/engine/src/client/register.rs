//! The operator's own clients, which stand in a file.

use countersign_domain::{
    Secret, SecretId, TenantId,
    client::{self, AuthMethod, CertificateName, Client},
};
use countersign_store::{Lock, SecretRow, Tx};

use super::{CLIENT, check_proof};
use crate::{Engine, Refusal};

/// A client of the operator's file.
#[derive(Debug, Clone)]
pub struct ByFile {
    /// `client_id`.
    pub id: String,
    /// What proves it.
    pub proves: Proves,
    /// Whether every token that it gets is bound to the certificate of its connection (RFC 8705 §3.4).
    pub certificate_bound: bool,
}

/// What proves a client of the operator's file.
#[derive(Debug, Clone)]
pub enum Proves {
    /// A secret with HTTP Basic.
    Secret(Secret),
    /// A certificate of an authority that says this (RFC 8705 §2.1).
    Issued(CertificateName),
    /// A certificate of its own: a JWK set with `x5c`, as JSON text (RFC 8705 §2.2).
    Registered(String),
}

impl Engine {
    /// Makes a machine of the operator's own known, whose secret comes from a file: all that it had before is replaced.
    ///
    /// # Errors
    /// As [`Engine::client_register_by_file`].
    pub async fn client_register(&self, tenant: TenantId, id: &str, secret: &Secret) -> Result<(), Refusal> {
        self.client_register_by_file(tenant, ByFile { id: id.to_owned(), proves: Proves::Secret(secret.clone()), certificate_bound: false }).await
    }

    /// Makes a machine of the operator's own known: all that proved it before is replaced.
    ///
    /// # Errors
    /// `conflict`, if another tenant has a client of that name; `invalid_input`, if it can't prove itself so here.
    pub async fn client_register_by_file(&self, tenant: TenantId, client: ByFile) -> Result<(), Refusal> {
        if !client::is_client_id(&client.id) {
            return Err(Refusal::invalid(format!("`{}` can't be a client: {}", client.id, client::ID_RULE)));
        }
        let engine = self.clone();
        self.store().write(move |tx| Box::pin(async move { register(&engine, tx, tenant, client).await })).await
    }
}

async fn register(engine: &Engine, tx: &mut Tx, tenant: TenantId, file: ByFile) -> Result<(), Refusal> {
    let known = tx.client(&file.id, Lock::Update).await?;
    if known.as_ref().is_some_and(|c| c.tenant != tenant) {
        return Err(countersign_store::StoreError::Taken.into());
    }
    let secret = match &file.proves {
        Proves::Secret(secret) => Some(secret.fingerprint(CLIENT)),
        _ => None,
    };
    let client = proven(engine, tenant, file, known.clone());
    check_proof(&client, engine.settings().certificates)?;
    match known {
        None => tx.client_insert(&client).await?,
        Some(known) if known == client => {}
        Some(_) => tx.client_update(&client).await?,
    }
    let before = tx.client_secrets(tenant, &client.id).await?;
    if secret.is_some_and(|hash| before.iter().any(|row| row.hash == hash)) {
        return Ok(());
    }
    for row in before {
        tx.client_secret_delete(tenant, &client.id, row.id).await?;
    }
    if let Some(hash) = secret {
        let now = engine.now();
        let row = SecretRow { id: SecretId::new(now, engine.entropy()), hash, made_at: now };
        tx.client_secret_insert(tenant, &client.id, &row).await?;
    }
    Ok(())
}

/// It as it was, or new, with what proves it now.
fn proven(engine: &Engine, tenant: TenantId, file: ByFile, known: Option<Client>) -> Client {
    let before = known.unwrap_or_else(|| Client {
        name: file.id.clone(),
        id: file.id,
        tenant,
        auth: AuthMethod::ClientSecretBasic,
        jwks: None,
        certificate: None,
        certificate_bound: false,
        endpoint_audience: false,
        disabled_at: None,
        created_at: engine.now(),
    });
    let (auth, jwks, certificate) = match file.proves {
        Proves::Secret(_) if before.auth.by_secret() => (before.auth, None, None),
        Proves::Secret(_) => (AuthMethod::ClientSecretBasic, None, None),
        Proves::Issued(name) => (AuthMethod::TlsClientAuth, None, Some(name)),
        Proves::Registered(jwks) => (AuthMethod::SelfSignedTlsClientAuth, Some(jwks), None),
    };
    Client { auth, jwks, certificate, certificate_bound: file.certificate_bound, ..before }
}
