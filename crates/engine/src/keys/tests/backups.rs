//! Backup and restore: what goes wrong is said, and changes nothing.

use countersign_domain::key::RIPENS;

use super::*;

const ES: Algorithm = Algorithm::Es256;

fn passphrase() -> Secret {
    Secret::new("five random words in a row".into())
}

async fn empty(clock: &Arc<SetClock>) -> (Sqlite, KeyRing) {
    let database = testing::sqlite().await;
    // Another master key: the backup is not bound to the one of before.
    let ring = ring(&database.store, 9, clock).await.unwrap();
    (database, ring)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_come_back_under_another_master_key() {
    let replicas = Replicas::new().await;
    let one = &replicas.rings[0];
    one.ensure(Algorithm::EdDsa).await.unwrap();
    one.rotate(ES).await.unwrap();
    replicas.clock.pass(RIPENS);
    let oldest = mint(one, ES).await;
    one.tend().await.unwrap();
    one.rotate(ES).await.unwrap();
    let tokens = [oldest, mint(one, ES).await, mint(one, Algorithm::EdDsa).await];
    let file = one.backup(&passphrase()).await.unwrap();

    let (database, again) = empty(&replicas.clock).await;
    let done = again.restore(&file, &passphrase()).await.unwrap();
    assert_eq!((done.made_at, done.restored.len(), done.left.len()), (replicas.clock.now(), 4, 0));
    for token in &tokens {
        assert!(counts(&again, token).await);
    }
    assert_eq!(again.signing(ES).await.unwrap().kid(), one.signing(ES).await.unwrap().kid());
    let states = |rows: Vec<KeyRow>| rows.into_iter().map(|r| r.key).collect::<Vec<_>>();
    assert_eq!(states(stored(&database.store).await.unwrap()), states(replicas.rows().await));

    let twice = again.restore(&file, &passphrase()).await.unwrap();
    assert_eq!((twice.restored.len(), twice.left.len()), (0, 4), "a second time changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passphrase_and_a_file_that_are_not_right_are_told_apart() {
    let replicas = Replicas::new().await;
    let one = &replicas.rings[0];
    let short = one.backup(&Secret::new("too short".into())).await;
    assert_eq!(short, Err(BackupError::Short.into()));
    let file = one.backup(&passphrase()).await.unwrap();
    let private = stored(&replicas.database.store).await.unwrap().remove(0);
    let der = unsealed(&master(1), &private).unwrap().to_pkcs8();
    assert!(!file.windows(16).any(|w| der.windows(16).any(|p| p == w)), "the file shows nothing of the key");

    let (database, again) = empty(&replicas.clock).await;
    let other = Secret::new("five other words in a row".into());
    assert_eq!(again.restore(&file, &other).await, Err(BackupError::Passphrase.into()));
    for length in 0..file.len() {
        let expected = if length < 6 { BackupError::Other } else { BackupError::Damaged };
        assert_eq!(again.restore(&file[..length], &passphrase()).await, Err(expected.into()), "{length}");
    }
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 0x10;
        let expected = match place {
            0..6 => BackupError::Other,
            6 => BackupError::Version(1 ^ 0x10),
            _ => BackupError::Damaged,
        };
        assert_eq!(again.restore(&changed, &passphrase()).await, Err(expected.into()), "{place}");
    }
    assert_eq!(again.restore(b"-----BEGIN PRIVATE KEY-----", &passphrase()).await, Err(BackupError::Other.into()));
    assert!(stored(&database.store).await.unwrap().is_empty());
}

/// Whoever changes the head and mends the hash: costs that are too high are not paid, and the rest is authenticated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_was_changed_on_purpose_is_refused() {
    let replicas = Replicas::new().await;
    let file = replicas.rings[0].backup(&passphrase()).await.unwrap();
    let (_database, again) = empty(&replicas.clock).await;
    // Memory, passes, lanes; salt; nonce; the first byte of what is sealed.
    for (place, expected) in [
        (7, BackupError::Damaged),
        (11, BackupError::Damaged),
        (15, BackupError::Damaged),
        (19, BackupError::Passphrase),
        (35, BackupError::Passphrase),
        (47, BackupError::Passphrase),
    ] {
        let mut changed = file[..file.len() - 32].to_vec();
        changed[place] ^= 0x80;
        changed.extend(Sha256::digest(&changed));
        assert_eq!(again.restore(&changed, &passphrase()).await, Err(expected.into()), "{place}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_active_key_is_never_replaced() {
    let replicas = Replicas::new().await;
    let one = &replicas.rings[0];
    let file = one.backup(&passphrase()).await.unwrap();
    one.replace(ES, "rotated since").await.unwrap();
    let before = replicas.rows().await;
    let refused = one.restore(&file, &passphrase()).await.unwrap_err();
    assert!(matches!(&refused, KeyRingError::OtherActive { algorithm: ES, kid } if *kid == before[1].key.kid), "{refused}");
    assert!(refused.to_string().contains("nothing was changed"), "{refused}");
    assert_eq!(replicas.rows().await, before);
    assert!(counts(one, &mint(one, ES).await).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_withdrawn_does_not_come_back() {
    let replicas = Replicas::new().await;
    let one = &replicas.rings[0];
    one.ensure(Algorithm::EdDsa).await.unwrap();
    let older = one.backup(&passphrase()).await.unwrap();
    one.replace(ES, "lost").await.unwrap();
    let newer = one.backup(&passphrase()).await.unwrap();

    // Withdrawn here, active in the backup, and nothing active here: it is left out.
    let (_database, again) = empty(&replicas.clock).await;
    let withdrawn = replicas.rows().await.into_iter().find(|r| r.key.state == KeyState::Withdrawn).unwrap();
    let kid = withdrawn.key.kid.clone();
    again.0.store.write(move |tx| Box::pin(async move { Ok::<_, KeyRingError>(tx.key_insert(&withdrawn).await?) })).await.unwrap();
    let done = again.restore(&older, &passphrase()).await.unwrap();
    assert_eq!((done.restored.len(), &done.left), (1, &vec![kid.clone()]));
    assert!(again.signing(ES).await.is_err());

    // Withdrawn in the backup, active here: whoever restores is told.
    let (_database, again) = empty(&replicas.clock).await;
    again.restore(&older, &passphrase()).await.unwrap();
    assert_eq!(again.restore(&newer, &passphrase()).await, Err(KeyRingError::WasWithdrawn(kid)));
}
