//! What was minted: enough to tell at any time whether it still counts. The token itself is never kept.

use std::{collections::BTreeSet, time::Duration};

use crate::{DelegationId, PersonId, PresenceId, Rail, TenantId, Timestamp, TokenId, hop::Hop};

/// The most actors that a token names, the person among them.
pub const MAX_ACTORS: usize = 5;

/// What a token stands on: exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// What was asked and signed: an agent acts for a customer.
    Delegation(DelegationId),
    /// The customer was there: a service acts for them, with a token of theirs from a trusted issuer.
    Presence(PresenceId),
}

/// A minted token, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// `jti`.
    pub id: TokenId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it was minted for.
    pub basis: Basis,
    /// What it was exchanged from, if not from a warrant or from a customer's own token.
    pub parent: Option<TokenId>,
    /// The client that got it.
    pub client: String,
    /// The services that it was passed on by, the one that acts now first. Before them all acted the delegation's agent, if it stands on one.
    pub services: Vec<String>,
    /// `aud`.
    pub audience: String,
    /// `scope`.
    pub scope: BTreeSet<String>,
    /// What it may be exchanged for.
    pub hops: BTreeSet<Hop>,
    /// The key that it is bound to (RFC 9449 §6.1).
    pub jkt: Option<String>,
    /// The certificate that it is bound to (RFC 8705 §3.1), and then to no key.
    pub x5t: Option<String>,
    /// Its fingerprint, if it is a handle and no JWT.
    pub hash: Option<[u8; 32]>,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// When it was revoked, itself or by what it came from.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it counts at `now`, as far as the token itself tells.
    #[must_use]
    pub fn live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Who acts, outermost first (RFC 8693 §4.1): the services, and before them the agent, if there is one.
    #[must_use]
    pub fn actors(&self, agent: Option<PersonId>) -> Vec<String> {
        self.services.iter().cloned().chain(agent.map(|a| a.to_string())).collect()
    }

    /// The services of a child that `client` gets.
    ///
    /// # Errors
    /// [`Rail::ActorTwice`] or [`Rail::ChainTooLong`].
    pub fn passed_on_by(&self, client: &str, agent: Option<PersonId>) -> Result<Vec<String>, Rail> {
        let before = self.actors(agent);
        if before.iter().any(|actor| actor == client) {
            return Err(Rail::ActorTwice);
        }
        if before.len() + 1 > MAX_ACTORS {
            return Err(Rail::ChainTooLong);
        }
        Ok(std::iter::once(client.to_owned()).chain(self.services.iter().cloned()).collect())
    }

    /// What a child that lives `ttl` at most has left at `now`: never longer than this one.
    #[must_use]
    pub fn child_ttl(&self, ttl: Duration, now: Timestamp) -> Duration {
        ttl.min(self.expires_at.since(now))
    }
}
