//! Token exchange (RFC 8693): no token wider, longer, elsewhere, or for another than what was signed.

use std::time::Duration;

use base64::Engine as _;
use countersign_domain::{Secret, contract::Mode};
use countersign_oauth::token::{TYPE_ACCESS_TOKEN, TYPE_JWT};
use countersign_testkit::{Person, World};
use serde_json::{Value, json};

/// dana acting for cus_8812 on ZD-4711 with two actions for 15 minutes.
async fn acting(world: &World) -> (Person, countersign_api::delegation::DelegationView, Secret) {
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["profile:read", "address:write"], 15).await;
    sana.sign(world, &asked).await;
    let (delegation, warrant) = dana.start(asked.id).await;
    (dana, delegation, warrant)
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

#[tokio::test]
async fn the_token_names_customer_agent_case_and_delegation_and_lives_five_minutes_at_most() {
    let world = World::new().await;
    let (dana, delegation, warrant) = acting(&world).await;
    let answer = dana.exchange(&warrant).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!((body["issued_token_type"].as_str(), body["token_type"].as_str()), (Some(TYPE_ACCESS_TOKEN), Some("Bearer")));
    assert_eq!((body["expires_in"].as_i64(), body["scope"].as_str()), (Some(300), Some("address:write profile:read")));
    let said = claims(body["access_token"].as_str().unwrap());
    assert_eq!(said["iss"], world.issuer);
    assert_eq!(said["sub"], "cus_8812");
    assert_eq!(said["aud"], "https://api.acme.example/accounts");
    assert_eq!(said["act"], json!({ "sub": dana.me.id }));
    assert_eq!(said["case"], "ZD-4711");
    assert_eq!(said["dlg"], json!(delegation.id));
    assert_eq!(said["txn"], json!(delegation.transaction));
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 300);
    assert_eq!(said["embedded"], true);
    let live = world.introspect(body["access_token"].as_str().unwrap()).await.json();
    assert_eq!((live["active"].as_bool(), live["act"]["sub"].as_str()), (Some(true), Some(dana.me.id.to_string().as_str())));
}

#[tokio::test]
async fn a_token_is_narrowed_as_asked_and_never_outlives_the_delegation() {
    let world = World::new().await;
    let (dana, delegation, warrant) = acting(&world).await;
    let narrow = dana.exchange(&warrant).with("scope", "profile:read").token().await;
    assert_eq!(claims(&narrow)["scope"], "profile:read");
    let by_resource =
        dana.exchange(&warrant).without("audience").with("resource", "https://api.acme.example/accounts").with("requested_token_type", TYPE_JWT).send().await;
    assert_eq!(by_resource.json()["issued_token_type"], TYPE_JWT);

    world.clock.advance(Duration::from_mins(13));
    let dana = dana.refreshed().await;
    let late = dana.exchange(&warrant).token().await;
    assert!(claims(&late)["exp"].as_i64().unwrap() <= delegation.ends_at.unix_secs());
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(dana.exchange(&warrant).send().await.error(), "invalid_request");
    assert_eq!(world.introspect(&late).await.json(), json!({ "active": false }));
}

#[tokio::test]
async fn every_token_has_its_line_and_every_refusal_too() {
    let world = World::new().await;
    let (dana, delegation, warrant) = acting(&world).await;
    let token = dana.exchange(&warrant).token().await;
    dana.exchange(&warrant).with("scope", "refund:write").send().await;
    let auditor = world.person("ines").await;
    let lines: Vec<Value> = world.trail(&auditor).await.into_iter().filter(|l| l["kind"] == "token.exchange").collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let [minted, refused] = &lines[..] else { unreachable!() };
    assert_eq!((&minted["token"], &minted["decision"], &minted["exchanged"]), (&claims(&token)["jti"], &json!("allowed"), &json!(true)));
    assert_eq!((&minted["actor"]["id"], &minted["subject_name"], &minted["case_key"]), (&json!(dana.me.id), &json!("cus_8812"), &json!("ZD-4711")));
    assert_eq!((&refused["decision"], &refused["code"], &refused["delegation"]), (&json!("refused"), &json!("invalid_scope"), &json!(delegation.id)));
    assert_eq!((delegation.mode, delegation.live), (Mode::Delegated, true));
}
