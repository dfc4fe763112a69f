//! Facts for policy, read in the transaction of the act, and its answer as a yes with obligations or a refusal with reasons.

use std::collections::BTreeSet;

use countersign_api::{Reason, request::RequestCreate};
use countersign_domain::{
    ApiId, CaseId, Code, PersonId, Rail, TenantId,
    canonical::Committed,
    case::CaseState,
    contract::{Mode, Risk},
    hop::{Contracts, Hop},
    obligation::Obligations,
    person::Role,
    request::{Form, Request},
};
use countersign_policy::{ActionFacts, CaseFacts, HopFacts, PersonFacts, Question};
use countersign_store::{ApiRow, CaseRow, Lock, PersonRow, Tx};

pub(crate) use countersign_policy::Act;

use crate::{Call, Engine, Refusal};

/// What an act is judged by.
pub(crate) struct Facts {
    pub case: CaseRow,
    pub api: ApiRow,
    pub asker: Standing,
    actions: Vec<String>,
    hops: Vec<(Hop, Risk)>,
    minutes: u32,
    mode: Mode,
    reason_len: u32,
    signatures: u32,
    reviewer: Option<Standing>,
}

/// A person as policy sees them.
pub(crate) struct Standing {
    pub person: PersonRow,
    pub roles: Vec<Role>,
    pub groups: Vec<String>,
}

/// A yes.
pub(crate) struct Allowed {
    /// What is owed.
    pub obligations: Obligations,
    /// Why, rule by rule.
    pub reasons: Vec<Reason>,
}

impl Facts {
    /// Of what is about to be asked.
    pub(crate) async fn of_input(tx: &mut Tx, call: &Call, input: &RequestCreate, lock: Lock) -> Result<Self, Refusal> {
        let reason_len = u32::try_from(input.reason.trim().chars().count()).unwrap_or(u32::MAX);
        let mut actions = input.actions.clone();
        actions.sort();
        actions.dedup();
        let hops = reached(tx, call.tenant, input).await?;
        Self::load(tx, call.tenant, call.person, (input.case, input.api), lock, |case, api, asker| Self {
            case,
            api,
            asker,
            actions,
            hops,
            minutes: input.minutes,
            mode: input.mode,
            reason_len,
            signatures: 0,
            reviewer: None,
        })
        .await
    }

    /// Of what was asked, as things stand now.
    pub(crate) async fn of_request(tx: &mut Tx, request: &Request, lock: Lock) -> Result<Self, Refusal> {
        let form = &request.form;
        // The reason was judged when it was asked, and may have been erased since.
        let reason_len = u32::MAX;
        let hops = risked(tx, form.tenant, &form.hops).await?;
        Self::load(tx, form.tenant, form.asker, (form.case, form.api), lock, |case, api, asker| Self {
            case,
            api,
            asker,
            actions: form.actions.iter().cloned().collect(),
            hops,
            minutes: form.minutes,
            mode: form.mode,
            reason_len,
            signatures: u32::try_from(request.signatures.len()).unwrap_or(u32::MAX),
            reviewer: None,
        })
        .await
    }

    async fn load(
        tx: &mut Tx,
        tenant: TenantId,
        asker: PersonId,
        on: (CaseId, ApiId),
        lock: Lock,
        build: impl FnOnce(CaseRow, ApiRow, Standing) -> Self,
    ) -> Result<Self, Refusal> {
        let case = tx.case(tenant, on.0, lock).await?.ok_or_else(|| Refusal::not_found("case"))?;
        let api = tx.api(tenant, on.1, lock).await?.ok_or_else(|| Refusal::not_found("API"))?;
        let person = tx.person(tenant, asker).await?.ok_or_else(|| Refusal::not_found("person"))?;
        let roles = tx.roles(tenant, asker).await?;
        let groups = tx.groups(tenant, asker).await?;
        Ok(build(case, api, Standing { person, roles, groups }))
    }

    /// What the actions take at other APIs.
    pub(crate) fn hops(&self) -> BTreeSet<Hop> {
        self.hops.iter().map(|(hop, _)| hop.clone()).collect()
    }

    /// The same with somebody who reviews it.
    pub(crate) fn reviewed_by(mut self, call: &Call) -> Self {
        let person = PersonRow { tenant: call.tenant, id: call.person, name: call.name.clone(), customer: call.customer, created_at: call.now };
        self.reviewer = Some(Standing { person, roles: call.roles.clone(), groups: call.groups.clone() });
        self
    }

    /// Asks the bundle.
    ///
    /// # Errors
    /// With its reasons; an error in any policy refuses.
    pub(crate) fn decide(&self, engine: &Engine, act: Act) -> Result<Allowed, Refusal> {
        let contract = &self.api.contract;
        let Some(actions) =
            self.actions.iter().map(|s| contract.action(s).map(|a| ActionFacts { scope: a.scope.clone(), risk: a.risk })).collect::<Option<Vec<_>>>()
        else {
            return Err(Rail::NoAction.into());
        };
        if actions.is_empty() {
            return Err(Rail::NoAction.into());
        }
        let customer = self.case.case.customer;
        let question = Question {
            act,
            asker: facts_of(&self.asker, customer),
            by: self.reviewer.as_ref().map(|s| facts_of(s, customer)),
            case: CaseFacts {
                open: self.case.case.state == CaseState::Open,
                assigned_to_asker: self.case.case.assignee == Some(self.asker.person.id),
                // The built-in list is asked in this very transaction.
                age_s: 0,
            },
            api: contract.key.clone(),
            actions,
            hops: self.hops.iter().map(|(hop, risk)| HopFacts { audience: hop.audience.clone(), scope: hop.scope.clone(), risk: *risk }).collect(),
            minutes: self.minutes,
            mode: self.mode,
            reason_len: self.reason_len,
            signatures: self.signatures,
        };
        let verdict = engine.bundle().decide(&question);
        let reasons: Vec<Reason> = verdict.reasons.into_iter().map(|r| Reason { rule: r.rule, text: r.text }).collect();
        match verdict.obligations {
            Some(obligations) if verdict.allowed => Ok(Allowed { obligations: obligations.in_mode(self.mode), reasons }),
            _ => {
                let detail = reasons.iter().map(|r| r.text.as_str()).collect::<Vec<_>>().join(" ");
                let case_gone = reasons.iter().any(|r| matches!(r.rule.as_str(), "case-is-open" | "case-is-assigned"));
                Err(Refusal::new(if case_gone { Code::CaseNotYours } else { Code::Refused }, detail).with_reasons(reasons))
            }
        }
    }

    /// The rails of asking, which no bundle lifts.
    ///
    /// # Errors
    /// The first that is run into.
    pub(crate) fn rails(&self, input: &RequestCreate, owed: &Obligations, call: &Call) -> Result<(), Rail> {
        let form = Form {
            id: countersign_domain::RequestId::from_uuid(call.session.uuid()),
            tenant: call.tenant,
            asker: call.person,
            case: self.case.case.id,
            customer: self.case.case.customer,
            api: self.api.id,
            audience: self.api.contract.audience.clone(),
            contract_version: self.api.version,
            actions: input.actions.iter().cloned().collect(),
            hops: self.hops(),
            minutes: input.minutes,
            mode: input.mode,
            reason: Committed { text: String::new(), salt: [0; 32] },
            asked_at: call.now,
        };
        form.check(&self.api.contract, owed, call.customer)
    }
}

/// What the actions of a form take at other APIs, as contracts stand. A token that hides who acts is never passed on, so it takes nothing.
async fn reached(tx: &mut Tx, tenant: TenantId, input: &RequestCreate) -> Result<Vec<(Hop, Risk)>, Refusal> {
    let Some(api) = tx.api(tenant, input.api, Lock::None).await? else { return Ok(Vec::new()) };
    let calls = input.actions.iter().filter_map(|scope| api.contract.action(scope)).any(|a| !a.calls.is_empty());
    if !calls || input.mode == Mode::Impersonation {
        return Ok(Vec::new());
    }
    let apis = tx.apis(tenant).await?;
    let contracts: Contracts<'_> = apis.iter().map(|a| &a.contract).collect();
    let scopes = input.actions.iter().cloned().collect();
    let hops = contracts.follow(&api.contract.audience, &scopes).map_err(|e| Refusal::new(Code::Refused, e.to_string()))?;
    Ok(with_risk(&contracts, &hops))
}

/// The risk of what was asked for, as contracts stand now.
async fn risked(tx: &mut Tx, tenant: TenantId, hops: &BTreeSet<Hop>) -> Result<Vec<(Hop, Risk)>, Refusal> {
    if hops.is_empty() {
        return Ok(Vec::new());
    }
    let apis = tx.apis(tenant).await?;
    Ok(with_risk(&apis.iter().map(|a| &a.contract).collect(), hops))
}

/// An action that is no longer in its contract is left out: no token is minted for it.
fn with_risk(contracts: &Contracts<'_>, hops: &BTreeSet<Hop>) -> Vec<(Hop, Risk)> {
    hops.iter().filter_map(|hop| Some((hop.clone(), contracts.action(hop)?.risk))).collect()
}

fn facts_of(standing: &Standing, customer: countersign_domain::CustomerId) -> PersonFacts {
    PersonFacts {
        id: standing.person.id,
        roles: standing.roles.clone(),
        groups: standing.groups.clone(),
        is_customer: standing.person.customer == Some(customer),
    }
}
