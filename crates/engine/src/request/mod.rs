//! Asking, signing, refusing, withdrawing.

mod create;
mod get;
mod preview;
pub(crate) mod review;
mod unsign;
pub(crate) mod view;
mod withdraw;

use std::collections::BTreeSet;

use countersign_domain::{Code, CustomerId, PersonId, RequestId, TenantId, request::Request, review::Signature};
use countersign_store::{Lock, PersonRow, RequestRow, Tx};

use crate::{Call, Refusal, act::Scope};

/// The request, if the caller may see it: their own, or any of the tenant for those who see all.
pub(crate) async fn load(tx: &mut Tx, call: &Call, id: RequestId, lock: Lock) -> Result<RequestRow, Refusal> {
    let row = tx.request(call.tenant, id, lock).await?.ok_or_else(|| Refusal::not_found("request"))?;
    if row.request.form.asker == call.person || call.sees_all() { Ok(row) } else { Err(Refusal::not_found("request")) }
}

/// The caller's own request.
pub(crate) async fn load_own(tx: &mut Tx, call: &Call, id: RequestId, lock: Lock) -> Result<RequestRow, Refusal> {
    let row = load(tx, call, id, lock).await?;
    if row.request.form.asker == call.person { Ok(row) } else { Err(Refusal::new(Code::Forbidden, "somebody else asked for this; only they can do that")) }
}

/// Puts what a line says of a request into it.
pub(crate) fn tell(s: &mut Scope<'_>, request: &Request) {
    let form = &request.form;
    s.line.request = Some(form.id);
    s.line.digest = Some(request.digest);
    s.line.case = Some(form.case);
    s.line.subject = Some(form.customer);
    s.line.api = Some(form.api);
    s.line.action = scope_text(&form.actions);
    s.line.impersonated = form.mode == countersign_domain::contract::Mode::Impersonation;
}

/// Scope values as OAuth writes them (RFC 6749 §3.3).
pub(crate) fn scope_text(actions: &BTreeSet<String>) -> String {
    actions.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Those signatures whose signers could still give them.
pub(crate) async fn standing(tx: &mut Tx, request: &Request, group: &str) -> Result<Vec<Signature>, Refusal> {
    let able = able_to_sign(tx, request.form.tenant, request.form.asker, request.form.customer, group).await?;
    Ok(request.signatures.iter().filter(|s| able.iter().any(|p| p.id == s.by)).cloned().collect())
}

/// Who could sign what `asker` asks for `customer`: approvers of the group, neither asker nor customer, and independent of the asker.
pub(crate) async fn able_to_sign(tx: &mut Tx, tenant: TenantId, asker: PersonId, customer: CustomerId, group: &str) -> Result<Vec<PersonRow>, Refusal> {
    let mut able = Vec::new();
    for member in tx.group_members(tenant, group).await? {
        if member.id != asker && member.customer != Some(customer) && independent(tx, tenant, asker, member.id).await? {
            able.push(member);
        }
    }
    Ok(able)
}

/// Neither made the other a person here, nor gave them a new link: whoever holds a link can be whom it is for.
pub(crate) async fn independent(tx: &mut Tx, tenant: TenantId, one: PersonId, other: PersonId) -> Result<bool, Refusal> {
    Ok(!tx.inviters(tenant, one).await?.contains(&other) && !tx.inviters(tenant, other).await?.contains(&one))
}
