//! Cases of the built-in case list.

use countersign_domain::{
    CaseId, CustomerId, DelegationId, PersonId, RequestId, Timestamp,
    case::{CaseState, Priority},
};
use serde::{Deserialize, Serialize};

use crate::person::PersonRef;

/// A customer, as shown to somebody who may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct CustomerRef {
    /// Our id.
    pub id: CustomerId,
    /// What APIs call them (`sub`), such as `cus_8812`.
    pub subject: String,
}

/// A case, short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct CaseRef {
    /// Our id.
    pub id: CaseId,
    /// What its case system calls it, such as `ZD-4711`.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// Whether it still justifies anything.
    pub state: CaseState,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct CaseView {
    /// Our id.
    pub id: CaseId,
    /// What its case system calls it, such as `ZD-4711`.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// Whether it still justifies anything.
    pub state: CaseState,
    /// How pressing it is.
    pub priority: Priority,
    /// Whom it is about.
    pub customer: CustomerRef,
    /// Who works on it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PersonRef>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// The asker's newest request on it that waits, is signed or lives; for its assignee only.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<CaseAccess>,
}

/// What an agent has on a case now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CaseAccess {
    /// A request waits.
    Waiting {
        /// Which.
        request: RequestId,
        /// Signatures given.
        given: u8,
        /// Signatures owed in all.
        needed: u8,
    },
    /// A request is signed and can be started.
    Signed {
        /// Which.
        request: RequestId,
    },
    /// A delegation lives.
    Live {
        /// Which.
        delegation: DelegationId,
    },
}

/// Opens a case in the built-in list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseCreate {
    /// What people call it, such as `ZD-4711`: 2 to 40 letters, digits and hyphens; unique.
    pub key: String,
    /// What it is about; at most 200 characters.
    pub title: String,
    /// What APIs call the customer (`sub`); at most 120 characters, no spaces.
    pub customer: String,
    /// How pressing it is.
    pub priority: Priority,
    /// Who works on it; never oneself.
    #[serde(default)]
    #[ts(optional)]
    pub assignee: Option<PersonId>,
}

/// Gives a case to somebody, or to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAssign {
    /// Who works on it from now on; never oneself.
    #[serde(default)]
    #[ts(optional)]
    pub assignee: Option<PersonId>,
}
