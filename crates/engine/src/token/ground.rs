//! What a token stands on: a delegation, or a customer who is present.

use std::time::Duration;

use countersign_domain::{
    CustomerId, DelegationId, PersonId, TenantId, Timestamp, TransactionId,
    contract::{Contract, Mode},
    delegation::Delegation,
    presence::Presence,
    token::Basis,
};
use countersign_trail::Event;

/// What a token stands on, with what it takes from there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ground<'a> {
    /// What was signed.
    Delegation {
        /// It.
        delegation: &'a Delegation,
        /// Its case, as people call it.
        case: &'a str,
    },
    /// A customer who is present.
    Presence {
        /// They.
        presence: &'a Presence,
        /// So long may a token live, by the issuer's registration, in seconds.
        ttl_s: u32,
    },
}

impl Ground<'_> {
    pub(crate) const fn tenant(&self) -> TenantId {
        match self {
            Self::Delegation { delegation, .. } => delegation.tenant,
            Self::Presence { presence, .. } => presence.tenant,
        }
    }

    pub(crate) const fn customer(&self) -> CustomerId {
        match self {
            Self::Delegation { delegation, .. } => delegation.customer,
            Self::Presence { presence, .. } => presence.customer,
        }
    }

    pub(crate) const fn basis(&self) -> Basis {
        match self {
            Self::Delegation { delegation, .. } => Basis::Delegation(delegation.id),
            Self::Presence { presence, .. } => Basis::Presence(presence.id),
        }
    }

    pub(crate) const fn transaction(&self) -> TransactionId {
        match self {
            Self::Delegation { delegation, .. } => delegation.transaction,
            Self::Presence { presence, .. } => presence.transaction,
        }
    }

    /// The delegation, if the API may see that somebody acts.
    fn named(&self) -> Option<(&Delegation, &str)> {
        match self {
            Self::Delegation { delegation, case } if delegation.mode == Mode::Delegated => Some((delegation, case)),
            _ => None,
        }
    }

    /// The person who acts, if the API may see them.
    pub(crate) fn agent(&self) -> Option<PersonId> {
        self.named().map(|(delegation, _)| delegation.agent)
    }

    /// The case, if the API may see it.
    pub(crate) fn case(&self) -> Option<String> {
        self.named().map(|(_, case)| case.to_owned())
    }

    /// The delegation, if the API may see it.
    pub(crate) fn delegation(&self) -> Option<DelegationId> {
        self.named().map(|(delegation, _)| delegation.id)
    }

    /// Whether a token may be exchanged further: not what hides who acts.
    pub(crate) fn passes_on(&self) -> bool {
        matches!(self, Self::Presence { .. }) || self.named().is_some()
    }

    /// How long a token for `api` lives.
    pub(crate) fn token_ttl(&self, api: &Contract, now: Timestamp) -> Duration {
        match self {
            Self::Delegation { delegation, .. } => delegation.token_ttl(api.token_ttl_s, now),
            Self::Presence { presence, ttl_s } => presence.token_ttl(api.token_ttl_s, *ttl_s, now),
        }
    }
}

/// Puts what a line says of a customer who is present into it.
pub(crate) fn tell(line: &mut Event, presence: &Presence) {
    line.subject = Some(presence.customer);
    line.issuer = Some(presence.issuer.clone());
    line.transaction = Some(presence.transaction);
}
