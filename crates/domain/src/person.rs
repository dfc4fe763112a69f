//! A person is not an account is not a role: one person, the accounts they sign in with, the roles they hold in a tenant.

use serde::{Deserialize, Serialize};

/// What a person may come to do. Several may be held; the union counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Asks for access that a case justifies, and uses it.
    Agent,
    /// Signs or refuses requests.
    Approver,
    /// Invites people, keeps the case list, reviews the trail.
    Admin,
    /// Reads the trail. Never acts.
    Auditor,
}

impl Role {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Approver, Self::Admin, Self::Auditor];

    /// As it is written in a store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Approver => "approver",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Reads what [`Role::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}
