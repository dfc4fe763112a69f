//! One approver's yes or no.

use serde::{Deserialize, Serialize};

use crate::{PersonId, ReviewId, Timestamp};

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A signature.
    Sign,
    /// A refusal, which ends the request.
    Refuse,
}

impl Decision {
    /// As stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Refuse => "refuse",
        }
    }
}

/// One person's yes to one digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its id.
    pub review: ReviewId,
    /// Who signed.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
}
