//! The life of a signing key: next, active, retired; and what time asks for.
//!
//! The promise is that no token that counts ever fails because keys changed. Whoever checks tokens may have read the
//! published keys [`CACHED`] ago, from a service that looked at its store [`STALE`] before that. So a key signs only after it was published
//! for [`RIPENS`], and stays published for [`KEPT`] after it signed last. A withdrawal breaks the promise on purpose.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, alg::Algorithm};

/// How long the published keys may be kept by whoever reads them: `max-age` of the JWKS.
pub const CACHED: Duration = Duration::from_mins(5);
/// The oldest look at the store that a service signs or publishes by.
pub const STALE: Duration = Duration::from_mins(1);
/// How long a token lives at most.
const TOKEN_LIFE: Duration = Duration::from_mins(5);
/// For clocks that differ, and commits that take a while.
const MARGIN: Duration = Duration::from_mins(1);
/// How long a key is published before it signs.
pub const RIPENS: Duration = Duration::from_secs(CACHED.as_secs() + STALE.as_secs() + MARGIN.as_secs());
/// How long a key is published after it was retired: the last token's life, and once more what readers keep.
pub const KEPT: Duration = Duration::from_secs(TOKEN_LIFE.as_secs() + CACHED.as_secs() + STALE.as_secs() + MARGIN.as_secs());
/// How long a key signs, unless it is told to stop.
pub const ACTIVE_FOR: Duration = Duration::from_hours(24 * 90);
/// How long before its planned use a key is published.
pub const LEAD: Duration = Duration::from_hours(24);

/// How far a key has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, and not signing yet.
    Next,
    /// Signing.
    Active,
    /// No longer signing; its private half is gone. Published until the last token that it signed is over.
    Retired,
    /// Taken out in an emergency: nothing that it signed counts, and it never comes back.
    Withdrawn,
}

impl KeyState {
    /// As stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads what [`KeyState::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired, Self::Withdrawn].into_iter().find(|s| s.as_str() == text)
    }
}

/// A signing key, without its halves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name: the thumbprint of its public half (RFC 7638).
    pub kid: String,
    /// What it signs with, and nothing else.
    pub algorithm: Algorithm,
    /// How far it has come.
    pub state: KeyState,
    /// When it was made, and published.
    pub made_at: Timestamp,
    /// When it is to begin to sign. Only the next key has this.
    pub due_at: Option<Timestamp>,
    /// When it began to sign.
    pub active_at: Option<Timestamp>,
    /// When it was retired or withdrawn.
    pub retired_at: Option<Timestamp>,
}

/// A transition that a key's state doesn't have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It is not in the state that the transition starts from.
    #[error("the key `{kid}` is {}; look again", state.as_str())]
    State {
        /// Which.
        kid: String,
        /// What it is.
        state: KeyState,
    },
    /// It was not published for long enough.
    #[error("the key `{kid}` can sign from {at} on: whoever checks tokens must have had time to read it")]
    Unripe {
        /// Which.
        kid: String,
        /// When it can.
        at: Timestamp,
    },
}

impl Key {
    /// One that signs at once, for there is none before it whose tokens count.
    #[must_use]
    pub const fn first(kid: String, algorithm: Algorithm, now: Timestamp) -> Self {
        Self { kid, algorithm, state: KeyState::Active, made_at: now, due_at: None, active_at: Some(now), retired_at: None }
    }

    /// One that is published, and signs from `due_at` on, or later if it wouldn't be ripe then.
    #[must_use]
    pub fn next(kid: String, algorithm: Algorithm, now: Timestamp, due_at: Timestamp) -> Self {
        let due_at = Some(due_at.max(now + RIPENS));
        Self { kid, algorithm, state: KeyState::Next, made_at: now, due_at, active_at: None, retired_at: None }
    }

    fn wrong(self) -> KeyFault {
        KeyFault::State { kid: self.kid, state: self.state }
    }

    /// When the next key can sign at the earliest.
    #[must_use]
    pub fn ripe_at(&self) -> Timestamp {
        self.made_at + RIPENS
    }

    /// Is to sign as soon as it can.
    ///
    /// # Errors
    /// If it is not the next one.
    pub fn hasten(self, now: Timestamp) -> Result<Self, KeyFault> {
        match (self.state, self.due_at) {
            (KeyState::Next, Some(due)) => {
                let soonest = self.ripe_at().max(now);
                Ok(Self { due_at: Some(due.min(soonest)), ..self })
            }
            _ => Err(self.wrong()),
        }
    }

    /// Begins to sign.
    ///
    /// # Errors
    /// If it is not the next one, or was not published for [`RIPENS`].
    pub fn activate(self, now: Timestamp) -> Result<Self, KeyFault> {
        if self.state != KeyState::Next {
            return Err(self.wrong());
        }
        if self.ripe_at() > now {
            return Err(KeyFault::Unripe { at: self.ripe_at(), kid: self.kid });
        }
        Ok(Self { state: KeyState::Active, due_at: None, active_at: Some(now), ..self })
    }

    /// Stops signing. Its private half is to be thrown away in the same transaction.
    ///
    /// # Errors
    /// If it is not the active one.
    pub fn retire(self, now: Timestamp) -> Result<Self, KeyFault> {
        if self.state != KeyState::Active {
            return Err(self.wrong());
        }
        Ok(Self { state: KeyState::Retired, retired_at: Some(now), ..self })
    }

    /// Nothing that it signed counts from now on. Its private half is to be thrown away in the same transaction.
    #[must_use]
    pub fn withdraw(self, now: Timestamp) -> Self {
        Self { state: KeyState::Withdrawn, due_at: None, retired_at: Some(self.retired_at.unwrap_or(now)), ..self }
    }

    /// Dated by a clock that was ahead and is put right: what lies ahead of `now` happened until now, whatever the clock showed.
    ///
    /// So the next key has [`RIPENS`] before it from now on, the active one signs for [`ACTIVE_FOR`] and the retired one stays published for
    /// [`KEPT`]: each at least as long as if it had been dated truly, so that no token fails.
    #[must_use]
    pub fn redated(self, now: Timestamp) -> Self {
        let made_at = self.made_at.min(now);
        // It waits as long as it was meant to; and no key is made sooner than so long before its use.
        let ahead = self.made_at.since(made_at);
        let due_at = self.due_at.map(|at| at.before(ahead).min(now + LEAD));
        Self { made_at, due_at, active_at: self.active_at.map(|at| at.min(now)), retired_at: self.retired_at.map(|at| at.min(now)), ..self }
    }

    /// Whether it is published, and tokens that it signed are believed.
    #[must_use]
    pub fn published(&self, now: Timestamp) -> bool {
        match self.state {
            KeyState::Next | KeyState::Active => true,
            KeyState::Retired => self.forgotten_at().is_some_and(|at| now < at),
            KeyState::Withdrawn => false,
        }
    }

    /// When a retired key can be forgotten. A withdrawn one never is: a backup could bring it back.
    #[must_use]
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        match self.state {
            KeyState::Retired => self.retired_at.map(|at| at + KEPT),
            _ => None,
        }
    }
}

/// What time asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A next key of this algorithm is to be made, which is to sign from then on.
    Make(Algorithm, Timestamp),
    /// The next key of this algorithm is to sign, and the active one to retire.
    Activate(Algorithm),
    /// The key of this name can be forgotten.
    Forget(String),
}

/// The key of an algorithm that is in `state`; there is one at most for `Next` and `Active`.
#[must_use]
pub fn find(keys: &[Key], algorithm: Algorithm, state: KeyState) -> Option<&Key> {
    keys.iter().find(|k| k.algorithm == algorithm && k.state == state)
}

/// When the active key of an algorithm stops signing, as things stand.
#[must_use]
pub fn retires_at(keys: &[Key], algorithm: Algorithm) -> Option<Timestamp> {
    let planned = find(keys, algorithm, KeyState::Active)?.active_at? + ACTIVE_FOR;
    Some(find(keys, algorithm, KeyState::Next).and_then(|next| next.due_at).unwrap_or(planned))
}

/// What time asks for at `now`.
#[must_use]
pub fn due(keys: &[Key], now: Timestamp) -> Vec<Due> {
    let mut due = Vec::new();
    for algorithm in Algorithm::ALL {
        match (find(keys, algorithm, KeyState::Active), find(keys, algorithm, KeyState::Next)) {
            (_, Some(next)) if next.ripe_at() <= now && next.due_at.is_some_and(|at| at <= now) => due.push(Due::Activate(algorithm)),
            (Some(active), None) => {
                let ends = active.active_at.unwrap_or(active.made_at) + ACTIVE_FOR;
                if now + LEAD >= ends {
                    due.push(Due::Make(algorithm, ends.max(now + LEAD)));
                }
            }
            _ => {}
        }
    }
    due.extend(keys.iter().filter(|k| k.forgotten_at().is_some_and(|at| at <= now)).map(|k| Due::Forget(k.kid.clone())));
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn at(s: u64) -> Timestamp {
        Timestamp::from_secs(1_795_181_527) + Duration::from_secs(s)
    }

    fn next() -> Key {
        Key::next("n".into(), Algorithm::Es256, at(0), at(0))
    }

    #[test]
    fn a_key_signs_only_after_everybody_could_read_it() {
        assert_eq!(RIPENS, Duration::from_mins(7));
        let unripe = KeyFault::Unripe { kid: "n".into(), at: at(420) };
        assert_eq!(next().due_at, Some(at(420)), "no matter how soon it was wanted");
        assert_eq!(next().activate(at(419)), Err(unripe.clone()));
        assert_eq!(next().hasten(at(1)).unwrap().activate(at(419)), Err(unripe));
        let active = next().activate(at(420)).unwrap();
        assert_eq!((active.state, active.active_at, active.due_at), (KeyState::Active, Some(at(420)), None));
        assert!(active.clone().activate(at(900)).is_err());
        assert!(active.hasten(at(900)).is_err());
    }

    #[test]
    fn a_retired_key_is_published_until_its_last_token_is_over_and_a_withdrawn_one_not_at_all() {
        let retired = Key::first("a".into(), Algorithm::Es256, at(0)).retire(at(100)).unwrap();
        assert_eq!(KEPT, Duration::from_mins(12));
        assert!(retired.published(at(100 + 719)) && !retired.published(at(100 + 720)));
        assert_eq!(due(std::slice::from_ref(&retired), at(100 + 719)), []);
        assert_eq!(due(std::slice::from_ref(&retired), at(100 + 720)), [Due::Forget("a".into())]);
        assert!(retired.clone().retire(at(101)).is_err() && retired.clone().activate(at(900)).is_err());
        let withdrawn = retired.withdraw(at(200));
        assert!(!withdrawn.published(at(200)));
        assert_eq!(withdrawn.retired_at, Some(at(100)), "it stopped signing when it did");
        assert_eq!(due(std::slice::from_ref(&withdrawn), at(0) + DAY * 1000), [], "it is never forgotten");
        assert!(withdrawn.clone().activate(at(900)).is_err() && withdrawn.clone().hasten(at(900)).is_err() && withdrawn.retire(at(900)).is_err());
    }

    #[test]
    fn a_key_that_was_dated_a_year_ahead_goes_on_from_now() {
        let year = at(0) + DAY * 365;
        let planned = Key::next("n".into(), Algorithm::Es256, year, year + LEAD).redated(at(0));
        assert_eq!((planned.made_at, planned.due_at), (at(0), Some(at(0) + LEAD)), "it waits as long as it was meant to");
        assert_eq!(planned.hasten(at(1)).unwrap().due_at, Some(at(420)));
        let hastened = Key::next("n".into(), Algorithm::Es256, year, year).redated(at(0));
        assert_eq!(hastened, next());
        assert!(hastened.activate(at(419)).is_err(), "and no shorter than others");
        let made_before = Key { due_at: Some(year), ..next() }.redated(at(0));
        assert_eq!((made_before.made_at, made_before.due_at), (at(0), Some(at(0) + LEAD)));

        let active = Key::first("a".into(), Algorithm::Es256, year).redated(at(0));
        assert_eq!(active, Key::first("a".into(), Algorithm::Es256, at(0)), "it signs for as long as others");
        let retired = Key::first("r".into(), Algorithm::Es256, at(0)).retire(year).unwrap().redated(at(100));
        assert_eq!((retired.made_at, retired.active_at), (at(0), Some(at(0))));
        assert!(retired.published(at(100 + 719)) && !retired.published(at(100 + 720)));
        assert_eq!(Key::first("w".into(), Algorithm::Es256, at(0)).withdraw(year).redated(at(100)).retired_at, Some(at(100)));
    }

    #[test]
    fn a_key_of_before_keeps_its_times() {
        let active = next().activate(at(420)).unwrap();
        let retired = active.clone().retire(at(500)).unwrap();
        for key in [next(), Key::next("n".into(), Algorithm::Es256, at(0), at(0) + LEAD), active, retired] {
            assert_eq!(key.clone().redated(at(500)), key);
        }
    }

    #[test]
    fn the_next_key_is_published_a_day_before_the_active_one_ends() {
        let keys = [Key::first("a".into(), Algorithm::Rs256, at(0))];
        let ends = at(0) + ACTIVE_FOR;
        assert_eq!(due(&keys, ends.before(LEAD + Duration::from_secs(1))), []);
        assert_eq!(due(&keys, ends.before(LEAD)), [Due::Make(Algorithm::Rs256, ends)]);
        assert_eq!(due(&keys, ends + DAY * 30), [Due::Make(Algorithm::Rs256, ends + DAY * 31)], "also after a long stop");
        let [active] = keys;
        let keys = [active, Key::next("n".into(), Algorithm::Rs256, ends.before(LEAD), ends)];
        assert_eq!(retires_at(&keys, Algorithm::Rs256), Some(ends));
        assert_eq!(due(&keys, ends.before(Duration::from_secs(1))), []);
        assert_eq!(due(&keys, ends), [Due::Activate(Algorithm::Rs256)]);
    }
}
