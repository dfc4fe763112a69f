//! How often a password may be tried: by login, and by address (of IPv6: a /64). In memory, for each process; a clock is handed in.
//!
//! It slows guessing. It does not lock anybody out for good: whoever waits may try again.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use countersign_domain::{Clock, Timestamp};

use crate::rate::network;

/// How long a failed try counts.
const WINDOW: Duration = Duration::from_mins(15);
/// Failed tries for one login within the window.
const BY_LOGIN: usize = 10;
/// Failed tries from one address within the window.
const BY_ADDRESS: usize = 60;
/// So many keys are remembered at the most.
const KEYS: usize = 50_000;

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

/// What is counted, in two halves: when the younger one is full, the older one is forgotten and the younger one takes its place. So memory
/// has a ceiling, and whoever makes up logins by the thousand shuts nobody out, as they would if those who come new were counted together.
#[derive(Default)]
struct Counted {
    young: HashMap<Key, VecDeque<Timestamp>>,
    old: HashMap<Key, VecDeque<Timestamp>>,
}

impl Counted {
    /// The tries by a key, if any are remembered; they are young again by that.
    fn of(&mut self, key: &Key) -> Option<&mut VecDeque<Timestamp>> {
        if let Some((key, tries)) = self.old.remove_entry(key) {
            self.keep(key, tries);
        }
        self.young.get_mut(key)
    }

    fn keep(&mut self, key: Key, tries: VecDeque<Timestamp>) {
        if self.young.len() >= KEYS / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, tries);
    }

    fn add(&mut self, key: &Key, at: Timestamp) {
        match self.of(key) {
            Some(tries) => tries.push_back(at),
            None => self.keep(key.clone(), VecDeque::from([at])),
        }
    }

    fn take_back(&mut self, key: &Key, at: Timestamp) {
        let Some(tries) = self.of(key) else { return };
        if let Some(place) = tries.iter().rposition(|t| *t == at) {
            tries.remove(place);
        }
        if tries.is_empty() {
            self.young.remove(key);
        }
    }
}

/// Counts tries.
pub(crate) struct Tries {
    clock: Arc<dyn Clock>,
    counted: Mutex<Counted>,
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

/// A try that is under way. It counts, unless the password was right ([`Tries::forget`]) or never looked at ([`Tries::take_back`]).
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
        let keys = [Key::Login(login), Key::Address(network(address))];
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &keys {
            if let Some(wait) = counted.of(key).and_then(|tries| owed(tries, key.most(), at)) {
                return Err(Wait(wait));
            }
        }
        for key in &keys {
            counted.add(key, at);
        }
        Ok(Try { keys, at })
    }

    /// The password was right: this try doesn't count, nor do earlier ones for the same login.
    pub(crate) fn forget(&self, tried: &Try) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &tried.keys {
            match key {
                Key::Login(_) => {
                    counted.young.remove(key);
                    counted.old.remove(key);
                }
                Key::Address(_) => counted.take_back(key, tried.at),
            }
        }
    }

    /// The password was not looked at: this try doesn't count, and earlier ones do.
    pub(crate) fn take_back(&self, tried: &Try) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &tried.keys {
            counted.take_back(key, tried.at);
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
    use std::{
        net::Ipv6Addr,
        ops::Range,
        sync::atomic::{AtomicI64, Ordering},
    };

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

    #[test]
    fn a_password_that_was_not_looked_at_counts_for_nothing_and_forgives_nothing() {
        let (_, tries) = tries();
        for _ in 1..BY_LOGIN {
            assert!(tries.begin("dana", HERE).is_ok());
        }
        for _ in 0..BY_ADDRESS {
            let tried = tries.begin("dana", HERE).unwrap_or_else(|w| panic!("{w}"));
            tries.take_back(&tried);
        }
        assert!(tries.begin("dana", HERE).is_ok());
        assert!(tries.begin("dana", HERE).is_err());
    }

    #[test]
    fn a_network_of_ipv6_tries_as_one_address() {
        let (_, tries) = tries();
        let from = |host: &str| host.parse::<IpAddr>().unwrap();
        for n in 0..BY_ADDRESS {
            assert!(tries.begin(&format!("login-{n}"), from(&format!("2001:db8::{n}"))).is_ok());
        }
        assert!(tries.begin("another", from("2001:db8::ffff")).is_err());
        assert!(tries.begin("another", from("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn however_many_are_made_up_memory_has_a_ceiling_and_who_was_tried_lately_stays_in_it() {
        let (_, tries) = tries();
        for _ in 0..BY_LOGIN {
            assert!(tries.begin("dana", HERE).is_ok());
        }
        // Each is two keys: a login and a network.
        let made_up = |ns: Range<u32>| {
            for n in ns {
                assert!(tries.begin(&format!("login-{n}"), IpAddr::V6(Ipv6Addr::from_bits(u128::from(n + 1) << 64))).is_ok(), "{n}");
            }
        };
        made_up(0..20_000);
        assert!(tries.begin("dana", HERE).is_err());
        made_up(20_000..80_000);
        let counted = tries.counted.lock().unwrap();
        let kept = counted.young.len() + counted.old.len();
        assert!((KEYS / 2..=KEYS).contains(&kept), "{kept}");
    }
}
