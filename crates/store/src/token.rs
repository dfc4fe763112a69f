//! Tokens that were minted, and proofs of possession that were seen.

use countersign_domain::{TenantId, Timestamp, TokenId, token::Token};

use crate::{StoreError, Tx, value::Row};

fn token(r: &mut Row) -> Result<Token, StoreError> {
    Ok(Token { id: r.take()?, tenant: r.take()?, delegation: r.take()?, audience: r.take()?, scope: r.take()?, issued_at: r.take()?, expires_at: r.take()? })
}

impl Tx {
    /// Records a token that is about to leave.
    pub async fn token_insert(&mut self, token: &Token) -> Result<(), StoreError> {
        let sql = "INSERT INTO token (id, tenant_id, delegation_id, audience, scope, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let query = self.sql(sql).bind(token.id).bind(token.tenant).bind(token.delegation).bind(&token.audience);
        query.bind(&token.scope).bind(token.issued_at).bind(token.expires_at).run().await?;
        Ok(())
    }

    /// What was minted under this `jti`.
    pub async fn token(&mut self, tenant: TenantId, id: TokenId) -> Result<Option<Token>, StoreError> {
        let sql = "SELECT id, tenant_id, delegation_id, audience, scope, issued_at, expires_at FROM token WHERE tenant_id = $1 AND id = $2";
        self.sql(sql).bind(tenant).bind(id).one(token).await
    }

    /// Notes a proof of possession (RFC 9449 §11.1); true if it was never seen. It has no tenant: it comes before one is known.
    ///
    /// It is forgotten with the transaction: commit it, whatever comes of the call.
    pub async fn dpop_seen(&mut self, hash: &[u8; 32], expires_at: Timestamp) -> Result<bool, StoreError> {
        let sql = "INSERT INTO dpop_seen (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
        Ok(self.sql(sql).bind(hash).bind(expires_at).run().await? == 1)
    }
}
