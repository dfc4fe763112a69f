//! The highest instant that the service has judged by, and what is done about things that were begun in a time that never was.

use countersign_domain::Timestamp;

use crate::{
    Lock, StoreError, Tx,
    value::{Row, corrupt},
};

/// The mark, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRow {
    /// The highest instant that was judged by.
    pub mark: Timestamp,
    /// How often it was lowered.
    pub lowered: i64,
}

/// The latest ends that anything begun at an instant can have: what ends later was begun later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestEnds {
    /// Of an access token of a console.
    pub access: Timestamp,
    /// Of an authorization code.
    pub code: Timestamp,
    /// Of what a machine got for itself.
    pub own: Timestamp,
    /// Of an invitation.
    pub invite: Timestamp,
}

/// How much had been begun after an instant, and is over now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ahead {
    /// Tokens for APIs.
    pub tokens: u64,
    /// Delegations.
    pub delegations: u64,
    /// Sign-ins at consoles.
    pub sessions: u64,
}

fn clock(r: &mut Row) -> Result<ClockRow, StoreError> {
    Ok(ClockRow { mark: r.take()?, lowered: r.take()? })
}

impl Tx {
    /// The mark. Of all tenants: the clock knows none.
    pub async fn clock(&mut self, lock: Lock) -> Result<ClockRow, StoreError> {
        let row = self.sql("SELECT mark, lowered FROM clock WHERE id = 1").lock(lock).one(clock).await?;
        row.ok_or_else(|| corrupt("the clock's row is gone"))
    }

    /// Raises the mark; false if it stands higher already, or was lowered since the caller looked.
    pub async fn clock_raise(&mut self, mark: Timestamp, lowered: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE clock SET mark = $1 WHERE id = 1 AND mark < $1 AND lowered = $2";
        Ok(self.sql(sql).bind(mark).bind(lowered).run().await? == 1)
    }

    /// Sets the mark to an instant before it.
    pub async fn clock_lower(&mut self, to: Timestamp) -> Result<(), StoreError> {
        self.sql("UPDATE clock SET mark = $1, lowered = lowered + 1 WHERE id = 1").bind(to).run().await?;
        Ok(())
    }

    /// When the newest token was issued. Ids are in the order of time, so this reads one row.
    pub async fn token_newest(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.sql("SELECT issued_at FROM token ORDER BY id DESC LIMIT 1").one(Row::take).await
    }

    /// Ends what was begun after `now`. Sign-ins, delegations and requests are over from now on, and the background tells so in
    /// lines of their own; what only stands for another thing is dropped. Of all tenants: the clock knows none.
    pub async fn ahead_end(&mut self, now: Timestamp, latest: &LatestEnds) -> Result<Ahead, StoreError> {
        // INVARIANT: rows are locked in the order request, case, API, delegation.
        let open = "UPDATE request SET lapses_at = $1 WHERE state IN ('waiting', 'signed') AND state_at > $1 AND lapses_at > $1";
        self.sql(open).bind(now).run().await?;
        let live = "UPDATE delegation SET ends_at = $1 WHERE ended_at IS NULL AND started_at > $1 AND ends_at > $1";
        let delegations = self.sql(live).bind(now).run().await?;
        let sessions = self.sql("UPDATE session SET ends_at = $1 WHERE ended_at IS NULL AND created_at > $1 AND ends_at > $1").bind(now).run().await?;
        self.sql("UPDATE session SET auth_time = created_at WHERE ended_at IS NULL AND auth_time > $1").bind(now).run().await?;
        let tokens = self.sql("DELETE FROM token WHERE expires_at > $1 AND issued_at > $1").bind(now).run().await?;
        self.sql("DELETE FROM access_token WHERE expires_at > $1").bind(latest.access).run().await?;
        self.sql("DELETE FROM auth_code WHERE expires_at > $1").bind(latest.code).run().await?;
        self.sql("DELETE FROM client_token WHERE expires_at > $1").bind(latest.own).run().await?;
        self.sql("UPDATE invite SET expires_at = $1 WHERE expires_at > $2 AND used_at IS NULL").bind(now).bind(latest.invite).run().await?;
        self.sql("DELETE FROM browser WHERE auth_time > $1").bind(now).run().await?;
        self.sql("DELETE FROM proof WHERE proved_at > $1").bind(now).run().await?;
        Ok(Ahead { tokens, delegations, sessions })
    }
}
