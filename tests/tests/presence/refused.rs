//! Tokens that are no customer's own for this API, and those who show what is not for them.

use countersign_domain::Secret;
use countersign_testkit::{Db, ForeignIssuer, chain::audience};
use serde_json::{Value, json};

use super::{Scene, reason};

#[tokio::test]
async fn a_token_that_is_just_good_enough_is_taken() {
    let scene = Scene::on(Db::Sqlite).await;
    let now = scene.now();
    for more in [json!({ "may_act": { "sub": "gateway-api" } }), json!({ "aud": [audience("gateway")] }), json!({ "iat": now - 299 })] {
        scene.at_the_ledger(&more).await;
    }
    let mut plain = scene.registered();
    plain.issuer.typ = vec!["JWT".into()];
    scene.trust(vec![plain]);
    assert_eq!(scene.exchange(&scene.signed(&json!({ "typ": "JWT" }), &json!({}))).await.status, 200, "where it is registered so");
    assert_eq!(scene.exchange(&scene.token(&json!({}))).await.status, 400);
}

#[tokio::test]
async fn a_refusal_says_what_is_accepted_and_its_line_whose_token_it_was() {
    let scene = Scene::on(Db::Sqlite).await;
    for more in [json!({ "iss": "https://login.other.example" }), json!({ "aud": audience("ledger") })] {
        let refused = scene.exchange(&scene.token(&more)).await;
        let told = refused.json()["error_description"].as_str().unwrap().to_owned();
        assert!(told.contains("accepted are live tokens of this service for your API"), "{told}");
    }
    let lines = scene.lines().await;
    let told = |rule: &str| lines.iter().find(|l| l["rules"] == json!([rule])).unwrap_or_else(|| panic!("{rule}"));
    assert_eq!(
        (&told("rail:trusted-issuer")["decision"], &told("rail:trusted-issuer")["issuer"]),
        (&json!("refused"), &Value::Null),
        "what it calls itself is not repeated"
    );
    assert_eq!(told("rail:customer-token")["issuer"], scene.bank.iss);
}

#[tokio::test]
async fn nobody_is_asked_for_keys_because_a_token_says_so() {
    let scene = Scene::on(Db::Sqlite).await;
    let stranger = ForeignIssuer::open().await;
    let jku = format!("{}/jwks", stranger.iss);
    for header in [json!({ "jku": jku }), json!({ "x5u": jku }), json!({ "jwk": stranger.public_jwk() })] {
        let mut head = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" });
        head.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
        assert_eq!(scene.exchange(&stranger.sign(&head, &scene.said())).await.error(), "invalid_request", "{head}");
    }
    assert_eq!(stranger.reads(), 0);
    scene.at_the_ledger(&json!({})).await;
}

#[tokio::test]
async fn only_the_client_of_the_api_that_the_customer_called_shows_their_token() {
    let scene = Scene::on(Db::Sqlite).await;
    let (world, token) = (&scene.world, scene.token(&json!({})));
    let child = scene.at_the_ledger(&json!({})).await;
    for thief in ["stranger-api", "ledger-api", "bank-api"] {
        let refused = world.machine(thief).pass_on(&token, "ledger", &[]).await;
        assert_eq!((refused.error().as_str(), reason(&refused).as_str()), ("invalid_request", "rail:customer-token"), "{thief}: {}", refused.body);
    }
    // What came of it is passed on by its own audience's client alone, and never comes back as the first actor.
    assert_eq!(scene.gateway().pass_on(&child, "bank", &[]).await.error(), "invalid_request");
    let at = "urn:ietf:params:oauth:token-type:access_token";
    let (dana, theirs) = (world.person("dana").await, world.machine("ledger-api").own().await);
    let console = dana.exchange(&Secret::new(token.clone())).with("subject_token_type", at).with("audience", &audience("ledger"));
    assert_eq!(console.send().await.error(), "unauthorized_client", "a console shows no customer's token");
    for (what, actor) in [("a person's token", dana.access.expose()), ("another machine's", theirs.as_str()), ("the customer's own", token.as_str())] {
        let refused = scene.gateway().pass_on(&token, "ledger", &[("actor_token", actor), ("actor_token_type", at)]).await;
        assert_eq!(refused.error(), "invalid_request", "{what} as actor token: {}", refused.body);
    }
    let own = scene.gateway().own().await;
    assert_eq!(scene.gateway().pass_on(&token, "ledger", &[("actor_token", &own), ("actor_token_type", at)]).await.status, 200);
    for (what, subject) in [
        ("its own token", own.as_str()),
        ("a person's first-party token", dana.access.expose()),
        ("a refresh token", "csr_AAAAAAAA"),
        ("a bank's refresh token", "opaque-0123456789"),
    ] {
        assert_eq!(scene.exchange(subject).await.error(), "invalid_request", "{what}");
    }
    let typed = [("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")];
    assert_eq!(scene.gateway().pass_on(&token, "ledger", &typed).await.error(), "invalid_request");
    assert_eq!(scene.exchange(&token).await.status, 200);
    // A foreign token is no token of ours anywhere else.
    assert_eq!(scene.gateway().introspect(&token).await.json(), json!({ "active": false }));
}
