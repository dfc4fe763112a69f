//! How often a password may be tried: by login, and by address. In memory, for each process; a clock is handed in.
//!
//! It slows guessing. It does not lock anybody out for good: whoever waits may try again.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use countersign_domain::{Clock, Timestamp};

/// How long a failed try counts.
const WINDOW: Duration = Duration::from_mins(15);
/// Failed tries for one login within the window.
const BY_LOGIN: usize = 10;
/// Failed tries from one address within the window.
const BY_ADDRESS: usize = 60;
/// Beyond so many keys, those with nothing that counts are dropped.
const KEYS: usize = 10_000;

/// What tries are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Login(String),
    Address(IpAddr),
}

impl Key {
    fn most(&self) -> usize {
        match self {
            Self::Login(_) => BY_LOGIN,
            Self::Address(_) => BY_ADDRESS,
        }
    }
}

/// Counts tries.
pub(crate) struct Tries {
    clock: Arc<dyn Clock>,
    counted: Mutex<HashMap<Key, VecDeque<Timestamp>>>,
}

/// Too many tries; they may go on after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries; wait {} and try again", minutes(*.0))]
pub(crate) struct Wait(pub Duration);

impl Wait {
    /// As `Retry-After` has it (RFC 9110 §10.2.3).
    pub(crate) fn seconds(self) -> u64 {
        self.0.as_secs().max(1)
    }
}

fn minutes(wait: Duration) -> String {
    match wait.as_secs().div_ceil(60) {
        0 | 1 => "a minute".into(),
        n => format!("{n} minutes"),
    }
}

/// A try that is under way. It counts unless it is [`Try::forget`]-ed.
pub(crate) struct Try {
    keys: [Key; 2],
    at: Timestamp,
}

impl Tries {
    /// None counted yet.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, counted: Mutex::default() }
    }

    /// Counts a try before it is made, so that many at once don't slip past.
    pub(crate) fn begin(&self, login: &str, address: IpAddr) -> Result<Try, Wait> {
        let at = self.clock.now();
        // Whatever its case and length: a login is compared in lower case, and the key must stay small.
        let login = login.trim().to_lowercase().chars().take(80).collect();
        let keys = [Key::Login(login), Key::Address(address)];
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() > KEYS {
            counted.retain(|_, tries| tries.back().is_some_and(|last| at.since(*last) < WINDOW));
        }
        for key in &keys {
            if let Some(wait) = counted.get_mut(key).and_then(|tries| owed(tries, key.most(), at)) {
                return Err(Wait(wait));
            }
        }
        for key in &keys {
            counted.entry(key.clone()).or_default().push_back(at);
        }
        Ok(Try { keys, at })
    }

    /// The password was right: this try doesn't count, nor do earlier ones for the same login.
    pub(crate) fn forget(&self, tried: &Try) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &tried.keys {
            match key {
                Key::Login(_) => drop(counted.remove(key)),
                Key::Address(_) => {
                    if let Some(tries) = counted.get_mut(key)
                        && let Some(at) = tries.iter().rposition(|t| *t == tried.at)
                    {
                        tries.remove(at);
                    }
                }
            }
        }
    }
}

fn owed(tries: &mut VecDeque<Timestamp>, most: usize, now: Timestamp) -> Option<Duration> {
    while tries.front().is_some_and(|first| now.since(*first) >= WINDOW) {
        tries.pop_front();
    }
    let oldest = tries.front().filter(|_| tries.len() >= most)?;
    Some(WINDOW.saturating_sub(now.since(*oldest)))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Set(AtomicI64);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(self.0.load(Ordering::SeqCst))
        }
    }

    fn tries() -> (Arc<Set>, Tries) {
        let clock = Arc::new(Set(AtomicI64::new(1_795_181_527)));
        (clock.clone(), Tries::new(clock))
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn one_login_is_tried_ten_times_then_after_the_window() {
        let (clock, tries) = tries();
        for _ in 0..BY_LOGIN {
            assert!(tries.begin("dana", HERE).is_ok());
        }
        let wait = tries.begin(" DANA", HERE).map(drop).unwrap_err();
        assert_eq!((wait.0, wait.to_string()), (WINDOW, "too many tries; wait 15 minutes and try again".into()));
        assert!(tries.begin("tove", HERE).is_ok());
        clock.0.fetch_add(15 * 60, Ordering::SeqCst);
        assert!(tries.begin("dana", HERE).is_ok());
    }

    #[test]
    fn one_address_tries_many_logins_only_so_often() {
        let (_, tries) = tries();
        for n in 0..BY_ADDRESS {
            assert!(tries.begin(&format!("login-{n}"), HERE).is_ok());
        }
        assert!(tries.begin("another", HERE).is_err());
        assert!(tries.begin("another", "198.51.100.7".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_right_password_counts_for_nothing() {
        let (_, tries) = tries();
        for _ in 0..BY_ADDRESS * 2 {
            let tried = tries.begin("dana", HERE).unwrap_or_else(|w| panic!("{w}"));
            tries.forget(&tried);
        }
    }
}
