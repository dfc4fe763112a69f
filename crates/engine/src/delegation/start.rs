//! `delegation_start`: the clock starts, and the console gets its warrant.

use countersign_domain::{
    DelegationId, Rail, RequestId,
    contract::Mode,
    delegation::{Delegation, EndReason},
    obligation::Obligations,
};
use countersign_store::{Lock, StoreError};
use countersign_trail::Kind;

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    delegation::{Started, WARRANT, end_now, tell, view},
    policy::{Act, Facts},
    request::{load_own, standing, tell as tell_request},
};

impl Engine {
    /// Starts a signed request. Sent again by the console that started it, it issues the warrant anew.
    ///
    /// # Errors
    /// If it is not signed by enough people who may still sign, its case no longer justifies it, policy says no by now, or
    /// this console acts already.
    pub async fn delegation_start(&self, call: &Call, id: RequestId) -> Result<Started, Refusal> {
        self.admit(call, "delegation_start").await?;
        self.act_secret(call, Kind::DelegationStart, move |s| Box::pin(start(s, id))).await
    }
}

async fn start(s: &mut Scope<'_>, id: RequestId) -> Result<Started, Refusal> {
    s.engine.minting()?;
    let mut request = load_own(s.tx, &s.call, id, Lock::Update).await?.request;
    tell_request(s, &request);
    if let Some(row) = s.tx.delegation_of_request(s.call.tenant, id, Lock::Update).await? {
        // A start whose answer was lost: the same console, the same sign-in, and nothing has ended since.
        if row.session == s.call.session && row.delegation.live(s.now).is_ok() {
            return super::reissue::reissue(s, row).await;
        }
        return Err(Rail::StartedAlready.into());
    }

    let facts = Facts::of_request(s.tx, &request, Lock::Share).await?;
    facts.case.case.justifies(s.call.person)?;
    let allowed = facts.decide(&s.engine, Act::DelegationStart)?;
    let contract = &facts.api.contract;
    request.form.taken_by(contract)?;
    let mut owed = Obligations::strictest(&request.obligations, &allowed.obligations);
    owed.max_minutes = owed.max_minutes.min(contract.max_minutes);
    request.signatures = standing(s.tx, &request, &owed.group).await?;
    make_room(s).await?;

    let (request, delegation) = request.start(DelegationId::new(s.now, s.engine.entropy()), &owed, s.now)?;
    let warrant = s.engine.secret("csw_");
    s.tx.request_update(&request).await?;
    match s.tx.delegation_insert(&delegation, s.call.session, &warrant.fingerprint(WARRANT), &s.call.jkt).await {
        Err(StoreError::Taken) => return Err(Rail::ActingAlready.into()),
        other => other?,
    }
    tell(&mut s.line, &delegation);
    s.line.figures.insert("minutes".into(), i64::from(request.form.minutes.min(owed.max_minutes)));
    if delegation.mode == Mode::Impersonation {
        alert(s, &delegation);
    }
    let view = view::of(s.tx, &s.call, s.now, delegation).await?;
    Ok(Started { delegation: view, warrant })
}

/// What hides who acts is told at once to whoever watches.
fn alert(s: &mut Scope<'_>, delegation: &Delegation) {
    let mut line = s.follow(Kind::AlertRaise);
    tell(&mut line, delegation);
    line.code = Some("impersonation".into());
    s.also.push(line);
}

/// A console has one live delegation at a time; one whose time is over makes way.
async fn make_room(s: &mut Scope<'_>) -> Result<(), Refusal> {
    let Some(row) = s.tx.delegation_of_session(s.call.tenant, s.call.session, Lock::Update).await? else { return Ok(()) };
    if row.delegation.live(s.now).is_ok() {
        return Err(Rail::ActingAlready.into());
    }
    end_now(s, row.delegation, EndReason::TimeOver).await
}
