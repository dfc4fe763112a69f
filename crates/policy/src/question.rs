//! What is asked of a bundle: facts, never trust.

use countersign_domain::{
    PersonId,
    contract::{Mode, Risk},
    person::Role,
};

/// The step that is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Asking.
    RequestCreate,
    /// Signing or refusing.
    RequestReview,
    /// Starting what was signed.
    DelegationStart,
    /// Minting a token (RFC 8693).
    TokenExchange,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RequestCreate, Self::RequestReview, Self::DelegationStart, Self::TokenExchange];

    /// As policies and the table of operations write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestCreate => "request_create",
            Self::RequestReview => "request_review",
            Self::DelegationStart => "delegation_start",
            Self::TokenExchange => "token_exchange",
        }
    }
}

/// A person, as policy sees them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonFacts {
    /// Who.
    pub id: PersonId,
    /// The roles that they hold now.
    pub roles: Vec<Role>,
    /// The groups that they are in now.
    pub groups: Vec<String>,
    /// Whether they are the very customer of the case.
    pub is_customer: bool,
}

/// A case, as policy sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CaseFacts {
    /// Whether it is open.
    pub open: bool,
    /// Whether it is assigned to the asker.
    pub assigned_to_asker: bool,
    /// Seconds since the case system was asked; zero for the built-in list. Not the case's own age.
    pub age_s: u32,
}

/// One action that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ActionFacts {
    /// Its scope value.
    pub scope: String,
    /// What may go wrong.
    pub risk: Risk,
}

/// One action at another API that the actions asked for take.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HopFacts {
    /// The API, by the audience of its contract.
    pub audience: String,
    /// Its scope value.
    pub scope: String,
    /// What may go wrong.
    pub risk: Risk,
}

/// Whether a step may be taken, and what is owed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// The step.
    pub act: Act,
    /// Who asked, and acts.
    pub asker: PersonFacts,
    /// Who reviews. Needed with [`Act::RequestReview`], else not looked at.
    pub by: Option<PersonFacts>,
    /// The reason for it all.
    pub case: CaseFacts,
    /// Key of the API's contract.
    pub api: String,
    /// What is to be done there. Empty refuses.
    pub actions: Vec<ActionFacts>,
    /// What that takes at other APIs.
    pub hops: Vec<HopFacts>,
    /// For how long, from the start.
    pub minutes: u32,
    /// Whether the API sees who acts.
    pub mode: Mode,
    /// Characters of the reason. The default bundle judges it at [`Act::RequestCreate`] only: it may have been erased later.
    pub reason_len: u32,
    /// Live signatures of different people. A fact for bundles; counting them against what is owed is the domain's.
    pub signatures: u32,
}

impl Question {
    /// The highest risk among the actions and what they take elsewhere; `None` if there are no actions.
    #[must_use]
    pub fn top_risk(&self) -> Option<Risk> {
        let top = self.actions.iter().map(|a| a.risk).max()?;
        Some(self.hops.iter().map(|h| h.risk).fold(top, Risk::max))
    }
}
