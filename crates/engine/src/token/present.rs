//! Token exchange (RFC 8693) while the customer is present: an API's own client exchanges the access token that the customer called it
//! with, of an issuer that the tenant trusts, for a token for the next API. No person acts; the client is the first actor.

use std::{collections::BTreeSet, sync::Arc};

use countersign_domain::{
    PresenceId, Rail, Secret, TransactionId,
    contract::Mode,
    hop::{Contracts, Hop, scopes_at},
    presence::{Presence, without_case},
    token::Token,
};
use countersign_oauth::{
    OAuthError,
    error::ErrorCode,
    foreign::ForeignToken,
    token::{ExchangeRequest, TokenAnswer},
};
use countersign_store::{ApiRow, Lock, Tx};
use countersign_trail::{Actor, Kind};

use crate::{
    Engine, Refusal,
    act::Scope,
    client::Machine,
    issuer::Known,
    token::{
        exchange::reached,
        ground::{Ground, tell},
        mint::{self, Grant, Minted},
        pass_on::{may_exchange, next, subject},
        presence::{Wanted, customer, not_taken, said, still_present},
        shown::Shown,
        still_admitted,
    },
};

/// A customer's token, verified as far as its issuer can vouch for it.
struct Seen {
    known: Arc<Known>,
    token: ForeignToken,
}

impl Engine {
    /// The token-exchange grant for a machine that shows a customer's own token.
    ///
    /// # Errors
    /// RFC 8693 §2.2.2; nothing is minted then.
    pub(crate) async fn present(
        &self,
        machine: &Machine,
        request: ExchangeRequest,
        token: &Secret,
        iss: &str,
        jkt: Option<String>,
    ) -> Result<TokenAnswer, OAuthError> {
        let seen = self.seen(machine, token, iss).await.map_err(|r| r.oauth())?;
        let minted = self.act_secret(machine, Kind::TokenExchange, move |s| Box::pin(exchange(s, request, seen, jkt))).await.map_err(|r| r.oauth())?;
        self.hand_out(minted).await
    }

    /// Asks the issuer for its keys, and where it must be for its word, before anything is held.
    async fn seen(&self, machine: &Machine, token: &Secret, iss: &str) -> Result<Seen, Refusal> {
        let (engine, tenant, named) = (self.clone(), machine.client.tenant, iss.to_owned());
        let known = self.store().read(move |tx| Box::pin(async move { engine.trusted(tx, tenant, &named).await })).await?;
        let checked = match &known {
            Some(known) => self.believed(machine, known, token).await.map(|token| Seen { known: Arc::clone(known), token }),
            None => Err(not_taken(Rail::TrustedIssuer, &Rail::TrustedIssuer.to_string())),
        };
        if let Err(refusal) = &checked {
            let actor = Actor::Client(machine.client.id.clone());
            let mut line = self.line(Kind::TokenExchange, self.now(), tenant, actor, machine.correlation);
            // Who is not registered could have called themselves anything.
            line.issuer = known.map(|k| k.issuer.issuer.clone());
            self.record_refusal(line, refusal).await;
        }
        checked
    }

    /// The issuer is asked about an older token only for whom it was meant: nobody else learns whether what they found still lives.
    async fn believed(&self, machine: &Machine, known: &Arc<Known>, token: &Secret) -> Result<ForeignToken, Refusal> {
        let said = known.checked(self, token).await?;
        if known.is_old(&said, self.now()) {
            let (machine, issuer, asked) = (machine.clone(), Arc::clone(known), said.clone());
            self.store().read(move |tx| Box::pin(async move { meant(tx, &machine, &issuer, &asked).await })).await?;
            known.vouched(self, token, &said).await?;
        }
        Ok(said)
    }
}

/// The API that the customer called, if this is its client, and its issuer is registered for it.
async fn meant(tx: &mut Tx, machine: &Machine, known: &Known, token: &ForeignToken) -> Result<ApiRow, Refusal> {
    let (tenant, client) = (machine.client.tenant, &machine.client.id);
    let from = tx.api_by_audience(tenant, &token.audience).await?;
    let from = from.filter(|api| api.contract.client.as_ref() == Some(client) && known.issuer.audiences.contains_key(&token.audience)).ok_or_else(|| {
        let text = "the `aud` of the customer's token is no API whose contract names this client, or its issuer is not registered for that API";
        not_taken(Rail::CustomerToken, text)
    })?;
    if token.may_act.as_ref().is_some_and(|named| named != client) {
        return Err(not_taken(Rail::CustomerToken, "the `may_act` of the customer's token names another client"));
    }
    Ok(from)
}

async fn exchange(s: &mut Scope<'_, Machine>, request: ExchangeRequest, seen: Seen, jkt: Option<String>) -> Result<Minted, Refusal> {
    let Seen { known, token } = seen;
    let client = s.call.client.id.clone();
    s.line.issuer = Some(known.issuer.issuer.clone());
    let bound = s.call.binds(jkt)?;
    let from = meant(s.tx, &s.call, &known, &token).await?;
    let presence = kept(s, &known, &token).await?;
    tell(&mut s.line, &presence);
    still_present(s.tx, &s.engine, &presence, s.now).await.map_err(Refusal::with_subject_error)?;
    still_admitted(s.tx, presence.tenant, std::slice::from_ref(&client)).await.map_err(Refusal::with_subject_error)?;

    let actions = known.issuer.actions(&token.audience, &token.scope);
    let (target, scope, hops) = where_to(s, &from, &actions, &request).await?;
    s.line.api = Some(target.id);
    let wanted = Wanted { client: &client, api: &target.contract, scope: &scope, hops: &hops };
    wanted.admitted(s.tx, &s.engine, &presence, &from.contract).await?;
    let grant = Grant {
        ground: Ground::Presence { presence: &presence, ttl_s: known.issuer.token_ttl_s },
        api: &target.contract,
        scope,
        hops,
        parent: None,
        services: vec![client.clone()],
        client,
        bound,
        requested: request.requested,
    };
    mint::mint(s, grant).await
}

/// The presence that the token stands for: however often it is shown, one, with one transaction.
async fn kept(s: &mut Scope<'_, Machine>, known: &Known, token: &ForeignToken) -> Result<Presence, Refusal> {
    let id = PresenceId::new(s.now, s.engine.entropy());
    let fresh = Presence {
        id,
        tenant: s.call.client.tenant,
        issuer: known.issuer.issuer.clone(),
        customer: customer(s.tx, s.call.client.tenant, &token.subject).await?,
        client: s.call.client.id.clone(),
        audience: token.audience.clone(),
        hash: token.hash,
        // One presence is one transaction; its id differs in kind, not in number.
        transaction: TransactionId::from_uuid(id.uuid()),
        seen_at: s.now,
        expires_at: token.expires_at,
    };
    let kept = s.tx.presence_upsert(&fresh).await?;
    if kept.client != fresh.client || kept.customer != fresh.customer {
        return Err(not_taken(Rail::CustomerToken, "the customer's token was shown by another client before"));
    }
    Ok(kept)
}

/// Where to, and what for: what the actions that the customer's scope stands for call by themselves, as contracts are now.
async fn where_to(
    s: &mut Scope<'_, Machine>,
    from: &ApiRow,
    actions: &BTreeSet<String>,
    request: &ExchangeRequest,
) -> Result<(ApiRow, BTreeSet<String>, BTreeSet<Hop>), Refusal> {
    let apis = s.tx.apis(s.call.client.tenant).await?;
    let contracts: Contracts<'_> = apis.iter().map(|a| &a.contract).collect();
    let done = || actions.iter().filter_map(|one| from.contract.action(one));
    let called: BTreeSet<Hop> = done().flat_map(|a| &a.calls).cloned().collect();
    let reachable = scopes_at(&called, &request.target);
    let target = apis.iter().find(|a| a.contract.audience == request.target);
    let Some(target) = target.filter(|api| !reachable.is_empty() && api.contract.modes.contains(&Mode::Delegated)) else {
        let text = "the customer's token can't be exchanged for that; nothing that its scope is mapped to calls that API";
        return Err(said(Rail::NotReached, text.into(), ErrorCode::InvalidTarget));
    };
    let by_little: BTreeSet<Hop> = done().filter(|a| without_case(a.risk)).flat_map(|a| &a.calls).cloned().collect();
    let mut free = BTreeSet::new();
    for scope in scopes_at(&by_little, &request.target) {
        let hop = Hop { audience: request.target.clone(), scope };
        let follows = contracts
            .standing(&hop.audience, &BTreeSet::from([hop.scope.clone()]))
            .map_err(|e| said(Rail::NotReached, e.to_string(), ErrorCode::InvalidTarget))?;
        if follows.iter().chain([&hop]).all(|one| contracts.action(one).is_some_and(|a| without_case(a.risk))) {
            free.insert(hop.scope);
        }
    }
    let scope = if request.scope.is_empty() { free.clone() } else { request.scope.clone() };
    if !scope.is_subset(&reachable) {
        return Err(said(Rail::NotInScope, "nothing that the scope of the customer's token is mapped to calls that action".into(), ErrorCode::InvalidScope));
    }
    if scope.is_empty() || !scope.is_subset(&free) {
        return Err(Refusal::from(Rail::NeedsCase).with_oauth(ErrorCode::InvalidScope));
    }
    let hops = contracts.standing(&request.target, &scope).map_err(|e| said(Rail::NotReached, e.to_string(), ErrorCode::InvalidTarget))?;
    Ok((target.clone(), scope, hops))
}

/// Passing on what came of a customer's token: along the contracts, as with any other.
pub(super) async fn pass_on(
    s: &mut Scope<'_, Machine>,
    request: ExchangeRequest,
    shown: &Shown,
    parent: &Token,
    of: PresenceId,
    jkt: Option<String>,
) -> Result<Minted, Refusal> {
    let unknown = || subject("`subject_token` is no live token of this service for an API");
    let (tenant, client) = (s.call.client.tenant, s.call.client.id.clone());
    let presence = s.tx.presence(tenant, of, Lock::None).await?.ok_or_else(unknown)?;
    tell(&mut s.line, &presence);
    s.line.parent = Some(parent.id);
    let api = s.tx.api_by_audience(tenant, &parent.audience).await?.ok_or_else(unknown)?;
    may_exchange(&s.call, &api, shown.claims())?;
    let bound = s.call.binds(jkt)?;
    let standing = still_present(s.tx, &s.engine, &presence, s.now).await.map_err(Refusal::with_subject_error)?;
    // INVARIANT: a child that is being minted holds its parent, so that a revocation finds it or is found.
    let held = if s.tx.holds_all() { Some(parent.clone()) } else { s.tx.token(tenant, parent.id, Lock::Share).await? };
    let parent = held.filter(|t| t.live(s.now)).ok_or_else(unknown)?;
    let services = parent.passed_on_by(&client, None).map_err(|rail| Refusal::from(rail).with_subject_error())?;
    still_admitted(s.tx, tenant, &services).await.map_err(Refusal::with_subject_error)?;
    let (target, scope) = next(s, &api, &parent, &request).await?;
    let hops = reached(s.tx, tenant, &target.contract.audience, &scope, &parent.hops).await?;
    s.line.api = Some(target.id);
    let wanted = Wanted { client: &client, api: &target.contract, scope: &scope, hops: &hops };
    wanted.admitted(s.tx, &s.engine, &presence, &standing.from.contract).await?;
    let grant = Grant {
        ground: Ground::Presence { presence: &presence, ttl_s: standing.known.issuer.token_ttl_s },
        api: &target.contract,
        scope,
        hops,
        parent: Some(&parent),
        client,
        services,
        bound,
        requested: request.requested,
    };
    mint::mint(s, grant).await
}
