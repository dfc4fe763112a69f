//! Signing keys: sealed at rest from the first day, unsealed once at start.

use countersign_domain::{Entropy, Timestamp};
use countersign_oauth::{
    jwks::{self, KeySet, PublicJwk},
    jwt::SigningKey,
    seal::MasterKey,
};
use countersign_store::{KeyRow, Store, StoreError};

use crate::OpenError;

/// What a sealed key is sealed for; part of the authenticated data.
const PURPOSE: &str = "countersign signing key v1";

pub(crate) struct Keys {
    active: SigningKey,
    set: KeySet,
    jwks: serde_json::Value,
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

impl Keys {
    pub(crate) async fn open(store: &Store, master: &MasterKey, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, OpenError> {
        let found = Self::stored(store).await?;
        let rows = if found.is_empty() {
            Self::make(store, master, now, entropy).await?;
            // Another replica may have been faster: whatever the store holds now counts.
            Self::stored(store).await?
        } else {
            found
        };
        let row = rows.iter().find(|r| r.state == "active").ok_or_else(|| OpenError::Keys("no active key in the store".into()))?;
        let der = master.unseal(PURPOSE, &row.kid, &row.sealed).map_err(|e| OpenError::Keys(e.to_string()))?;
        let active = SigningKey::from_pkcs8(&der).map_err(|e| OpenError::Keys(e.to_string()))?;
        let mut public: Vec<PublicJwk> = Vec::new();
        for row in &rows {
            public.push(serde_json::from_str(&row.public_jwk).map_err(|e| OpenError::Keys(e.to_string()))?);
        }
        let set = KeySet::new(&public).map_err(|e| OpenError::Keys(e.to_string()))?;
        Ok(Self { active, set, jwks: jwks::document(&public) })
    }

    async fn stored(store: &Store) -> Result<Vec<KeyRow>, OpenError> {
        store.read(|tx| Box::pin(async move { tx.keys().await.map_err(OpenError::from) })).await
    }

    async fn make(store: &Store, master: &MasterKey, now: Timestamp, entropy: &dyn Entropy) -> Result<(), OpenError> {
        let key = SigningKey::generate().map_err(|e| OpenError::Keys(e.to_string()))?;
        let der = key.to_pkcs8();
        let sealed = master.seal(PURPOSE, key.kid(), &der, entropy).map_err(|e| OpenError::Keys(e.to_string()))?;
        let public_jwk = serde_json::to_string(key.public_jwk()).map_err(|e| OpenError::Keys(e.to_string()))?;
        let row = KeyRow { kid: key.kid().to_owned(), state: "active".into(), sealed, public_jwk, created_at: now };
        store
            .write(move |tx| {
                Box::pin(async move {
                    if tx.keys().await?.is_empty() {
                        tx.key_insert(&row).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    pub(crate) fn active(&self) -> &SigningKey {
        &self.active
    }

    pub(crate) fn set(&self) -> &KeySet {
        &self.set
    }

    pub(crate) fn jwks(&self) -> serde_json::Value {
        self.jwks.clone()
    }
}
