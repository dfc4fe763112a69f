//! Dropping what is past its use. Nothing that a line of the trail speaks of, nothing that a decision may rest on.

use std::time::Duration;

use countersign_domain::Timestamp;

use crate::{StoreError, Tx};

/// How long what is over is still kept, so that a late retry is told what happened.
const GRACE: Duration = Duration::from_hours(24);
/// How long an answer is kept for a retry.
const ANSWERS: Duration = Duration::from_hours(168);

impl Tx {
    /// Drops seen proofs of possession, codes, browsers, tokens and kept answers that are over. Of all tenants: the clock knows none.
    pub async fn prune(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.sql("DELETE FROM dpop_seen WHERE expires_at < $1").bind(now).run().await?;
        self.sql("DELETE FROM access_token WHERE expires_at < $1").bind(now).run().await?;
        self.sql("DELETE FROM client_token WHERE expires_at < $1").bind(now).run().await?;
        self.sql("DELETE FROM browser WHERE expires_at < $1").bind(now).run().await?;
        let over = now.before(GRACE);
        self.sql("DELETE FROM auth_code WHERE expires_at < $1").bind(over).run().await?;
        self.sql("DELETE FROM proof WHERE expires_at < $1").bind(over).run().await?;
        // As long as a sign-in lives, a token that was used must be known, so that its second use is noticed.
        let sql = "DELETE FROM refresh_token WHERE EXISTS (SELECT 1 FROM session s
            WHERE s.tenant_id = refresh_token.tenant_id AND s.id = refresh_token.session_id AND (s.ends_at < $1 OR s.ended_at < $1))";
        self.sql(sql).bind(over).run().await?;
        self.sql("DELETE FROM idempotency WHERE at < $1").bind(now.before(ANSWERS)).run().await?;
        Ok(())
    }
}
