//! Token exchange along a chain (RFC 8693): an API's own client exchanges the token that the API was called with for a token
//! for the next one, and is named in it as who acts now.
//!
//! A token found in a log is of no use to another service, and nothing comes back clean: the actors before stay in.

use std::collections::BTreeSet;

use countersign_domain::{
    Code, Rail, Secret,
    contract::Mode,
    hop::{Hop, scopes_at},
    token::{Basis, Token},
};
use countersign_oauth::{
    OAuthError,
    dpop::Proof,
    error::ErrorCode,
    foreign::unverified_issuer,
    jwt::AccessClaims,
    token::{ExchangeRequest, TokenAnswer},
};
use countersign_store::{ApiRow, Lock};
use countersign_trail::Kind;

use crate::{
    Engine, Refusal,
    act::Scope,
    client::Machine,
    delegation::tell,
    token::{
        exchange::reached,
        ground::Ground,
        mint::{self, Grant, Minted},
        own,
        presence::ACCEPTED,
        present,
        shown::Shown,
        still_admitted, still_justified,
    },
};

impl Engine {
    /// The token-exchange grant for a machine.
    ///
    /// # Errors
    /// RFC 8693 §2.2.2; nothing is minted then.
    pub(crate) async fn pass_on(&self, machine: &Machine, request: ExchangeRequest, parent: &Secret, proof: Option<&Proof>) -> Result<TokenAnswer, OAuthError> {
        if let Some(actor) = &request.actor_token {
            self.names_itself(machine, actor, proof).await.map_err(|r| r.oauth())?;
        }
        let jkt = proof.map(|p| p.jkt.clone());
        // Ours is what we signed, whatever it says; so a token that says it is ours is never believed by anybody else's key.
        if let Some(iss) = unverified_issuer(parent.expose()).filter(|iss| *iss != self.settings().issuer) {
            return self.present(machine, request, parent, &iss, jkt).await;
        }
        let Some(parent) = self.shown(parent).await.map_err(|r| r.oauth())? else {
            return Err(self.not_passed_on(machine, unknown()).await.oauth());
        };
        let minted = self.act_secret(machine, Kind::TokenExchange, move |s| Box::pin(pass_on(s, request, parent, jkt))).await.map_err(|r| r.oauth())?;
        self.hand_out(minted).await
    }

    /// Whoever sends an actor token names with it who acts: that is the client itself, or nobody.
    async fn names_itself(&self, machine: &Machine, actor: &Secret, proof: Option<&Proof>) -> Result<(), Refusal> {
        let (hash, now) = (actor.fingerprint(own::OWN), self.now());
        let held = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.client_token(&hash).await?) })).await?;
        let own = held.filter(|h| h.client == machine.client.id && h.expires_at > now && h.jkt.as_deref().is_none_or(|k| proof.is_some_and(|p| p.jkt == k)));
        // What is bound to a certificate is good over its connections alone (RFC 8705 §3).
        let own = own.filter(|h| h.x5t.is_none() || h.x5t == machine.x5t);
        if own.is_some() {
            return Ok(());
        }
        let refusal = subject("`actor_token` is not this client's own live token; get one with `client_credentials`, or leave it out");
        Err(self.not_passed_on(machine, refusal).await)
    }

    /// Records what was refused before a transaction: whatever the token, it is known who showed it.
    async fn not_passed_on(&self, machine: &Machine, refusal: Refusal) -> Refusal {
        let actor = countersign_trail::Actor::Client(machine.client.id.clone());
        let mut line = self.line(Kind::TokenExchange, self.now(), machine.client.tenant, actor, machine.correlation);
        line.client = Some(machine.client.id.clone());
        self.record_refusal(line, &refusal).await;
        refusal
    }
}

fn unknown() -> Refusal {
    subject(&format!("`subject_token` is no live token; {ACCEPTED}"))
}

pub(super) fn subject(text: &str) -> Refusal {
    Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidRequest)
}

async fn pass_on(s: &mut Scope<'_, Machine>, request: ExchangeRequest, shown: Shown, jkt: Option<String>) -> Result<Minted, Refusal> {
    let tenant = s.call.client.tenant;
    let parent = shown.token(s.tx, tenant, Lock::None).await?.ok_or_else(unknown)?;
    let of = match parent.basis {
        Basis::Delegation(of) => of,
        Basis::Presence(of) => return present::pass_on(s, request, &shown, &parent, of, jkt).await,
    };
    let row = s.tx.delegation(tenant, of, Lock::None).await?.ok_or_else(unknown)?;
    tell(&mut s.line, &row.delegation);
    s.line.parent = Some(parent.id);
    let api = s.tx.api_by_audience(tenant, &parent.audience).await?.ok_or_else(unknown)?;
    may_exchange(&s.call, &api, shown.claims())?;
    let bound = s.call.binds(jkt)?;
    if row.delegation.mode == Mode::Impersonation {
        return Err(Refusal::from(Rail::ImpersonationEnds).with_subject_error());
    }

    let justified = still_justified(s.tx, &s.engine, &row, s.now, Lock::Share).await.map_err(Refusal::with_subject_error)?;
    // INVARIANT: rows are locked in the order request, case, API, delegation, token; so these are held last, and looked at once more.
    let delegation = if s.tx.holds_all() { row.delegation } else { s.tx.delegation(tenant, of, Lock::Share).await?.ok_or_else(unknown)?.delegation };
    delegation.live(s.now).map_err(|rail| Refusal::from(rail).with_subject_error())?;
    let parent = if s.tx.holds_all() { Some(parent) } else { s.tx.token(tenant, parent.id, Lock::Share).await? };
    let parent = parent.filter(|t| t.live(s.now)).ok_or_else(unknown)?;

    let services = parent.passed_on_by(&s.call.client.id, Some(delegation.agent)).map_err(|rail| Refusal::from(rail).with_subject_error())?;
    still_admitted(s.tx, tenant, &services).await.map_err(Refusal::with_subject_error)?;
    let (target, scope) = next(s, &api, &parent, &request).await?;
    let hops = reached(s.tx, tenant, &target.contract.audience, &scope, &parent.hops).await?;
    s.line.api = Some(target.id);
    let grant = Grant {
        ground: Ground::Delegation { delegation: &delegation, case: &justified.facts.case.case.key },
        api: &target.contract,
        scope,
        hops,
        parent: Some(&parent),
        client: s.call.client.id.clone(),
        services,
        bound,
        requested: request.requested,
    };
    mint::mint(s, grant).await
}

/// Only the client that the contract of the token's audience names; and whom the token itself names, if it names anybody (RFC 8693 §4.4).
pub(super) fn may_exchange(machine: &Machine, api: &ApiRow, claims: Option<&AccessClaims>) -> Result<(), Refusal> {
    let id = machine.client.id.as_str();
    if api.contract.client.as_deref() != Some(id) {
        return Err(subject("only the client that the contract of the token's audience names may exchange it, and that is not this client"));
    }
    match claims.and_then(|c| c.may_act.as_ref()) {
        Some(named) if named.sub != id => Err(subject("the token's `may_act` names another client")),
        _ => Ok(()),
    }
}

/// Where to, and what for: what the actions of the parent call by themselves, of what it may reach at all.
pub(super) async fn next(s: &mut Scope<'_, Machine>, from: &ApiRow, parent: &Token, request: &ExchangeRequest) -> Result<(ApiRow, BTreeSet<String>), Refusal> {
    let called = parent.scope.iter().filter_map(|one| from.contract.action(one)).flat_map(|action| &action.calls);
    let named: BTreeSet<Hop> = called.filter(|hop| parent.hops.contains(*hop)).cloned().collect();
    let reachable = scopes_at(&named, &request.target);
    let target = match s.tx.api_by_audience(parent.tenant, &request.target).await? {
        Some(api) if !reachable.is_empty() && api.contract.modes.contains(&Mode::Delegated) => api,
        _ => return Err(Refusal::from(Rail::NotReached).with_oauth(ErrorCode::InvalidTarget)),
    };
    let scope = if request.scope.is_empty() { reachable.clone() } else { request.scope.clone() };
    if !scope.is_subset(&reachable) || scope.iter().any(|one| target.contract.action(one).is_none()) {
        return Err(Refusal::from(Rail::NotInScope).with_oauth(ErrorCode::InvalidScope));
    }
    Ok((target, scope))
}
