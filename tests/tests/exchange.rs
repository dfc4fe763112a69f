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
async fn what_is_missing_forged_doubled_or_of_another_kind_is_refused() {
    let world = World::new().await;
    let (dana, _, warrant) = acting(&world).await;
    let (tove, elsewhere) = (world.person("tove").await, world.person("dana").await);
    let e = || dana.exchange(&warrant);
    let token = e().token().await;
    let rows = [
        ("no actor token (the agent gets lost)", e().without("actor_token"), "invalid_request"),
        ("an actor token of no type", e().without("actor_token_type"), "invalid_request"),
        ("an actor type of no token", e().without("actor_token").with("actor_token_type", TYPE_ACCESS_TOKEN), "invalid_request"),
        ("another agent's access token as actor", e().with("actor_token", tove.access.expose()), "invalid_request"),
        ("the same agent's of another console", e().with("actor_token", elsewhere.access.expose()), "invalid_request"),
        ("a customer's token as actor", e().with("actor_token", &token), "invalid_request"),
        ("the warrant as actor", e().with("actor_token", warrant.expose()), "invalid_request"),
        ("an actor token that never was", e().with("actor_token", "csa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "invalid_request"),
        ("a warrant that never was", e().with("subject_token", "csw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "invalid_request"),
        ("a first-party token as warrant", e().with("subject_token", dana.access.expose()), "invalid_request"),
        (
            "a first-party token as subject",
            e().with("subject_token", dana.access.expose()).with("subject_token_type", TYPE_ACCESS_TOKEN),
            "unauthorized_client",
        ),
        (
            "a refresh token as subject",
            e().with("subject_token", dana.refresh.expose()).with("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
            "invalid_request",
        ),
        (
            "a parent by a client that is not its audience",
            e().with("subject_token", &token).with("subject_token_type", TYPE_ACCESS_TOKEN),
            "unauthorized_client",
        ),
        ("a parent called a JWT", e().with("subject_token", &token).with("subject_token_type", TYPE_JWT), "unauthorized_client"),
        ("an id token", e().with("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"), "invalid_request"),
        ("no subject", e().without("subject_token"), "invalid_request"),
        ("no subject type", e().without("subject_token_type"), "invalid_request"),
        ("a scope that was not signed", e().with("scope", "address:write refund:write"), "invalid_scope"),
        ("a scope of no contract", e().with("scope", "*"), "invalid_scope"),
        ("a scope with two spaces", e().with("scope", "address:write  profile:read"), "invalid_scope"),
        ("another audience", e().with("audience", "https://api.acme.example/billing"), "invalid_target"),
        ("the audience but for its case", e().with("audience", "https://API.acme.example/accounts"), "invalid_target"),
        ("no audience", e().without("audience"), "invalid_target"),
        ("two audiences", e().and("audience", "https://api.acme.example/billing"), "invalid_target"),
        ("audience and resource", e().and("resource", "https://api.acme.example/accounts"), "invalid_target"),
        ("a doubled warrant", e().and("subject_token", warrant.expose()), "invalid_request"),
        ("a doubled grant type", e().and("grant_type", "refresh_token"), "invalid_request"),
        ("another token type", e().with("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), "invalid_request"),
        ("another client", e().with("client_id", "accounts-api"), "invalid_client"),
        ("no proof of the key", e().proof(None), "invalid_dpop_proof"),
        ("another agent's key", e().proof(Some(tove.proof("POST", "/oauth/token", None))), "invalid_request"),
        ("a proof for another address", e().proof(Some(dana.proof("POST", "/oauth/revoke", None))), "invalid_dpop_proof"),
        ("a proof for another method", e().proof(Some(dana.proof("GET", "/oauth/token", None))), "invalid_dpop_proof"),
        ("a proof that is none", e().proof(Some("e30.e30.e30".into())), "invalid_dpop_proof"),
    ];
    for (what, exchange, error) in rows {
        let refused = exchange.send().await;
        assert_eq!((refused.status / 100, refused.error().as_str()), (4, error), "{what}: {}", refused.body);
        assert!(!refused.json()["error_description"].as_str().unwrap_or_default().is_empty(), "{what} says what to do");
        // Beside each: the legitimate exchange goes on working.
        dana.exchange(&warrant).token().await;
    }
}

#[tokio::test]
async fn another_agents_warrant_is_of_no_use() {
    let world = World::new().await;
    let (_, _, warrant) = acting(&world).await;
    for thief in ["tove", "both", "gina", "dana"] {
        let refused = world.person(thief).await.exchange(&warrant).send().await;
        assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_request"), "{thief}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_proof_is_good_once() {
    let world = World::new().await;
    let (dana, _, warrant) = acting(&world).await;
    let proof = dana.proof("POST", "/oauth/token", None);
    dana.exchange(&warrant).proof(Some(proof.clone())).token().await;
    assert_eq!(dana.exchange(&warrant).proof(Some(proof)).send().await.error(), "invalid_dpop_proof");
    // A proof is used up by a request that is refused, too.
    let spent = dana.proof("POST", "/oauth/token", None);
    assert_eq!(dana.exchange(&warrant).with("scope", "refund:write").proof(Some(spent.clone())).send().await.error(), "invalid_scope");
    assert_eq!(dana.exchange(&warrant).proof(Some(spent)).send().await.error(), "invalid_dpop_proof");
    let old = dana.proof("POST", "/oauth/token", None);
    world.clock.advance(Duration::from_mins(5));
    assert_eq!(dana.exchange(&warrant).proof(Some(old)).send().await.error(), "invalid_dpop_proof");
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
async fn only_the_api_that_the_token_is_for_learns_anything_by_introspection() {
    let world = World::new().await;
    let (dana, _, warrant) = acting(&world).await;
    let token = dana.exchange(&warrant).token().await;
    let secret = countersign_testkit::world::CLIENT_SECRET;
    assert_eq!(world.introspect_as("globex-api", secret, &token).await.json(), json!({ "active": false }));
    for (client, secret) in [("accounts-api", "wrong-secret-wrong-secret-wrong!"), ("nobody", secret)] {
        let refused = world.introspect_as(client, secret, &token).await;
        assert_eq!((refused.status, refused.error().as_str()), (401, "invalid_client"));
    }
    for other in [dana.access.expose(), dana.refresh.expose(), warrant.expose(), "rubbish", &token[..token.len() - 2], &format!("{token}A")] {
        assert_eq!(world.introspect(other).await.json(), json!({ "active": false }));
    }
    assert_eq!(world.introspect(&token).await.json()["active"], true);
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
