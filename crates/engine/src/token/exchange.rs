//! Token exchange (RFC 8693): a warrant and the agent's own access token become a token for one API.
//!
//! Every condition is judged in the transaction that records the token. The answer leaves only after the commit: a commit
//! whose answer was lost is a token that nobody holds, while the reverse would be a token without a record.

use std::collections::BTreeSet;

use countersign_domain::{
    Code, CorrelationId, Secret, TenantId,
    hop::{Contracts, Hop},
};
use countersign_oauth::{
    OAuthError,
    dpop::Proof,
    error::ErrorCode,
    jwt::Confirmation,
    token::{ExchangeRequest, TokenAnswer},
};
use countersign_store::{DelegationRow, Lock, Once, Tx};
use countersign_trail::{Actor, Kind};

use crate::{
    Engine, Refusal,
    act::Scope,
    delegation::{WARRANT, tell},
    failpoint,
    session::{CONSOLE, access::ACCESS},
    token::{
        ground::Ground,
        mint::{self, Grant, Minted},
        still_justified,
    },
};

impl Engine {
    /// The token-exchange grant at a console: a warrant and the agent's own access token.
    ///
    /// # Errors
    /// RFC 8693 §2.2.2; nothing is minted then.
    pub(crate) async fn exchange(
        &self,
        request: ExchangeRequest,
        warrant: Secret,
        proof: &Proof,
        correlation: CorrelationId,
    ) -> Result<TokenAnswer, OAuthError> {
        let Some(actor) = request.actor_token.clone() else {
            self.proof_once(proof).await.map_err(|r| r.oauth())?;
            return Err(OAuthError::invalid_request("`actor_token` is missing: nobody acts without a name; send the agent's own access token"));
        };
        // An actor token that is not ours, not live, a customer's or another key's says nothing about who acts.
        let call = match self.holder(&actor, &proof.jkt, correlation).await {
            Ok(call) => call,
            Err(refusal) => {
                self.proof_once(proof).await.map_err(|r| r.oauth())?;
                return Err(self.actor_refused(refusal, &warrant, proof, correlation).await.oauth());
            }
        };
        let proof = proof.clone();
        let once = Once { hash: proof.jti_hash, until: proof.expires_at };
        failpoint!("exchange-before-transaction");
        let minted = self.act_once(&call, once, Kind::TokenExchange, move |s| Box::pin(mint(s, request, warrant, actor, proof))).await;
        let minted = minted.map_err(|r| r.oauth())?;
        failpoint!("exchange-after-commit");
        let answer = self.hand_out(minted).await?;
        failpoint!("exchange-before-answer");
        Ok(answer)
    }
}

impl Engine {
    /// What is told of an actor token that does not count. Whoever shows a warrant with its own key is known by that: framing somebody
    /// else leaves a line, and so does a warrant with another key than its own.
    async fn actor_refused(&self, refusal: Refusal, warrant: &Secret, proof: &Proof, correlation: CorrelationId) -> Refusal {
        if let Err(behind) = self.minting() {
            return behind;
        }
        if matches!(refusal.code, Code::Busy | Code::Unavailable) {
            return refusal;
        }
        let text = "`actor_token` is not your own live access token, bound to the key of this proof; sign in again";
        let refused = Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidRequest);
        let hash = warrant.fingerprint(WARRANT);
        let held = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.delegation_by_warrant(&hash, Lock::None).await?) })).await;
        if let Some(row) = held.ok().flatten() {
            let delegation = row.delegation;
            // With another key it is somebody who has found or stolen the warrant.
            let actor = if row.warrant_jkt == proof.jkt { Actor::Person(delegation.agent) } else { Actor::Service };
            let mut line = self.line(Kind::TokenExchange, self.now(), delegation.tenant, actor, correlation);
            tell(&mut line, &delegation);
            self.record_refusal(line, &refused).await;
        }
        refused
    }
}

async fn mint(s: &mut Scope<'_>, request: ExchangeRequest, warrant: Secret, actor: Secret, proof: Proof) -> Result<Minted, Refusal> {
    failpoint!("exchange-in-transaction");
    s.engine.minting()?;
    let row = warranted(s, &warrant, &actor, &proof, Lock::None).await?;
    tell(&mut s.line, &row.delegation);
    let justified = still_justified(s.tx, &s.engine, &row, s.now, Lock::Share).await.map_err(Refusal::with_subject_error)?;
    // INVARIANT: rows are locked in the order request, case, API, delegation; so it is held last, and looked at once more.
    let delegation = if s.tx.holds_all() { row.delegation } else { warranted(s, &warrant, &actor, &proof, Lock::Share).await?.delegation };
    delegation.live(s.now).map_err(|rail| Refusal::from(rail).with_subject_error())?;

    let contract = &justified.facts.api.contract;
    if request.target != contract.audience {
        let text = format!("this delegation is for `{}`; name exactly that", contract.audience);
        return Err(Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidTarget));
    }
    let scope = delegation.narrow(&request.scope).map_err(|rail| Refusal::from(rail).with_oauth(ErrorCode::InvalidScope))?;
    let hops = reached(s.tx, delegation.tenant, &contract.audience, &scope, &delegation.hops).await?;
    let grant = Grant {
        ground: Ground::Delegation { delegation: &delegation, case: &justified.facts.case.case.key },
        api: contract,
        scope,
        hops,
        parent: None,
        client: CONSOLE.into(),
        services: Vec::new(),
        bound: Some(Confirmation::Key(proof.jkt.clone())),
        requested: request.requested,
    };
    mint::mint(s, grant).await
}

/// What a token with `scope` at `audience` may be exchanged for: what its actions take elsewhere now, and no more than `within`.
pub(crate) async fn reached(tx: &mut Tx, tenant: TenantId, audience: &str, scope: &BTreeSet<String>, within: &BTreeSet<Hop>) -> Result<BTreeSet<Hop>, Refusal> {
    if within.is_empty() {
        return Ok(BTreeSet::new());
    }
    let apis = tx.apis(tenant).await?;
    let contracts: Contracts<'_> = apis.iter().map(|a| &a.contract).collect();
    let now = contracts.standing(audience, scope).map_err(|e| Refusal::new(Code::Refused, e.to_string()).with_oauth(ErrorCode::InvalidTarget))?;
    Ok(now.intersection(within).cloned().collect())
}

/// The delegation that the warrant stands for, if this agent, at this console, with this key, holds it.
async fn warranted(s: &mut Scope<'_>, warrant: &Secret, actor: &Secret, proof: &Proof, lock: Lock) -> Result<DelegationRow, Refusal> {
    let refused = |text: &str| Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidRequest);
    let Some(row) = s.tx.delegation_by_warrant(&warrant.fingerprint(WARRANT), lock).await? else {
        return Err(refused("the warrant is not known, or was issued anew since"));
    };
    if row.delegation.tenant != s.call.tenant || row.delegation.agent != s.call.person {
        return Err(refused("the warrant is another agent's"));
    }
    if row.warrant_jkt != proof.jkt || row.session != s.call.session {
        return Err(refused("the warrant is bound to another console's key"));
    }
    // The sign-in may have ended since it was looked at outside the transaction.
    match s.tx.access(&actor.fingerprint(ACCESS)).await? {
        Some((access, session)) if access.expires_at > s.now && session.live(s.now) => Ok(row),
        _ => Err(refused("your sign-in has ended; sign in again")),
    }
}

impl Refusal {
    /// A subject or actor token that does not count, for whatever reason (RFC 8693 §2.2.2).
    pub(crate) fn with_subject_error(self) -> Self {
        match self.code {
            Code::Busy | Code::Unavailable => self,
            _ => self.with_oauth(ErrorCode::InvalidRequest),
        }
    }
}
