//! Tokens that are no customer's own for this API, and those who show what is not for them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::Secret;
use countersign_testkit::{Db, ForeignIssuer, chain::audience};
use serde_json::{Value, json};

use super::{Scene, reason};

#[tokio::test]
async fn a_token_that_is_not_the_customers_own_for_this_api_is_refused() {
    let scene = Scene::on(Db::Sqlite).await;
    let dana = scene.world.person("dana").await;
    let now = scene.now();
    let own = scene.world.issuer.clone();
    let token = |more: Value| scene.token(&more);
    let rows: Vec<(&str, String, &str)> = vec![
        ("an issuer that nobody registered", token(json!({ "iss": "https://login.other.example" })), "rail:trusted-issuer"),
        ("its own address with a slash", token(json!({ "iss": format!("{}/", scene.bank.iss) })), "rail:trusted-issuer"),
        ("no issuer", token(json!({ "iss": null })), "refused"),
        ("our own issuer, forged", token(json!({ "iss": own })), "refused"),
        ("another API", token(json!({ "aud": audience("ledger") })), "rail:customer-token"),
        ("an API that is not there", token(json!({ "aud": "https://api.acme.example/nowhere" })), "rail:customer-token"),
        ("the API by its client's name", token(json!({ "aud": "gateway-api" })), "rail:customer-token"),
        ("several APIs", token(json!({ "aud": [audience("gateway"), audience("ledger")] })), "rail:customer-token"),
        ("no API", token(json!({ "aud": null })), "rail:customer-token"),
        ("expired", token(json!({ "iat": now - 200, "exp": now })), "rail:customer-token"),
        ("for ever", token(json!({ "exp": null })), "rail:customer-token"),
        ("too old", token(json!({ "iat": now - 300 })), "rail:fresh-token"),
        ("of no age", token(json!({ "iat": null })), "rail:customer-token"),
        ("from the future", token(json!({ "iat": now + 60 })), "rail:customer-token"),
        ("not yet", token(json!({ "nbf": now + 60 })), "rail:customer-token"),
        ("an id token by its nonce", token(json!({ "nonce": "n" })), "rail:customer-token"),
        ("an id token by its hash", token(json!({ "at_hash": "h" })), "rail:customer-token"),
        ("an id token by its own word", token(json!({ "typ": "ID" })), "rail:customer-token"),
        ("a refresh token by its own word", token(json!({ "typ": "Refresh" })), "rail:customer-token"),
        ("a token that was passed on", token(json!({ "act": { "sub": "some-api" } })), "rail:customer-token"),
        ("a token that names our agent as actor", token(json!({ "act": { "sub": dana.me.id } })), "rail:customer-token"),
        ("a token that another client may exchange", token(json!({ "may_act": { "sub": "ledger-api" } })), "rail:customer-token"),
        ("a token that is bound", token(json!({ "cnf": { "jkt": "thumb" } })), "rail:customer-token"),
        ("nobody", token(json!({ "sub": "cus_0000" })), "rail:customer"),
        ("a homoglyph", token(json!({ "sub": "\u{441}us_8812" })), "rail:customer"),
        ("one of our people", token(json!({ "sub": dana.me.id })), "rail:customer"),
        ("one of our clients", token(json!({ "sub": "ledger-api" })), "rail:customer"),
        ("the console", token(json!({ "sub": "console" })), "rail:customer"),
        ("a customer in another case", token(json!({ "sub": "CUS_8812" })), "rail:customer"),
    ];
    for (what, subject, code) in rows {
        let refused = scene.exchange(&subject).await;
        assert_eq!((refused.status, refused.error().as_str(), reason(&refused).as_str()), (400, "invalid_request", code), "{what}: {}", refused.body);
        let told = refused.json()["error_description"].as_str().unwrap().to_owned();
        assert!(told.contains("accepted are live tokens of this service for your API"), "{what}: {told}");
        scene.at_the_ledger(&json!({})).await;
    }
    let lines = scene.lines().await;
    let told = |rule: &str| lines.iter().find(|l| l["rules"] == json!([rule])).unwrap_or_else(|| panic!("{rule}"));
    assert_eq!(
        (&told("rail:trusted-issuer")["decision"], &told("rail:trusted-issuer")["issuer"]),
        (&json!("refused"), &Value::Null),
        "what it calls itself is not repeated"
    );
    assert_eq!(told("rail:customer-token")["issuer"], scene.bank.iss);
    scene.at_the_ledger(&json!({ "may_act": { "sub": "gateway-api" } })).await;
    scene.at_the_ledger(&json!({ "aud": [audience("gateway")] })).await;
    scene.at_the_ledger(&json!({ "iat": now - 299 })).await;
}

#[tokio::test]
async fn a_header_chooses_neither_key_nor_algorithm() {
    let scene = Scene::on(Db::Sqlite).await;
    let stranger = ForeignIssuer::open().await;
    let jwk = scene.bank.public_jwk();
    let unsigned = |alg: &str| {
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}.", part(json!({ "alg": alg, "typ": "at+jwt", "kid": "k1" })), part(scene.said()))
    };
    let by_stranger = |header: Value| {
        let mut head = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" });
        head.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
        stranger.sign(&head, &scene.said())
    };
    let jku = format!("{}/jwks", stranger.iss);
    let rows = vec![
        ("no signature", unsigned("none")),
        ("no signature, in capitals", unsigned("NONE")),
        ("the public key as a shared secret", scene.signed(&json!({ "alg": "HS256" }), &json!({}))),
        ("another curve", scene.signed(&json!({ "alg": "ES384" }), &json!({}))),
        ("an algorithm that the issuer is not registered with", scene.signed(&json!({ "alg": "EdDSA" }), &json!({}))),
        ("a stranger's signature", by_stranger(json!({}))),
        ("a key in the header", by_stranger(json!({ "jwk": stranger.public_jwk() }))),
        ("its own key in the header", scene.signed(&json!({ "jwk": jwk }), &json!({}))),
        ("an address of keys in the header", by_stranger(json!({ "jku": jku }))),
        ("a certificate's address in the header", by_stranger(json!({ "x5u": jku }))),
        ("something critical", scene.signed(&json!({ "crit": ["exp"] }), &json!({}))),
        ("an id token's kind", scene.signed(&json!({ "typ": "JWT" }), &json!({}))),
        ("no kind", scene.signed(&json!({ "typ": null }), &json!({}))),
        ("a kind of ours", scene.signed(&json!({ "typ": "token-introspection+jwt" }), &json!({}))),
    ];
    for (what, token) in rows {
        let refused = scene.exchange(&token).await;
        assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_request"), "{what}: {}", refused.body);
        scene.at_the_ledger(&json!({})).await;
    }
    assert_eq!(stranger.reads(), 0, "nobody was asked because a token said so");
    let mut plain = scene.registered();
    plain.issuer.typ = vec!["JWT".into()];
    scene.trust(vec![plain]);
    assert_eq!(scene.exchange(&scene.signed(&json!({ "typ": "JWT" }), &json!({}))).await.status, 200, "where it is registered so");
    assert_eq!(scene.exchange(&scene.token(&json!({}))).await.status, 400);
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
