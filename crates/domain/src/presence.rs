//! A customer who is present: what a service may do for them with a token of theirs from a trusted issuer, and no agent between.

use std::time::Duration;

use crate::{
    CustomerId, PresenceId, TenantId, Timestamp, TransactionId,
    contract::{Contract, Risk},
};

/// Whether an action of this risk may be done without a case. Where a wrong step moves money or can't be taken back, people sign, and a
/// signature needs a case; no policy lifts that.
#[must_use]
pub fn without_case(risk: Risk) -> bool {
    risk < Risk::High
}

/// One customer's token that a service showed. However often it is shown, it is one presence and one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Its id.
    pub id: PresenceId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who issued the customer's token (`iss`).
    pub issuer: String,
    /// The customer.
    pub customer: CustomerId,
    /// The client that shows it: that of the API that the token names.
    pub client: String,
    /// The API that the token names, by the audience of its contract.
    pub audience: String,
    /// Fingerprint of the token.
    pub hash: [u8; 32],
    /// The transaction that all that comes of it belongs to (`txn`).
    pub transaction: TransactionId,
    /// When it was first shown.
    pub seen_at: Timestamp,
    /// When the customer's token is over.
    pub expires_at: Timestamp,
}

impl Presence {
    /// How long a token minted at `now` lives: what contract and issuer allow, and never past the customer's own token.
    #[must_use]
    pub fn token_ttl(&self, contract_s: u32, issuer_s: u32, now: Timestamp) -> Duration {
        let ceiling = Duration::from_secs(u64::from(contract_s.min(issuer_s).min(Contract::TOKEN_TTL_MAX_S)));
        ceiling.min(self.expires_at.since(now))
    }

    /// Whether the customer's token still counts at `now`, as far as its own time tells.
    #[must_use]
    pub fn live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_lives_no_longer_than_anything_that_it_stands_on() {
        let presence = Presence {
            id: PresenceId::from_uuid(Uuid::from_u128(1)),
            tenant: TenantId::from_uuid(Uuid::from_u128(2)),
            issuer: "https://login.example".into(),
            customer: CustomerId::from_uuid(Uuid::from_u128(3)),
            client: "gateway-api".into(),
            audience: "https://api.example/gateway".into(),
            hash: [0; 32],
            transaction: TransactionId::from_uuid(Uuid::from_u128(1)),
            seen_at: Timestamp::from_secs(0),
            expires_at: Timestamp::from_secs(250),
        };
        for (contract, issuer, now, lives) in
            [(300, 300, 0, 250), (200, 300, 0, 200), (300, 60, 0, 60), (900, 900, 0, 250), (300, 300, 240, 10), (300, 300, 250, 0)]
        {
            assert_eq!(presence.token_ttl(contract, issuer, Timestamp::from_secs(now)).as_secs(), lives, "{contract} {issuer} {now}");
        }
        assert!(presence.live(Timestamp::from_secs(249)) && !presence.live(Timestamp::from_secs(250)));
    }

    #[test]
    fn what_two_sign_for_is_never_done_without_a_case() {
        let without: Vec<_> = [Risk::Low, Risk::Medium, Risk::High, Risk::Critical].into_iter().filter(|r| without_case(*r)).collect();
        assert_eq!(without, [Risk::Low, Risk::Medium]);
    }
}
