//! Signing keys, sealed by whoever calls before they come here. They belong to the service, not to a tenant.

use std::fmt;

use countersign_domain::Timestamp;

use crate::{StoreError, Tx, value::Row};

/// A signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// `kid`.
    pub kid: String,
    /// `next`, `active` or `retired`; one is active.
    pub state: String,
    /// The private key, sealed.
    pub sealed: Vec<u8>,
    /// The public key (RFC 7517), as JSON text.
    pub public_jwk: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl fmt::Debug for KeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRow").field("kid", &self.kid).field("state", &self.state).finish_non_exhaustive()
    }
}

fn key(r: &mut Row) -> Result<KeyRow, StoreError> {
    Ok(KeyRow { kid: r.take()?, state: r.take()?, sealed: r.take()?, public_jwk: r.take()?, created_at: r.take()? })
}

impl Tx {
    /// Keeps a key. [`StoreError::Taken`] if it is to be active and another is: a replica was faster.
    pub async fn key_insert(&mut self, row: &KeyRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO signing_key (kid, state, sealed, public_jwk, created_at) VALUES ($1, $2, $3, $4, $5)";
        self.sql(sql).bind(&row.kid).bind(&row.state).bind(row.sealed.as_slice()).bind(&row.public_jwk).bind(row.created_at).run().await?;
        Ok(())
    }

    /// All of them, oldest first.
    pub async fn keys(&mut self) -> Result<Vec<KeyRow>, StoreError> {
        self.sql("SELECT kid, state, sealed, public_jwk, created_at FROM signing_key ORDER BY created_at, kid").all(key).await
    }
}
