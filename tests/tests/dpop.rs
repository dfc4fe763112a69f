//! Proofs of possession (RFC 9449): each for one call, with a nonce of the service, once, wherever and whenever it is shown again.

use std::time::Duration;

use countersign_domain::Secret;
use countersign_testkit::{Answer, Db, Person, World};

const ME: &str = "/v1/me";
const TOKEN: &str = "/oauth/token";

/// dana acting, and her warrant.
async fn acting(world: &World) -> (Person, Secret) {
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["profile:read"], 60).await;
    sana.sign(world, &asked).await;
    let (_, warrant) = dana.start(asked.id).await;
    (dana, warrant)
}

fn call_proof(person: &Person) -> String {
    person.proof("GET", ME, Some(&person.access))
}

fn call_proof_with(person: &Person, nonce: Option<&str>) -> String {
    person.proof_with("GET", ME, Some(&person.access), nonce)
}

async fn called(world: &World, person: &Person, proof: &str) -> Answer {
    person.show(&world.issuer, ME, &[proof.to_owned()]).await
}

/// The answer to a proof that carries no good nonce: in the form of its endpoint, with the nonce to carry.
#[track_caller]
fn wants_nonce(what: &str, answer: &Answer) -> String {
    assert!(answer.wants_nonce(), "{what}: {} {} {:?}", answer.status, answer.body, answer.headers);
    answer.header("dpop-nonce").to_owned()
}

#[track_caller]
fn bad_proof(what: &str, answer: &Answer) {
    let told = if answer.status == 400 {
        answer.json()["error"] == "invalid_dpop_proof"
    } else {
        answer.header("www-authenticate").starts_with("DPoP error=\"invalid_dpop_proof\"")
    };
    assert!(told && [400, 401].contains(&answer.status), "{what}: {} {} {:?}", answer.status, answer.body, answer.headers);
}

#[tokio::test]
async fn a_proof_carries_a_nonce_of_the_service_at_both_doors() {
    let world = World::new().await;
    let (dana, warrant) = acting(&world).await;
    let (for_token, for_call) = (dana.nonce(TOKEN).unwrap(), dana.nonce(ME).unwrap());
    assert_ne!(for_token, for_call);
    let changed = format!("{}{}", if for_call.starts_with('A') { 'B' } else { 'A' }, &for_call[1..]);
    for (what, nonce) in [
        ("no nonce", None),
        ("a made-up one", Some("AAAAAAAAAAAAAAAAAAAAAA")),
        ("a changed one", Some(&*changed)),
        ("the other door's", Some(&*for_token)),
        ("an empty one", Some("")),
    ] {
        let handed = wants_nonce(what, &called(&world, &dana, &call_proof_with(&dana, nonce)).await);
        let good = called(&world, &dana, &call_proof_with(&dana, Some(&handed))).await;
        assert_eq!((good.status, good.header("dpop-nonce")), (200, ""), "{what}: the nonce that was handed out is good");
    }
    for (what, nonce) in [("no nonce", None), ("a made-up one", Some("AAAAAAAAAAAAAAAAAAAAAA")), ("the other door's", Some(&*for_call))] {
        let proof = dana.proof_with("POST", TOKEN, None, nonce);
        let handed = wants_nonce(what, &dana.exchange(&warrant).proof(Some(proof)).send().await);
        dana.exchange(&warrant).proof(Some(dana.proof_with("POST", TOKEN, None, Some(&handed)))).token().await;
    }
}

#[tokio::test]
async fn the_next_nonce_comes_in_the_second_half_of_a_life_and_the_old_one_is_over_after_it() {
    let world = World::new().await;
    let (dana, warrant) = acting(&world).await;
    let (call, token) = (dana.nonce(ME).unwrap(), dana.nonce(TOKEN).unwrap());
    // The world begins 127 s after the beginning of a slot of five minutes.
    world.clock.advance(Duration::from_secs(200));
    let second_half = called(&world, &dana, &call_proof_with(&dana, Some(&call))).await;
    let next = second_half.header("dpop-nonce").to_owned();
    assert!(second_half.status == 200 && !next.is_empty() && next != call, "{second_half:?}");
    let exchanged = dana.exchange(&warrant).proof(Some(dana.proof_with("POST", TOKEN, None, Some(&token)))).send().await;
    let next_token = exchanged.header("dpop-nonce").to_owned();
    assert!(exchanged.status == 200 && !next_token.is_empty() && next_token != token, "{exchanged:?}");
    // Also with a refusal that has nothing to do with it.
    let refused = dana.exchange(&warrant).with("scope", "refund:write").proof(Some(dana.proof_with("POST", TOKEN, None, Some(&token)))).send().await;
    assert_eq!((refused.error().as_str(), refused.header("dpop-nonce")), ("invalid_scope", next_token.as_str()));

    let dana = dana.refreshed().await;
    world.clock.advance(Duration::from_secs(300));
    wants_nonce("an old one", &called(&world, &dana, &call_proof_with(&dana, Some(&call))).await);
    wants_nonce("an old one", &dana.exchange(&warrant).proof(Some(dana.proof_with("POST", TOKEN, None, Some(&token)))).send().await);
    assert_eq!(called(&world, &dana, &call_proof_with(&dana, Some(&next))).await.status, 200);
    dana.exchange(&warrant).proof(Some(dana.proof_with("POST", TOKEN, None, Some(&next_token)))).token().await;
}

#[tokio::test]
async fn a_proof_is_good_for_one_call_alone() {
    let world = World::new().await;
    let (dana, warrant) = acting(&world).await;
    let (tove, elsewhere) = (world.person("tove").await, world.person("dana").await);
    let rows = [
        ("another method", dana.proof("POST", ME, Some(&dana.access))),
        ("another path", dana.proof("GET", "/v1/cases", Some(&dana.access))),
        ("another access token", dana.proof("GET", ME, Some(&elsewhere.access))),
        ("no access token", dana.proof("GET", ME, None)),
        ("no proof at all", "e30.e30.e30".to_owned()),
    ];
    for (what, proof) in rows {
        bad_proof(what, &called(&world, &dana, &proof).await);
        assert_eq!(called(&world, &dana, &call_proof(&dana)).await.status, 200, "beside {what}");
    }
    let both = [call_proof(&dana), call_proof(&dana)];
    bad_proof("two headers", &dana.show(&world.issuer, ME, &both).await);
    bad_proof("no header", &dana.show(&world.issuer, ME, &[]).await);
    for (what, thief) in [("another person's key", &tove), ("another key of the same person", &elsewhere)] {
        let refused = called(&world, &dana, &thief.proof("GET", ME, Some(&dana.access))).await;
        assert!(refused.status == 401 && refused.header("www-authenticate").contains("invalid_token"), "{what}: {refused:?}");
    }
    // None of this used up what it did not check.
    assert_eq!(called(&world, &dana, &both[0]).await.status, 200);

    let rows = [
        ("another method", dana.proof("GET", TOKEN, None)),
        ("another path", dana.proof_with("POST", "/oauth/revoke", None, dana.nonce(TOKEN).as_deref())),
        ("no proof at all", "e30.e30.e30".to_owned()),
    ];
    for (what, proof) in rows {
        bad_proof(what, &dana.exchange(&warrant).proof(Some(proof)).send().await);
        dana.exchange(&warrant).token().await;
    }
    let second = dana.proof("POST", TOKEN, None);
    bad_proof("two headers", &dana.exchange(&warrant).and_proof(second).send().await);
    let stolen = dana.exchange(&warrant).proof(Some(tove.proof("POST", TOKEN, None))).send().await;
    assert_eq!(stolen.error(), "invalid_request", "another key: {}", stolen.body);
    dana.exchange(&warrant).token().await;
}

#[tokio::test]
async fn a_replayed_proof_is_kept_out_also_after_a_restart() {
    for db in [Db::Sqlite, Db::Postgres] {
        let mut world = World::on(db).await;
        let (dana, warrant) = acting(&world).await;
        let (used, unused) = (call_proof(&dana), call_proof(&dana));
        assert_eq!(called(&world, &dana, &used).await.status, 200);
        bad_proof("a call's again", &called(&world, &dana, &used).await);
        let (token_used, token_unused) = (dana.proof("POST", TOKEN, None), dana.proof("POST", TOKEN, None));
        dana.exchange(&warrant).proof(Some(token_used.clone())).token().await;
        bad_proof("an exchange's again", &dana.exchange(&warrant).proof(Some(token_used.clone())).send().await);

        world.restart().await;
        wants_nonce("a call's after a restart", &called(&world, &dana, &used).await);
        wants_nonce("one that was made before it", &called(&world, &dana, &unused).await);
        bad_proof("an exchange's after a restart", &dana.exchange(&warrant).proof(Some(token_used)).send().await);
        dana.exchange(&warrant).proof(Some(token_unused)).token().await;
        assert_eq!(dana.get(ME).await.status, 200);
    }
}

#[tokio::test]
async fn a_replayed_proof_is_kept_out_of_another_replica() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let replica = world.replica().await;
        let (dana, warrant) = acting(&world).await;
        let (used, unused) = (call_proof(&dana), call_proof(&dana));
        assert_eq!(called(&world, &dana, &used).await.status, 200);
        let theirs = wants_nonce("a call's at another replica", &dana.show(&replica.address, ME, &[used]).await);
        wants_nonce("one of this replica's nonce", &dana.show(&replica.address, ME, &[unused]).await);
        let there = call_proof_with(&dana, Some(&theirs));
        wants_nonce("one of the other replica's nonce", &called(&world, &dana, &there).await);
        assert_eq!(dana.show(&replica.address, ME, std::slice::from_ref(&there)).await.status, 200);
        bad_proof("again there", &dana.show(&replica.address, ME, &[there]).await);

        // At the token endpoint every replica takes the nonce, and none takes the proof twice.
        let proof = dana.proof("POST", TOKEN, None);
        dana.exchange(&warrant).proof(Some(proof.clone())).at(&replica.address).token().await;
        for address in [&world.issuer, &replica.address] {
            bad_proof("an exchange's again", &dana.exchange(&warrant).proof(Some(proof.clone())).at(address).send().await);
        }
        dana.exchange(&warrant).token().await;
    }
}

#[tokio::test]
async fn a_console_whose_clock_is_wrong_by_minutes_is_let_in_by_its_nonce() {
    let world = World::new().await;
    let (dana, _) = acting(&world).await;
    let early = call_proof(&dana);
    world.clock.advance(Duration::from_secs(299));
    assert_eq!(called(&world, &dana, &early).await.status, 200, "made five minutes ago, by its own clock");
    let stale = call_proof(&dana);
    world.clock.advance(Duration::from_secs(301));
    bad_proof("older than five minutes", &called(&world, &dana, &stale).await);
}
