//! The closed list of error codes. A code exists only where a client does something because of it.

use serde::{Deserialize, Serialize};

/// What a program may act on; the sentence for the person stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No access token, or one that is over: sign in, or refresh.
    NotSignedIn,
    /// The DPoP proof (RFC 9449) is missing or not good.
    InvalidProof,
    /// A fresh proof of who one is, is owed (RFC 9470): step up, and try again.
    FreshProofRequired,
    /// The role does not allow it.
    Forbidden,
    /// Policy, or a rule that no policy lifts, says no: read the reasons.
    Refused,
    /// No such thing here.
    NotFound,
    /// The input is not acceptable: change it.
    InvalidInput,
    /// Something else happened meanwhile: look again.
    Conflict,
    /// The time for it is over: ask again.
    Lapsed,
    /// The case is not open, or not assigned to the asker.
    CaseNotYours,
    /// The delegation is over.
    DelegationEnded,
    /// Too many tries: wait.
    TooMany,
    /// A lost race, nothing was done: try again at once.
    Busy,
    /// The service can't do it now, nothing was done: try later.
    Unavailable,
    /// The service could not be reached: nothing is known of what became of it.
    Unreachable,
}

impl Code {
    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NotSignedIn | Self::InvalidProof | Self::FreshProofRequired => 401,
            Self::Forbidden | Self::Refused | Self::CaseNotYours => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::Lapsed | Self::DelegationEnded => 409,
            Self::InvalidInput => 422,
            Self::TooMany => 429,
            Self::Busy | Self::Unavailable => 503,
            Self::Unreachable => 502,
        }
    }
}
