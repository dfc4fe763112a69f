//! APIs that access can be asked to.

use countersign_domain::{
    ApiId,
    contract::{Action, Endpoint, Mode},
};
use serde::{Deserialize, Serialize};

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
}
