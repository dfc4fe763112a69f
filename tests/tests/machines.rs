//! Machines prove who they are in the one way that they are registered with, and contracts change only by two people.

use countersign_testkit::{Answer, Db, Person, World, chain::contract};
use serde_json::{Value, json};

/// client_credentials, with these parameters more and perhaps HTTP Basic.
async fn own(world: &World, basic: Option<(&str, &str)>, more: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(more);
    let mut request = reqwest::Client::new().post(format!("{}/oauth/token", world.issuer)).form(&form);
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn registered(ruth: &Person, id: &str, auth: &str) -> Vec<String> {
    let made = ruth.post("/v1/clients", &json!({ "id": id, "name": id, "auth": auth })).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let made = ruth.post(&format!("/v1/clients/{id}/secrets"), &json!({})).await.json();
        secrets.push(made["client_secret"].as_str().unwrap().to_owned());
    }
    secrets
}

#[tokio::test]
async fn a_secret_is_changed_without_a_gap_and_a_disabled_machine_comes_no_more() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let ruth = world.person("ruth").await;
        let secrets = registered(&ruth, "header-api", "client_secret_basic").await;
        let works = |n: usize| {
            let (world, secret) = (&world, secrets[n].as_str());
            async move { own(world, Some(("header-api", secret)), &[]).await.0 }
        };
        assert_eq!((works(0).await, works(1).await), (200, 200), "both at a time");
        assert_eq!(ruth.post("/v1/clients/header-api/secrets", &json!({})).await.status, 409, "and no third");
        let list = ruth.get("/v1/clients").await;
        assert!(secrets.iter().all(|secret| !list.body.contains(secret.as_str())), "no list shows one");
        let client = list.json()["items"].as_array().unwrap().iter().find(|c| c["id"] == "header-api").cloned().unwrap();
        let older = json!({ "secret": client["secrets"][0]["id"] });
        assert_eq!(ruth.post("/v1/clients/header-api/secrets/drop", &older).await.status, 200);
        assert_eq!((works(0).await, works(1).await), (401, 200));
        assert_eq!(ruth.post("/v1/clients/header-api", &json!({ "disabled": true })).await.status, 200);
        assert_eq!(works(1).await, 401);
        assert_eq!(ruth.post("/v1/clients/header-api", &json!({ "disabled": false })).await.status, 200);
        assert_eq!(works(1).await, 200);
        let twin = ruth.post("/v1/clients", &json!({ "id": "header-api", "name": "Twin", "auth": "client_secret_basic" })).await;
        assert_eq!(twin.status, 409, "{}", twin.body);
        for id in ["usr_1", "console", "UPPER", "ab"] {
            let refused = ruth.post("/v1/clients", &json!({ "id": id, "name": "n", "auth": "client_secret_basic" })).await;
            assert_eq!(refused.status, 422, "{id}: {}", refused.body);
        }
    }
}

async fn review(who: &Person, change: &Value, decision: &str) -> Answer {
    let path = format!("/v1/contract-changes/{}/review", change["id"].as_str().unwrap());
    who.post(&path, &json!({ "decision": decision, "digest": change["digest"] })).await
}

#[tokio::test]
async fn a_contract_changes_when_somebody_else_agrees() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let (ruth, sana, dana) = (world.person("ruth").await, world.person("sana").await, world.person("dana").await);
        let propose = |minutes: u32| {
            let ruth = &ruth;
            let proposed = countersign_domain::contract::Contract { max_minutes: minutes, client: None, ..contract("vault") };
            async move { ruth.post("/v1/contract-changes", &json!({ "contract": proposed })).await }
        };
        let change = propose(10).await.json();
        assert_eq!((&change["state"], &change["base_version"]), (&json!("waiting"), &json!(0)), "{change}");
        assert_eq!(propose(11).await.status, 409, "one at a time");
        assert_eq!(review(&ruth, &change, "sign").await.rules(), ["rail:four-eyes"], "not by who proposed it");
        assert_eq!(review(&dana, &change, "sign").await.status, 403, "not by an agent");
        let mut other = change.clone();
        other["digest"] = json!("0".repeat(64));
        assert_eq!(review(&sana, &other, "sign").await.rules(), ["rail:digest-changed"], "not unseen");
        assert!(!dana.get("/v1/contracts").await.body.contains("vault"), "nothing has changed yet");
        assert_eq!(review(&sana, &change, "sign").await.json()["state"], "accepted");
        assert_eq!(review(&sana, &change, "sign").await.status, 409, "once");
        assert_eq!(dana.api_called("vault").await.max_minutes, 10);

        assert_eq!(propose(10).await.status, 422, "nothing different");
        let next = propose(20).await.json();
        assert_eq!(next["differences"], json!([{ "field": "max_minutes", "before": "10", "after": "20" }]));
        assert_eq!(review(&sana, &next, "refuse").await.json()["state"], "refused");
        let back = propose(30).await.json();
        let path = format!("/v1/contract-changes/{}/withdraw", back["id"].as_str().unwrap());
        assert_eq!(ruth.post(&path, &json!({})).await.json()["state"], "withdrawn");
        assert_eq!(review(&sana, &back, "sign").await.status, 409, "what was taken back");
        assert_eq!((dana.api_called("vault").await.max_minutes, dana.api_called("vault").await.version), (10, 1));
        let by_file = countersign_domain::contract::Contract { max_minutes: 1, ..countersign_testkit::accounts_contract("accounts-api") };
        let refused = ruth.post("/v1/contract-changes", &json!({ "contract": by_file })).await;
        assert_eq!(refused.status, 403, "a contract of the operator's file: {}", refused.body);
    }
}
