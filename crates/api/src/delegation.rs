//! Acting for a customer.

use countersign_domain::{
    ApiId, DelegationId, RequestId, Timestamp, TransactionId,
    contract::{Action, Mode},
    delegation::EndReason,
};
use serde::{Deserialize, Serialize};

use crate::{
    case::{CaseRef, CustomerRef},
    contract::HopView,
    event::EventView,
    person::PersonRef,
    request::RequestView,
};

/// A delegation as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct DelegationView {
    /// Its id (`dlg`).
    pub id: DelegationId,
    /// What was asked.
    pub request: RequestId,
    /// Who acts.
    pub agent: PersonRef,
    /// For whom.
    pub customer: CustomerRef,
    /// Why.
    pub case: CaseRef,
    /// Where.
    pub api: ApiId,
    /// What it is called.
    pub api_name: String,
    /// `aud` of its tokens.
    pub audience: String,
    /// What.
    pub actions: Vec<Action>,
    /// What that takes at other APIs.
    pub hops: Vec<HopView>,
    /// Whether the API sees who acts.
    pub mode: Mode,
    /// `txn` of its tokens.
    pub transaction: TransactionId,
    /// When the clock started.
    pub started_at: Timestamp,
    /// When it is over at the latest.
    pub ends_at: Timestamp,
    /// Whether it lives at the moment of the answer.
    pub live: bool,
    /// How it ended, if it has.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedView>,
    /// Calls made through the console.
    pub calls: u32,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct EndedView {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
    /// Who ended it, if a person did.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonRef>,
}

/// A delegation from request to end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Story {
    /// It.
    pub delegation: DelegationView,
    /// What was asked.
    pub request: RequestView,
    /// All that happened, oldest first.
    pub events: Vec<EventView>,
}
