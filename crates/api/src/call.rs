//! Calls made through the console: the intent before, the outcome after, reported by the console.

use countersign_domain::{CallId, EventId};
use serde::{Deserialize, Serialize};

/// What is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallIntent {
    /// The HTTP method.
    pub method: String,
    /// The path with its query; at most 2000 characters.
    pub path: String,
}

/// The recorded intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct CallIntended {
    /// The call.
    pub id: CallId,
    /// Its line.
    pub event: EventId,
}

/// What came of it, as the console saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOutcome {
    /// The HTTP status, or none if no answer came.
    #[serde(default)]
    #[ts(optional)]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
}

/// The recorded outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct CallReported {
    /// Its line.
    pub event: EventId,
}
