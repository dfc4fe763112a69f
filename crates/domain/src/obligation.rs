//! What policy adds to a yes: signatures of whom, how fresh their proof, how long at most.

use serde::{Deserialize, Serialize};

use crate::contract::Mode;

/// What is owed before a request may start. Of two, the stricter counts, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligations {
    /// How many different people must sign. Never zero.
    signatures: u8,
    /// The group that each signer must be in.
    pub group: String,
    /// The greatest age of a signer's proof of who they are, in seconds.
    pub proof_max_age_s: u32,
    /// Longest delegation, in minutes.
    pub max_minutes: u32,
}

impl Obligations {
    /// `None` if `signatures` is zero: a missing threshold never means yes.
    #[must_use]
    pub fn new(signatures: u8, group: String, proof_max_age_s: u32, max_minutes: u32) -> Option<Self> {
        (signatures > 0 && !group.is_empty()).then_some(Self { signatures, group, proof_max_age_s, max_minutes })
    }

    /// How many different people must sign.
    #[must_use]
    pub const fn signatures(&self) -> u8 {
        self.signatures
    }

    /// What is owed in `mode`, whatever policy says: what hides who acts wants two signatures, and lasts 15 minutes at most.
    #[must_use]
    pub fn in_mode(self, mode: Mode) -> Self {
        match mode {
            Mode::Delegated => self,
            Mode::Impersonation => Self { signatures: self.signatures.max(2), max_minutes: self.max_minutes.min(15), ..self },
        }
    }

    /// The strictest of both. The group of `now` counts, since a group that was abolished can sign nothing.
    #[must_use]
    pub fn strictest(then: &Self, now: &Self) -> Self {
        Self {
            signatures: then.signatures.max(now.signatures),
            group: now.group.clone(),
            proof_max_age_s: then.proof_max_age_s.min(now.proof_max_age_s),
            max_minutes: then.max_minutes.min(now.max_minutes),
        }
    }
}
