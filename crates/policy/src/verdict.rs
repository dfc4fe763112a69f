//! What a bundle answers.

use countersign_domain::obligation::Obligations;
use serde::{Deserialize, Serialize};

/// One reason of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// The policy's `@id`, or one of [`Verdict`]'s own rules.
    pub rule: String,
    /// A sentence for the person.
    pub text: String,
}

impl Reason {
    pub(crate) fn new(rule: impl Into<String>, text: impl Into<String>) -> Self {
        Self { rule: rule.into(), text: text.into() }
    }
}

/// Yes with what is owed, or no; with reasons either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the step may be taken.
    pub allowed: bool,
    /// Why, rule by rule, in the order in which the bundle names them.
    pub reasons: Vec<Reason>,
    /// What is owed; there exactly if allowed.
    pub obligations: Option<Obligations>,
}

impl Verdict {
    /// Rule of a refusal because a policy, or a fact given to it, could not be worked out.
    pub const RULE_ERROR: &'static str = "policy-error";
    /// Rule of a refusal because no policy says how many must sign, who, how freshly proved, or for how long.
    pub const RULE_NO_THRESHOLD: &'static str = "policy-without-threshold";
    /// Rule of a refusal because no policy allows it.
    pub const RULE_NONE: &'static str = "policy-no-rule";

    pub(crate) const fn refused(reasons: Vec<Reason>) -> Self {
        Self { allowed: false, reasons, obligations: None }
    }

    pub(crate) fn allowed(reasons: Vec<Reason>, owed: Obligations) -> Self {
        Self { allowed: true, reasons, obligations: Some(owed) }
    }

    /// The names of the rules that decided.
    #[must_use]
    pub fn rules(&self) -> Vec<String> {
        self.reasons.iter().map(|r| r.rule.clone()).collect()
    }
}
