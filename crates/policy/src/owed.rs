//! What a policy of the action `owe` adds: thresholds, written as annotations. Of several that match, the strictest counts.

use cedar_policy::Policy;
use countersign_domain::obligation::Obligations;

pub(crate) const SIGNATURES: &str = "signatures";
pub(crate) const GROUP: &str = "group";
pub(crate) const PROOF_MAX_AGE_S: &str = "proof_max_age_s";
pub(crate) const MAX_MINUTES: &str = "max_minutes";

/// The annotations that say what is owed.
pub(crate) const KEYS: [&str; 4] = [SIGNATURES, GROUP, PROOF_MAX_AGE_S, MAX_MINUTES];

/// What one policy says is owed. A policy may say only some of it; all together must say all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Owed {
    pub(crate) signatures: Option<u8>,
    pub(crate) group: Option<String>,
    pub(crate) proof_max_age_s: Option<u32>,
    pub(crate) max_minutes: Option<u32>,
}

/// Two policies that cannot both be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TwoGroups(pub(crate) String, pub(crate) String);

impl Owed {
    /// Reads the annotations of `policy`; the error says what to change.
    pub(crate) fn read(policy: &Policy) -> Result<Self, String> {
        let group = policy.annotation(GROUP).map(str::to_owned);
        if group.as_deref() == Some("") {
            return Err(format!("`@{GROUP}` is empty; name the group whose members sign"));
        }
        Ok(Self {
            signatures: number(policy, SIGNATURES, u32::from(u8::MAX))?.and_then(|n| u8::try_from(n).ok()),
            group,
            proof_max_age_s: number(policy, PROOF_MAX_AGE_S, u32::MAX)?,
            max_minutes: number(policy, MAX_MINUTES, u32::MAX)?,
        })
    }

    /// The strictest of both, field by field. Of two groups neither is the stricter.
    pub(crate) fn and(self, other: &Self) -> Result<Self, TwoGroups> {
        let group = match (self.group, &other.group) {
            (Some(a), Some(b)) if a != *b => return Err(TwoGroups(a, b.clone())),
            (a, b) => a.or_else(|| b.clone()),
        };
        Ok(Self {
            signatures: self.signatures.max(other.signatures),
            group,
            proof_max_age_s: least(self.proof_max_age_s, other.proof_max_age_s),
            max_minutes: least(self.max_minutes, other.max_minutes),
        })
    }

    /// `None` unless everything was said: a missing threshold never means yes.
    pub(crate) fn complete(self) -> Option<Obligations> {
        Obligations::new(self.signatures?, self.group?, self.proof_max_age_s?, self.max_minutes?)
    }
}

/// `Option`'s own order has `None` first, which would make a missing limit the strictest and then no limit.
fn least(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn number(policy: &Policy, key: &str, max: u32) -> Result<Option<u32>, String> {
    let Some(text) = policy.annotation(key) else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(n) if (1..=max).contains(&n) => Ok(Some(n)),
        _ => Err(format!("`@{key}(\"{text}\")` is not a whole number from 1 to {max}; a threshold of zero or none never means yes")),
    }
}
