//! Opening, keeping up, rotating by time and in an emergency.

use countersign_domain::key::{KEPT, LEAD, RIPENS};
use countersign_oauth::{jwt::verify_at_jwt, seal::SealError};

use super::*;

const ES: Algorithm = Algorithm::Es256;
const YEAR: Duration = Duration::from_hours(24 * 365);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_master_key_is_told_at_once_and_so_is_damage() {
    let replicas = Replicas::new().await;
    let refused = ring(&replicas.database.store, 2, &replicas.clock).await.unwrap_err();
    assert!(matches!(refused, KeyRingError::Sealed { error: SealError::WrongKey, .. }), "{refused}");
    assert!(refused.to_string().contains("sealed under another master key; give the one that it was sealed with"), "{refused}");
    replicas.damage(KeyState::Active).await;
    let refused = ring(&replicas.database.store, 1, &replicas.clock).await.unwrap_err();
    assert!(matches!(refused, KeyRingError::Sealed { error: SealError::Tampered, .. }), "{refused}");
    // Who has it unsealed already goes on.
    replicas.clock.pass(Duration::from_secs(61));
    assert!(counts(&replicas.rings[0], &mint(&replicas.rings[0], ES).await).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_another_algorithm_is_made_once_and_found_by_all() {
    let replicas = Replicas::new().await;
    let [one, other] = &replicas.rings;
    assert!(one.signing(Algorithm::Ps256).await.is_err());
    let (left, right) = futures::join!(one.ensure(Algorithm::EdDsa), other.ensure(Algorithm::EdDsa));
    assert!(left.is_ok() && right.is_ok());
    one.ensure(Algorithm::EdDsa).await.unwrap();
    one.ensure(Algorithm::Rs256).await.unwrap();
    let active = |a| (a, KeyState::Active);
    let mut states = replicas.states().await;
    states.sort_unstable();
    assert_eq!(states, [active(ES), active(Algorithm::EdDsa), active(Algorithm::Rs256)]);
    for algorithm in [ES, Algorithm::EdDsa, Algorithm::Rs256] {
        assert!(counts(other, &mint(one, algorithm).await).await && counts(one, &mint(other, algorithm).await).await, "{algorithm}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_rotates_and_wipes_and_forgets() {
    let replicas = Replicas::new().await;
    let [one, other] = &replicas.rings;
    replicas.clock.pass(ACTIVE_FOR.saturating_sub(LEAD + Duration::from_secs(2)));
    assert!(!one.tend().await.unwrap());
    replicas.clock.pass(Duration::from_secs(1));
    assert!(one.tend().await.unwrap() && !other.tend().await.unwrap());
    assert_eq!(replicas.states().await, [(ES, KeyState::Active), (ES, KeyState::Next)]);
    let changes: Vec<_> = one.list().await.unwrap().into_iter().map(|k| k.changes_at).collect();
    assert_eq!(changes, [Some(FIRST + ACTIVE_FOR), Some(FIRST + ACTIVE_FOR)]);

    let before = one.signing(ES).await.unwrap().kid().to_owned();
    replicas.clock.pass(LEAD);
    let (left, right) = futures::join!(one.tend(), other.tend());
    assert!(left.is_ok() && right.is_ok());
    let rows = replicas.rows().await;
    assert_eq!((rows[0].key.state, &rows[0].sealed), (KeyState::Retired, &None), "its private half is gone");
    assert_ne!(one.signing(ES).await.unwrap().kid(), before);
    assert_eq!(one.signing(ES).await.unwrap().kid(), other.signing(ES).await.unwrap().kid());
    assert!(one.jwks().await.body.contains(&before));
    replicas.clock.pass(KEPT);
    assert!(!other.jwks().await.body.contains(&before), "published no longer, even where nobody has tidied up");
    assert!(one.tend().await.unwrap());
    assert_eq!(replicas.states().await, [(ES, KeyState::Active)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_rotates_when_everybody_could_read_the_next_key() {
    let replicas = Replicas::new().await;
    let [one, other] = &replicas.rings;
    assert_eq!(one.rotate(Algorithm::Ps256).await, Err(KeyRingError::None(Algorithm::Ps256)));
    let due = Some(START + RIPENS);
    assert_eq!(one.rotate(ES).await, Ok(due));
    assert_eq!(other.rotate(ES).await, Ok(due), "told twice, done once");
    replicas.clock.pass(RIPENS.saturating_sub(Duration::from_secs(1)));
    assert!(!one.tend().await.unwrap());
    replicas.clock.pass(Duration::from_secs(1));
    assert_eq!(one.rotate(ES).await, Ok(None), "now it is done at once");
    assert_eq!(replicas.states().await, [(ES, KeyState::Retired), (ES, KeyState::Active)]);
}

/// A leap of a year, in which a key retired, another began to sign, and a third one was made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_dated_anew_go_on_and_no_token_fails() {
    let replicas = Replicas::new().await;
    let [one, other] = &replicas.rings;
    let first = one.signing(ES).await.unwrap().kid().to_owned();
    let before = mint(one, ES).await;
    replicas.clock.pass(YEAR);
    one.rotate(ES).await.unwrap();
    replicas.clock.pass(RIPENS);
    one.tend().await.unwrap();
    one.rotate(ES).await.unwrap();
    replicas.clock.set_back(YEAR + RIPENS);
    assert_eq!(one.rotate(ES).await, Ok(Some(START + YEAR + RIPENS + RIPENS)), "so long it would wait");

    let anew = || replicas.database.store.write(|tx| Box::pin(async move { redate(tx, START).await }));
    assert_eq!((anew().await, anew().await), (Ok(3), Ok(0)));
    assert!(counts(one, &before).await && counts(other, &mint(one, ES).await).await);
    assert_eq!(other.rotate(ES).await, Ok(Some(START + RIPENS)));
    let published = fetch(other).await;
    replicas.clock.pass(RIPENS);
    assert!(one.tend().await.unwrap());
    let token = mint(one, ES).await;
    assert!(verify_at_jwt(token.expose(), &published, &expect(replicas.clock.now())).is_ok(), "signed with a key that was published by then");
    assert_eq!(one.list().await.unwrap().iter().find(|k| k.state == KeyState::Active).unwrap().changes_at, Some(START + RIPENS + ACTIVE_FOR));
    assert!(one.jwks().await.body.contains(&first));
    replicas.clock.pass(KEPT.saturating_sub(RIPENS));
    assert!(!one.jwks().await.body.contains(&first), "the retired one is forgotten in its time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_before_the_clock_went_back_is_read_anew() {
    let replicas = Replicas::new().await;
    let [one, other] = &replicas.rings;
    replicas.clock.pass(YEAR);
    one.reload().await.unwrap();
    replicas.clock.set_back(YEAR);
    other.replace(ES, "lost meanwhile").await.unwrap();
    assert_eq!(one.signing(ES).await.unwrap().kid(), other.signing(ES).await.unwrap().kid());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_an_emergency_nothing_signed_before_counts() {
    let replicas = Replicas::new().await;
    let [one, other] = &replicas.rings;
    one.ensure(Algorithm::EdDsa).await.unwrap();
    // A retired, an active and a next key.
    one.rotate(ES).await.unwrap();
    replicas.clock.pass(RIPENS);
    let oldest = mint(one, ES).await;
    one.tend().await.unwrap();
    one.rotate(ES).await.unwrap();
    let (old, untouched) = (mint(one, ES).await, mint(one, Algorithm::EdDsa).await);
    let known: Vec<String> = replicas.rows().await.into_iter().filter(|r| r.key.algorithm == ES).map(|r| r.key.kid).collect();
    assert_eq!(known.len(), 3);
    assert!(counts(other, &oldest).await && counts(other, &old).await);

    one.replace(ES, "the host was broken into").await.unwrap();
    for token in [&oldest, &old] {
        assert!(!counts(one, token).await, "at once where it was done");
    }
    other.tend().await.unwrap();
    for ring in [one, other] {
        assert!(!counts(ring, &oldest).await && !counts(ring, &old).await, "and elsewhere with the next look");
        assert!(counts(ring, &untouched).await, "keys of other algorithms stay");
        let published = ring.jwks().await.body;
        assert!(known.iter().all(|kid| !published.contains(kid)), "{published}");
        assert!(counts(ring, &mint(ring, ES).await).await);
    }
    let withdrawn: Vec<_> = replicas.rows().await.into_iter().filter(|r| known.contains(&r.key.kid)).collect();
    assert!(withdrawn.iter().all(|r| r.key.state == KeyState::Withdrawn && r.sealed.is_none()));
    replicas.clock.pass(ACTIVE_FOR * 3);
    one.tend().await.unwrap();
    assert!(known.iter().all(|kid| futures::executor::block_on(replicas.rows()).iter().any(|r| r.key.kid == *kid)), "remembered for ever");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_causes_one_look_a_second() {
    let replicas = Replicas::new().await;
    let [one, other] = &replicas.rings;
    one.replace(ES, "tried").await.unwrap();
    let token = mint(one, ES).await;
    // The other replica knows nothing of the new key, and finds it when it is asked about.
    assert!(counts(other, &token).await);
    one.replace(ES, "tried again").await.unwrap();
    let token = mint(one, ES).await;
    assert!(!counts(other, &token).await, "within the same second it looks no more");
    replicas.clock.pass(Duration::from_secs(1));
    assert!(counts(other, &token).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_next_key_that_is_damaged_never_takes_over() {
    let replicas = Replicas::new().await;
    let one = &replicas.rings[0];
    one.rotate(ES).await.unwrap();
    replicas.damage(KeyState::Next).await;
    replicas.clock.pass(RIPENS);
    let refused = one.tend().await.unwrap_err();
    assert!(matches!(refused, KeyRingError::Sealed { error: SealError::Tampered, .. }), "{refused}");
    assert_eq!(replicas.states().await, [(ES, KeyState::Active), (ES, KeyState::Next)]);
    assert!(counts(one, &mint(one, ES).await).await, "the active one goes on");
    one.replace(ES, "the next key was damaged").await.unwrap();
    assert!(counts(one, &mint(one, ES).await).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_store_nothing_old_signs_and_what_is_published_says_that_it_may_be_old() {
    let replicas = Replicas::new().await;
    let one = &replicas.rings[0];
    let published = one.jwks().await;
    replicas.database.store.close().await;
    assert!(one.signing(ES).await.is_ok(), "the ring is young");
    replicas.clock.pass(STALE + Duration::from_secs(1));
    assert!(one.signing(ES).await.is_err());
    assert_eq!(one.jwks().await, Jwks { fresh: false, ..published });
}
