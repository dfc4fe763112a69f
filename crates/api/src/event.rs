//! Lines of the trail, as shown to those entitled.

use std::collections::BTreeMap;

use countersign_domain::{CaseId, CorrelationId, CustomerId, DelegationId, EventId, PersonId, RequestId, Timestamp, TokenId, TransactionId};
use serde::{Deserialize, Serialize};

/// What came of what a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventDecision {
    /// It was done.
    Allowed,
    /// It was refused, and not done.
    Refused,
    /// It was announced, and what came of it follows.
    Intended,
    /// It is told by a console, which the service can't check.
    Reported,
    /// Something ended.
    Ended,
}

/// What kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A human being.
    Person,
    /// A client: a console, an API.
    Client,
    /// The service itself, such as its clock.
    Service,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Actor {
    /// What kind.
    pub kind: ActorKind,
    /// Their id: `usr_…`, or a client's name.
    pub id: String,
    /// What they are called; the id again where they may not be named.
    pub name: String,
}

/// One line of the trail with names resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct EventView {
    /// Its place in the trail; lines are read by it.
    #[ts(type = "number")]
    pub place: i64,
    /// Its id.
    pub id: EventId,
    /// What happened: `noun.verb`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// For whom (ours).
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<CustomerId>,
    /// For whom, as APIs call them.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_name: Option<String>,
    /// The tenant's name.
    pub tenant: String,
    /// Why (ours).
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// Why, as its case system calls it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_key: Option<String>,
    /// Which person it was done to, such as one who was invited.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// What they are called.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<String>,
    /// What was to be done, in a few words: scope values, a method.
    pub action: String,
    /// On what: a path, an API.
    pub resource: String,
    /// What came of it.
    pub decision: EventDecision,
    /// A code or status beside it, such as `200` or `refused`.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The rules that decided.
    pub rules: Vec<String>,
    /// The request.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// The delegation.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<DelegationId>,
    /// The trusted issuer of the customer's own token, where the customer was present and no agent acted.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The token.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
    /// The transaction (`txn`).
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<TransactionId>,
    /// What ties it to log lines and answers.
    pub correlation: CorrelationId,
    /// A token was exchanged.
    pub exchanged: bool,
    /// The API does not see who acts.
    pub impersonated: bool,
    /// A fresh proof of who somebody is went with it.
    pub elevated: bool,
    /// Numbers, by name: `minutes`, `exp`. With `refusals` the line stands for so many, counted together: those of a minute that came
    /// after the ones that have a line each.
    #[ts(type = "Record<string, number>")]
    pub figures: BTreeMap<String, i64>,
    /// What somebody wrote, such as a reason; gone where it was erased.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One line with its stored form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct EventDetail {
    /// As in lists.
    pub event: EventView,
    /// The stored canonical bytes (RFC 8785), which are text.
    pub canonical: String,
}

/// Which lines to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct EventQuery {
    /// Lines after this place, oldest first; without it, the newest ones.
    pub after: Option<i64>,
    /// Lines before this place, the newest of them.
    pub before: Option<i64>,
    /// How many at most: 1 to 500, 100 unless told.
    pub limit: Option<u32>,
}

/// Lines, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct EventPage {
    /// The lines.
    pub items: Vec<EventView>,
    /// The last place that was looked at: go on from here.
    #[ts(type = "number")]
    pub place: i64,
    /// Whether there are lines before the first of these.
    pub earlier: bool,
}
