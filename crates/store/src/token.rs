//! Tokens that were minted, and one-time things that were seen.

use std::{collections::HashSet, sync::Arc};

use countersign_domain::{
    DelegationId, PresenceId, TenantId, Timestamp, TokenId,
    token::{Basis, Token},
};

use crate::{
    Lock, Once, StoreError, Tx,
    facts::TokenKey,
    value::{Row, corrupt},
};

const SEEN: &str = "INSERT INTO dpop_seen (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING RETURNING hash";
const SELECT: &str =
    "SELECT id, tenant_id, delegation_id, presence_id, parent_id, client_id, services, audience, scope, hops, jkt, hash, issued_at, expires_at,
    revoked_at, x5t FROM token";

fn token(r: &mut Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: r.take()?,
        tenant: r.take()?,
        basis: basis(r)?,
        parent: r.take()?,
        client: r.take()?,
        services: r.take()?,
        audience: r.take()?,
        scope: r.take()?,
        hops: r.take()?,
        jkt: r.take()?,
        hash: r.take()?,
        issued_at: r.take()?,
        expires_at: r.take()?,
        revoked_at: r.take()?,
        x5t: r.take()?,
    })
}

fn basis(r: &mut Row) -> Result<Basis, StoreError> {
    match (r.take()?, r.take()?) {
        (Some(delegation), None) => Ok(Basis::Delegation(delegation)),
        (None, Some(presence)) => Ok(Basis::Presence(presence)),
        _ => Err(corrupt("a token stands on a delegation or on a presence")),
    }
}

fn columns(basis: Basis) -> (Option<DelegationId>, Option<PresenceId>) {
    match basis {
        Basis::Delegation(id) => (Some(id), None),
        Basis::Presence(id) => (None, Some(id)),
    }
}

impl Tx {
    /// Records a token that is about to leave.
    pub async fn token_insert(&mut self, token: &Token) -> Result<(), StoreError> {
        let head = "INSERT INTO token (id, tenant_id, delegation_id, presence_id, parent_id, client_id, services, audience, scope, hops, jkt, hash, issued_at,
            expires_at, revoked_at, x5t)";
        let (delegation, presence) = columns(token.basis);
        let row = self.row(head).value(token.id).value(token.tenant).value(delegation).value(presence).value(token.parent);
        let row = row.value(&token.client).value(token.services.as_slice()).value(&token.audience).value(&token.scope).value(&token.hops);
        let row = row.value(token.jkt.as_deref()).value(token.hash.as_ref()).value(token.issued_at).value(token.expires_at);
        row.value(token.revoked_at).value(token.x5t.as_deref()).add().await?;
        if self.holds_all() {
            self.later.tokens.push(token.clone());
        }
        Ok(())
    }

    /// What was minted under this `jti`. A token that was minted only ever ends.
    pub async fn token(&mut self, tenant: TenantId, id: TokenId, lock: Lock) -> Result<Option<Token>, StoreError> {
        let known = self.known_token(TokenKey::Id(id)).await?;
        if let Some(token) = known.filter(|t| t.tenant == tenant) {
            return Ok(Some(Token::clone(&token)));
        }
        let found = self.sql([SELECT, "WHERE tenant_id = $1 AND id = $2"]).bind(tenant).bind(id).lock(lock).alone().one(token).await?;
        self.remember_token(found.as_ref()).await?;
        Ok(found)
    }

    /// What was minted as this handle. By fingerprint alone: it tells the tenant.
    pub async fn token_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        if let Some(token) = self.known_token(TokenKey::Hash(*hash)).await? {
            return Ok(Some(Token::clone(&token)));
        }
        let found = self.sql([SELECT, "WHERE hash = $1"]).bind(hash).alone().one(token).await?;
        self.remember_token(found.as_ref()).await?;
        Ok(found)
    }

    async fn known_token(&mut self, key: TokenKey) -> Result<Option<Arc<Token>>, StoreError> {
        Ok(self.facts().await?.and_then(|(facts, edition)| facts.token(edition, key)))
    }

    /// Not what was read alone: that may stand at a later edition. Nor what a work reads that has written, for it may be its own.
    async fn remember_token(&mut self, found: Option<&Token>) -> Result<(), StoreError> {
        if !self.recalls()
            && !self.has_savepoint()
            && let (Some(token), Some((facts, edition))) = (found, self.facts().await?)
        {
            facts.remember_tokens(edition, [token.clone()]);
        }
        Ok(())
    }

    /// What was exchanged from this token itself.
    pub async fn tokens_of_parent(&mut self, tenant: TenantId, parent: TokenId) -> Result<Vec<Token>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 AND parent_id = $2 ORDER BY id"]).bind(tenant).bind(parent).all(token).await
    }

    /// What was minted for a delegation, oldest first, at most 500.
    pub async fn tokens_of_delegation(&mut self, tenant: TenantId, delegation: DelegationId) -> Result<Vec<Token>, StoreError> {
        let sql = [SELECT, "WHERE tenant_id = $1 AND delegation_id = $2 ORDER BY issued_at, id LIMIT 500"];
        self.sql(sql).bind(tenant).bind(delegation).all(token).await
    }

    /// Revokes one token; true if it was not revoked before. Its children are the caller's business.
    pub async fn token_revoke(&mut self, tenant: TenantId, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE token SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
        Ok(self.sql(sql).bind(tenant).bind(id).bind(now).run().await? == 1)
    }

    /// Notes what counts once, of several works, before any of them runs: so it stays noted if the work is refused. Answers which are new.
    pub(crate) async fn note(&mut self, once: &[Once]) -> Result<HashSet<[u8; 32]>, StoreError> {
        let mut sql = String::from("INSERT INTO dpop_seen (hash, expires_at) VALUES ");
        for i in 0..once.len() {
            sql.push_str(if i == 0 { "(?, ?)" } else { ", (?, ?)" });
        }
        sql.push_str(" ON CONFLICT (hash) DO NOTHING RETURNING hash");
        let query = once.iter().fold(self.sql(sql), |query, once| query.bind(&once.hash).bind(once.until));
        Ok(query.all(Row::take).await?.into_iter().collect())
    }

    /// Notes a proof of possession (RFC 9449 §11.1) or an assertion (RFC 7523 §3); true if it was never seen. It has no tenant: it comes before one
    /// is known.
    ///
    /// It is forgotten with the transaction: commit it, whatever comes of the call.
    pub async fn dpop_seen(&mut self, hash: &[u8; 32], expires_at: Timestamp) -> Result<bool, StoreError> {
        self.sql(SEEN).bind(hash).bind(expires_at).changed(|_| Ok(())).await.map(|new| new.is_some())
    }
}
