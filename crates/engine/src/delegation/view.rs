//! A delegation as shown.

use countersign_api::delegation::{DelegationView, EndedView};
use countersign_domain::{
    Timestamp,
    contract::Risk,
    delegation::{Delegation, EndReason, Ended},
};
use countersign_store::{Lock, Tx};

use crate::{Call, Refusal, name};

pub(crate) async fn of(tx: &mut Tx, viewer: &Call, now: Timestamp, d: Delegation) -> Result<DelegationView, Refusal> {
    let tenant = viewer.tenant;
    let api = tx.api(tenant, d.api, Lock::None).await?.ok_or_else(|| Refusal::not_found("API"))?;
    let mut actions: Vec<_> = d.actions.iter().filter_map(|s| api.contract.action(s).cloned()).collect();
    actions.sort_by_key(|a| std::cmp::Reverse::<Risk>(a.risk));
    // Time ends a delegation by itself; the line of it may follow a moment later.
    let over = (now >= d.ends_at).then_some(Ended { at: d.ends_at, reason: EndReason::TimeOver, by: None });
    let ended = match d.ended.or(over) {
        None => None,
        Some(e) => {
            let by = match e.by {
                Some(by) => Some(name::person(tx, tenant, by).await?),
                None => None,
            };
            Some(EndedView { at: e.at, reason: e.reason, by })
        }
    };
    Ok(DelegationView {
        id: d.id,
        request: d.request,
        agent: name::person(tx, tenant, d.agent).await?,
        customer: name::customer(tx, tenant, d.customer).await?,
        case: name::case(tx, tenant, d.case).await?,
        api: d.api,
        api_name: api.contract.name.clone(),
        audience: api.contract.audience.clone(),
        actions,
        hops: name::hops(tx, tenant, &d.hops).await?,
        mode: d.mode,
        transaction: d.transaction,
        started_at: d.started_at,
        ends_at: d.ends_at,
        live: ended.is_none(),
        ended,
        calls: tx.delegation_calls(tenant, d.id).await?,
    })
}
