//! Passwords: Argon2id (RFC 9106), off the async threads, and only so many at once.

use std::time::Duration;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use countersign_domain::{Code, Entropy, Secret};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
    time::timeout,
};

use crate::Refusal;

/// Shortest password that is taken.
pub(crate) const MIN_CHARS: usize = 12;
/// Longest password that is taken: hashing has its price.
const MAX_BYTES: usize = 1024;

/// Passwords that this process hashes at once: each takes 19 MiB, and a core while it lasts.
const AT_ONCE: usize = 4;
/// When so many wait for that, those who come new are sent away.
const WAITING: usize = 256;
/// Who has waited for so long is sent away too.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where all passwords of this process are hashed.
static PLACES: Places = Places::new(AT_ONCE, WAITING, PATIENCE);

/// What is checked when a login is not known, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y291bnRlcnNpZ24tbm9ib2R5$ZJ6Vn1kRkjG9wBvZlVvyzk6cTDYVCIPFw0lJ4zGzDYw";

/// Whether a password may be chosen.
pub(crate) fn acceptable(password: &Secret, login: &str) -> Result<(), Refusal> {
    let text = password.expose();
    if text.chars().count() < MIN_CHARS {
        return Err(Refusal::invalid(format!("the password is too short; take at least {MIN_CHARS} characters, such as four words")));
    }
    if text.len() > MAX_BYTES {
        return Err(Refusal::invalid(format!("the password is too long; take at most {MAX_BYTES} bytes")));
    }
    if text.to_lowercase().contains(&login.to_lowercase()) {
        return Err(Refusal::invalid("the password holds your name; take another"));
    }
    Ok(())
}

/// The PHC string to keep.
pub(crate) async fn hash(password: &Secret, entropy: &dyn Entropy) -> Result<String, Refusal> {
    let password = password.clone();
    let mut salt = [0_u8; 16];
    entropy.fill(&mut salt);
    let work = move || Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt).map(|h| h.to_string());
    PLACES.hashed(work).await?.map_err(|e| Refusal::internal("password", &e))
}

/// Whether the password is the one that `phc` was made of; the same work where there is none.
pub(crate) async fn verify(password: &Secret, phc: Option<String>) -> Result<bool, Refusal> {
    if password.expose().len() > MAX_BYTES {
        return Ok(false);
    }
    let password = password.clone();
    let known = phc.is_some();
    let phc = phc.unwrap_or_else(|| NOBODY.to_owned());
    let work = move || {
        let parsed = PasswordHash::new(&phc)?;
        Ok::<_, argon2::password_hash::phc::Error>(Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_ok())
    };
    let matches = PLACES.hashed(work).await?.map_err(|e| Refusal::internal("password", &e))?;
    Ok(known && matches)
}

/// Places at which passwords are hashed: however many are sent, memory and threads are enough.
struct Places {
    free: Semaphore,
    waiting: Semaphore,
    patience: Duration,
}

impl Places {
    const fn new(at_once: usize, waiting: usize, patience: Duration) -> Self {
        Self { free: Semaphore::const_new(at_once), waiting: Semaphore::const_new(waiting), patience }
    }

    /// Waits for a place, in turn.
    async fn take(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let _waits = self.waiting.try_acquire().map_err(|_| crowded())?;
        // Neither of the two is ever closed.
        timeout(self.patience, self.free.acquire()).await.ok().and_then(Result::ok).ok_or_else(crowded)
    }

    /// Does the work at a place.
    async fn hashed<T: Send + 'static>(&'static self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let place = self.take().await?;
        let work = move || {
            let done = work();
            // Not before: a request that is let go meanwhile does not break the work off.
            drop(place);
            done
        };
        spawn_blocking(work).await.map_err(|e| Refusal::internal("password", &e))
    }
}

fn crowded() -> Refusal {
    Refusal::new(Code::Busy, "the service looks at too many passwords at this moment, and has done nothing; wait a few seconds and try again")
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{pin::pin, sync::mpsc};

    use futures::poll;
    use tokio::sync::oneshot;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, buf: &mut [u8]) {
            buf.fill(0);
        }
    }

    /// As if as many waited as may, so that whoever wants a password hashed is sent away. No test of this crate wants one hashed.
    pub(crate) async fn crowd() -> SemaphorePermit<'static> {
        PLACES.waiting.acquire_many(u32::try_from(WAITING).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn to_choose_and_to_try_a_password_both_take_a_place() {
        let crowd = crowd().await;
        let password = Secret::new("four random words".into());
        assert_eq!(hash(&password, &Zeros).await.unwrap_err().code, Code::Busy);
        assert_eq!(verify(&password, None).await.unwrap_err().code, Code::Busy);
        drop(crowd);
    }

    #[tokio::test]
    async fn who_comes_when_enough_wait_is_sent_away_and_so_is_who_waits_for_too_long() {
        let places = Places::new(1, 1, LONG);
        let held = places.take().await.unwrap();
        let mut next = pin!(places.take());
        assert!(poll!(next.as_mut()).is_pending());
        assert_eq!(places.take().await.map(drop).unwrap_err().code, Code::Busy, "one waits already");
        drop(held);
        assert!(next.await.is_ok());

        let hasty = Places::new(1, 1, Duration::ZERO);
        let held = hasty.take().await.unwrap();
        assert_eq!(hasty.take().await.map(drop).unwrap_err().code, Code::Busy);
        drop(held);
        assert!(hasty.take().await.is_ok());
    }

    #[tokio::test]
    async fn a_place_comes_free_with_the_end_of_the_work_and_not_of_the_request() {
        static ONE: Places = Places::new(1, 1, LONG);
        let (begun, begins) = oneshot::channel();
        let (go, gate) = mpsc::channel::<()>();
        let mut request = Box::pin(ONE.hashed(move || {
            let _ = begun.send(());
            gate.recv().is_ok()
        }));
        assert!(poll!(&mut request).is_pending());
        begins.await.unwrap();
        drop(request);
        let mut next = pin!(ONE.take());
        assert!(poll!(next.as_mut()).is_pending());
        go.send(()).unwrap();
        assert!(next.await.is_ok());
    }
}
