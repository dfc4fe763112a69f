//! `contract_propose` and `contract_withdraw`: an admin says what a contract should become.

use countersign_api::{
    contract::{ContractChangeState, ContractChangeView, ContractPropose},
    person::PersonRef,
};
use countersign_domain::{Code, ContractChangeId, canonical::Digest, contract::Contract, hop::Contracts};
use countersign_store::{ApiRow, ContractChangeRow, Lock, StoreError, Tx};
use countersign_trail::{Decision, Kind};

use super::difference;
use crate::{Call, Engine, Refusal, act::Scope, name, request::independent};

/// Label of the digest that a reviewer agrees to.
const LABEL: &str = "countersign contract v1";

impl Engine {
    /// Proposals, newest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn contract_change_list(&self, call: &Call) -> Result<Vec<ContractChangeView>, Refusal> {
        self.admit(call, "contract_change_list").await?;
        let call = call.clone();
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let mut views = Vec::new();
                    for row in tx.contract_changes(call.tenant).await? {
                        views.push(view(tx, &call, row).await?);
                    }
                    Ok(views)
                })
            })
            .await
    }

    /// Proposes a contract. Nothing changes before somebody else agrees.
    ///
    /// # Errors
    /// `invalid_input`, if it could not be registered or is what stands; `conflict`, if another proposal of this API waits.
    pub async fn contract_propose(&self, call: &Call, input: ContractPropose) -> Result<ContractChangeView, Refusal> {
        let asked = input.contract.clone();
        self.act(call, "contract_propose", Kind::ContractPropose, &input, move |s| Box::pin(propose(s, asked))).await
    }

    /// Takes one's own proposal back.
    ///
    /// # Errors
    /// `refused`, if it is somebody else's; `conflict`, if it no longer waits.
    pub async fn contract_withdraw(&self, call: &Call, id: ContractChangeId) -> Result<ContractChangeView, Refusal> {
        self.act(call, "contract_withdraw", Kind::ContractReview, &id, move |s| Box::pin(withdraw(s, id))).await
    }
}

async fn propose(s: &mut Scope<'_>, contract: Contract) -> Result<ContractChangeView, Refusal> {
    s.line.action = contract.key.chars().take(64).collect();
    let standing = s.tx.api_by_key(s.call.tenant, &contract.key, Lock::Share).await?;
    if standing.as_ref().is_some_and(|api| api.contract == contract) {
        return Err(Refusal::invalid("that is the contract that stands already; change something"));
    }
    if standing.as_ref().is_some_and(|api| api.by_file) {
        return Err(Refusal::new(Code::Refused, "this API's contract stands in a file of whoever runs the service; it is changed there"));
    }
    checked(s, &contract, standing.as_ref()).await?;
    s.line.api = standing.as_ref().map(|api| api.id);
    let digest = Digest::of_canonical(LABEL, &contract).map_err(|e| Refusal::internal("canonical form", &e))?;
    s.line.digest = Some(digest);
    let row = ContractChangeRow {
        id: ContractChangeId::new(s.now, s.engine.entropy()),
        tenant: s.call.tenant,
        base_version: standing.map_or(0, |api| api.version),
        contract,
        digest,
        proposed_by: s.call.person,
        proposed_at: s.now,
        state: "waiting".into(),
        decided_by: None,
        decided_at: None,
    };
    match s.tx.contract_change_insert(&row).await {
        Err(StoreError::Taken) => return Err(Refusal::new(Code::Conflict, "another proposal for this API waits; it is decided or taken back first")),
        other => other?,
    }
    view(s.tx, &s.call, row).await
}

/// Whether a contract can stand in the place of `standing`: by itself, with what it calls, and with those that call it.
pub(super) async fn checked(s: &mut Scope<'_>, contract: &Contract, standing: Option<&ApiRow>) -> Result<(), Refusal> {
    super::check_contract(contract, s.engine.settings().embedded).map_err(|e| Refusal::invalid(e.to_string()))?;
    let apis = s.tx.apis(s.call.tenant).await?;
    let others: Vec<&Contract> = apis.iter().map(|a| &a.contract).filter(|c| c.key != contract.key).collect();
    let contracts: Contracts<'_> = others.iter().copied().chain([contract]).collect();
    let all = contract.actions.iter().map(|a| a.scope.clone()).collect();
    contracts.follow(&contract.audience, &all).map_err(|e| Refusal::invalid(e.to_string()))?;
    // Nobody could ask any longer for what calls an action that is gone.
    let calls = others.iter().flat_map(|c| c.actions.iter().map(move |a| (c, a))).flat_map(|(c, a)| a.calls.iter().map(move |hop| (c, a, hop)));
    let was = standing.map(|api| api.contract.audience.as_str());
    match calls.filter(|(_, _, hop)| was == Some(hop.audience.as_str())).find(|(_, _, hop)| contracts.action(hop).is_none()) {
        None => Ok(()),
        Some((by, action, hop)) => Err(Refusal::invalid(format!(
            "`{}` of `{}` calls `{}` of `{}`, which this would take away; change that contract first",
            action.scope, by.key, hop.scope, hop.audience
        ))),
    }
}

async fn withdraw(s: &mut Scope<'_>, id: ContractChangeId) -> Result<ContractChangeView, Refusal> {
    let mut row = waiting(s, id).await?;
    if row.proposed_by != s.call.person {
        return Err(Refusal::new(Code::Refused, "somebody else proposed it; refuse it instead"));
    }
    s.line.decision = Decision::Ended;
    s.line.action = "withdraw".into();
    row.state = "withdrawn".into();
    (row.decided_by, row.decided_at) = (Some(s.call.person), Some(s.now));
    s.tx.contract_change_update(&row).await?;
    view(s.tx, &s.call, row).await
}

/// A proposal that waits, held for change.
pub(super) async fn waiting(s: &mut Scope<'_>, id: ContractChangeId) -> Result<ContractChangeRow, Refusal> {
    let row = s.tx.contract_change(s.call.tenant, id, Lock::Update).await?.ok_or_else(|| Refusal::not_found("proposal"))?;
    s.line.action.clone_from(&row.contract.key);
    s.line.digest = Some(row.digest);
    s.line.person = Some(row.proposed_by);
    if row.state == "waiting" { Ok(row) } else { Err(Refusal::new(Code::Conflict, "the proposal no longer waits; look at it again")) }
}

pub(super) async fn view(tx: &mut Tx, call: &Call, row: ContractChangeRow) -> Result<ContractChangeView, Refusal> {
    let standing = tx.api_by_key(row.tenant, &row.contract.key, Lock::None).await?;
    let mine = row.proposed_by == call.person;
    let reviewable = row.state == "waiting" && !mine && independent(tx, row.tenant, row.proposed_by, call.person).await?;
    // What was changed since is told by the history; a waiting proposal is compared with what stands.
    let compared = standing.filter(|api| row.state == "waiting" || api.version == row.base_version).map(|api| api.contract);
    let decided_by: Option<PersonRef> = match row.decided_by {
        Some(id) => Some(name::person(tx, row.tenant, id).await?),
        None => None,
    };
    Ok(ContractChangeView {
        id: row.id,
        base_version: row.base_version,
        differences: difference::between(compared.as_ref(), &row.contract),
        contract: row.contract,
        digest: row.digest,
        proposed_by: name::person(tx, row.tenant, row.proposed_by).await?,
        proposed_at: row.proposed_at,
        reviewable,
        state: state(&row.state)?,
        decided_by,
        decided_at: row.decided_at,
    })
}

fn state(text: &str) -> Result<ContractChangeState, Refusal> {
    serde_json::from_value(text.into()).map_err(|e| Refusal::internal("contract change", &e))
}
