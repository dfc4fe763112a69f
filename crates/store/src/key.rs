//! Signing keys, sealed by whoever calls before they come here. They belong to the service, not to a tenant.

use std::fmt;

use countersign_domain::key::Key;

use crate::{StoreError, Tx, value::Row};

/// A signing key with its halves.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its name, algorithm, state and times.
    pub key: Key,
    /// The private key, sealed. Gone once it signs no more.
    pub sealed: Option<Vec<u8>>,
    /// The public key (RFC 7517), as JSON text.
    pub public_jwk: String,
}

impl fmt::Debug for KeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRow").field("key", &self.key).finish_non_exhaustive()
    }
}

fn key(r: &mut Row) -> Result<KeyRow, StoreError> {
    let key =
        Key { kid: r.take()?, algorithm: r.take()?, state: r.take()?, made_at: r.take()?, due_at: r.take()?, active_at: r.take()?, retired_at: r.take()? };
    Ok(KeyRow { key, sealed: r.take()?, public_jwk: r.take()? })
}

const SELECT: &str = "SELECT kid, algorithm, state, made_at, due_at, active_at, retired_at, sealed, public_jwk FROM signing_key ORDER BY made_at, kid";

impl Tx {
    /// Keeps a key. [`StoreError::Taken`] if there is an active or next one of its algorithm already: a replica was faster.
    pub async fn key_insert(&mut self, row: &KeyRow) -> Result<(), StoreError> {
        let KeyRow { key, sealed, public_jwk } = row;
        let sql = "INSERT INTO signing_key (kid, algorithm, state, made_at, due_at, active_at, retired_at, sealed, public_jwk)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let insert = self.sql(sql).bind(&key.kid).bind(key.algorithm).bind(key.state).bind(key.made_at).bind(key.due_at).bind(key.active_at);
        insert.bind(key.retired_at).bind(sealed.as_deref()).bind(public_jwk).run().await?;
        Ok(())
    }

    /// All of them, oldest first.
    pub async fn keys(&mut self) -> Result<Vec<KeyRow>, StoreError> {
        self.sql(SELECT).all(key).await
    }

    /// All of them, for changing some: nobody else changes keys before the commit.
    pub async fn keys_to_change(&mut self) -> Result<Vec<KeyRow>, StoreError> {
        self.lock_keys().await?;
        self.sql(SELECT).all(key).await
    }

    /// Stores a key's new state and times. The private half goes with the state that signs.
    ///
    /// Retire the active key before another becomes active.
    pub async fn key_update(&mut self, key: &Key) -> Result<(), StoreError> {
        let sql = "UPDATE signing_key SET state = $2, due_at = $3, active_at = $4, retired_at = $5, made_at = $6,
            sealed = CASE WHEN $2 IN ('next', 'active') THEN sealed ELSE NULL END WHERE kid = $1";
        self.sql(sql).bind(&key.kid).bind(key.state).bind(key.due_at).bind(key.active_at).bind(key.retired_at).bind(key.made_at).run().await?;
        Ok(())
    }

    /// Forgets a key.
    pub async fn key_delete(&mut self, kid: &str) -> Result<(), StoreError> {
        self.sql("DELETE FROM signing_key WHERE kid = $1").bind(kid).run().await?;
        Ok(())
    }
}
