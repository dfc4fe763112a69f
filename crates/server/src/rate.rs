//! How often the OAuth endpoints may be called: by client once one is known, by address before. In memory, for each process.
//!
//! Every call takes from its address's bucket first. Who turns out to be a client, or to hold a good key and grant, gets that back and
//! pays from a bucket of their own: so an address that many share runs dry by what is refused, not by what is done. A bucket is only
//! ever emptied by whoever proved to be its client; to claim a name costs that name nothing.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// One each so often on average, and so many at once. No time between them: as many as come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How long it takes until one more may come.
    pub every: Duration,
    /// At once.
    pub burst: u32,
}

impl Rate {
    /// As many as come.
    pub const UNLIMITED: Self = Self { every: Duration::ZERO, burst: 0 };

    /// So many a second on average, and so many at once. Zero a second: as many as come.
    #[must_use]
    pub const fn per_s(calls: u32, burst: u32) -> Self {
        match Duration::from_secs(1).checked_div(calls) {
            Some(every) => Self { every, burst },
            None => Self::UNLIMITED,
        }
    }
}

/// Beyond so many callers, those who come new share a bucket.
const KEYS: usize = 50_000;
const SWEEP: Duration = Duration::from_secs(1);

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Payer {
    /// A client that proved itself, by its id.
    Client(String),
    /// A console, by the thumbprint of its key.
    Key(String),
}

/// Too many calls; they may go on after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Later(pub Duration);

impl Later {
    /// As `Retry-After` has it (RFC 6585 §4, RFC 9110 §10.2.3).
    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.0.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
    }
}

/// The buckets.
pub(crate) struct Rates {
    started: Instant,
    addresses: Buckets<IpAddr>,
    payers: Buckets<Payer>,
}

impl Rates {
    /// All full.
    pub(crate) fn new(address: Rate, client: Rate) -> Self {
        Self { started: Instant::now(), addresses: Buckets::new(address), payers: Buckets::new(client) }
    }

    /// A call comes in, from whomever.
    pub(crate) fn arrive(&self, address: IpAddr) -> Result<(), Later> {
        self.addresses.take(&network(address), self.started.elapsed())
    }

    /// Whether this client may go on. To ask costs nothing: the name is only claimed yet.
    pub(crate) fn may(&self, payer: &Payer) -> Result<(), Later> {
        self.payers.look(payer, self.started.elapsed())
    }

    /// The call from that address was this client's.
    pub(crate) fn pay(&self, address: IpAddr, payer: &Payer) {
        let now = self.started.elapsed();
        self.addresses.give_back(&network(address), now);
        self.payers.spend(payer, now);
    }
}

/// Whom an address stands for: who has one of IPv6 has a whole /64 of them. One of IPv4 is itself, also as IPv6 spells it (RFC 4291 §2.5.5.2).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        four @ IpAddr::V4(_) => four,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// As the time that it took to fill.
    left: Duration,
    at: Duration,
}

struct Buckets<K> {
    rate: Rate,
    kept: Mutex<Kept<K>>,
}

struct Kept<K> {
    by: HashMap<Option<K>, Bucket>,
    /// When full ones were last dropped.
    swept: Duration,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    fn new(rate: Rate) -> Self {
        Self { rate, kept: Mutex::new(Kept { by: HashMap::new(), swept: Duration::ZERO }) }
    }

    fn full(&self) -> Duration {
        self.rate.every.saturating_mul(self.rate.burst.max(1))
    }

    fn filled(&self, bucket: Bucket, now: Duration) -> Duration {
        bucket.left.saturating_add(now.saturating_sub(bucket.at)).min(self.full())
    }

    /// Does something with what is left for `key`; answers what it answers.
    fn with<T>(&self, key: &K, now: Duration, free: T, change: impl FnOnce(&mut Duration) -> T) -> T {
        if self.rate.every.is_zero() {
            return free;
        }
        let mut held = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { by: kept, swept } = &mut *held;
        let mut key = Some(key.clone());
        if kept.len() >= KEYS && !kept.contains_key(&key) {
            // Once a second: who comes by the thousand must not make each of them costly.
            if now.saturating_sub(*swept) >= SWEEP {
                *swept = now;
                kept.retain(|_, bucket| self.filled(*bucket, now) < self.full());
            }
            if kept.len() >= KEYS {
                key = None;
            }
        }
        let bucket = kept.entry(key).or_insert(Bucket { left: self.full(), at: now });
        let mut left = self.filled(*bucket, now);
        let answer = change(&mut left);
        *bucket = Bucket { left, at: now };
        answer
    }

    fn wait(&self, left: Duration) -> Later {
        Later(self.rate.every.saturating_sub(left))
    }

    fn take(&self, key: &K, now: Duration) -> Result<(), Later> {
        self.with(key, now, Ok(()), |left| {
            *left = left.checked_sub(self.rate.every).ok_or_else(|| self.wait(*left))?;
            Ok(())
        })
    }

    fn look(&self, key: &K, now: Duration) -> Result<(), Later> {
        self.with(key, now, Ok(()), |left| if *left >= self.rate.every { Ok(()) } else { Err(self.wait(*left)) })
    }

    fn spend(&self, key: &K, now: Duration) {
        self.with(key, now, (), |left| *left = left.saturating_sub(self.rate.every));
    }

    fn give_back(&self, key: &K, now: Duration) {
        let full = self.full();
        self.with(key, now, (), |left| *left = left.saturating_add(self.rate.every).min(full));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::per_s(10, 5);

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn a_burst_is_let_in_then_the_average() {
        let buckets = Buckets::new(RATE);
        for _ in 0..5 {
            assert_eq!(buckets.take(&1, ms(0)), Ok(()));
        }
        assert_eq!(buckets.take(&1, ms(0)), Err(Later(ms(100))));
        assert_eq!(buckets.take(&2, ms(0)), Ok(()), "somebody else");
        assert_eq!(buckets.take(&1, ms(99)), Err(Later(ms(1))));
        assert_eq!(buckets.take(&1, ms(100)), Ok(()));
        assert_eq!(buckets.take(&1, ms(100)), Err(Later(ms(100))));
        assert_eq!((0..9).filter(|_| buckets.take(&1, ms(100_000)).is_ok()).count(), 5, "no more than a burst is saved up");
    }

    #[test]
    fn a_name_that_is_only_claimed_loses_nothing() {
        let buckets = Buckets::new(RATE);
        for _ in 0..100 {
            assert_eq!(buckets.look(&1, ms(0)), Ok(()));
        }
        for _ in 0..5 {
            buckets.spend(&1, ms(0));
        }
        assert_eq!(buckets.look(&1, ms(0)), Err(Later(ms(100))));
        buckets.give_back(&1, ms(0));
        assert_eq!(buckets.look(&1, ms(0)), Ok(()));
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        for rate in [Rate::UNLIMITED, Rate::per_s(0, 5)] {
            let buckets = Buckets::new(rate);
            assert!((0..100_000).all(|_| buckets.take(&1, ms(0)).is_ok()));
        }
    }

    #[test]
    fn too_many_callers_share_a_bucket() {
        let buckets = Buckets::new(RATE);
        let let_in = (0..KEYS + 100).filter(|n| buckets.take(n, ms(0)).is_ok()).count();
        assert_eq!(let_in, KEYS + 5);
        assert_eq!(buckets.take(&(KEYS + 7), ms(60_000)), Ok(()), "who has not come for a while is forgotten");
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        // As a socket that takes both families tells of them.
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("::ffff:192.0.2.1"), of("::ffff:192.0.2.2"));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds() {
        assert_eq!([Later(ms(1)).seconds(), Later(ms(1000)).seconds(), Later(ms(1001)).seconds()], [1, 1, 2]);
    }
}
