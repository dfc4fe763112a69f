//! Asking: what a case does not justify can't be asked for.

use countersign_domain::Code;
use countersign_testkit::World;
use serde_json::json;

#[tokio::test]
async fn a_case_of_another_agent_or_tenant_or_none_or_a_closed_one_justifies_nothing() {
    let world = World::new().await;
    let (dana, tove, gina, ruth) = (world.person("dana").await, world.person("tove").await, world.person("gina").await, world.person("ruth").await);
    let good = dana.form("ZD-4711", &["profile:read"], 15).await;

    let mut theirs = good.clone();
    theirs["case"] = json!(tove.case("ZD-4690").await.id);
    let refused = dana.post("/v1/requests", &theirs).await;
    assert_eq!((refused.status, refused.code()), (403, Code::CaseNotYours));

    let mut abroad = good.clone();
    abroad["case"] = json!(gina.case("GX-1").await.id);
    assert_eq!(dana.post("/v1/requests", &abroad).await.code(), Code::NotFound);

    let mut unknown = good.clone();
    unknown["case"] = json!("cas_01a1f920-d180-7b31-9d04-5e77c0c07d52");
    assert_eq!(dana.post("/v1/requests", &unknown).await.code(), Code::NotFound);

    let mut abroad = good.clone();
    abroad["api"] = json!(gina.api().await.id);
    assert_eq!(dana.post("/v1/requests", &abroad).await.code(), Code::NotFound);

    // The legitimate one goes on working, until the case is closed.
    assert_eq!(dana.post("/v1/requests", &good).await.status, 200);
    let case = ruth.case("ZD-4711").await.id;
    assert_eq!(ruth.post(&format!("/v1/cases/{case}/close"), &json!({})).await.status, 200);
    let refused = dana.post("/v1/requests", &good).await;
    assert_eq!((refused.status, refused.code()), (403, Code::CaseNotYours));
}

#[tokio::test]
async fn tenant_and_customer_come_from_the_case_and_cannot_be_sent() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    for (name, value) in [("customer", json!("cus_3051")), ("tenant", json!(world.globex)), ("asker", json!(dana.me.id)), ("signatures", json!(0))] {
        let mut form = dana.form("ZD-4711", &["profile:read"], 15).await;
        form[name] = value;
        let refused = dana.post("/v1/requests", &form).await;
        assert_eq!((refused.status, refused.code()), (422, Code::InvalidInput), "{name}");
    }
}

#[tokio::test]
async fn what_policy_or_a_rail_forbids_is_refused_with_its_reason() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    let good = dana.form("ZD-4711", &["address:write"], 30).await;
    let change = |name: &str, value: serde_json::Value| {
        let mut form = good.clone();
        form[name] = value;
        form
    };
    let rows = [
        ("too long", change("minutes", json!(61)), "time-60"),
        ("forever", change("minutes", json!(u32::MAX)), "time-60"),
        ("no time", change("minutes", json!(0)), "rail:minutes"),
        ("no action", change("actions", json!([])), "rail:no-action"),
        ("an action of no contract", change("actions", json!(["admin:all"])), "rail:no-action"),
        ("impersonation", change("mode", json!("impersonation")), "impersonation"),
        ("a reason of a dot", change("reason", json!(".")), "reason-is-readable"),
        ("blanks for a reason", change("reason", json!(" ".repeat(40))), "reason-is-readable"),
    ];
    for (what, form, rule) in rows {
        let refused = dana.post("/v1/requests", &form).await;
        assert!(refused.status >= 400, "{what}: {}", refused.body);
        assert!(refused.rules().iter().any(|r| r == rule), "{what}: {} does not name {rule}", refused.body);
        let preview = dana.post("/v1/requests/preview", &form).await.json();
        assert_eq!(preview["verdict"]["outcome"], "refused", "{what}: the preview says what the service then does");
    }
    assert_eq!(dana.post("/v1/requests", &good).await.status, 200);
}

#[tokio::test]
async fn the_preview_says_what_is_owed_and_shows_the_claims() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    let form = dana.form("ZD-4711", &["profile:read", "refund:write"], 15).await;
    let preview = dana.post("/v1/requests/preview", &form).await.json();
    assert_eq!(preview["verdict"]["outcome"], "signs");
    assert_eq!(preview["verdict"]["signatures"], 2);
    let signers: Vec<_> = preview["verdict"]["signers"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()).collect();
    assert!(signers.contains(&"sana".to_owned()) && !signers.contains(&"dana".to_owned()) && !signers.contains(&"loose".to_owned()), "{signers:?}");
    let claim = |name: &str| preview["claims"].as_array().unwrap().iter().find(|c| c["name"] == name).map(|c| c["value"].as_str().unwrap().to_owned());
    assert_eq!(claim("sub").as_deref(), Some("\"cus_8812\""));
    assert_eq!(claim("act"), Some(format!("{{\"sub\":\"{}\"}}", dana.me.id)));
    assert_eq!(claim("case").as_deref(), Some("\"ZD-4711\""));
}

#[tokio::test]
async fn an_act_sent_twice_under_one_key_is_done_once() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    let form = dana.form("ZD-4711", &["profile:read"], 15).await;
    let first = dana.post_once("key-0001", "/v1/requests", &form).await;
    let second = dana.post_once("key-0001", "/v1/requests", &form).await;
    assert_eq!(first.json()["id"], second.json()["id"]);
    assert_eq!(dana.get("/v1/requests?box=mine").await.json()["items"].as_array().unwrap().len(), 1);

    let other = dana.form("ZD-4702", &["profile:read"], 15).await;
    assert_eq!(dana.post_once("key-0001", "/v1/requests", &other).await.code(), Code::InvalidInput);
    // Somebody else's key of the same name is another key.
    let tove = world.person("tove").await;
    let theirs = tove.form("ZD-4690", &["profile:read"], 15).await;
    assert_eq!(tove.post_once("key-0001", "/v1/requests", &theirs).await.status, 200);
}
