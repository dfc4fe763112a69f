//! Ids turned into what people call things, for those who may see it.

use countersign_api::{
    case::{CaseRef, CustomerRef},
    person::PersonRef,
    request::unnamed,
};
use countersign_domain::{CaseId, CustomerId, PersonId, TenantId};
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
