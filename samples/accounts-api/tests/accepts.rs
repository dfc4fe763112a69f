//! What the API takes and what it refuses, over HTTP.
#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails it")]

mod fake;

use std::sync::atomic::Ordering;

use fake::{World, new_key, now, sign_as};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

fn address() -> Value {
    json!({ "line1": "Harbour Row 18", "postcode": "00-018", "city": "Northhaven" })
}

#[tokio::test]
async fn a_good_token_reads_and_the_answer_names_who_acts() {
    let world = World::new().await;
    let answer = world.read(&world.good()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["customer"], "cus_8812");
    assert_eq!(answer.body["read_by"], json!({ "sub": "cus_8812", "act": "usr_dana" }));
    let answer = world.call("GET", "/customers/cus_8812/invoices", Some(&world.good()), None).await;
    assert_eq!(answer.body["invoices"][0]["id"], "inv_20611");
    assert_eq!(world.issuer.asked.load(Ordering::SeqCst), 0, "reads do not introspect");
}

#[tokio::test]
async fn a_write_asks_the_issuer_first() {
    let world = World::new().await;
    let answer = world.call("PUT", "/customers/cus_8812/address", Some(&world.good()), Some(address())).await;
    assert_eq!((answer.status, &answer.body["changed_by"]), (200, &json!({ "sub": "cus_8812", "act": "usr_dana" })));
    assert_eq!(world.issuer.asked.load(Ordering::SeqCst), 1);
    assert_eq!(world.read(&world.good()).await.body["address"], address());
}

#[tokio::test]
async fn a_token_that_no_longer_counts_changes_nothing() {
    let world = World::new().await;
    let before = world.read(&world.good()).await.body;
    world.issuer.active.store(false, Ordering::SeqCst);
    let calls = [("PUT", "address", address()), ("POST", "refunds", json!({ "invoice": "inv_20611", "amount_cents": 100 })), ("POST", "export", json!({}))];
    for (method, path, body) in calls {
        let answer = world.call(method, &format!("/customers/cus_8812/{path}"), Some(&world.good()), Some(body)).await;
        assert_eq!((answer.status, &answer.body["error"]), (401, &json!("invalid_token")), "{path}");
        assert!(answer.challenge.unwrap().contains("error=\"invalid_token\""), "{path}");
    }
    assert_eq!(world.read(&world.good()).await.body, before);
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_changes_nothing() {
    let world = World::new().await;
    let before = world.read(&world.good()).await.body;
    world.issuer.down.store(true, Ordering::SeqCst);
    let answer = world.call("PUT", "/customers/cus_8812/address", Some(&world.good()), Some(address())).await;
    assert_eq!((answer.status, &answer.body["error"]), (503, &json!("temporarily_unavailable")));
    assert_eq!(world.read(&world.good()).await.body, before);
}

#[tokio::test]
async fn an_issuer_that_starts_later_is_found() {
    let world = World::new().await;
    world.issuer.down.store(true, Ordering::SeqCst);
    assert_eq!(world.read(&world.good()).await.status, 503);
    world.issuer.down.store(false, Ordering::SeqCst);
    assert_eq!(world.read(&world.good()).await.status, 200);
}

#[tokio::test]
async fn tokens_that_are_not_good_are_refused() {
    let world = World::new().await;
    let good = world.claims();
    let hmac = EncodingKey::from_secret(b"k1");
    let header = Header { typ: Some("at+jwt".to_owned()), kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) };
    let table = [
        ("another API's", world.with(|c| c["aud"] = json!("https://api.acme.example/billing")), "audience"),
        ("another issuer's", world.with(|c| c["iss"] = json!("https://other.example")), "issuer"),
        ("over", world.with(|c| c["exp"] = json!(now() - 30)), "over"),
        ("not yet", world.with(|c| c["nbf"] = json!(now() + 60)), "clock"),
        ("without aud", world.with(|c| drop(c.as_object_mut().unwrap().remove("aud"))), "claim"),
        ("without exp", world.with(|c| drop(c.as_object_mut().unwrap().remove("exp"))), "claim"),
        ("without sub", world.with(|c| drop(c.as_object_mut().unwrap().remove("sub"))), "claim"),
        ("without act", world.with(|c| drop(c.as_object_mut().unwrap().remove("act"))), "who acts"),
        ("bound to a key", world.with(|c| c["cnf"] = json!({ "jkt": "x" })), "bound"),
        ("another key's", sign_as(&good, "at+jwt", "k1", &new_key()), "signature"),
        ("an unknown key's", sign_as(&good, "at+jwt", "k2", &new_key()), "publish"),
        ("an ID token", sign_as(&good, "JWT", "k1", &new_key()), "access token"),
        ("signed with a shared secret", encode(&header, &good, &hmac).unwrap(), "ES256"),
        ("no JWT", "csw_abcdef".to_owned(), "not a JWT"),
    ];
    for (name, token, says) in table {
        let answer = world.read(&token).await;
        assert_eq!((answer.status, &answer.body["error"]), (401, &json!("invalid_token")), "{name}");
        assert!(answer.body["error_description"].as_str().unwrap().contains(says), "{name}: {}", answer.body);
        assert!(answer.challenge.unwrap().starts_with("Bearer realm=\"accounts\", error=\"invalid_token\""), "{name}");
    }
}

#[tokio::test]
async fn no_token_is_told_which_scheme_to_use() {
    let world = World::new().await;
    let answer = world.call("GET", "/customers/cus_8812", None, None).await;
    assert_eq!(
        (answer.status, answer.challenge.as_deref()),
        (401, Some("Bearer realm=\"accounts\", resource_metadata=\"https://api.acme.example/.well-known/oauth-protected-resource/accounts\""))
    );
}

#[tokio::test]
async fn a_token_reaches_its_own_customer_only() {
    let world = World::new().await;
    let answer = world.call("GET", "/customers/cus_3051", Some(&world.good()), None).await;
    assert_eq!((answer.status, &answer.body["error"]), (403, &json!("insufficient_scope")));
    assert!(answer.body["error_description"].as_str().unwrap().contains("speaks for `cus_8812`"), "{}", answer.body);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let world = World::new().await;
    let token = world.with(|c| c["scope"] = json!("profile:read address:write:all"));
    let answer = world.call("PUT", "/customers/cus_8812/address", Some(&token), Some(address())).await;
    assert_eq!(answer.status, 403);
    assert!(answer.challenge.unwrap().ends_with("scope=\"address:write\""));
    assert_eq!(world.issuer.asked.load(Ordering::SeqCst), 0, "what does not reach is not asked about");
}

#[tokio::test]
async fn no_more_is_paid_back_than_was_paid() {
    let world = World::new().await;
    let pay = |amount: i64, invoice: &'static str| {
        let body = json!({ "invoice": invoice, "amount_cents": amount });
        let token = world.good();
        let world = &world;
        async move { world.call("POST", "/customers/cus_8812/refunds", Some(&token), Some(body)).await }
    };
    assert_eq!(pay(3000, "inv_20611").await.body["invoice"]["refunded_cents"], 3000);
    for (amount, invoice, status) in [(491, "inv_20611", 400), (0, "inv_20611", 400), (-1, "inv_20611", 400), (1, "inv_20533", 404)] {
        assert_eq!(pay(amount, invoice).await.status, status, "{amount} of {invoice}");
    }
    assert_eq!(pay(490, "inv_20611").await.body["balance_cents"], 2490 - 3490);
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused_with_what_is_wrong() {
    let world = World::new().await;
    for (body, says) in [(json!({ "line1": "x" }), "postcode"), (json!({ "line1": " ", "postcode": "1", "city": "c" }), "line1")] {
        let answer = world.call("PUT", "/customers/cus_8812/address", Some(&world.good()), Some(body)).await;
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!("invalid_request")));
        assert!(answer.body["error_description"].as_str().unwrap().contains(says), "{}", answer.body);
    }
}

#[tokio::test]
async fn an_export_has_everything() {
    let world = World::new().await;
    let answer = world.call("POST", "/customers/cus_8812/export", Some(&world.good()), None).await;
    assert_eq!((answer.status, &answer.body["export"]["invoices"][1]["id"]), (200, &json!("inv_20177")));
}

#[test]
fn plain_http_is_for_loopback_only() {
    let settings = |issuer: &str| accounts_api::Settings {
        issuer: issuer.parse().unwrap(),
        audience: fake::AUDIENCE.to_owned(),
        client_id: "accounts-api".to_owned(),
        client_secret: accounts_api::ClientSecret("s3cret".to_owned()),
    };
    for (issuer, taken) in [
        ("http://localhost:1", true),
        ("http://[::1]:1", true),
        ("https://sts.example", true),
        ("http://sts.example", false),
        ("http://127.0.0.1.example", false),
    ] {
        assert_eq!(settings(issuer).check().is_ok(), taken, "{issuer}");
    }
    assert!(!format!("{:?}", settings("http://localhost:1")).contains("s3cret"));
}

/// What a client does before it believes a document (RFC 9728 §3.3): it must be of the very name that was asked for.
async fn fetched(world: &World, resource: &str) -> Result<Value, String> {
    let (scheme, rest) = resource.split_once("://").unwrap();
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    // §3.1: a slash that ends the host goes.
    let path = if path == "/" { String::new() } else { path };
    let answer = world.http.get(format!("{scheme}://{host}/.well-known/oauth-protected-resource{path}")).send().await.unwrap();
    let status = answer.status().as_u16();
    let document: Value = answer.json().await.unwrap();
    match (status, document.get("resource").and_then(Value::as_str)) {
        (200, Some(named)) if named == resource => Ok(document),
        (200, named) => Err(format!("it names {named:?}")),
        (status, _) => Err(status.to_string()),
    }
}

#[tokio::test]
async fn it_tells_about_itself_at_its_own_address() {
    let world = World::called(|api| format!("{api}/accounts")).await;
    let own = format!("{}/accounts", world.api);
    let document = fetched(&world, &own).await.unwrap();
    assert_eq!(
        document,
        json!({
            "resource": own, "authorization_servers": [world.issuer.url], "resource_name": "Accounts (example)", "bearer_methods_supported": ["header"],
            "scopes_supported": ["profile:read", "address:write", "refund:write", "export:create"],
            "dpop_bound_access_tokens_required": false, "tls_client_certificate_bound_access_tokens": false,
        }),
        "and nothing else"
    );
    for (what, other) in [("its host", world.api.clone()), ("a name further down", format!("{own}/x")), ("another letter", format!("{}/Accounts", world.api))] {
        assert_eq!(fetched(&world, &other).await, Err("404".into()), "{what}");
    }
}

#[tokio::test]
async fn a_document_of_another_name_is_not_believed() {
    // Both names lead to one place, and only one of them is the API's.
    let world = World::called(|api| format!("{api}/")).await;
    let refused = fetched(&world, &world.api).await.unwrap_err();
    assert_eq!(refused, format!("it names {:?}", Some(format!("{}/", world.api))));
    assert!(fetched(&world, &format!("{}/", world.api)).await.is_ok());
}

#[tokio::test]
async fn who_comes_without_a_good_token_is_told_where_to_look() {
    let world = World::called(|api| format!("{api}/accounts")).await;
    let place = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/accounts\"", world.api);
    let none = world.call("GET", "/customers/cus_8812", None, None).await;
    assert_eq!((none.status, none.challenge.as_deref()), (401, Some(format!("Bearer realm=\"accounts\", {place}").as_str())));
    let bad = world.read("e30.e30.e30").await.challenge.unwrap();
    assert!(bad.contains("error=\"invalid_token\"") && bad.ends_with(&place), "{bad}");
    let narrow = world.read(&world.with(|c| c["scope"] = json!("address:write"))).await;
    assert!(narrow.status == 403 && !narrow.challenge.unwrap().contains("resource_metadata"), "a wider token is not found there");
    assert_eq!(world.read(&world.good()).await.status, 200);
}
