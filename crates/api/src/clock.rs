//! The service's clock, and the mark below which it judges nothing.

use countersign_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// How the clock stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct ClockView {
    /// What the clock shows.
    pub shown: Timestamp,
    /// The latest instant that was judged by.
    pub mark: Timestamp,
    /// How many seconds the clock stands behind the mark.
    pub behind_s: u32,
    /// How many seconds it may stand behind.
    pub tolerance_s: u32,
    /// Whether anything is minted now.
    pub mints: bool,
}

/// Takes the mark back to what the clock shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockLower {
    /// Why the clock had gone wrong, in 10 to 500 characters.
    pub reason: String,
}
