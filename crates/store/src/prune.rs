//! Dropping what is past its use, in small batches: on SQLite everybody's writes wait for one. Nothing that a line of the trail
//! speaks of alone, nothing that a decision may rest on.

use std::time::Duration;

use countersign_domain::Timestamp;

use crate::{StoreError, Tx};

/// How long what is over is still kept, so that a late retry is told what happened.
const GRACE: Duration = Duration::from_hours(24);
/// How long a token for an API is kept once it is over. Clocks of those who ask may stand behind.
const TOKENS: Duration = Duration::from_hours(1);
/// How much longer what counts once is kept than it counts, for a replica's clock may be ahead: it must not forget what another, whose clock is
/// right, would take again. Replicas stand seconds apart, a minute at the worst.
const SEEN: Duration = Duration::from_mins(5);
/// The longest sign-in. Whatever it lived by is older than this once it is over.
const SESSIONS: Duration = Duration::from_hours(12);
/// How long an answer is kept for a retry.
const ANSWERS: Duration = Duration::from_hours(168);

/// What can be past its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stale {
    /// Proofs of possession (RFC 9449 §11.1) and assertions (RFC 7523 §3) that were seen: over a while after the time in which they count.
    DpopProofs,
    /// Consoles' access tokens.
    AccessTokens,
    /// What machines got for themselves.
    ClientTokens,
    /// Consoles' refresh tokens, of sign-ins that are over. As long as a sign-in lives, a token that was used must be known, so
    /// that its second use is noticed.
    RefreshTokens,
    /// Browsers' sign-ins.
    Browsers,
    /// Authorization codes.
    Codes,
    /// Fresh proofs of who somebody is.
    Proofs,
    /// Answers kept under idempotency keys.
    Answers,
    /// Tokens for APIs that are over and whose delegation is, if they stand on one: introspection says of them what it says of those it never knew. Of
    /// a delegation that lives all are kept, for they are its lineage. The trail has its own record.
    Tokens,
    /// Customers who were present, once their own token is over, and all that came of it is dropped.
    Presences,
}

impl Stale {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::DpopProofs,
        Self::AccessTokens,
        Self::ClientTokens,
        Self::RefreshTokens,
        Self::Browsers,
        Self::Codes,
        Self::Proofs,
        Self::Answers,
        Self::Tokens,
        Self::Presences,
    ];

    /// What it is called where numbers are shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DpopProofs => "dpop_proof",
            Self::AccessTokens => "access_token",
            Self::ClientTokens => "client_token",
            Self::RefreshTokens => "refresh_token",
            Self::Browsers => "browser",
            Self::Codes => "code",
            Self::Proofs => "proof",
            Self::Answers => "answer",
            Self::Tokens => "token",
            Self::Presences => "presence",
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::DpopProofs => "DELETE FROM dpop_seen WHERE hash IN (SELECT hash FROM dpop_seen WHERE expires_at < $1 LIMIT $2)",
            Self::AccessTokens => "DELETE FROM access_token WHERE token_hash IN (SELECT token_hash FROM access_token WHERE expires_at < $1 LIMIT $2)",
            Self::ClientTokens => "DELETE FROM client_token WHERE hash IN (SELECT hash FROM client_token WHERE expires_at < $1 LIMIT $2)",
            Self::RefreshTokens => {
                "DELETE FROM refresh_token WHERE token_hash IN (SELECT r.token_hash FROM refresh_token r
                    JOIN session s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                    WHERE r.created_at < $1 AND (s.ends_at < $1 OR s.ended_at < $1) LIMIT $2)"
            }
            Self::Browsers => "DELETE FROM browser WHERE cookie_hash IN (SELECT cookie_hash FROM browser WHERE expires_at < $1 LIMIT $2)",
            Self::Codes => "DELETE FROM auth_code WHERE code_hash IN (SELECT code_hash FROM auth_code WHERE expires_at < $1 LIMIT $2)",
            Self::Proofs => "DELETE FROM proof WHERE id IN (SELECT id FROM proof WHERE expires_at < $1 LIMIT $2)",
            Self::Answers => {
                "DELETE FROM idempotency WHERE (tenant_id, person_id, operation, key) IN (SELECT tenant_id, person_id, operation, key FROM idempotency
                    WHERE at < $1 LIMIT $2)"
            }
            Self::Tokens => {
                "DELETE FROM token WHERE id IN (SELECT t.id FROM token t LEFT JOIN delegation d ON d.tenant_id = t.tenant_id AND d.id = t.delegation_id
                    WHERE t.expires_at < $1 AND (t.presence_id IS NOT NULL OR d.ended_at IS NOT NULL) LIMIT $2)"
            }
            Self::Presences => {
                "DELETE FROM presence WHERE id IN (SELECT p.id FROM presence p WHERE p.expires_at < $1 AND NOT EXISTS
                    (SELECT 1 FROM token t WHERE t.tenant_id = p.tenant_id AND t.presence_id = p.id) LIMIT $2)"
            }
        }
    }

    /// Past its use is what was over before this.
    fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::DpopProofs => now.before(SEEN),
            Self::AccessTokens | Self::ClientTokens | Self::Browsers => now,
            Self::Codes | Self::Proofs => now.before(GRACE),
            Self::RefreshTokens => now.before(GRACE + SESSIONS),
            Self::Answers => now.before(ANSWERS),
            Self::Tokens | Self::Presences => now.before(TOKENS),
        }
    }
}

impl Tx {
    /// Drops at most so many of what is past its use; answers how many. Of all tenants: the clock knows none.
    pub async fn prune(&mut self, what: Stale, now: Timestamp, most: u32) -> Result<u64, StoreError> {
        self.sql(what.sql()).bind(what.before(now)).bind(most).run().await
    }
}
