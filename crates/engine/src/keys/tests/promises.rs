//! Whatever is done to the keys by plan, and whenever, no token that counts fails.

use countersign_domain::key::CACHED;
use proptest::prelude::*;

use countersign_oauth::jwt::verify_at_jwt;

use super::*;

/// Something that happens.
#[derive(Debug, Clone)]
enum Happens {
    Pass(u64),
    Tend(usize),
    Rotate(usize),
    Mint(usize),
    Fetch(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    let hour = 60 * 60_u64;
    let pass = prop_oneof![
        4 => 0..10_u64,
        4 => 50..70_u64,
        4 => 290..310_u64,
        4 => 410..430_u64,
        2 => 650..730_u64,
        1 => hour..30 * hour,
        1 => 24 * hour..100 * 24 * hour,
    ];
    prop_oneof![
        3 => pass.prop_map(Happens::Pass),
        2 => (0..2_usize).prop_map(Happens::Tend),
        1 => (0..2_usize).prop_map(Happens::Rotate),
        3 => (0..2_usize).prop_map(Happens::Mint),
        3 => (0..2_usize).prop_map(Happens::Fetch),
    ]
}

/// An API that read the keys up to five minutes ago verifies every token until its end: so whatever was fetched verifies
/// whatever was minted within five minutes before or after.
async fn no_token_fails(story: Vec<Happens>, algorithm: Algorithm) {
    let replicas = Replicas::new().await;
    replicas.rings[0].ensure(algorithm).await.unwrap();
    // The first key of an algorithm has none before it, and signs at once: APIs read it at an unknown `kid`.
    replicas.clock.pass(CACHED + STALE);
    let (mut minted, mut fetched) = (Vec::new(), Vec::new());
    for happens in &story {
        match *happens {
            Happens::Pass(seconds) => replicas.clock.pass(Duration::from_secs(seconds)),
            Happens::Tend(i) => {
                replicas.rings[i].tend().await.unwrap();
            }
            Happens::Rotate(i) => {
                replicas.rings[i].rotate(algorithm).await.unwrap();
            }
            Happens::Mint(i) => minted.push((replicas.clock.now(), mint(&replicas.rings[i], algorithm).await)),
            Happens::Fetch(i) => fetched.push((replicas.clock.now(), fetch(&replicas.rings[i]).await)),
        }
        for ring in &replicas.rings {
            for (at, token) in &minted {
                let live = replicas.clock.now() < Timestamp::from_secs(at.unix_secs() + 300);
                assert!(!live || counts(ring, token).await, "a live token stopped counting at introspection: {story:?}");
            }
        }
    }
    let near = |a: Timestamp, b: Timestamp| a.since(b) <= Duration::from_mins(5) && b.since(a) <= Duration::from_mins(5);
    for (at, token) in &minted {
        for (_, keys) in fetched.iter().filter(|(read, _)| near(*at, *read)) {
            let verified = verify_at_jwt(token.expose(), keys, &expect(*at));
            assert!(verified.is_ok(), "minted at {at}: {verified:?} in {story:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_token_fails_whatever_happens(story in proptest::collection::vec(happens(), 1..60), ed in any::<bool>()) {
        let algorithm = if ed { Algorithm::EdDsa } else { Algorithm::Es256 };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(no_token_fails(story, algorithm));
    }
}

/// The tightest way through: each turn at the first instant at which it may happen, by the replica that looks last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tightest_rotation_fails_no_token() {
    use Happens::{Fetch, Mint, Pass, Rotate, Tend};
    let mut story = vec![Fetch(1), Rotate(0), Mint(1)];
    for _ in 0..3 {
        // The other replica has not looked since, and publishes what it had.
        story.extend([Pass(60), Fetch(1), Pass(60), Fetch(1), Pass(300), Tend(0), Mint(0), Mint(1), Fetch(1), Pass(60), Mint(1), Fetch(1)]);
        story.extend([Pass(299), Fetch(1), Fetch(0), Pass(2), Fetch(0), Rotate(1), Mint(0)]);
    }
    no_token_fails(story, Algorithm::Es256).await;
}
