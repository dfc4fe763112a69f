//! How a refusal reads: RFC 9457 problem details, with reasons that a person understands.

use countersign_domain::{Code, CorrelationId};
use serde::{Deserialize, Serialize};

/// One reason of a refusal, or of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Reason {
    /// The rule: `rail:…` for those that no policy lifts, else the policy's `@id`.
    pub rule: String,
    /// A sentence for the person.
    pub text: String,
}

/// Problem details (RFC 9457 §3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Problem {
    /// `about:blank` plus nothing: the code says it.
    #[serde(rename = "type")]
    pub kind: String,
    /// In a few words what happened.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, what was not done, what to do.
    pub detail: String,
    /// What a program acts on.
    pub code: Code,
    /// Why, rule by rule; empty if there is no more to say.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// What to quote to an operator.
    pub correlation: CorrelationId,
    /// What a fresh proof must be like (RFC 9470 §3), with [`Code::FreshProofRequired`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub step_up: Option<StepUp>,
}

/// What a fresh proof must be like (RFC 9470 §3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct StepUp {
    /// Authentication contexts that do.
    pub acr_values: String,
    /// Greatest age, in seconds.
    pub max_age: u32,
}
