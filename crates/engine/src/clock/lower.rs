//! `clock_lower`: after the clock had leapt ahead by mistake, an admin takes the mark back to what the clock shows now.

use countersign_api::clock::{ClockLower, ClockView};
use countersign_domain::{Code, Timestamp, canonical::Committed};
use countersign_store::{LatestEnds, Lock};
use countersign_trail::Kind;

use super::TOLERANCE;
use crate::{
    Call, Engine, Refusal,
    act::Scope,
    keys::redate,
    person::INVITE_TTL,
    session::{ACCESS_TTL, CODE_TTL},
    token::OWN_TTL,
};

impl Engine {
    /// The clock and the mark.
    ///
    /// # Errors
    /// `forbidden`, but for admins.
    pub async fn clock_get(&self, call: &Call) -> Result<ClockView, Refusal> {
        self.admit(call, "clock_get").await?;
        Ok(self.clock_view())
    }

    /// Lowers the mark to what the clock shows. What was begun in the time that never was is over: sign-ins, delegations,
    /// requests and tokens, also the sign-in that asks for it if it is one of those. Signing keys stay, and are dated anew.
    ///
    /// # Errors
    /// `conflict`, if the clock does not stand behind the mark.
    pub async fn clock_lower(&self, call: &Call, input: ClockLower) -> Result<ClockView, Refusal> {
        let reason = input.reason.clone();
        self.act(call, "clock_lower", Kind::ClockLower, &input, move |s| Box::pin(lower(s, reason))).await?;
        self.clock_read().await?;
        Ok(self.clock_view())
    }

    fn clock_view(&self) -> ClockView {
        let behind = self.mark().behind();
        ClockView {
            shown: self.mark().clock().now(),
            mark: self.now(),
            behind_s: u32::try_from(behind.as_secs()).unwrap_or(u32::MAX),
            tolerance_s: u32::try_from(TOLERANCE.as_secs()).unwrap_or(u32::MAX),
            mints: behind <= TOLERANCE,
        }
    }
}

async fn lower(s: &mut Scope<'_>, reason: String) -> Result<(), Refusal> {
    let reason = reason.trim();
    if !(10..=500).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("say in 10 to 500 characters why the clock had gone wrong"));
    }
    let to = s.engine.mark().clock().now();
    if s.now.since(to) <= TOLERANCE {
        return Err(Refusal::new(Code::Conflict, "the clock does not stand behind its mark; there is nothing to lower"));
    }
    let from = s.now.max(s.tx.clock(Lock::Update).await?.mark);
    s.tx.clock_lower(to).await?;
    let ahead = s.tx.ahead_end(to, &latest(to)).await?;
    let keys = redate(s.tx, to).await?;
    let figures = [
        ("from", from.unix_secs()),
        ("to", to.unix_secs()),
        ("tokens", count(ahead.tokens)),
        ("delegations", count(ahead.delegations)),
        ("sessions", count(ahead.sessions)),
        ("keys", count(keys)),
    ];
    s.line.figures.extend(figures.map(|(name, n)| (name.to_owned(), n)));
    s.line = s.line.clone().with_text("reason", Committed::new(reason.to_owned(), s.engine.entropy()));
    Ok(())
}

/// The latest ends that anything begun until `to` can have.
fn latest(to: Timestamp) -> LatestEnds {
    LatestEnds { access: to + ACCESS_TTL, code: to + CODE_TTL, own: to + OWN_TTL, invite: to + INVITE_TTL }
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
