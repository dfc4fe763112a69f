//! APIs that access can be asked to, their contracts, and proposals to change them.

use countersign_domain::{
    ApiId, ContractChangeId, Timestamp,
    alg::Algorithm,
    canonical::Digest,
    contract::{Action, Contract, Endpoint, Format, Mode, Risk, Subject},
    review::Decision,
};
use serde::{Deserialize, Serialize};

use crate::person::PersonRef;

/// An API and the newest version of its contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct ContractView {
    /// Its id.
    pub id: ApiId,
    /// Short name.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// `aud` of its tokens.
    pub audience: String,
    /// Where it answers.
    pub base_url: String,
    /// Which version of its contract this is.
    #[ts(type = "number")]
    pub version: i64,
    /// What it can be asked to do.
    pub actions: Vec<Action>,
    /// How: for the explorer.
    pub endpoints: Vec<Endpoint>,
    /// The modes that it takes.
    pub modes: Vec<Mode>,
    /// Longest delegation, in minutes.
    pub max_minutes: u32,
    /// Longest life of one token, in seconds.
    pub token_ttl_s: u32,
    /// Whether its tokens are bound to a key (RFC 9449).
    pub bound: bool,
    /// What its tokens look like.
    pub format: Format,
    /// With what its JWTs are signed.
    pub alg: Algorithm,
    /// What `sub` is unique in.
    pub subject: Subject,
    /// The API's own client, which alone may exchange a token that the API was called with.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The clients that may introspect its tokens, beside its own.
    pub introspection_clients: Vec<String>,
    /// Whether the contract stands in a file of whoever runs the service, and is changed there.
    pub by_file: bool,
}

/// An API with the history of its contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct ContractDetail {
    /// The contract that stands, as it is written in a file.
    pub contract: Contract,
    /// It as a list shows it.
    pub view: ContractView,
    /// Its versions, newest first.
    pub versions: Vec<ContractVersion>,
}

/// A version of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct ContractVersion {
    /// Its number.
    #[ts(type = "number")]
    pub version: i64,
    /// Since when.
    pub at: Timestamp,
}

/// An action at another API that something takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct HopView {
    /// `aud` of the tokens there.
    pub audience: String,
    /// What people call that API.
    pub api_name: String,
    /// The action there: a scope value.
    pub scope: String,
    /// What people call it.
    pub name: String,
    /// What may go wrong.
    pub risk: Risk,
}

/// Proposes a contract: of a new API, or the next version of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractPropose {
    /// The whole contract. Its `key` says which API it is of.
    pub contract: Contract,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractChangeState {
    /// Somebody else has to look at it.
    Waiting,
    /// It is a version now.
    Accepted,
    /// Somebody said no.
    Refused,
    /// Whoever proposed it took it back.
    Withdrawn,
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct ContractChangeView {
    /// Its id.
    pub id: ContractChangeId,
    /// The version that it would follow; 0 for an API that is new.
    #[ts(type = "number")]
    pub base_version: i64,
    /// What is proposed.
    pub contract: Contract,
    /// What is different from the version that it would follow.
    pub differences: Vec<Difference>,
    /// What a reviewer agrees to.
    pub digest: Digest,
    /// Who proposed it.
    pub proposed_by: PersonRef,
    /// When.
    pub proposed_at: Timestamp,
    /// What became of it.
    pub state: ContractChangeState,
    /// Who brought it there.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<PersonRef>,
    /// When.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Whether the person who looks at it may agree to it: somebody else than who proposed it.
    pub reviewable: bool,
}

/// One thing that a proposal changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Difference {
    /// Where in the contract, such as `max_minutes` or `actions.refund:write.risk`.
    pub field: String,
    /// What stood there, as JSON text.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What would stand there.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Agrees to a proposal, or refuses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractReview {
    /// Yes or no.
    pub decision: Decision,
    /// What was looked at.
    pub digest: Digest,
}
