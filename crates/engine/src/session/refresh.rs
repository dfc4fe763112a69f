//! Refresh tokens (RFC 6749 §6): each good once; an old one shown again ends the sign-in (RFC 9700 §4.14.2).
//!
//! One mercy: if an answer was lost on its way, the old token, shown with the same key while its successor was never used,
//! replaces that successor.

use countersign_domain::{CorrelationId, Secret};
use countersign_oauth::{OAuthError, client_auth::Presented, dpop::Proof, error::ErrorCode, mtls::PeerCertificate, token::TokenAnswer};
use countersign_store::{Lock, RefreshRow, Tx};
use countersign_trail::{Actor, Decision, Kind};

use crate::{
    Engine, Refusal,
    session::{
        CONSOLE,
        grant::{Ungranted, access, invalid_grant},
    },
};

/// Label under which the store keeps a refresh token's fingerprint.
pub(super) const REFRESH: &str = "refresh";

enum Refreshed {
    Granted(TokenAnswer),
    Reused,
}

impl Engine {
    pub(super) async fn refresh(&self, token: &Secret, proof: &Proof) -> Result<TokenAnswer, OAuthError> {
        let (engine, token, proof) = (self.clone(), token.clone(), proof.clone());
        let done = self.store().write(move |tx| Box::pin(async move { refresh(&engine, tx, &token, &proof).await })).await;
        self.wake_sequencer();
        match done {
            Err(ungranted) => Err(self.ungranted(ungranted, "refresh").await),
            Ok(Refreshed::Granted(answer)) => Ok(answer),
            Ok(Refreshed::Reused) => Err(OAuthError::new(ErrorCode::InvalidGrant, "the refresh token was used before; the sign-in is ended, sign in again")),
        }
    }

    /// Gives a token back (RFC 7009): a console its sign-in, a machine what it got. A token that is not known is no error (§2.2).
    ///
    /// # Errors
    /// `invalid_client`; `unauthorized_client`, if another client got the token.
    pub async fn revoke(
        &self,
        token: &Secret,
        presented: Presented,
        certificate: Option<&PeerCertificate>,
        proof: Option<&Proof>,
        correlation: CorrelationId,
    ) -> Result<(), OAuthError> {
        match presented {
            Presented::Public(id) if id == CONSOLE => {}
            other => {
                let machine = self.client_authenticate(other, certificate, correlation).await?;
                return self.give_back(&machine, token).await;
            }
        }
        let proof = proof.ok_or_else(|| OAuthError::new(ErrorCode::InvalidDpopProof, "a `DPoP` header with a proof of the console's key is missing"))?;
        self.proof_once(proof).await.map_err(|r| r.oauth())?;
        let (engine, token, proof) = (self.clone(), token.clone(), proof.clone());
        self.store().write(move |tx| Box::pin(async move { revoke(&engine, tx, &token, &proof).await })).await.map_err(|r: Refusal| r.oauth())?;
        self.wake_sequencer();
        Ok(())
    }
}

async fn refresh(engine: &Engine, tx: &mut Tx, token: &Secret, proof: &Proof) -> Result<Refreshed, Ungranted> {
    let now = engine.now();
    let old = token.fingerprint(REFRESH);
    let row = tx.refresh(&old, Lock::Update).await?.ok_or_else(|| invalid_grant("the refresh token is not known; sign in again"))?;
    let found = tx.session(row.tenant, row.session).await?.ok_or_else(|| Refusal::internal("refresh", &"its sign-in is gone"))?;
    let ungranted = Ungranted::of(found.tenant, found.person);
    if !found.live(now) || found.jkt != proof.jkt {
        return Err(ungranted(invalid_grant("the sign-in has ended, or the key is another; sign in again")));
    }
    let session = found;
    if row.used_at.is_some() && !lost_answer(tx, &row).await? {
        end(engine, tx, &row, "refresh_reused").await?;
        return Ok(Refreshed::Reused);
    }
    engine.granting(tx, session.tenant, session.person).await.map_err(ungranted)?;
    let next = engine.secret("csr_");
    let kept =
        RefreshRow { token_hash: next.fingerprint(REFRESH), tenant: row.tenant, session: row.session, created_at: now, used_at: None, successor_hash: None };
    tx.refresh_insert(&kept).await?;
    tx.refresh_use(&old, &kept.token_hash, now).await?;
    let mut answer = access(engine, tx, &session).await?;
    answer.refresh_token = Some(next);
    Ok(Refreshed::Granted(answer))
}

/// Whether the successor was never used; it is dropped then.
async fn lost_answer(tx: &mut Tx, row: &RefreshRow) -> Result<bool, Refusal> {
    let Some(successor) = row.successor_hash else { return Ok(false) };
    match tx.refresh(&successor, Lock::Update).await? {
        Some(next) if next.used_at.is_none() => {
            tx.refresh_delete(&successor).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

async fn end(engine: &Engine, tx: &mut Tx, row: &RefreshRow, why: &str) -> Result<(), Refusal> {
    let now = engine.now();
    tx.session_end(row.tenant, row.session, now).await?;
    let person = tx.session(row.tenant, row.session).await?.map(|s| s.person);
    let mut line = engine.line(Kind::SessionEnd, now, row.tenant, Actor::Service, engine.correlation());
    line.person = person;
    line.decision = Decision::Ended;
    line.code = Some(why.into());
    engine.append(tx, &line).await
}

async fn revoke(engine: &Engine, tx: &mut Tx, token: &Secret, proof: &Proof) -> Result<(), Refusal> {
    let Some(row) = tx.refresh(&token.fingerprint(REFRESH), Lock::Update).await? else { return Ok(()) };
    let ours = tx.session(row.tenant, row.session).await?.is_some_and(|s| s.jkt == proof.jkt && s.live(engine.now()));
    if ours { end(engine, tx, &row, "revoked").await } else { Ok(()) }
}
