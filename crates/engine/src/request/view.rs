//! A request as shown to a given person.

use countersign_api::{
    Reason,
    person::PersonRef,
    request::{RequestState, RequestView, ReviewView},
};
use countersign_domain::{
    Rail,
    contract::{Action, Contract},
    request::{Request, State},
};
use countersign_store::{Lock, RequestRow, Tx};

use crate::{
    Call, Engine, Refusal, name,
    request::{able_to_sign, independent},
};

/// As `viewer` sees it.
pub(crate) async fn of(tx: &mut Tx, engine: &Engine, viewer: &Call, row: RequestRow) -> Result<RequestView, Refusal> {
    let request = &row.request;
    let form = &request.form;
    let tenant = form.tenant;
    let api = tx.api(tenant, form.api, Lock::None).await?.ok_or_else(|| Refusal::not_found("API"))?;
    let mut reviews = Vec::new();
    for r in tx.reviews(tenant, form.id).await? {
        reviews.push(ReviewView { by: name::person(tx, tenant, r.person).await?, decision: r.decision, at: r.at, proved_at: r.proved_at, reason: r.reason });
    }
    let not_signable = not_signable(tx, engine, viewer, request, &api.contract).await?;
    Ok(RequestView {
        id: form.id,
        asker: name::person(tx, tenant, form.asker).await?,
        case: name::case(tx, tenant, form.case).await?,
        customer: name::customer(tx, tenant, form.customer).await?,
        api: form.api,
        api_name: api.contract.name.clone(),
        audience: form.audience.clone(),
        contract_version: form.contract_version,
        actions: actions(request, &api.contract),
        hops: name::hops(tx, tenant, &form.hops).await?,
        minutes: form.minutes,
        mode: form.mode,
        reason: row.reason.clone().unwrap_or_else(|| "erased".into()),
        digest: request.digest,
        state: state(&request.state),
        needed: request.obligations.signatures(),
        group: request.obligations.group.clone(),
        proof_max_age_s: request.obligations.proof_max_age_s,
        reviews,
        may_sign: may_sign(tx, request).await?,
        asked_at: form.asked_at,
        lapses_at: request.lapses_at,
        changed_at: row.state_at,
        delegation: match request.state {
            State::Started { delegation, .. } => Some(delegation),
            _ => None,
        },
        not_signable,
    })
}

/// The actions by risk, the highest first; one that the contract no longer has keeps its scope value.
fn actions(request: &Request, contract: &Contract) -> Vec<Action> {
    let gone = |scope: &String| Action {
        scope: scope.clone(),
        name: scope.clone(),
        effect: "no longer in the API's contract".into(),
        risk: countersign_domain::contract::Risk::Critical,
        calls: Vec::new(),
    };
    let mut actions: Vec<_> = request.form.actions.iter().map(|s| contract.action(s).cloned().unwrap_or_else(|| gone(s))).collect();
    actions.sort_by_key(|a| std::cmp::Reverse(a.risk));
    actions
}

const fn state(state: &State) -> RequestState {
    match state {
        State::Waiting => RequestState::Waiting,
        State::Signed { .. } => RequestState::Signed,
        State::Started { .. } => RequestState::Started,
        State::Refused { .. } => RequestState::Refused,
        State::Withdrawn { .. } => RequestState::Withdrawn,
        State::Lapsed { .. } => RequestState::Lapsed,
    }
}

/// Who could still sign: nobody but for a waiting request.
async fn may_sign(tx: &mut Tx, request: &Request) -> Result<Vec<PersonRef>, Refusal> {
    if request.state != State::Waiting {
        return Ok(Vec::new());
    }
    let able = able_to_sign(tx, request.form.tenant, request.form.asker, request.form.customer, &request.obligations.group).await?;
    Ok(able.into_iter().filter(|p| !request.signatures.iter().any(|s| s.by == p.id)).map(|p| PersonRef { id: p.id, name: p.name }).collect())
}

/// Why the viewer can't sign it.
async fn not_signable(tx: &mut Tx, engine: &Engine, viewer: &Call, request: &Request, contract: &Contract) -> Result<Vec<Reason>, Refusal> {
    let mut rails = Vec::new();
    rails.extend(request.reviewable(viewer.person, viewer.customer, request.digest, engine.now()).err());
    if viewer.person != request.form.asker && !independent(tx, viewer.tenant, request.form.asker, viewer.person).await? {
        rails.push(Rail::MadeByTheOther);
    }
    rails.extend(request.form.taken_by(contract).err());
    let mut reasons: Vec<_> = rails.into_iter().map(|rail| Reason { rule: rail.name().into(), text: rail.to_string() }).collect();
    let group = &request.obligations.group;
    if !viewer.has(countersign_domain::person::Role::Approver) || !viewer.groups.contains(group) {
        reasons.push(Reason { rule: "group".into(), text: format!("only approvers in the group `{group}` sign this") });
    }
    Ok(reasons)
}
