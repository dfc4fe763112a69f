//! Issuers: trusted by one company, asked about older tokens, read again when their keys change.

use std::time::Duration;

use countersign_domain::{Clock as _, CustomerId, Secret};
use countersign_engine::TrustedIssuer;
use countersign_store::StoreError;
use countersign_testkit::{
    Answer, Db, ForeignIssuer, Odd,
    chain::{audience, contract},
};
use serde_json::{Value, json};

use super::{MAPPED, Scene, claims, reason};

#[tokio::test]
async fn an_issuer_is_trusted_by_one_company_for_its_own_customers() {
    let scene = Scene::on(Db::Sqlite).await;
    let world = &scene.world;
    // The other company has the same customer's name and the same audience, and a gateway of its own.
    let secret = Secret::new("secret-of-globex-gate-with-enough-length".into());
    world.engine().client_register(world.globex, "globex-gate", &secret).await.unwrap();
    for key in ["ledger", "bank", "notify", "archive", "vault", "gateway"] {
        let mut theirs = contract(key);
        theirs.client = Some("globex-gate".into());
        world.engine().contract_register(world.globex, theirs).await.unwrap();
    }
    let mut theirs = world.machine("gateway-api");
    (theirs.id, theirs.secret) = ("globex-gate".into(), secret.expose().into());
    let refused = theirs.pass_on(&scene.token(&json!({})), "ledger", &[]).await;
    assert_eq!(reason(&refused), "rail:trusted-issuer", "{}", refused.body);
    let elsewhere = CustomerId::new(world.clock.now(), world.engine().entropy());
    let globex = world.globex;
    let made = world.store.write::<_, StoreError, _>(move |tx| Box::pin(async move { tx.customer_upsert(globex, "cus_globex", elsewhere).await }));
    made.await.unwrap();
    let theirs_alone = scene.token(&json!({ "sub": "cus_globex" }));
    assert_eq!(reason(&scene.exchange(&theirs_alone).await), "rail:customer", "a customer of another company");
    let both = vec![scene.registered(), scene.bank.trusted(&world.globex.to_string(), &audience("gateway"), &MAPPED)];
    scene.trust(both);
    let token = scene.token(&json!({}));
    let (ours, other) = (scene.exchange(&token).await, theirs.pass_on(&token, "ledger", &[]).await);
    let tenant = |answer: &Answer| claims(answer.json()["access_token"].as_str().unwrap())["tenant"].clone();
    assert_eq!((tenant(&ours), tenant(&other)), (json!(world.acme.to_string()), json!(world.globex.to_string())), "each its own");
    assert_eq!(theirs.pass_on(&theirs_alone, "ledger", &[]).await.status, 200);
    let child = ours.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(theirs.introspect(&child).await.json(), json!({ "active": false }));
    assert_eq!(theirs.pass_on(&child, "bank", &[]).await.error(), "invalid_request");

    let fails = |trusted: TrustedIssuer, says: &str| {
        let told = world.engine().trust(vec![scene.registered(), trusted]).unwrap_err().to_string();
        assert!(told.contains(says), "{told}");
    };
    let mut own = scene.registered();
    own.issuer.issuer = world.issuer.clone();
    fails(own, "the service itself");
    fails(scene.registered(), "registered twice");
    assert_eq!(theirs.pass_on(&scene.token(&json!({})), "ledger", &[]).await.status, 200, "those before stay");
}

#[tokio::test]
async fn an_older_token_counts_if_its_issuer_vouches_for_it_now() {
    let scene = Scene::on(Db::Sqlite).await;
    let now = scene.now();
    let old = scene.token(&json!({ "iat": now - 900, "exp": now + 120 }));
    assert_eq!(reason(&scene.exchange(&old).await), "rail:fresh-token", "nobody is asked");
    scene.trust(vec![scene.bank.asked_about(scene.registered())]);
    let good = json!({ "active": true, "sub": "cus_8812", "iss": scene.bank.iss, "aud": audience("gateway") });
    let with = |name: &str, value: Value| {
        let mut answer = good.clone();
        answer[name] = value;
        answer
    };
    for (what, answer) in [
        ("not active", json!({ "active": false })),
        ("nobody named", json!({ "active": true })),
        ("another customer", with("sub", json!("cus_3051"))),
        ("another API", with("aud", json!(audience("ledger")))),
        ("another issuer", with("iss", json!("https://login.other.example"))),
        ("over", with("exp", json!(now))),
    ] {
        scene.bank.says(answer);
        assert_eq!(reason(&scene.exchange(&old).await), "rail:fresh-token", "{what}");
        scene.bank.says(good.clone());
        assert_eq!(scene.exchange(&old).await.status, 200, "beside: {what}");
    }
    assert!(scene.bank.asked().contains(&format!("token={old}")) && scene.bank.asked().to_ascii_lowercase().contains("authorization: basic"));
    let child = scene.exchange(&old).await.json();
    assert!(child["expires_in"].as_i64().unwrap() <= 120, "never longer than the customer's own: {child}");
    // Somebody who found it learns nothing: it is not sent to its issuer for them.
    let asked = scene.bank.asked();
    let found = scene.token(&json!({ "iat": now - 900, "exp": now + 120, "jti": "found" }));
    assert_eq!(reason(&scene.world.machine("ledger-api").pass_on(&found, "bank", &[]).await), "rail:customer-token");
    assert_eq!(scene.bank.asked(), asked, "nobody was asked");
    let over = scene.token(&json!({ "iat": now - 900, "exp": now - 1 }));
    assert_eq!(reason(&scene.exchange(&over).await), "rail:customer-token", "expired stays expired, whatever its issuer says");
    scene.bank.set_down(true);
    let down = scene.exchange(&old).await;
    assert_eq!((down.status, down.error().as_str()), (503, "temporarily_unavailable"), "{}", down.body);
    assert_eq!(scene.exchange(&scene.token(&json!({}))).await.status, 200, "a fresh one needs nobody's word");
}

#[tokio::test]
async fn keys_are_read_anew_when_they_change_and_nothing_is_minted_while_they_can_t_be() {
    let scene = Scene::on(Db::Sqlite).await;
    let fresh = |kid: &str| scene.signed(&json!({ "kid": kid }), &json!({}));
    scene.bank.set_down(true);
    let down = scene.exchange(&fresh("k1")).await;
    assert_eq!((down.status, down.error().as_str()), (503, "temporarily_unavailable"), "{}", down.body);
    assert_eq!(scene.bank.reads(), 1);
    assert_eq!(scene.exchange(&fresh("k1")).await.status, 503);
    assert_eq!(scene.bank.reads(), 1, "who did not answer is left alone for a moment");
    scene.bank.set_down(false);
    scene.world.clock.advance(Duration::from_secs(3));
    for _ in 0..3 {
        assert_eq!(scene.exchange(&fresh("k1")).await.status, 200);
    }
    assert_eq!(scene.bank.reads(), 2, "kept once they are read");

    let before = scene.world.clock.now();
    scene.bank.rotate("k2");
    for _ in 0..3 {
        assert_eq!(scene.exchange(&fresh("k3")).await.error(), "invalid_request", "a name that nobody has");
    }
    assert_eq!(scene.bank.reads(), 2, "however many tokens name it, not at once");
    scene.world.clock.advance(Duration::from_secs(11));
    assert_eq!(scene.exchange(&fresh("k1")).await.status, 200, "what was read a moment ago is gone by");
    assert_eq!(scene.exchange(&fresh("k2")).await.status, 200, "a new name is asked for");
    assert_eq!(scene.bank.reads(), 3);
    assert_eq!(reason(&scene.exchange(&fresh("k1")).await), "rail:customer-token", "and what was taken out is gone with that");

    // A key that is taken out without another in its place is gone by for five minutes at most.
    scene.bank.rotate("k4");
    assert_eq!(scene.exchange(&fresh("k2")).await.status, 200);
    scene.world.clock.advance(Duration::from_mins(5));
    assert_eq!(reason(&scene.exchange(&fresh("k2")).await), "rail:customer-token");
    assert_eq!(scene.exchange(&fresh("k4")).await.status, 200);
    scene.bank.set_down(true);
    scene.world.clock.advance(Duration::from_mins(5));
    assert_eq!(scene.exchange(&fresh("k4")).await.status, 503, "nobody is believed by keys that are old");
    assert!(scene.world.clock.now() > before);
    let lines = scene.lines().await;
    let refused = lines.iter().rfind(|l| l["decision"] == "refused").unwrap();
    assert_eq!((&refused["rules"], &refused["issuer"]), (&json!(["issuer-unreachable"]), &json!(scene.bank.iss)), "{refused}");
}

#[tokio::test]
async fn an_issuer_that_answers_oddly_is_believed_in_nothing() {
    let scene = Scene::on(Db::Sqlite).await;
    let stranger = ForeignIssuer::open().await;
    let forged = stranger.sign(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" }), &scene.said());
    let published = json!({ "keys": [stranger.public_jwk()] }).to_string();
    for (what, odd) in [
        ("elsewhere", Odd::Redirect(format!("{}/jwks", stranger.iss))),
        ("far too long", Odd::Long(300 * 1024)),
        ("no JSON", Odd::Text("keys".into())),
        ("no set", Odd::Text("[]".into())),
        ("a member twice", Odd::Text(published.replacen('{', "{\"keys\":[],", 1))),
    ] {
        scene.bank.set_odd(Some(odd));
        for token in [&forged, &scene.token(&json!({}))] {
            let refused = scene.exchange(token).await;
            assert_eq!((refused.status, refused.error().as_str()), (503, "temporarily_unavailable"), "{what}: {}", refused.body);
        }
        scene.bank.set_odd(None);
        scene.world.clock.advance(Duration::from_secs(3));
        scene.at_the_ledger(&json!({})).await;
        scene.world.clock.advance(Duration::from_mins(5));
    }
    assert_eq!(stranger.reads(), 0, "nobody sends us elsewhere");

    // A set that is good but for keys that are meant for others.
    let mixed = json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": "k1" }, { "kty": "RSA", "n": "AQAB", "e": "AQAB" }, scene.bank.public_jwk()] });
    scene.bank.set_odd(Some(Odd::Text(mixed.to_string())));
    scene.at_the_ledger(&json!({})).await;
}

#[tokio::test]
async fn introspection_that_answers_oddly_vouches_for_nothing() {
    let scene = Scene::on(Db::Sqlite).await;
    scene.trust(vec![scene.bank.asked_about(scene.registered())]);
    scene.at_the_ledger(&json!({})).await;
    let old = scene.token(&json!({ "iat": scene.now() - 900 }));
    for (odd, status) in [
        (Odd::Text("true".into()), 400),
        (Odd::Text("{\"active\":false,\"active\":true,\"sub\":\"cus_8812\"}".into()), 400),
        (Odd::Long(300 * 1024), 503),
        (Odd::Redirect("http://127.0.0.1:9/".into()), 503),
    ] {
        scene.bank.set_odd(Some(odd.clone()));
        assert_eq!(scene.exchange(&old).await.status, status, "{odd:?}");
    }
    scene.bank.set_odd(None);
    scene.bank.says(json!({ "active": true, "sub": "cus_8812" }));
    assert_eq!(scene.exchange(&old).await.status, 200);
}
