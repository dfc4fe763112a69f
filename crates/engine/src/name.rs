//! Ids turned into what people call things, for those who may see it.

use std::collections::BTreeSet;

use countersign_api::{
    case::{CaseRef, CustomerRef},
    contract::HopView,
    person::PersonRef,
    request::unnamed,
};
use countersign_domain::{
    CaseId, CustomerId, PersonId, TenantId,
    contract::Risk,
    hop::{Contracts, Hop},
};
use countersign_store::{Lock, Tx};

use crate::Refusal;

pub(crate) async fn person(tx: &mut Tx, tenant: TenantId, id: PersonId) -> Result<PersonRef, Refusal> {
    Ok(tx.person(tenant, id).await?.map_or_else(|| unnamed(id), |p| PersonRef { id, name: p.name }))
}

pub(crate) async fn customer(tx: &mut Tx, tenant: TenantId, id: CustomerId) -> Result<CustomerRef, Refusal> {
    let subject = tx.customer(tenant, id).await?.unwrap_or_else(|| id.to_string());
    Ok(CustomerRef { id, subject })
}

pub(crate) async fn case(tx: &mut Tx, tenant: TenantId, id: CaseId) -> Result<CaseRef, Refusal> {
    let row = tx.case(tenant, id, Lock::None).await?.ok_or_else(|| Refusal::not_found("case"))?;
    Ok(CaseRef { id, key: row.case.key, title: row.title, state: row.case.state })
}

/// What is reached at other APIs, by risk, the highest first; what is no longer in a contract counts as the worst.
pub(crate) async fn hops(tx: &mut Tx, tenant: TenantId, hops: &BTreeSet<Hop>) -> Result<Vec<HopView>, Refusal> {
    if hops.is_empty() {
        return Ok(Vec::new());
    }
    let apis = tx.apis(tenant).await?;
    let contracts: Contracts<'_> = apis.iter().map(|a| &a.contract).collect();
    let named = hops.iter().map(|hop| {
        let action = contracts.action(hop);
        HopView {
            audience: hop.audience.clone(),
            api_name: contracts.get(&hop.audience).map_or_else(|| hop.audience.clone(), |c| c.name.clone()),
            scope: hop.scope.clone(),
            name: action.map_or_else(|| hop.scope.clone(), |a| a.name.clone()),
            risk: action.map_or(Risk::Critical, |a| a.risk),
        }
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|hop| std::cmp::Reverse(hop.risk));
    Ok(named)
}
