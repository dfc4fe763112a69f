//! Impersonation, contained: the same gate with stricter obligations, and nothing that is unattributed.

use std::time::Duration;

use base64::Engine as _;
use countersign_api::request::RequestView;
use countersign_domain::{Secret, contract::Mode, review::Decision};
use countersign_testkit::{
    Db, Person, World,
    chain::{audience, contract},
};
use serde_json::{Value, json};

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

/// A world in which the gateway takes both kinds of tokens.
async fn world() -> World {
    let world = World::with_chain(Db::Sqlite).await;
    let both = countersign_domain::contract::Contract { modes: vec![Mode::Delegated, Mode::Impersonation], ..contract("gateway") };
    world.engine().contract_register(world.acme, both).await.unwrap();
    world
}

async fn form(dana: &Person, actions: &[&str], minutes: u32) -> Value {
    let mut form = dana.form("ZD-4711", actions, minutes).await;
    form["api"] = dana.api_called("gateway").await.id.to_string().into();
    form["mode"] = "impersonation".into();
    form
}

/// dana, impersonating cus_8812 at the gateway.
async fn impersonating(world: &World) -> (Person, Secret) {
    let (dana, sana, imre) = (world.person("dana").await, world.person("sana").await, world.person("imre").await);
    let asked: RequestView = dana.post("/v1/requests", &form(&dana, &["order:read", "order:refund"], 15).await).await.view();
    assert_eq!((asked.needed, asked.hops.len()), (2, 0), "two signatures, and nothing further");
    sana.sign(world, &asked).await;
    let early = dana.post(&format!("/v1/requests/{}/start", asked.id), &json!({})).await;
    assert_eq!(early.status, 409, "one signature is not enough: {}", early.body);
    imre.sign(world, &asked).await;
    let (delegation, warrant) = dana.start(asked.id).await;
    assert_eq!(delegation.mode, Mode::Impersonation);
    (dana, warrant)
}

#[tokio::test]
async fn it_is_asked_for_only_where_the_contract_has_it_and_for_a_quarter_of_an_hour() {
    let world = world().await;
    let dana = world.person("dana").await;
    let long = dana.post("/v1/requests", &form(&dana, &["order:read"], 16).await).await;
    assert_eq!((long.status, long.rules()), (403, vec!["impersonation".to_owned()]), "{}", long.body);
    let mut elsewhere = form(&dana, &["ledger:read"], 5).await;
    elsewhere["api"] = dana.api_called("ledger").await.id.to_string().into();
    let refused = dana.post("/v1/requests", &elsewhere).await;
    assert_eq!((refused.status, refused.rules()), (403, vec!["rail:mode".to_owned()]), "{}", refused.body);
    let preview = dana.post("/v1/requests/preview", &form(&dana, &["order:read"], 15).await).await.json();
    assert_eq!((&preview["verdict"]["signatures"], &preview["verdict"]["max_minutes"]), (&json!(2), &json!(15)));
    let named: Vec<_> = preview["claims"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
    assert!(!named.iter().any(|n| ["act", "case", "dlg", "may_act"].contains(n)), "{named:?}");
    assert_eq!(dana.post("/v1/requests", &form(&dana, &["order:read"], 15).await).await.status, 200);
}

#[tokio::test]
async fn the_token_hides_who_acts_and_the_record_does_not() {
    let world = world().await;
    let (dana, warrant) = impersonating(&world).await;
    let exchange = || dana.exchange(&warrant).with("audience", &audience("gateway"));
    let token = exchange().token().await;
    let said = claims(&token);
    for hidden in ["act", "case", "dlg", "may_act"] {
        assert_eq!(said[hidden], Value::Null, "{hidden}");
    }
    assert_eq!((&said["sub"], &said["aud"]), (&json!("cus_8812"), &json!(audience("gateway"))));
    assert!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap() <= 300);

    let told = world.machine("gateway-api").introspect(&token).await.json();
    assert_eq!((&told["active"], &told["act"], &told["case"]), (&json!(true), &json!({ "sub": dana.me.id }), &json!("ZD-4711")), "{told}");
    assert!(told["dlg"].as_str().is_some_and(|d| d.starts_with("dlg_")));
    assert_eq!(world.machine("stranger-api").introspect(&token).await.json(), json!({ "active": false }), "strangers learn nothing");

    let lines = world.trail(&world.person("ines").await).await;
    for (kind, code) in [("delegation.start", Value::Null), ("alert.raise", json!("impersonation")), ("token.exchange", Value::Null)] {
        let line = lines.iter().rfind(|l| l["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"));
        assert_eq!((&line["impersonated"], &line["actor"]["id"], &line["code"]), (&json!(true), &json!(dana.me.id), &code), "{kind}: {line}");
    }
    assert_eq!(lines.iter().filter(|l| l["kind"] == "alert.raise").count(), 1, "one alert a start");
}

#[tokio::test]
async fn it_is_never_passed_on_and_ends_like_any_other() {
    let world = world().await;
    let (dana, warrant) = impersonating(&world).await;
    let token = dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
    let gateway = world.machine("gateway-api");
    let refused = gateway.pass_on(&token, "ledger", &[]).await;
    assert_eq!((refused.error().as_str(), refused.json()["countersign_code"].as_str()), ("invalid_request", Some("rail:impersonation-ends")));
    world.pass(Duration::from_secs(15 * 60)).await;
    let refreshed = dana.refreshed().await;
    assert_eq!(refreshed.exchange(&warrant).with("audience", &audience("gateway")).send().await.error(), "invalid_request");
    assert_eq!(gateway.introspect(&token).await.json(), json!({ "active": false }));
}

#[tokio::test]
async fn an_api_that_takes_it_no_longer_ends_it() {
    let world = world().await;
    let (dana, warrant) = impersonating(&world).await;
    let exchange = || dana.exchange(&warrant).with("audience", &audience("gateway"));
    let token = exchange().token().await;
    let gateway = world.machine("gateway-api");
    assert_eq!(gateway.introspect(&token).await.json()["active"], true);
    let (sana, imre) = (world.person("sana").await, world.person("imre").await);
    let other = world.person("dana").await;
    let asked: RequestView = other.post("/v1/requests", &form(&other, &["order:read"], 15).await).await.view();
    sana.sign(&world, &asked).await;

    world.engine().contract_register(world.acme, contract("gateway")).await.unwrap();
    let refused = exchange().send().await;
    assert_eq!((refused.status, refused.json()["countersign_code"].as_str()), (400, Some("rail:mode")), "{}", refused.body);
    assert_eq!(gateway.introspect(&token).await.json(), json!({ "active": false }));
    assert!(imre.look(asked.id).await.not_signable.iter().any(|r| r.rule == "rail:mode"));
    let unsigned = imre.review(&asked, Decision::Sign, None).await;
    assert_eq!(unsigned.rules(), ["rail:mode"], "{}", unsigned.body);
}
