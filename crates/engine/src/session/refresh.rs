//! Refresh tokens (RFC 6749 §6): each good once; an old one shown again ends the sign-in (RFC 9700 §4.14.2).
//!
//! One mercy: if an answer was lost on its way, the old token, shown with the same key while its successor was never used,
//! replaces that successor.

use countersign_domain::{CorrelationId, Secret, delegation::EndReason};
use countersign_oauth::{OAuthError, client_auth::Presented, dpop::Proof, error::ErrorCode, mtls::PeerCertificate, token::TokenAnswer};
use countersign_store::{Lock, RefreshRow, Tx};

use crate::{
    Engine, Refusal,
    delegation::{WARRANT, end_alone},
    session::{
        CONSOLE,
        access::{ACCESS, end_session},
        grant::{Ungranted, access, invalid_grant},
    },
    token::{Shown, revoke_at_console},
};

/// Label under which the store keeps a refresh token's fingerprint.
pub(super) const REFRESH: &str = "refresh";

enum Refreshed {
    Granted(TokenAnswer),
    Reused,
}

impl Engine {
    pub(super) async fn refresh(&self, token: &Secret, proof: &Proof, correlation: CorrelationId) -> Result<TokenAnswer, OAuthError> {
        let (engine, token, proof) = (self.clone(), token.clone(), proof.clone());
        let done = self.store().write(move |tx| Box::pin(async move { refresh(&engine, tx, &token, &proof, correlation).await })).await;
        self.wake_sequencer();
        match done {
            Err(ungranted) => Err(self.ungranted(ungranted, "refresh", correlation).await),
            Ok(Refreshed::Granted(answer)) => Ok(answer),
            Ok(Refreshed::Reused) => Err(OAuthError::new(ErrorCode::InvalidGrant, "the refresh token was used before; the sign-in is ended, sign in again")),
        }
    }

    /// Gives a token back (RFC 7009): a console its sign-in, its warrant or what it exchanged that for, a machine what it got. A token that is
    /// not known is no error (§2.2).
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
        let shown = self.shown(token).await.map_err(|r| r.oauth())?;
        let (engine, token, proof) = (self.clone(), token.clone(), proof.clone());
        self.store()
            .write(move |tx| Box::pin(async move { revoke(&engine, tx, &token, shown, &proof, correlation).await }))
            .await
            .map_err(|r: Refusal| r.oauth())?;
        self.wake_sequencer();
        Ok(())
    }
}

async fn refresh(engine: &Engine, tx: &mut Tx, token: &Secret, proof: &Proof, correlation: CorrelationId) -> Result<Refreshed, Ungranted> {
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
        end_session(engine, tx, (session.tenant, session.person), session.id, "refresh_reused", correlation).await?;
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

async fn revoke(engine: &Engine, tx: &mut Tx, token: &Secret, shown: Option<Shown>, proof: &Proof, correlation: CorrelationId) -> Result<(), Refusal> {
    let now = engine.now();
    let session = match tx.refresh(&token.fingerprint(REFRESH), Lock::Update).await? {
        Some(row) => tx.session(row.tenant, row.session).await?,
        // With an access token goes what it was refreshed by (RFC 7009 §2.1).
        None => tx.access(&token.fingerprint(ACCESS)).await?.map(|(_, session)| session),
    };
    if let Some(session) = session {
        let ours = session.jkt == proof.jkt && session.live(now);
        return if ours { end_session(engine, tx, (session.tenant, session.person), session.id, "revoked", correlation).await } else { Ok(()) };
    }
    if let Some(row) = tx.delegation_by_warrant(&token.fingerprint(WARRANT), Lock::Update).await? {
        let (ours, agent) = (row.warrant_jkt == proof.jkt && row.delegation.live(now).is_ok(), row.delegation.agent);
        return if ours { end_alone(engine, tx, row.delegation, (EndReason::Agent, Some(agent)), correlation).await } else { Ok(()) };
    }
    match shown {
        Some(shown) => revoke_at_console(engine, tx, &shown, &proof.jkt, correlation).await,
        None => Ok(()),
    }
}
