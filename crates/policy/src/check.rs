//! What a bundle must be like to be taken: valid against its schema, each policy with an id and a reason, each threshold
//! readable. Found here, a mistake costs its author a minute; found later, it would cost everybody a refusal.

use std::collections::HashMap;

use cedar_policy::{ActionConstraint, Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use countersign_domain::{
    CustomerId, PersonId, Timestamp,
    contract::{Mode, Risk},
    instant::Entropy,
};

use crate::{
    bundle::Source,
    error::BundleError,
    facts::{Names, OWE, PRESENCE},
    owed::{self, Owed},
    presence::PresenceQuestion,
    question::{Act, ActionFacts, CaseFacts, PersonFacts, Question},
};

const ID: &str = "id";
const REASON: &str = "reason";

/// What stands beside a policy.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Its place among all policies of the bundle, for the order of reasons.
    pub(crate) place: usize,
    /// Its `@reason`.
    pub(crate) reason: String,
    /// Its thresholds.
    pub(crate) owed: Owed,
    /// The policy as it was written.
    pub(crate) text: String,
}

/// Reads all policies, under their `@id`s.
pub(crate) fn read(schema: &Schema, names: &Names, sources: &[Source<'_>]) -> Result<(PolicySet, HashMap<PolicyId, Rule>), BundleError> {
    let validator = Validator::new(schema.clone());
    let (mut all, mut rules) = (PolicySet::new(), HashMap::new());
    for source in sources {
        let set: PolicySet = source.text.parse().map_err(|e| BundleError::from_cedar(source.file, source.text, &e))?;
        if set.num_of_templates() > 0 {
            return Err(BundleError::in_file(source.file, "it has a template; write each policy out"));
        }
        validate(&validator, *source, &set)?;
        for policy in in_order(*source, &set) {
            let about = |what: String| BundleError::about(source.file, source.text, policy, what);
            let (id, rule) = rule(policy, names, rules.len()).map_err(about)?;
            all.add(policy.new_id(id.clone())).map_err(|_| about(format!("the id `{id}` is taken by another policy; choose another")))?;
            rules.insert(id, rule);
        }
    }
    Ok((all, rules))
}

/// A warning counts as well: it says that a policy can never apply, or reads other than it is.
fn validate(validator: &Validator, source: Source<'_>, set: &PolicySet) -> Result<(), BundleError> {
    let result = validator.validate(set, ValidationMode::Strict);
    let errors = result.validation_errors().map(|e| BundleError::from_cedar(source.file, source.text, e));
    let warnings = result.validation_warnings().map(|w| BundleError::from_cedar(source.file, source.text, w));
    errors.chain(warnings).min_by_key(|e| e.line).map_or(Ok(()), Err)
}

/// Cedar keeps policies in a map; people read them from the top.
fn in_order<'a>(source: Source<'_>, set: &'a PolicySet) -> Vec<&'a Policy> {
    let mut policies: Vec<_> = set.policies().map(|p| (source.text.find(p.to_string().trim()), p)).collect();
    policies.sort_by_key(|(at, _)| *at);
    policies.into_iter().map(|(_, p)| p).collect()
}

fn rule(policy: &Policy, names: &Names, place: usize) -> Result<(PolicyId, Rule), String> {
    let id = policy.annotation(ID).filter(|id| is_plain(id)).ok_or("it needs an `@id(\"…\")` of lower-case letters, digits and hyphens")?;
    let reason = policy.annotation(REASON).map(str::trim).filter(|r| !r.is_empty());
    let reason = reason.ok_or_else(|| format!("`{id}` needs a `@reason(\"…\")`: a sentence for the person who meets it"))?;
    if let Some((key, _)) = policy.annotations().find(|(key, _)| ![ID, REASON].contains(key) && !owed::KEYS.contains(key)) {
        return Err(format!("`{id}` has `@{key}`, which nobody reads; the annotations are id, reason, {}", owed::KEYS.join(", ")));
    }
    let owed = Owed::read(policy).map_err(|what| format!("`{id}`: {what}"))?;
    let is_owe = policy.effect() == Effect::Permit && policy.action_constraint() == ActionConstraint::Eq(names.action(OWE));
    match (is_owe, owed == Owed::default()) {
        (true, true) => Err(format!("`{id}` permits `owe` and says nothing that is owed; add one of @{}", owed::KEYS.join(", @"))),
        (false, false) => Err(format!("`{id}` says what is owed, so it must be a permit of `action == Action::\"owe\"`")),
        _ => Ok((PolicyId::new(id), Rule { place, reason: reason.to_owned(), owed, text: policy.to_string().trim().to_owned() })),
    }
}

fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether the schema has room for every fact that is handed in. Else each question would be refused, one by one.
pub(crate) fn takes_our_facts(file: &str, schema: &Schema, names: &Names) -> Result<(), BundleError> {
    for act in Act::ALL {
        let q = specimen(act);
        names.ask(&q, schema).map_err(|e| BundleError::in_file(file, format!("it does not take the facts of `{}`: {e}", act.as_str())))?;
    }
    let asked = names.ask_presence(&present(), schema);
    asked.map(drop).map_err(|e| BundleError::in_file(file, format!("it does not take the facts of `{PRESENCE}`: {e}")))
}

struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

fn present() -> PresenceQuestion {
    PresenceQuestion {
        client: "client".to_owned(),
        issuer: "issuer".to_owned(),
        customer: CustomerId::new(Timestamp::from_secs(1), &NoEntropy),
        from: "api".to_owned(),
        api: "api".to_owned(),
        actions: vec![ActionFacts { scope: "scope".to_owned(), risk: Risk::Low }],
        hops: Vec::new(),
    }
}

fn specimen(act: Act) -> Question {
    let person =
        |at| PersonFacts { id: PersonId::new(Timestamp::from_secs(at), &NoEntropy), roles: Vec::new(), groups: vec!["group".to_owned()], is_customer: false };
    Question {
        act,
        asker: person(1),
        by: Some(person(2)),
        case: CaseFacts { open: true, assigned_to_asker: true, age_s: 0 },
        api: "api".to_owned(),
        actions: vec![ActionFacts { scope: "scope".to_owned(), risk: Risk::Low }],
        hops: Vec::new(),
        minutes: 1,
        mode: Mode::Delegated,
        reason_len: 0,
        signatures: 0,
    }
}
