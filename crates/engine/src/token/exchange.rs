//! Token exchange (RFC 8693): a warrant and the agent's own access token become a token for one API.
//!
//! Every condition is judged in the transaction that records the token. The answer leaves only after the commit: a commit
//! whose answer was lost is a token that nobody holds, while the reverse would be a token without a record.

use countersign_domain::{Code, Rail, Secret, Timestamp, TokenId, token::Token};
use countersign_oauth::{
    OAuthError,
    dpop::Proof,
    error::ErrorCode,
    jwt::{AccessClaims, Actor, Confirmation, sign_at_jwt},
    token::{ExchangeRequest, TokenAnswer, TokenType},
};
use countersign_store::{DelegationRow, Lock};
use countersign_trail::Kind;

use crate::{
    Engine, Refusal,
    act::Scope,
    delegation::{WARRANT, tell},
    failpoint, name,
    request::scope_text,
    session::{CONSOLE, access::ACCESS},
    token::still_justified,
};

/// What was decided and recorded; signed after the commit.
struct Minted {
    claims: AccessClaims,
    lifetime_s: u64,
}

impl Engine {
    /// The token-exchange grant.
    ///
    /// # Errors
    /// RFC 8693 §2.2.2; nothing is minted then.
    pub(crate) async fn exchange(&self, request: ExchangeRequest, proof: &Proof) -> Result<TokenAnswer, OAuthError> {
        let actor = request.actor_token.clone();
        // An actor token that is not ours, not live, a customer's or another key's says nothing about who acts.
        let call = self
            .holder(&actor, &proof.jkt, self.correlation())
            .await
            .map_err(|r| self.minting().err().map_or_else(|| actor_refused(&r), |behind| behind.oauth()))?;
        let proof = proof.clone();
        let requested = request.requested;
        failpoint!("exchange-before-transaction");
        let minted = self.act_secret(&call, Kind::TokenExchange, move |s| Box::pin(mint(s, request, actor, proof))).await.map_err(|r| r.oauth())?;
        failpoint!("exchange-after-commit");
        let token = sign_at_jwt(self.keys().active(), &minted.claims).map_err(|e| Refusal::internal("signing", &e).oauth())?;
        failpoint!("exchange-before-answer");
        Ok(TokenAnswer {
            access_token: token,
            issued_token_type: Some(requested),
            token_type: if minted.claims.cnf.is_some() { TokenType::Dpop } else { TokenType::Bearer },
            expires_in: minted.lifetime_s,
            scope: Some(minted.claims.scope),
            refresh_token: None,
            authorization_details: None,
        })
    }
}

fn actor_refused(refusal: &Refusal) -> OAuthError {
    match refusal.code {
        Code::Busy | Code::Unavailable => refusal.oauth(),
        _ => OAuthError::new(ErrorCode::InvalidRequest, "`actor_token` is not your own live access token, bound to the key of this proof; sign in again"),
    }
}

async fn mint(s: &mut Scope<'_>, request: ExchangeRequest, actor: Secret, proof: Proof) -> Result<Minted, Refusal> {
    failpoint!("exchange-in-transaction");
    s.engine.minting()?;
    let delegation = warranted(s, &request.subject_token, &actor, &proof, Lock::None).await?.delegation;
    tell(&mut s.line, &delegation);
    let (_, facts) = still_justified(s.tx, &s.engine, &delegation, s.now, Lock::Share).await.map_err(Refusal::with_grant_error)?;
    // INVARIANT: rows are locked in the order request, case, API, delegation; so it is held last, and looked at once more.
    let delegation = warranted(s, &request.subject_token, &actor, &proof, Lock::Share).await?.delegation;
    delegation.live(s.now).map_err(|rail| Refusal::from(rail).with_grant_error())?;

    let contract = &facts.api.contract;
    if request.target != contract.audience {
        let text = format!("this delegation is for `{}`; name exactly that", contract.audience);
        return Err(Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidTarget));
    }
    let scope = delegation.narrow(&request.scope).map_err(|rail| Refusal::from(rail).with_oauth(ErrorCode::InvalidScope))?;
    let lifetime = delegation.token_ttl(contract.token_ttl_s, s.now);
    if lifetime.as_secs() == 0 {
        return Err(Refusal::from(Rail::DelegationEnded).with_grant_error());
    }

    let issued = Timestamp::from_secs(s.now.unix_secs());
    let token = Token {
        id: TokenId::new(s.now, s.engine.entropy()),
        tenant: delegation.tenant,
        delegation: delegation.id,
        audience: contract.audience.clone(),
        scope,
        issued_at: issued,
        expires_at: Timestamp::from_secs((s.now + lifetime).unix_secs()),
    };
    s.tx.token_insert(&token).await?;
    failpoint!("exchange-after-token");
    s.line.token = Some(token.id);
    s.line.exchanged = true;
    s.line.action = scope_text(&token.scope);
    s.line.figures.insert("exp".into(), token.expires_at.unix_secs());

    let subject = name::customer(s.tx, delegation.tenant, delegation.customer).await?.subject;
    let claims = AccessClaims {
        iss: s.engine.settings().issuer.clone(),
        sub: subject,
        aud: token.audience.clone(),
        act: Some(Actor { sub: delegation.agent.to_string(), act: None }),
        scope: scope_text(&token.scope),
        client_id: CONSOLE.into(),
        iat: token.issued_at.unix_secs(),
        nbf: token.issued_at.unix_secs(),
        exp: token.expires_at.unix_secs(),
        jti: token.id.to_string(),
        tenant: delegation.tenant.to_string(),
        case: Some(facts.case.case.key.clone()),
        dlg: Some(delegation.id.to_string()),
        txn: delegation.transaction.to_string(),
        cnf: contract.bound.then(|| Confirmation { jkt: proof.jkt.clone() }),
        embedded: s.engine.settings().embedded,
    };
    Ok(Minted { lifetime_s: u64::try_from(claims.exp - claims.iat).unwrap_or(0), claims })
}

/// The delegation that the warrant stands for, if this agent, at this console, with this key, holds it.
async fn warranted(s: &mut Scope<'_>, warrant: &Secret, actor: &Secret, proof: &Proof, lock: Lock) -> Result<DelegationRow, Refusal> {
    let refused = |text: &str| Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidGrant);
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
    /// RFC 8693 §2.2.2: a subject token that no longer counts is `invalid_request` or, as RFC 6749 §5.2 has it for grants, `invalid_grant`.
    pub(crate) fn with_grant_error(self) -> Self {
        match self.code {
            Code::Busy | Code::Unavailable => self,
            _ => self.with_oauth(ErrorCode::InvalidGrant),
        }
    }
}
