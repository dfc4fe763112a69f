//! The reason for everything: a case of a case system, and what is known of it at a given moment.

use serde::{Deserialize, Serialize};

use crate::{CaseId, CustomerId, PersonId, TenantId, Timestamp, rail::Rail};

/// Whether a case still justifies anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Being worked on.
    Open,
    /// Done: nothing more is justified by it.
    Closed,
}

impl CaseState {
    /// As it is written in a store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// How pressing a case is. For sorting and showing only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Can wait.
    Low,
    /// As usual.
    Normal,
    /// Before others.
    High,
}

impl Priority {
    /// As it is written in a store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// Reads what [`Priority::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Low, Self::Normal, Self::High].into_iter().find(|p| p.as_str() == text)
    }
}

/// A case as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Our id of it.
    pub id: CaseId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What its case system calls it, such as `ZD-4711`; unique in the tenant.
    pub key: String,
    /// Whom it is about.
    pub customer: CustomerId,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// Whether it still justifies anything.
    pub state: CaseState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

impl Case {
    /// Whether `agent` may be given anything because of this case, and if not, why not.
    ///
    /// # Errors
    /// [`Rail::CaseNotOpen`] or [`Rail::CaseNotYours`].
    pub fn justifies(&self, agent: PersonId) -> Result<(), Rail> {
        match (self.state, self.assignee) {
            (CaseState::Closed, _) => Err(Rail::CaseNotOpen),
            (CaseState::Open, Some(a)) if a == agent => Ok(()),
            (CaseState::Open, _) => Err(Rail::CaseNotYours),
        }
    }

    /// Closes it.
    ///
    /// # Errors
    /// [`Rail::CaseNotOpen`] if it is closed already; [`Rail::OwnCase`] if `by` works on it.
    pub fn close(self, by: PersonId, now: Timestamp) -> Result<Self, Rail> {
        match self.state {
            CaseState::Closed => Err(Rail::CaseNotOpen),
            CaseState::Open if self.assignee == Some(by) => Err(Rail::OwnCase),
            CaseState::Open => Ok(Self { state: CaseState::Closed, changed_at: now, ..self }),
        }
    }

    /// Opens it again. Nothing that ended with it comes back.
    ///
    /// # Errors
    /// [`Rail::CaseOpen`] if it is open; [`Rail::OwnCase`] if `by` works on it.
    pub fn reopen(self, by: PersonId, now: Timestamp) -> Result<Self, Rail> {
        match self.state {
            CaseState::Open => Err(Rail::CaseOpen),
            CaseState::Closed if self.assignee == Some(by) => Err(Rail::OwnCase),
            CaseState::Closed => Ok(Self { state: CaseState::Open, changed_at: now, ..self }),
        }
    }

    /// Gives it to another person.
    ///
    /// # Errors
    /// [`Rail::CaseNotOpen`] if it is closed; [`Rail::OwnCase`] if `by` takes it for themselves or gives away their own.
    pub fn assign(self, to: Option<PersonId>, by: PersonId, now: Timestamp) -> Result<Self, Rail> {
        if self.state == CaseState::Closed {
            return Err(Rail::CaseNotOpen);
        }
        if to == Some(by) || self.assignee == Some(by) {
            return Err(Rail::OwnCase);
        }
        Ok(Self { assignee: to, changed_at: now, ..self })
    }
}
