//! What was asked, and how it becomes a delegation. Every transition consumes the state it starts from.

use std::{collections::BTreeSet, time::Duration};

use serde::Serialize;

use crate::{
    ApiId, CaseId, CustomerId, DelegationId, PersonId, RequestId, TenantId, Timestamp,
    canonical::{Committed, Digest},
    contract::{Contract, Mode},
    delegation::Delegation,
    hop::Hop,
    obligation::Obligations,
    rail::Rail,
    review::Signature,
};

/// How long a request waits for signatures, and a signed one to be started.
pub const TIME_TO_LIVE: Duration = Duration::from_hours(1);

/// Label of the digest that signers sign.
const DIGEST_LABEL: &str = "countersign request v1";

/// What is asked. Fixed once asked; its canonical form is what signers sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Its id.
    pub id: RequestId,
    /// Whose case it is.
    pub tenant: TenantId,
    /// Who asks, and will act.
    pub asker: PersonId,
    /// Why.
    pub case: CaseId,
    /// For whom; from the case.
    pub customer: CustomerId,
    /// Where.
    pub api: ApiId,
    /// Its `aud`.
    pub audience: String,
    /// The version of its contract that was shown.
    pub contract_version: i64,
    /// What may be done: scope values.
    pub actions: BTreeSet<String>,
    /// What that takes at other APIs.
    pub hops: BTreeSet<Hop>,
    /// For how long, from the start.
    pub minutes: u32,
    /// Whether the API sees who acts.
    pub mode: Mode,
    /// Why, in the asker's words. Only its commitment is in the canonical form.
    pub reason: Committed,
    /// When it was asked.
    pub asked_at: Timestamp,
}

/// The canonical form: ids of ours and commitments, so that erasing a person's data never breaks a signature.
#[derive(Serialize)]
struct Canonical<'a> {
    v: u8,
    typ: &'static str,
    id: RequestId,
    tenant: TenantId,
    asker: PersonId,
    case: CaseId,
    customer: CustomerId,
    api: ApiId,
    audience: &'a str,
    contract_version: i64,
    actions: &'a BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    hops: &'a BTreeSet<Hop>,
    minutes: u32,
    mode: Mode,
    reason: Digest,
    asked_at: Timestamp,
}

impl Form {
    fn canonical(&self) -> Canonical<'_> {
        Canonical {
            v: 1,
            typ: "request",
            id: self.id,
            tenant: self.tenant,
            asker: self.asker,
            case: self.case,
            customer: self.customer,
            api: self.api,
            audience: &self.audience,
            contract_version: self.contract_version,
            actions: &self.actions,
            hops: &self.hops,
            minutes: self.minutes,
            mode: self.mode,
            reason: self.reason.commitment(),
            asked_at: self.asked_at,
        }
    }

    /// The canonical bytes (RFC 8785), as they are kept.
    ///
    /// # Errors
    /// Never for a form that was built from its types; the serialiser's error is handed on.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        crate::canonical::bytes(&self.canonical())
    }

    /// What signers sign.
    ///
    /// # Errors
    /// As [`Form::bytes`].
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Digest::of_canonical(DIGEST_LABEL, &self.canonical())
    }

    /// The rails of asking: actions and a mode of the contract, a time within bounds, not for oneself.
    ///
    /// `own_customer` is the customer that the asker themselves is, if any.
    ///
    /// # Errors
    /// The first rail that is run into.
    pub fn check(&self, contract: &Contract, obligations: &Obligations, own_customer: Option<CustomerId>) -> Result<(), Rail> {
        self.taken_by(contract)?;
        if self.actions.is_empty() || contract.top_risk(&self.actions).is_none() {
            return Err(Rail::NoAction);
        }
        if self.minutes == 0 || self.minutes > contract.max_minutes || self.minutes > obligations.max_minutes {
            return Err(Rail::MinutesOutOfRange);
        }
        if own_customer == Some(self.customer) {
            return Err(Rail::OwnAccount);
        }
        Ok(())
    }

    /// Whether the contract as it stands still takes this: in its mode, and under the audience that the signers saw.
    ///
    /// # Errors
    /// [`Rail::ModeNotTaken`] or [`Rail::AudienceChanged`].
    pub fn taken_by(&self, contract: &Contract) -> Result<(), Rail> {
        if !contract.modes.contains(&self.mode) {
            return Err(Rail::ModeNotTaken);
        }
        if contract.audience == self.audience { Ok(()) } else { Err(Rail::AudienceChanged) }
    }
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Signatures are owed, until [`Request::lapses_at`].
    Waiting,
    /// All signatures are given; the asker may start, until [`Request::lapses_at`].
    Signed {
        /// When the last one was given.
        at: Timestamp,
    },
    /// It became a delegation.
    Started {
        /// When.
        at: Timestamp,
        /// Which.
        delegation: DelegationId,
    },
    /// An approver said no.
    Refused {
        /// When.
        at: Timestamp,
        /// Who.
        by: PersonId,
    },
    /// The asker took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// Nobody signed, or nobody started, in time; or its case went away.
    Lapsed {
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// As stores and views write it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Signed { .. } => "signed",
            Self::Started { .. } => "started",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Lapsed { .. } => "lapsed",
        }
    }
}

/// A request with what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub form: Form,
    /// What signers sign.
    pub digest: Digest,
    /// What was owed when it was asked.
    pub obligations: Obligations,
    /// Where it stands.
    pub state: State,
    /// The signatures that count, oldest first.
    pub signatures: Vec<Signature>,
    /// When it lapses if nothing happens.
    pub lapses_at: Timestamp,
}

impl Request {
    /// Asks.
    ///
    /// # Errors
    /// The serialiser's, never seen for a form built from its types.
    pub fn ask(form: Form, obligations: Obligations) -> Result<Self, serde_json::Error> {
        let digest = form.digest()?;
        let lapses_at = form.asked_at + TIME_TO_LIVE;
        Ok(Self { form, digest, obligations, state: State::Waiting, signatures: Vec::new(), lapses_at })
    }

    /// The rails that stand before any review by `by`.
    ///
    /// # Errors
    /// The first rail that is run into.
    pub fn reviewable(&self, by: PersonId, by_customer: Option<CustomerId>, digest: Digest, now: Timestamp) -> Result<(), Rail> {
        if by == self.form.asker {
            return Err(Rail::OwnRequest);
        }
        if by_customer == Some(self.form.customer) {
            return Err(Rail::OwnAccount);
        }
        // Whether its end was noticed yet makes no difference.
        match self.state {
            State::Waiting if now < self.lapses_at => {}
            State::Waiting | State::Lapsed { .. } => return Err(Rail::Lapsed),
            _ => return Err(Rail::NotWaiting),
        }
        if digest != self.digest {
            return Err(Rail::DigestChanged);
        }
        if self.signatures.iter().any(|s| s.by == by) {
            return Err(Rail::SignedAlready);
        }
        Ok(())
    }

    /// Adds a signature; with the last one that `owed` wants, the request is signed and its time to start begins.
    ///
    /// # Errors
    /// As [`Request::reviewable`].
    pub fn sign(mut self, signature: Signature, by_customer: Option<CustomerId>, digest: Digest, owed: &Obligations) -> Result<Self, Rail> {
        let now = signature.at;
        self.reviewable(signature.by, by_customer, digest, now)?;
        self.signatures.push(signature);
        if self.signed_by_enough(owed) {
            self.state = State::Signed { at: now };
            self.lapses_at = now + TIME_TO_LIVE;
        }
        Ok(self)
    }

    /// Says no; that ends it.
    ///
    /// # Errors
    /// As [`Request::reviewable`].
    pub fn refuse(self, by: PersonId, by_customer: Option<CustomerId>, digest: Digest, now: Timestamp) -> Result<Self, Rail> {
        match self.reviewable(by, by_customer, digest, now) {
            // Whoever has signed may still come to a better mind.
            Ok(()) | Err(Rail::SignedAlready) => Ok(Self { state: State::Refused { at: now, by }, ..self }),
            Err(rail) => Err(rail),
        }
    }

    /// The asker takes it back.
    ///
    /// # Errors
    /// [`Rail::NotWaiting`] once it was started or is over.
    pub fn withdraw(self, now: Timestamp) -> Result<Self, Rail> {
        match self.state {
            State::Waiting | State::Signed { .. } => Ok(Self { state: State::Withdrawn { at: now }, ..self }),
            _ => Err(Rail::NotWaiting),
        }
    }

    /// A signer takes their signature back. Before the start the request waits again; after it, the caller ends the delegation.
    ///
    /// # Errors
    /// [`Rail::NotSigned`] if `by` has not signed it; [`Rail::NotWaiting`] if it is over.
    pub fn unsign(mut self, by: PersonId, now: Timestamp) -> Result<Self, Rail> {
        if !self.signatures.iter().any(|s| s.by == by) {
            return Err(Rail::NotSigned);
        }
        match self.state {
            State::Waiting | State::Started { .. } => {}
            State::Signed { .. } => {
                self.state = State::Waiting;
                self.lapses_at = now + TIME_TO_LIVE;
            }
            State::Refused { .. } | State::Withdrawn { .. } | State::Lapsed { .. } => return Err(Rail::NotWaiting),
        }
        self.signatures.retain(|s| s.by != by);
        Ok(self)
    }

    /// Lets it lapse: its time is over, or (`forced`) its case went away.
    ///
    /// # Errors
    /// [`Rail::NotWaiting`] if it neither waits nor is signed, or its time isn't over.
    pub fn lapse(self, now: Timestamp, forced: bool) -> Result<Self, Rail> {
        match self.state {
            State::Waiting | State::Signed { .. } if forced || now >= self.lapses_at => Ok(Self { state: State::Lapsed { at: now }, ..self }),
            _ => Err(Rail::NotWaiting),
        }
    }

    /// Whether different people have signed as often as `owed` and the request's own obligations want.
    #[must_use]
    pub fn signed_by_enough(&self, owed: &Obligations) -> bool {
        let people: BTreeSet<_> = self.signatures.iter().map(|s| s.by).filter(|p| *p != self.form.asker).collect();
        let needed = owed.signatures().max(self.obligations.signatures());
        people.len() >= usize::from(needed)
    }

    /// Starts it: the clock of the delegation starts now.
    ///
    /// # Errors
    /// [`Rail::NotSigned`], [`Rail::StartedAlready`], [`Rail::Lapsed`] or [`Rail::NotWaiting`].
    pub fn start(self, id: DelegationId, owed: &Obligations, now: Timestamp) -> Result<(Self, Delegation), Rail> {
        match self.state {
            State::Signed { .. } => {}
            State::Waiting => return Err(Rail::NotSigned),
            State::Started { .. } => return Err(Rail::StartedAlready),
            State::Lapsed { .. } => return Err(Rail::Lapsed),
            State::Refused { .. } | State::Withdrawn { .. } => return Err(Rail::NotWaiting),
        }
        if now >= self.lapses_at {
            return Err(Rail::Lapsed);
        }
        if !self.signed_by_enough(owed) {
            return Err(Rail::NotSigned);
        }
        let minutes = self.form.minutes.min(owed.max_minutes);
        let delegation = Delegation::begin(id, &self.form, minutes, now);
        let started = Self { state: State::Started { at: now, delegation: id }, ..self };
        Ok((started, delegation))
    }
}
