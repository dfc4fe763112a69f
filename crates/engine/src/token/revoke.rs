//! Revocation (RFC 7009) by whoever got a token: with it goes all that came of it.

use countersign_domain::{Code, CorrelationId, Secret, TenantId, Timestamp, TokenId, token::Basis};
use countersign_oauth::{OAuthError, error::ErrorCode};
use countersign_store::{Lock, Tx};
use countersign_trail::{Actor, Decision, Kind};

use crate::{
    Engine, Refusal,
    act::Scope,
    client::Machine,
    delegation::tell,
    request::scope_text,
    session::CONSOLE,
    token::{ground, own::OWN, shown::Shown},
};

impl Engine {
    /// Gives a token back. One that is not known is no error (RFC 7009 §2.2).
    ///
    /// # Errors
    /// `unauthorized_client`, if another client got it (§2.1).
    pub(crate) async fn give_back(&self, machine: &Machine, token: &Secret) -> Result<(), OAuthError> {
        let (hash, id) = (token.fingerprint(OWN), machine.client.id.clone());
        let own = self.store().write(move |tx| {
            Box::pin(async move {
                let own = tx.client_token(&hash).await?.is_some_and(|held| held.client == id);
                Ok::<_, Refusal>(own && tx.client_token_delete(&hash).await?)
            })
        });
        let own = own.await;
        if own.map_err(|r| r.oauth())? {
            return Ok(());
        }
        let Some(shown) = self.shown(token).await.map_err(|r| r.oauth())? else { return Ok(()) };
        let (probe, tenant) = (shown.clone(), machine.client.tenant);
        let known = self.store().read(move |tx| Box::pin(async move { probe.token(tx, tenant, Lock::None).await })).await;
        match known.map_err(|r: Refusal| r.oauth())? {
            Some(found) if found.live(self.now()) => {}
            _ => return Ok(()),
        }
        self.act_secret(machine, Kind::TokenRevoke, move |s| Box::pin(revoke(s, shown))).await.map_err(|r| r.oauth())
    }
}

async fn revoke(s: &mut Scope<'_, Machine>, shown: Shown) -> Result<(), Refusal> {
    let tenant = s.call.client.tenant;
    let Some(token) = shown.token(s.tx, tenant, Lock::None).await? else { return Ok(()) };
    match token.basis {
        Basis::Delegation(id) => s.tx.delegation(tenant, id, Lock::None).await?.iter().for_each(|row| tell(&mut s.line, &row.delegation)),
        Basis::Presence(id) => s.tx.presence(tenant, id, Lock::None).await?.iter().for_each(|presence| ground::tell(&mut s.line, presence)),
    }
    s.line.token = Some(token.id);
    s.line.action = scope_text(&token.scope);
    if token.client != s.call.client.id {
        return Err(Refusal::new(Code::Refused, "this token was issued to another client").with_oauth(ErrorCode::UnauthorizedClient));
    }
    s.line.decision = Decision::Ended;
    let ended = revoke_tree(s.tx, tenant, token.id, s.now).await?;
    s.line.figures.insert("tokens".into(), ended);
    Ok(())
}

/// A console gives back what it exchanged its warrant for: whoever has the warrant's key may.
pub(crate) async fn revoke_at_console(engine: &Engine, tx: &mut Tx, shown: &Shown, jkt: &str, correlation: CorrelationId) -> Result<(), Refusal> {
    let now = engine.now();
    let Some(token) = shown.token_anywhere(tx).await?.filter(|t| t.client == CONSOLE && t.live(now)) else { return Ok(()) };
    let Basis::Delegation(id) = token.basis else { return Ok(()) };
    let Some(row) = tx.delegation(token.tenant, id, Lock::None).await?.filter(|row| row.warrant_jkt == jkt) else { return Ok(()) };
    let mut line = engine.line(Kind::TokenRevoke, now, token.tenant, Actor::Person(row.delegation.agent), correlation);
    tell(&mut line, &row.delegation);
    line.token = Some(token.id);
    line.action = scope_text(&token.scope);
    line.decision = Decision::Ended;
    let ended = revoke_tree(tx, token.tenant, token.id, now).await?;
    line.figures.insert("tokens".into(), ended);
    engine.append(tx, &line).await
}

/// Revokes a token and what came of it; answers how many were revoked now.
///
/// A child that is being minted holds its parent until it is recorded, so it is found here or sees that its parent is gone.
async fn revoke_tree(tx: &mut Tx, tenant: TenantId, root: TokenId, now: Timestamp) -> Result<i64, Refusal> {
    let (mut next, mut ended) = (vec![root], 0);
    while let Some(id) = next.pop() {
        ended += i64::from(tx.token_revoke(tenant, id, now).await?);
        next.extend(tx.tokens_of_parent(tenant, id).await?.into_iter().map(|t| t.id));
    }
    Ok(ended)
}
