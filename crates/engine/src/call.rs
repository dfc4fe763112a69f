//! Calls made through the console: the intent recorded before, the outcome after, marked as reported.

use countersign_api::call::{CallIntended, CallIntent, CallOutcome, CallReported};
use countersign_domain::{CallId, DelegationId, Rail, canonical::Committed};
use countersign_store::Lock;
use countersign_trail::{Decision, Kind};

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    delegation::{load_own, tell},
};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Engine {
    /// Records what is about to be sent. A record, not a gate: the API and the exchange are the gates, so the intent is
    /// recorded for a delegation that has just ended too, as long as a token of it might be about.
    ///
    /// # Errors
    /// `not_found`, if the delegation is not one's own; `delegation_ended`, if no token of it can still be about.
    pub async fn call_intend(&self, call: &Call, delegation: DelegationId, input: CallIntent) -> Result<CallIntended, Refusal> {
        let asked = input.clone();
        self.act(call, "call_intend", Kind::CallIntend, &(delegation, input), move |s| Box::pin(intend(s, delegation, asked))).await
    }

    /// Records what came of it, as the console says.
    ///
    /// # Errors
    /// `conflict`, if an outcome is recorded already.
    pub async fn call_report(&self, call: &Call, id: CallId, outcome: CallOutcome) -> Result<CallReported, Refusal> {
        let told = outcome.clone();
        self.act(call, "call_report", Kind::CallReport, &(id, outcome), move |s| Box::pin(report(s, id, told))).await
    }
}

async fn intend(s: &mut Scope<'_>, id: DelegationId, input: CallIntent) -> Result<CallIntended, Refusal> {
    if !METHODS.contains(&input.method.as_str()) {
        return Err(Refusal::invalid(format!("`{}` is not one of {}", input.method, METHODS.join(", "))));
    }
    if !input.path.starts_with('/') || input.path.chars().count() > 2000 || input.path.chars().any(char::is_control) {
        return Err(Refusal::invalid("the path starts with `/` and has at most 2000 characters, no control characters"));
    }
    let row = load_own(s.tx, &s.call, id, Lock::Update).await?;
    tell(&mut s.line, &row.delegation);
    let over = row.delegation.ended.map_or(row.delegation.ends_at, |e| e.at);
    let longest = std::time::Duration::from_secs(countersign_domain::contract::Contract::TOKEN_TTL_MAX_S.into());
    if s.now.since(over) > longest {
        return Err(Rail::DelegationEnded.into());
    }
    let call = CallId::new(s.now, s.engine.entropy());
    let path = Committed::new(input.path, s.engine.entropy());
    s.tx.call_insert(s.call.tenant, call, id, s.now, &input.method, &path).await?;
    s.line.call = Some(call);
    s.line.action = input.method;
    s.line.decision = Decision::Intended;
    s.line = s.line.clone().with_text("path", path);
    Ok(CallIntended { id: call, event: s.line.id })
}

async fn report(s: &mut Scope<'_>, id: CallId, outcome: CallOutcome) -> Result<CallReported, Refusal> {
    let row = s.tx.call(s.call.tenant, id, Lock::Update).await?.ok_or_else(|| Refusal::not_found("call"))?;
    let delegation = load_own(s.tx, &s.call, row.delegation, Lock::None).await?.delegation;
    tell(&mut s.line, &delegation);
    if outcome.status.is_some_and(|status| !(100..600).contains(&status)) {
        return Err(Refusal::invalid("an HTTP status has three digits, 100 to 599"));
    }
    if !s.tx.call_report(s.call.tenant, id, s.now, outcome.status).await? {
        return Err(Refusal::new(countersign_domain::Code::Conflict, "what came of this call is recorded already"));
    }
    s.line.call = Some(id);
    s.line.action = row.method;
    s.line.decision = Decision::Reported;
    s.line.code = Some(outcome.status.map_or_else(|| "no_answer".into(), |status| status.to_string()));
    s.line.figures.insert("took_ms".into(), outcome.took_ms.into());
    if let Some(path) = row.path {
        s.line = s.line.clone().with_text("path", path);
    }
    Ok(CallReported { event: s.line.id })
}
