//! The clock guard: time as the service judges by it never goes back.
//!
//! The service remembers the highest instant that it judged by, its mark, and judges by whichever is later, clock or mark. So nothing
//! that was over comes alive again when a clock is set back. What is minted must say truly when: a clock that stands behind the
//! mark by more than [`TOLERANCE`] mints nothing until it has caught up, or until an admin has lowered the mark.
//!
//! The mark costs an exchange nothing: it is a number in memory, which the background writes down within a second of the last
//! minting. What a crash forgets of it is less than the tolerance.

mod lower;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use countersign_api::Reason;
use countersign_domain::{Clock, Code, PersonId, TenantId, Timestamp, person::Role};
use countersign_store::{ClockRow, Lock, Store, Tx};

use crate::{Engine, OpenError, Refusal};

/// How far clocks may stand apart: the service's own before and after it was set, and those of its replicas.
pub const TOLERANCE: Duration = Duration::from_secs(2);

/// A mark that rose without anything being minted is written down this often, so that an idle service hardly writes.
const IDLE: Duration = Duration::from_mins(1);

/// The rule that refuses while the clock stands behind.
pub(crate) const BEHIND: &str = "clock:behind";

/// The highest instant that was judged by.
pub(crate) struct Mark {
    clock: Arc<dyn Clock>,
    high: AtomicI64,
    /// As the store has it.
    kept: AtomicI64,
    lowered: AtomicI64,
    /// Held while it is set from the store, so that what was read earlier is not taken over later.
    adopting: Mutex<()>,
    /// Whether anything was minted since it was written down.
    minted: AtomicBool,
}

impl Mark {
    /// As the store has it; and no lower than the newest token, should the last mark not have been written down.
    pub(crate) async fn open(store: &Store, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let (row, newest) = store.read(|tx| Box::pin(async move { Ok::<_, OpenError>((tx.clock(Lock::None).await?, tx.token_newest().await?)) })).await?;
        let high = newest.map_or(row.mark, |at| at.max(row.mark)).micros();
        Ok(Self {
            clock,
            high: AtomicI64::new(high),
            kept: AtomicI64::new(row.mark.micros()),
            lowered: AtomicI64::new(row.lowered),
            adopting: Mutex::default(),
            minted: AtomicBool::new(false),
        })
    }

    /// What the clock shows.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The instant to judge by.
    pub(crate) fn now(&self) -> Timestamp {
        let shown = self.clock.now().micros();
        Timestamp::from_micros(self.high.fetch_max(shown, Ordering::AcqRel).max(shown))
    }

    /// How far the clock stands behind the mark.
    pub(crate) fn behind(&self) -> Duration {
        let shown = self.clock.now();
        Timestamp::from_micros(self.high.load(Ordering::Acquire)).since(shown)
    }

    fn row(&self) -> ClockRow {
        ClockRow { mark: Timestamp::from_micros(self.high.load(Ordering::Acquire)), lowered: self.lowered.load(Ordering::Acquire) }
    }

    /// Whether the mark wants to be written down.
    fn wants_keeping(&self) -> bool {
        let (high, kept) = (self.high.load(Ordering::Acquire), self.kept.load(Ordering::Acquire));
        high > kept && (self.minted.load(Ordering::Acquire) || u128::from(high.abs_diff(kept)) >= IDLE.as_micros())
    }

    /// Takes over what the store has: a higher mark of another replica, or a lower one after an admin's act.
    fn adopt(&self, row: ClockRow) {
        let _held = self.adopting.lock().unwrap_or_else(PoisonError::into_inner);
        let (mark, known) = (row.mark.micros(), self.lowered.load(Ordering::Acquire));
        if row.lowered < known {
            return;
        }
        if row.lowered == known {
            self.high.fetch_max(mark, Ordering::AcqRel);
        } else {
            self.high.store(mark, Ordering::Release);
        }
        self.lowered.store(row.lowered, Ordering::Release);
        self.kept.store(mark, Ordering::Release);
    }
}

impl Engine {
    /// Lets something be minted, unless the clock stands behind the mark.
    ///
    /// # Errors
    /// `unavailable`, with by how much and what to do.
    pub(crate) fn minting(&self) -> Result<(), Refusal> {
        let behind = self.mark().behind();
        if behind > TOLERANCE {
            return Err(stands_behind(behind));
        }
        self.mark().minted.store(true, Ordering::Release);
        Ok(())
    }

    /// As [`Engine::minting`], for sign-ins: a clock that stands behind its mark lets admins in, who alone can lower the mark. Their
    /// sign-in is dated by the mark, so that lowering it ends the sign-in as well.
    ///
    /// # Errors
    /// `unavailable`; `busy`, if the mark is just being lowered.
    pub(crate) async fn granting(&self, tx: &mut Tx, tenant: TenantId, person: PersonId) -> Result<(), Refusal> {
        let Err(behind) = self.minting() else { return Ok(()) };
        if !tx.roles(tenant, person).await?.contains(&Role::Admin) {
            return Err(behind);
        }
        // Held until the commit: a sign-in by the old mark is either ended when the mark is lowered, or not begun.
        if tx.clock(Lock::Share).await?.lowered != self.mark().row().lowered {
            return Err(Refusal::new(Code::Busy, "the clock's mark was just lowered; try again"));
        }
        Ok(())
    }

    /// Writes the mark down if it wants to be, and takes over what other replicas wrote.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn clock_sync(&self) -> Result<(), Refusal> {
        if !self.mark().wants_keeping() {
            return if self.settings().embedded { Ok(()) } else { self.clock_read().await };
        }
        self.mark().minted.store(false, Ordering::Release);
        let ours = self.mark().row();
        let kept = self.store().write(move |tx| Box::pin(async move { keep(tx, ours).await })).await;
        match kept {
            Ok(row) => self.mark().adopt(row),
            Err(_) => self.mark().minted.store(true, Ordering::Release),
        }
        kept.map(drop)
    }

    /// Takes over what the store has.
    pub(crate) async fn clock_read(&self) -> Result<(), Refusal> {
        let row = self.store().read(|tx| Box::pin(async move { Ok::<_, Refusal>(tx.clock(Lock::None).await?) })).await?;
        self.mark().adopt(row);
        Ok(())
    }
}

async fn keep(tx: &mut Tx, ours: ClockRow) -> Result<ClockRow, Refusal> {
    tx.clock_raise(ours.mark, ours.lowered).await?;
    Ok(tx.clock(Lock::None).await?)
}

fn stands_behind(behind: Duration) -> Refusal {
    let text = format!(
        "the service's clock stands {} behind the latest time that it has seen, so it gives out no tokens and starts nothing until it has caught up. \
         Nothing was done. Try again then, or tell an admin, who finds what to do under Clock in the console",
        spelled(behind)
    );
    Refusal::new(Code::Unavailable, text.clone()).with_reasons(vec![Reason { rule: BEHIND.into(), text }])
}

/// A length of time for people, rounded up.
fn spelled(length: Duration) -> String {
    let s = length.as_micros().div_ceil(1_000_000);
    match s {
        0..=119 => format!("{s} s"),
        120..=7199 => format!("{} min", s.div_ceil(60)),
        _ => format!("{} h", s.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Set(AtomicI64);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(self.0.load(Ordering::SeqCst))
        }
    }

    fn mark(shown: i64) -> (Arc<Set>, Mark) {
        let clock = Arc::new(Set(AtomicI64::new(shown)));
        let n = || AtomicI64::new(0);
        (Arc::clone(&clock), Mark { clock, high: n(), kept: n(), lowered: n(), adopting: Mutex::default(), minted: AtomicBool::new(false) })
    }

    fn at(s: i64) -> Timestamp {
        Timestamp::from_secs(s)
    }

    #[test]
    fn time_never_goes_back_but_on_purpose() {
        let (clock, mark) = mark(1000);
        assert_eq!((mark.now(), mark.behind()), (at(1000), Duration::ZERO));
        clock.0.store(900, Ordering::SeqCst);
        assert_eq!((mark.now(), mark.behind()), (at(1000), Duration::from_secs(100)));
        mark.adopt(ClockRow { mark: at(950), lowered: 0 });
        assert_eq!(mark.now(), at(1000), "another replica's lower mark changes nothing");
        mark.adopt(ClockRow { mark: at(950), lowered: 1 });
        assert_eq!((mark.now(), mark.behind()), (at(950), Duration::from_secs(50)));
        mark.adopt(ClockRow { mark: at(1000), lowered: 0 });
        assert_eq!(mark.now(), at(950), "what was read before it was lowered");
        clock.0.store(960, Ordering::SeqCst);
        assert_eq!(mark.now(), at(960));
    }

    #[test]
    fn an_idle_mark_is_written_down_once_a_minute_and_a_minting_one_at_once() {
        let (clock, mark) = mark(1000);
        mark.now();
        assert!(mark.wants_keeping());
        mark.adopt(mark.row());
        assert!(!mark.wants_keeping());
        clock.0.store(1059, Ordering::SeqCst);
        mark.now();
        assert!(!mark.wants_keeping());
        mark.minted.store(true, Ordering::SeqCst);
        assert!(mark.wants_keeping());
    }

    #[test]
    fn lengths_are_spelled() {
        let spell = |ms| spelled(Duration::from_millis(ms));
        assert_eq!([spell(2_001), spell(119_000), spell(120_000), spell(3_600_000), spell(7_200_000)], ["3 s", "119 s", "2 min", "60 min", "2 h"]);
    }
}
