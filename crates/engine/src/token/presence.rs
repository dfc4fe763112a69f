//! What must hold for a service to act for a customer who is present, and what is said where it does not.

use std::{collections::BTreeSet, sync::Arc};

use countersign_api::Reason;
use countersign_domain::{
    Code, CustomerId, PersonId, Rail, TenantId, Timestamp,
    client::CONSOLE,
    contract::Contract,
    hop::{Contracts, Hop},
    presence::{Presence, without_case},
};
use countersign_oauth::error::ErrorCode;
use countersign_policy::{ActionFacts, HopFacts, PresenceQuestion};
use countersign_store::{ApiRow, Lock, Tx};

use crate::{Engine, Refusal, issuer::Known};

/// What may be a subject token at all.
pub(crate) const ACCEPTED: &str = "accepted are live tokens of this service for your API, and a customer's own access token of a registered issuer that \
    names your API alone as audience and is fresh; never an id token, a refresh token or a person's own token";

/// A subject token that breaks this rule.
pub(crate) fn not_taken(rail: Rail, why: &str) -> Refusal {
    said(rail, format!("{why}; {ACCEPTED}"), ErrorCode::InvalidRequest)
}

/// A rule that was run into, in words that fit where no agent acts and nobody signed.
pub(crate) fn said(rail: Rail, text: String, code: ErrorCode) -> Refusal {
    let reason = Reason { rule: rail.name().into(), text: text.clone() };
    Refusal::new(Code::Refused, text).with_reasons(vec![reason]).with_oauth(code)
}

/// The customer whom an issuer calls so: one of this tenant, and nobody who works here.
pub(crate) async fn customer(tx: &mut Tx, tenant: TenantId, subject: &str) -> Result<CustomerId, Refusal> {
    // Nobody of ours is a customer by a name that is ours, even if somebody were to register a customer under it.
    let ours = subject == CONSOLE || subject.parse::<PersonId>().is_ok() || tx.client(subject, Lock::None).await?.is_some();
    let known = if ours { None } else { tx.customer_by_subject(tenant, subject).await? };
    known.ok_or_else(|| not_taken(Rail::Customer, "the customer's token names nobody who is a customer here"))
}

/// What a presence stands on now: its issuer, and the API that the customer called.
pub(crate) struct Standing {
    pub known: Arc<Known>,
    pub from: ApiRow,
}

/// Every condition that a token of a customer who is present stands on, as it is at `now`: their own token's time is not over, its issuer
/// is trusted for that API, and the API's contract still names the client that showed it. Whether that client may still come is asked of all who
/// passed the token on: it is the first of them.
///
/// # Errors
/// The first condition that no longer holds.
pub(crate) async fn still_present(tx: &mut Tx, engine: &Engine, presence: &Presence, now: Timestamp) -> Result<Standing, Refusal> {
    let over = |text: &str| Refusal::new(Code::Refused, text);
    if !presence.live(now) {
        return Err(over("the customer's own token is over"));
    }
    let known = engine.trusted(tx, presence.tenant, &presence.issuer).await?;
    let known =
        known.filter(|k| k.issuer.audiences.contains_key(&presence.audience)).ok_or_else(|| over("the issuer of the customer's token is no longer trusted"))?;
    let from = tx.api_by_audience(presence.tenant, &presence.audience).await?.filter(|api| api.contract.client.as_ref() == Some(&presence.client));
    let from = from.ok_or_else(|| over("the API that the customer called has another client now"))?;
    if tx.customer(presence.tenant, presence.customer).await?.is_none() {
        return Err(over("the customer is no longer known"));
    }
    Ok(Standing { known, from })
}

/// What a service wants for a customer who is present.
pub(crate) struct Wanted<'a> {
    /// The service.
    pub client: &'a str,
    /// Where.
    pub api: &'a Contract,
    /// What.
    pub scope: &'a BTreeSet<String>,
    /// What that takes elsewhere.
    pub hops: &'a BTreeSet<Hop>,
}

impl Wanted<'_> {
    /// Whether rails and policy admit it, with contracts as they are now.
    ///
    /// # Errors
    /// [`Rail::NeedsCase`], which no policy lifts; or policy's reasons.
    pub(crate) async fn admitted(&self, tx: &mut Tx, engine: &Engine, presence: &Presence, from: &Contract) -> Result<(), Refusal> {
        let actions = self.scope.iter().filter_map(|one| self.api.action(one)).map(|a| ActionFacts { scope: a.scope.clone(), risk: a.risk }).collect();
        let hops = if self.hops.is_empty() { Vec::new() } else { risked(&tx.apis(presence.tenant).await?, self.hops) };
        let question = PresenceQuestion {
            client: self.client.to_owned(),
            issuer: presence.issuer.clone(),
            customer: presence.customer,
            from: from.key.clone(),
            api: self.api.key.clone(),
            actions,
            hops,
        };
        if question.top_risk().is_some_and(|risk| !without_case(risk)) {
            return Err(Refusal::from(Rail::NeedsCase).with_oauth(ErrorCode::InvalidScope));
        }
        engine.bundle().decide_presence(&question).map(drop).map_err(|reasons| {
            let reasons: Vec<Reason> = reasons.into_iter().map(|r| Reason { rule: r.rule, text: r.text }).collect();
            let detail = reasons.iter().map(|r| r.text.as_str()).collect::<Vec<_>>().join(" ");
            Refusal::new(Code::Refused, detail).with_reasons(reasons).with_oauth(ErrorCode::InvalidTarget)
        })
    }
}

/// An action that is no longer in its contract is left out: no token is minted for it.
fn risked(apis: &[ApiRow], hops: &BTreeSet<Hop>) -> Vec<HopFacts> {
    let contracts: Contracts<'_> = apis.iter().map(|a| &a.contract).collect();
    let known = hops.iter().filter_map(|hop| Some((hop, contracts.action(hop)?.risk)));
    known.map(|(hop, risk)| HopFacts { audience: hop.audience.clone(), scope: hop.scope.clone(), risk }).collect()
}
