//! `request_preview`: what policy says to a form as it stands, and what its token would carry.

use countersign_api::{
    person::PersonRef,
    request::{Claim, Outcome, Preview, RequestCreate, Verdict},
};
use countersign_domain::{contract::Mode, person::Role};
use countersign_store::{Lock, Tx};

use crate::{
    Call, Engine, Refusal, name,
    policy::{self, Facts},
    request::{able_to_sign, scope_text},
};

impl Engine {
    /// What policy says to a form as it stands. Changes nothing and leaves no line.
    ///
    /// # Errors
    /// If the case or the API is not there; what policy refuses is an answer, not an error.
    pub async fn request_preview(&self, call: &Call, input: RequestCreate) -> Result<Preview, Refusal> {
        self.admit(call, "request_preview").await?;
        let (engine, call) = (self.clone(), call.clone());
        self.store().read(move |tx| Box::pin(async move { preview(&engine, tx, &call, &input).await })).await
    }
}

async fn preview(engine: &Engine, tx: &mut Tx, call: &Call, input: &RequestCreate) -> Result<Preview, Refusal> {
    let facts = Facts::of_input(tx, call, input, Lock::None).await?;
    let answer = match facts.decide(engine, policy::Act::RequestCreate) {
        Ok(allowed) => allowed,
        Err(refusal) => return Ok(refused(engine, refusal)),
    };
    if let Err(rail) = facts.rails(input, &answer.obligations, call) {
        return Ok(refused(engine, rail.into()));
    }
    let able = able_to_sign(tx, call.tenant, call.person, facts.case.case.customer, &answer.obligations.group).await?;
    let signers = able.into_iter().map(|p| PersonRef { id: p.id, name: p.name }).collect();
    let verdict = Verdict {
        outcome: Outcome::Signs,
        reasons: answer.reasons,
        policy: engine.bundle().version().to_owned(),
        signatures: answer.obligations.signatures(),
        group: answer.obligations.group.clone(),
        proof_max_age_s: answer.obligations.proof_max_age_s,
        max_minutes: answer.obligations.max_minutes,
        signers,
    };
    let claims = claims(engine, tx, call, &facts, input).await?;
    let hops = name::hops(tx, call.tenant, &facts.hops()).await?;
    Ok(Preview { verdict, hops, claims })
}

fn refused(engine: &Engine, refusal: Refusal) -> Preview {
    let verdict = Verdict {
        outcome: Outcome::Refused,
        reasons: refusal.reasons,
        policy: engine.bundle().version().to_owned(),
        signatures: 0,
        group: String::new(),
        proof_max_age_s: 0,
        max_minutes: 0,
        signers: Vec::new(),
    };
    Preview { verdict, hops: Vec::new(), claims: Vec::new() }
}

async fn claims(engine: &Engine, tx: &mut Tx, call: &Call, facts: &Facts, input: &RequestCreate) -> Result<Vec<Claim>, Refusal> {
    let json = |v: &str| serde_json::Value::from(v).to_string();
    let customer = name::customer(tx, call.tenant, facts.case.case.customer).await?;
    let claim = |name: &str, value: String, origin: &str| Claim { name: name.into(), value, origin: origin.into() };
    let contract = &facts.api.contract;
    let minutes = input.minutes;
    let named = input.mode == Mode::Delegated;
    let mut claims = vec![
        claim("iss", json(&engine.settings().issuer), "this service"),
        claim("sub", json(&contract.subject_of(call.tenant, &customer.subject)), "from the case"),
    ];
    if named {
        claims.push(claim("act", format!("{{\"sub\":{}}}", json(&call.person.to_string())), "you"));
    }
    claims.extend([
        claim("aud", json(&contract.audience), "the API"),
        claim("scope", json(&scope_text(&input.actions.iter().cloned().collect())), "what you choose"),
        claim("exp", contract.token_ttl_s.to_string(), &format!("seconds; exchanged again up to {minutes} min")),
        claim("tenant", json(&call.tenant.to_string()), "from the case"),
    ]);
    if named {
        claims.push(claim("case", json(&facts.case.case.key), "dies when it closes"));
        claims.push(claim("dlg", "\"dlg_…\"".into(), "once signed and started"));
    }
    claims.push(claim("txn", "\"txn_…\"".into(), "once started"));
    claims.push(claim("client_id", json(&call.client_id), "this console"));
    if let Some(client) = contract.client.as_ref().filter(|_| !facts.hops().is_empty()) {
        claims.push(claim("may_act", format!("{{\"sub\":{}}}", json(client)), "may call on for you"));
    }
    if contract.bound {
        claims.push(claim("cnf", format!("{{\"jkt\":{}}}", json(&call.jkt)), "bound to this console's key"));
    }
    claims.push(claim("iat, nbf, jti", "…".into(), "when minted"));
    debug_assert!(call.has(Role::Agent));
    Ok(claims)
}
