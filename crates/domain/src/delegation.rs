//! A started request: what may be done, for whom, until when, and how it ended.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    ApiId, CaseId, CustomerId, DelegationId, PersonId, RequestId, TenantId, Timestamp, TransactionId, contract::Mode, hop::Hop, rail::Rail, request::Form,
};

/// Why a delegation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The agent pressed *End*.
    Agent,
    /// The agent signed out, or their sign-in was ended.
    SignedOut,
    /// Its time was over.
    TimeOver,
    /// Its case was closed.
    CaseClosed,
    /// Its case was given to somebody else.
    CaseReassigned,
    /// A signature was taken back.
    SignatureWithdrawn,
    /// The agent lost the role that they held.
    RoleLost,
}

impl EndReason {
    /// As stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::SignedOut => "signed_out",
            Self::TimeOver => "time_over",
            Self::CaseClosed => "case_closed",
            Self::CaseReassigned => "case_reassigned",
            Self::SignatureWithdrawn => "signature_withdrawn",
            Self::RoleLost => "role_lost",
        }
    }

    /// Reads what [`EndReason::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agent, Self::SignedOut, Self::TimeOver, Self::CaseClosed, Self::CaseReassigned, Self::SignatureWithdrawn, Self::RoleLost]
            .into_iter()
            .find(|r| r.as_str() == text)
    }

    /// What a person reads.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Agent => "ended by the agent",
            Self::SignedOut => "the sign-in ended",
            Self::TimeOver => "its time was over",
            Self::CaseClosed => "the case was closed",
            Self::CaseReassigned => "the case was given to somebody else",
            Self::SignatureWithdrawn => "a signature was taken back",
            Self::RoleLost => "the agent lost their role",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
    /// Who ended it; nobody if time did.
    pub by: Option<PersonId>,
}

/// A started request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its id (`dlg`).
    pub id: DelegationId,
    /// What was asked.
    pub request: RequestId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who acts.
    pub agent: PersonId,
    /// For whom.
    pub customer: CustomerId,
    /// Why.
    pub case: CaseId,
    /// Where.
    pub api: ApiId,
    /// What: scope values.
    pub actions: BTreeSet<String>,
    /// What they take at other APIs.
    pub hops: BTreeSet<Hop>,
    /// Whether the API sees who acts.
    pub mode: Mode,
    /// The transaction that all of its tokens belong to (`txn`).
    pub transaction: TransactionId,
    /// When the clock started.
    pub started_at: Timestamp,
    /// When it is over at the latest.
    pub ends_at: Timestamp,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
}

impl Delegation {
    pub(crate) fn begin(id: DelegationId, form: &Form, minutes: u32, now: Timestamp) -> Self {
        Self {
            id,
            request: form.id,
            tenant: form.tenant,
            agent: form.asker,
            customer: form.customer,
            case: form.case,
            api: form.api,
            actions: form.actions.clone(),
            hops: form.hops.clone(),
            mode: form.mode,
            // One delegation is one transaction; its id differs in kind, not in number.
            transaction: TransactionId::from_uuid(id.uuid()),
            started_at: now,
            ends_at: now + Duration::from_secs(u64::from(minutes) * 60),
            ended: None,
        }
    }

    /// Whether it lives at `now`.
    ///
    /// # Errors
    /// [`Rail::DelegationEnded`].
    pub fn live(&self, now: Timestamp) -> Result<(), Rail> {
        if self.ended.is_none() && now < self.ends_at { Ok(()) } else { Err(Rail::DelegationEnded) }
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`Rail::DelegationEnded`] if it has ended already.
    pub fn end(self, reason: EndReason, by: Option<PersonId>, now: Timestamp) -> Result<Self, Rail> {
        if self.ended.is_some() {
            return Err(Rail::DelegationEnded);
        }
        Ok(Self { ended: Some(Ended { at: now, reason, by }), ..self })
    }

    /// The actions that a token may carry: `asked`, or all that was signed if nothing is asked for.
    ///
    /// # Errors
    /// [`Rail::NotInScope`] if something is asked that was not signed.
    pub fn narrow(&self, asked: &BTreeSet<String>) -> Result<BTreeSet<String>, Rail> {
        if asked.is_empty() {
            return Ok(self.actions.clone());
        }
        if asked.is_subset(&self.actions) { Ok(asked.clone()) } else { Err(Rail::NotInScope) }
    }

    /// How long a token minted at `now` lives: the contract's ceiling, and never past the end.
    #[must_use]
    pub fn token_ttl(&self, ceiling_s: u32, now: Timestamp) -> Duration {
        let ceiling = Duration::from_secs(u64::from(ceiling_s.min(crate::contract::Contract::TOKEN_TTL_MAX_S)));
        ceiling.min(self.ends_at.since(now))
    }
}
