//! The promises of rotation, with two replicas on one store and a clock that is moved by hand.

mod backups;
mod promises;
mod rings;

use std::{
    sync::atomic::{AtomicI64, AtomicU64},
    time::Duration,
};

use countersign_domain::{Secret, key::ACTIVE_FOR};
use countersign_oauth::jwt::sign_at_jwt;
use countersign_store::testing::{self, Sqlite};
use zeroize::Zeroizing;

use super::*;

const ISSUER: &str = "https://sts.example";
/// When the first key was made, so that it is older than any other.
const FIRST: Timestamp = Timestamp::from_secs(1_795_181_526);
const START: Timestamp = Timestamp::from_secs(1_795_181_527);

struct SetClock(AtomicI64);

impl SetClock {
    fn pass(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }

    fn set_back(&self, by: Duration) {
        self.0.fetch_sub(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Different bytes at each call, the same in each run.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(32) {
            let block = Sha256::digest(self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            chunk.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        }
    }
}

fn master(byte: u8) -> MasterKey {
    MasterKey::new(Zeroizing::new([byte; 32]))
}

/// Two replicas on one store.
struct Replicas {
    database: Sqlite,
    clock: Arc<SetClock>,
    rings: [KeyRing; 2],
}

impl Replicas {
    async fn new() -> Self {
        let database = testing::sqlite().await;
        let clock = Arc::new(SetClock(AtomicI64::new(FIRST.micros())));
        let one = ring(&database.store, 1, &clock).await.unwrap();
        one.ensure(Algorithm::Es256).await.unwrap();
        clock.pass(START.since(FIRST));
        let other = ring(&database.store, 1, &clock).await.unwrap();
        Self { database, clock, rings: [one, other] }
    }

    async fn rows(&self) -> Vec<KeyRow> {
        stored(&self.database.store).await.unwrap()
    }

    async fn states(&self) -> Vec<(Algorithm, KeyState)> {
        self.rows().await.into_iter().map(|row| (row.key.algorithm, row.key.state)).collect()
    }

    /// Damages what is sealed of the key in `state`.
    async fn damage(&self, state: KeyState) {
        let mut row = self.rows().await.into_iter().find(|row| row.key.state == state).unwrap();
        let sealed = row.sealed.as_mut().unwrap();
        let last = sealed.len() - 1;
        sealed[last] ^= 1;
        self.database
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.key_delete(&row.key.kid).await?;
                    tx.key_insert(&row).await?;
                    Ok::<_, KeyRingError>(())
                })
            })
            .await
            .unwrap();
    }
}

async fn ring(store: &Store, byte: u8, clock: &Arc<SetClock>) -> Result<KeyRing, KeyRingError> {
    static SEED: AtomicU64 = AtomicU64::new(0);
    let entropy = Counting(AtomicU64::new(SEED.fetch_add(1 << 32, Ordering::SeqCst)));
    KeyRing::open(store.clone(), master(byte), Arc::clone(clock) as Arc<dyn Clock>, Arc::new(entropy)).await
}

fn expect(now: Timestamp) -> Expect<'static> {
    Expect { iss: ISSUER, aud: None, now, leeway: Duration::ZERO }
}

/// A token of five minutes, as a replica mints it.
async fn mint(ring: &KeyRing, algorithm: Algorithm) -> Secret {
    let iat = ring.0.clock.now().unix_secs();
    let claims = AccessClaims {
        iss: ISSUER.into(),
        sub: "cus_8812".into(),
        aud: "https://api.example".into(),
        act: None,
        may_act: None,
        scope: "profile:read".into(),
        client_id: "console".into(),
        iat,
        nbf: iat,
        exp: iat + 300,
        jti: "tok_1".into(),
        tenant: "tnt_1".into(),
        case: None,
        dlg: None,
        txn: "txn_1".into(),
        cnf: None,
        embedded: false,
    };
    sign_at_jwt(&ring.signing(algorithm).await.unwrap(), &claims).unwrap()
}

/// The keys as an API reads them.
async fn fetch(ring: &KeyRing) -> KeySet {
    let jwks = ring.jwks().await;
    assert!(jwks.fresh);
    let document: serde_json::Value = serde_json::from_str(&jwks.body).unwrap();
    KeySet::new(&serde_json::from_value::<Vec<PublicJwk>>(document["keys"].clone()).unwrap()).unwrap()
}

async fn counts(ring: &KeyRing, token: &Secret) -> bool {
    ring.verify(token.expose(), &expect(ring.0.clock.now())).await.unwrap().is_some()
}
