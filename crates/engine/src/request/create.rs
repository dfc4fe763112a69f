//! `request_create`: asking.

use countersign_api::request::{RequestCreate, RequestView};
use countersign_domain::{
    RequestId,
    canonical::Committed,
    request::{Form, Request},
};
use countersign_store::Lock;
use countersign_trail::Kind;

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    policy::{Act, Facts},
    request::{tell, view},
};

/// Longest reason, in characters.
const REASON_MAX: usize = 2000;

impl Engine {
    /// Asks for access. The answer waits for signatures.
    ///
    /// # Errors
    /// With the reasons of policy or of the rails; nothing is asked then.
    pub async fn request_create(&self, call: &Call, input: RequestCreate) -> Result<RequestView, Refusal> {
        let asked = input.clone();
        self.act(call, "request_create", Kind::RequestCreate, &input, move |s| Box::pin(create(s, asked))).await
    }
}

async fn create(s: &mut Scope<'_>, input: RequestCreate) -> Result<RequestView, Refusal> {
    if input.reason.chars().count() > REASON_MAX {
        return Err(Refusal::invalid(format!("the reason is longer than {REASON_MAX} characters; shorten it")));
    }
    let facts = Facts::of_input(s.tx, &s.call, &input, Lock::Share).await?;
    s.line.case = Some(facts.case.case.id);
    s.line.subject = Some(facts.case.case.customer);
    s.line.api = Some(facts.api.id);
    s.line.action = input.actions.join(" ");

    let allowed = facts.decide(&s.engine, Act::RequestCreate)?;
    facts.case.case.justifies(s.call.person)?;
    facts.rails(&input, &allowed.obligations, &s.call)?;

    let hops = facts.hops();
    let form = Form {
        id: RequestId::new(s.now, s.engine.entropy()),
        tenant: s.call.tenant,
        asker: s.call.person,
        case: facts.case.case.id,
        customer: facts.case.case.customer,
        api: facts.api.id,
        audience: facts.api.contract.audience.clone(),
        contract_version: facts.api.version,
        actions: input.actions.into_iter().collect(),
        hops,
        minutes: input.minutes,
        mode: input.mode,
        reason: Committed::new(input.reason.trim().to_owned(), s.engine.entropy()),
        asked_at: s.now,
    };
    let reason = form.reason.clone();
    let request = Request::ask(form, allowed.obligations).map_err(|e| Refusal::internal("canonical form", &e))?;
    s.tx.request_insert(&request).await?;

    tell(s, &request);
    s.line.rules = allowed.reasons.iter().map(|r| r.rule.clone()).collect();
    s.line.figures.insert("minutes".into(), i64::from(request.form.minutes));
    s.line.figures.insert("signatures".into(), i64::from(request.obligations.signatures()));
    s.line = s.line.clone().with_text("reason", reason);
    let row = crate::request::load(s.tx, &s.call, request.form.id, Lock::None).await?;
    view::of(s.tx, &s.engine, &s.call, row).await
}
