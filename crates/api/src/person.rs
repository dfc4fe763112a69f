//! People and what they may come to do.

use countersign_domain::{PersonId, Timestamp, person::Role};
use serde::{Deserialize, Serialize};

/// A person, named, as shown to somebody who may see names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct PersonRef {
    /// Who.
    pub id: PersonId,
    /// Their short name; the id again where it was erased.
    pub name: String,
}

/// A person, as an admin sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct PersonView {
    /// Who.
    pub id: PersonId,
    /// Their short name, which they sign in with.
    pub name: String,
    /// What they may come to do.
    pub roles: Vec<Role>,
    /// The groups that they are in.
    pub groups: Vec<String>,
    /// The customer that they themselves are, as APIs call them (`sub`), if they are one.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Whether they have set a password yet.
    pub state: PersonState,
    /// Since when.
    pub created_at: Timestamp,
}

/// How far a person has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// Invited, and has not followed the link yet.
    Invited,
    /// Can sign in.
    Active,
}

/// Invites somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInvite {
    /// Short name to sign in with: lower-case letters, digits, `.` and `-`, 2 to 40 of them.
    pub name: String,
    /// What they may come to do; at least one.
    pub roles: Vec<Role>,
    /// The groups that they are in.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The customer that they themselves are, as APIs call them (`sub`): they neither act nor sign for that account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub customer: Option<String>,
}

/// What an invitation gives: a link, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Invited {
    /// Who was invited.
    pub person: PersonView,
    /// Where they choose their password. To be handed to that person only.
    pub link: String,
    /// Until when it is good, once.
    pub expires_at: Timestamp,
}

/// Changes what somebody may come to do. Nobody changes their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// Their roles from now on; none means that they can't sign in.
    pub roles: Vec<Role>,
    /// Their groups from now on.
    pub groups: Vec<String>,
}
