//! Why something was not done: a code for programs, sentences for people. Faults of the store are logged where they are
//! turned into a refusal and never shown.

use countersign_api::{Problem, Reason, problem::StepUp};
use countersign_domain::{Code, CorrelationId, Rail};
use countersign_oauth::error::{ErrorCode, OAuthError};
use countersign_store::StoreError;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// What a program acts on.
    pub code: Code,
    /// What happened, and what to do.
    pub detail: String,
    /// Why, rule by rule.
    pub reasons: Vec<Reason>,
    /// What a fresh proof must be like, with [`Code::FreshProofRequired`].
    pub step_up: Option<StepUp>,
    /// What an OAuth endpoint answers, where the code alone does not tell.
    pub(crate) oauth: Option<ErrorCode>,
}

impl Refusal {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), reasons: Vec::new(), step_up: None, oauth: None }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what} here, or you may not see it"))
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidInput, detail)
    }

    pub(crate) fn not_signed_in() -> Self {
        Self::new(Code::NotSignedIn, "you are not signed in, or no longer; sign in again")
    }

    pub(crate) fn with_oauth(mut self, code: ErrorCode) -> Self {
        self.oauth = Some(code);
        self
    }

    pub(crate) fn with_reasons(mut self, reasons: Vec<Reason>) -> Self {
        self.reasons = reasons;
        self
    }

    /// What went wrong inside; the person only learns that nothing was done.
    pub(crate) fn internal(what: &str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(what, %error, "refused because of an inner fault");
        Self::new(Code::Unavailable, "the service can't do this now, and has done nothing; try again in a moment")
    }

    /// The names of the rules that decided, for the trail.
    pub(crate) fn rules(&self) -> Vec<String> {
        self.reasons.iter().map(|r| r.rule.clone()).collect()
    }

    /// Whether the trail gets a line of it. Typing errors, lookups that find nothing, lost races and the ordinary asking for a proof get none.
    pub(crate) fn recorded(&self) -> bool {
        matches!(self.code, Code::Forbidden | Code::Refused | Code::Conflict | Code::Lapsed | Code::CaseNotYours | Code::DelegationEnded)
            || (self.code == Code::Unavailable && !self.reasons.is_empty())
            || matches!(self.oauth, Some(ErrorCode::InvalidGrant | ErrorCode::InvalidScope | ErrorCode::InvalidTarget))
            // Whoever exchanges types nothing: a rule that they run into is worth a line.
            || (self.oauth.is_some() && self.reasons.iter().any(|r| r.rule.starts_with("rail:")))
    }

    /// As it goes over the wire (RFC 9457).
    #[must_use]
    pub fn problem(&self, correlation: CorrelationId) -> Problem {
        let title = match self.code {
            Code::NotSignedIn => "Not signed in",
            Code::InvalidProof => "Proof of the key is not good",
            Code::FreshProofRequired => "Fresh proof wanted",
            Code::Forbidden => "Not for your role",
            Code::Refused => "Refused",
            Code::NotFound => "Not found",
            Code::InvalidInput => "Not acceptable",
            Code::Conflict => "Something else happened meanwhile",
            Code::Lapsed => "Too late",
            Code::CaseNotYours => "The case does not allow it",
            Code::DelegationEnded => "The delegation has ended",
            Code::TooMany => "Too many tries",
            Code::Busy => "Busy",
            Code::Unavailable => "Not available now",
            Code::Unreachable => "Not reachable",
        };
        Problem {
            kind: "about:blank".into(),
            title: title.into(),
            status: self.code.status(),
            detail: self.detail.clone(),
            code: self.code,
            reasons: self.reasons.clone(),
            correlation,
            step_up: self.step_up.clone(),
        }
    }

    /// The condition that was not met, for programs: a rule that no policy lifts, else what the code says.
    fn reason(&self) -> Option<String> {
        if let Some(reason) = self.reasons.iter().find(|r| r.rule.starts_with("rail:")) {
            return Some(reason.rule.clone());
        }
        let tells = matches!(self.code, Code::Refused | Code::Conflict | Code::Lapsed | Code::CaseNotYours | Code::DelegationEnded);
        tells.then(|| serde_json::to_value(self.code).ok()?.as_str().map(str::to_owned))?
    }

    /// As an OAuth endpoint answers it (RFC 6749 §5.2, RFC 8693 §2.2.2).
    #[must_use]
    pub fn oauth(&self) -> OAuthError {
        let code = self.oauth.unwrap_or(match self.code {
            Code::InvalidInput => ErrorCode::InvalidRequest,
            Code::InvalidProof => ErrorCode::InvalidDpopProof,
            Code::FreshProofRequired => ErrorCode::InsufficientUserAuthentication,
            Code::Busy | Code::Unavailable | Code::Unreachable | Code::TooMany => ErrorCode::TemporarilyUnavailable,
            _ => ErrorCode::InvalidGrant,
        });
        let mut description = self.detail.clone();
        for reason in &self.reasons {
            if reason.text != self.detail {
                description.push_str("; ");
                description.push_str(&reason.text);
            }
        }
        OAuthError { code, description, reason: self.reason() }
    }
}

impl From<Rail> for Refusal {
    fn from(rail: Rail) -> Self {
        let reason = Reason { rule: rail.name().into(), text: rail.to_string() };
        Self::new(rail.code(), rail.to_string()).with_reasons(vec![reason])
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::new(Code::Busy, "somebody else changed the same at the same moment, nothing was done; try again"),
            StoreError::Seen => Self::new(Code::InvalidProof, "this DPoP proof was used before; make a new one for each request"),
            StoreError::Taken => Self::new(Code::Conflict, "it is there already, or somebody was faster; look again"),
            other => Self::internal("store", &other),
        }
    }
}
