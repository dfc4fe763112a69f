//! Starting, keeping up and ending what was signed.

mod end;
mod get;
mod reissue;
mod start;
mod story;
mod view;

use countersign_api::delegation::DelegationView;
use countersign_domain::{
    CorrelationId, DelegationId, PersonId, Secret, Timestamp,
    delegation::{Delegation, EndReason},
};
use countersign_store::{DelegationRow, Lock, Tx};
use countersign_trail::{Actor, Decision, Kind};

use crate::{Call, Engine, Refusal, act::Scope, request::scope_text};

/// Label under which the store keeps a warrant's fingerprint.
pub(crate) const WARRANT: &str = "warrant";

/// A live delegation and the console's handle on it.
#[derive(Debug, Clone)]
pub struct Started {
    /// It.
    pub delegation: DelegationView,
    /// The subject token of each exchange; bound to the console's key, kept here only as a fingerprint.
    pub warrant: Secret,
}

/// The caller's own delegation.
pub(crate) async fn load_own(tx: &mut Tx, call: &Call, id: DelegationId, lock: Lock) -> Result<DelegationRow, Refusal> {
    match tx.delegation(call.tenant, id, lock).await? {
        Some(row) if row.delegation.agent == call.person => Ok(row),
        _ => Err(Refusal::not_found("delegation")),
    }
}

/// Puts what a line says of a delegation into it.
pub(crate) fn tell(line: &mut countersign_trail::Event, delegation: &Delegation) {
    line.delegation = Some(delegation.id);
    line.request = Some(delegation.request);
    line.case = Some(delegation.case);
    line.subject = Some(delegation.customer);
    line.api = Some(delegation.api);
    line.transaction = Some(delegation.transaction);
    line.action = scope_text(&delegation.actions);
    line.impersonated = delegation.mode == countersign_domain::contract::Mode::Impersonation;
}

/// Ends a delegation outside of any call: because of what the service itself saw, or because of what its agent sent without signing in.
pub(crate) async fn end_alone(
    engine: &Engine,
    tx: &mut Tx,
    delegation: Delegation,
    (reason, by): (EndReason, Option<PersonId>),
    correlation: CorrelationId,
) -> Result<(), Refusal> {
    let now = engine.now();
    let ended = delegation.end(reason, by, now)?;
    tx.delegation_update(&ended).await?;
    let actor = by.map_or(Actor::Service, Actor::Person);
    let mut line = engine.line(Kind::DelegationEnd, now, ended.tenant, actor, correlation);
    tell(&mut line, &ended);
    line.decision = Decision::Ended;
    line.code = Some(reason.as_str().into());
    engine.append(tx, &line).await
}

/// Why a delegation ends with its sign-in.
pub(crate) fn with_sign_in(delegation: &Delegation, now: Timestamp) -> EndReason {
    if delegation.live(now).is_ok() { EndReason::SignedOut } else { EndReason::TimeOver }
}

/// Ends a delegation as part of another act, with a line of its own.
pub(crate) async fn end_now(s: &mut Scope<'_>, delegation: Delegation, reason: EndReason) -> Result<(), Refusal> {
    let ended = delegation.end(reason, Some(s.call.person), s.now)?;
    s.tx.delegation_update(&ended).await?;
    let mut line = s.follow(Kind::DelegationEnd);
    tell(&mut line, &ended);
    line.decision = Decision::Ended;
    line.code = Some(reason.as_str().into());
    s.also.push(line);
    Ok(())
}
