//! Contracts change only by two people, who are two, and into nothing that could not stand.

use countersign_domain::contract::{Contract, Risk};
use countersign_testkit::{Answer, Db, Person, World, chain::contract, world::PASSWORD};
use serde_json::{Value, json};

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
            let proposed = Contract { max_minutes: minutes, client: None, ..contract("vault") };
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
        let by_file = Contract { max_minutes: 1, ..countersign_testkit::accounts_contract("accounts-api") };
        let refused = ruth.post("/v1/contract-changes", &json!({ "contract": by_file })).await;
        assert_eq!(refused.status, 403, "a contract of the operator's file: {}", refused.body);
    }
}

async fn propose(who: &Person, proposed: &Contract) -> Answer {
    who.post("/v1/contract-changes", &json!({ "contract": proposed })).await
}

#[tokio::test]
async fn nobody_becomes_a_second_person_by_making_one() {
    let world = World::new().await;
    let (ruth, sana) = (world.person("ruth").await, world.person("sana").await);
    let invited = ruth.post("/v1/people", &json!({ "name": "puppet", "roles": ["approver", "admin"], "groups": ["approvers"] })).await.json();
    let path = invited["link"].as_str().unwrap().strip_prefix(&world.issuer).unwrap().to_owned();
    let mut browser = world.browser();
    let page = browser.open(&path).await;
    let joined = browser.send(&path, &page, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert!(joined.status < 400, "{}", joined.body);
    let puppet = world.person("puppet").await;

    let of_vault = Contract { client: None, ..contract("vault") };
    for (proposer, other) in [(&ruth, &puppet), (&puppet, &ruth)] {
        let change = propose(proposer, &of_vault).await.json();
        let list = other.get("/v1/contract-changes").await.json();
        let seen = list["items"].as_array().unwrap().iter().find(|c| c["id"] == change["id"]).cloned().unwrap();
        assert_eq!(seen["reviewable"], false);
        assert_eq!(review(other, &change, "sign").await.rules(), ["rail:independent"]);
        assert_eq!(review(other, &change, "refuse").await.json()["state"], "refused", "a no needs nobody independent");
    }
    let change = propose(&puppet, &of_vault).await.json();
    assert_eq!(review(&sana, &change, "sign").await.json()["state"], "accepted", "somebody independent can");
}

#[tokio::test]
async fn what_could_not_stand_is_not_proposed() {
    let world = World::new().await;
    let (ruth, sana) = (world.person("ruth").await, world.person("sana").await);
    let vault = || Contract { client: None, ..contract("vault") };
    let mut calls_nobody = contract("archive");
    calls_nobody.actions[0].calls[0].scope = "none:such".into();
    for (why, proposed) in [
        ("`base_url`", Contract { base_url: "not an address".into(), ..vault() }),
        ("`base_url`", Contract { base_url: "ftp://127.0.0.1/files".into(), ..vault() }),
        ("embedded", Contract { base_url: "https://vault.example".into(), ..vault() }),
        ("`audience`", Contract { audience: "vault".into(), ..vault() }),
        ("`audience`", Contract { audience: "https://api.acme.example/vault#one".into(), ..vault() }),
        ("`modes`", Contract { modes: Vec::new(), ..vault() }),
        ("`key`", Contract { key: "Vault".into(), ..vault() }),
        ("not registered", contract("archive")),
    ] {
        let refused = propose(&ruth, &proposed).await;
        assert_eq!(refused.status, 422, "{why}: {}", refused.body);
        assert!(refused.body.contains(why.trim_matches('`')), "{why}: {}", refused.body);
    }
    let change = propose(&ruth, &vault()).await.json();
    assert_eq!(review(&sana, &change, "sign").await.json()["state"], "accepted");
    let refused = propose(&ruth, &calls_nobody).await;
    assert!(refused.status == 422 && refused.body.contains("none:such"), "{}", refused.body);
}

#[tokio::test]
async fn an_action_that_others_call_is_not_taken_away_under_them() {
    let world = World::new().await;
    let (ruth, sana) = (world.person("ruth").await, world.person("sana").await);
    let agreed = async |proposed: Contract| {
        let change = propose(&ruth, &proposed).await;
        assert_eq!(change.status, 200, "{}", change.body);
        assert_eq!(review(&sana, &change.json(), "sign").await.json()["state"], "accepted");
    };
    let secret = countersign_domain::Secret::new("secret-of-archive-api-with-enough-length".into());
    world.engine().client_register(world.acme, "archive-api", &secret).await.unwrap();
    let vault = || Contract { client: None, ..contract("vault") };
    agreed(vault()).await;
    agreed(contract("archive")).await;

    let mut renamed = vault();
    renamed.actions[0].scope = "key:borrow".into();
    let moved = Contract { audience: "https://api.acme.example/elsewhere".into(), ..vault() };
    for proposed in [renamed.clone(), moved] {
        let refused = propose(&ruth, &proposed).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains("`file:put` of `archive` calls `key:use`"), "{}", refused.body);
    }
    let mut riskier = vault();
    riskier.actions[0].risk = Risk::High;
    agreed(riskier).await;
    // First who calls it, then it.
    let mut alone = contract("archive");
    alone.actions[0].calls.clear();
    agreed(alone).await;
    agreed(renamed).await;
}
