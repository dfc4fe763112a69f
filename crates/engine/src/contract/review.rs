//! `contract_review`: somebody else than who proposed a contract agrees to it, or refuses.

use countersign_api::contract::{ContractChangeView, ContractReview};
use countersign_domain::{Code, ContractChangeId, Rail, review::Decision};
use countersign_store::{Lock, StoreError};
use countersign_trail::{Decision as Outcome, Kind};

use super::{
    propose::{checked, view, waiting},
    register,
};
use crate::{Call, Engine, Refusal, act::Scope, request::independent};

impl Engine {
    /// Agrees to a proposal, which is the next version from then on, or refuses it.
    ///
    /// # Errors
    /// `refused` for one's own; `conflict`, if it no longer waits or the contract has changed since it was proposed.
    pub async fn contract_review(&self, call: &Call, id: ContractChangeId, input: ContractReview) -> Result<ContractChangeView, Refusal> {
        let (tenant, asked) = (call.tenant, input.clone());
        let proposed = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.contract_change(tenant, id, Lock::None).await?) })).await?;
        if let Some(row) = proposed.filter(|_| input.decision == Decision::Sign) {
            self.keys().ensure(row.contract.alg).await?;
        }
        self.act(call, "contract_review", Kind::ContractReview, &(id, input), move |s| Box::pin(review(s, id, asked))).await
    }
}

async fn review(s: &mut Scope<'_>, id: ContractChangeId, input: ContractReview) -> Result<ContractChangeView, Refusal> {
    let mut row = waiting(s, id).await?;
    if row.proposed_by == s.call.person {
        return Err(Rail::OwnRequest.into());
    }
    if input.digest != row.digest {
        return Err(Rail::DigestChanged.into());
    }
    if input.decision == Decision::Sign && !independent(s.tx, row.tenant, row.proposed_by, s.call.person).await? {
        return Err(Rail::MadeByTheOther.into());
    }
    (row.decided_by, row.decided_at) = (Some(s.call.person), Some(s.now));
    input.decision.as_str().clone_into(&mut s.line.action);
    match input.decision {
        Decision::Refuse => {
            s.line.decision = Outcome::Refused;
            row.state = "refused".into();
        }
        Decision::Sign => {
            accept(s, &row).await?;
            row.state = "accepted".into();
        }
    }
    s.tx.contract_change_update(&row).await?;
    view(s.tx, &s.call, row).await
}

async fn accept(s: &mut Scope<'_>, row: &countersign_store::ContractChangeRow) -> Result<(), Refusal> {
    let standing = s.tx.api_by_key(row.tenant, &row.contract.key, Lock::Update).await?;
    if standing.as_ref().map_or(0, |api| api.version) != row.base_version {
        return Err(Refusal::new(Code::Conflict, "the contract has changed since this was proposed; take it back and propose it anew"));
    }
    checked(s, &row.contract, standing.as_ref()).await?;
    let engine = s.engine.clone();
    match register(&engine, s.tx, &mut s.line, row.tenant, &row.contract, false).await {
        Err(refusal) if refusal == StoreError::Taken.into() => Err(Refusal::new(Code::Conflict, "another API has this audience; choose another")),
        other => other.map(drop),
    }
}
