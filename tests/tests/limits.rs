//! Limits: who calls too often waits, who sends too much is refused, and whoever is refused over and over can't fill the trail.

use std::time::Duration;

use countersign_server::{Limits, Rate, ServerConfig};
use countersign_testkit::{Db, World, world::CLIENT_SECRET};
use serde_json::{Value, json};

/// A service where nothing is given back within a test.
async fn strict(client: u32, address: u32) -> World {
    let (client, address) = (Rate { per_s: u32::from(client > 0), burst: client }, Rate { per_s: u32::from(address > 0), burst: address });
    let limits = Limits { client, address, ..Limits::embedded() };
    World::with(Db::Sqlite, ServerConfig { limits, ..ServerConfig::embedded(0) }).await
}

#[tokio::test]
async fn a_client_that_calls_too_often_waits_and_others_do_not() {
    let world = strict(5, 0).await;
    let (mut answered, mut waits) = (0, 0);
    for _ in 0..12 {
        let answer = world.introspect("not-a-token").await;
        match answer.status {
            200 => answered += 1,
            _ => {
                assert_eq!((answer.status, answer.error().as_str()), (429, "temporarily_unavailable"), "{}", answer.body);
                assert_eq!(answer.header("retry-after"), "1");
                assert!(answer.body.contains("wait 1 s"), "{}", answer.body);
                waits += 1;
            }
        }
    }
    // A slow machine may be given one back.
    assert!((5..=7).contains(&answered) && waits >= 5, "{answered} answered, {waits} wait");
    assert_eq!(world.introspect_as("globex-api", CLIENT_SECRET, "not-a-token").await.status, 200, "another client");
}

#[tokio::test]
async fn to_claim_a_client_s_name_costs_that_client_nothing() {
    let world = strict(5, 0).await;
    for _ in 0..20 {
        assert_eq!(world.introspect_as("accounts-api", "wrong", "not-a-token").await.status, 401);
    }
    assert_eq!(world.introspect("not-a-token").await.status, 200);
}

#[tokio::test]
async fn an_address_runs_dry_by_what_is_refused_and_not_by_what_is_done() {
    let world = strict(0, 10).await;
    for _ in 0..40 {
        assert_eq!(world.introspect("not-a-token").await.status, 200);
    }
    let refused = || world.introspect_as("accounts-api", "wrong", "not-a-token");
    let mut statuses = Vec::new();
    for _ in 0..30 {
        statuses.push(refused().await.status);
    }
    assert_eq!((statuses[0], statuses[5], statuses[29]), (401, 401, 429), "{statuses:?}");
    assert_eq!(world.introspect("not-a-token").await.status, 429, "nobody is known before they have proved themselves");
}

#[tokio::test]
async fn forms_parameters_tokens_and_heads_have_their_limits() {
    let world = World::new().await;
    let http = reqwest::Client::new();
    let send = |body: String| {
        let request = http.post(format!("{}/oauth/introspect", world.issuer)).basic_auth("accounts-api", Some(CLIENT_SECRET));
        request.header("content-type", "application/x-www-form-urlencoded").body(body).send()
    };
    let cases: [(&str, String, u16); 6] = [
        ("a form of 16 KiB", format!("token=x&b={}&c={}", "y".repeat(8000), "y".repeat(8000)), 200),
        ("a form of more", format!("token=x&b={}&c={}", "y".repeat(8000), "y".repeat(9000)), 400),
        ("a body of more than 64 KiB", "y".repeat(70_000), 400),
        ("49 parameters", (0..49).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&"), 400),
        ("a value of more than 8 KiB", format!("token={}", "y".repeat(8193)), 400),
        ("a token of 8 KiB that is none", format!("token={}", "y".repeat(8192)), 200),
    ];
    for (what, body, status) in cases {
        let answer = send(body).await.unwrap();
        assert_eq!(answer.status(), status, "{what}");
        if status == 400 {
            assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_request", "{what}");
        }
    }
    let many = (0..70).fold(http.get(format!("{}/healthz", world.issuer)), |request, n| request.header(format!("x-{n}"), "1"));
    assert_eq!(many.send().await.unwrap().status(), 431, "70 fields");
    let long = http.get(format!("{}/healthz", world.issuer)).header("x-long", "y".repeat(40_000));
    assert_eq!(long.send().await.unwrap().status(), 431, "40 KB of head");
    assert_eq!(http.get(format!("{}/healthz", world.issuer)).send().await.unwrap().status(), 200);
}

fn refusals<'t>(lines: &'t [Value], kind: &str) -> Vec<&'t Value> {
    lines.iter().filter(|l| l["kind"] == kind && l["decision"] == "refused").collect()
}

#[tokio::test]
async fn many_refusals_become_one_line_that_counts_them() {
    for db in [Db::Sqlite, Db::Postgres] {
        let mut world = World::on(db).await;
        let (dana, ines) = (world.person("dana").await, world.person("ines").await);
        for _ in 0..25 {
            assert_eq!(dana.post("/v1/people", &json!({ "name": "A", "roles": ["agent"] })).await.status, 403);
        }
        assert_eq!(refusals(&world.trail(&ines).await, "access.refuse").len(), 10);
        world.clock.advance(Duration::from_secs(61));
        world.engine().tell_refusals(false).await.unwrap();
        let ines = world.person("ines").await;
        let lines = world.trail(&ines).await;
        let told = refusals(&lines, "access.refuse");
        assert_eq!(told.len(), 11, "{db:?}");
        let last = told[10];
        assert_eq!((last["actor"]["name"].as_str(), last["action"].as_str()), (Some("dana"), Some("person_invite")));
        assert_eq!(last["figures"]["refusals"], 15, "lists tell it too");
        let detail = ines.get(&format!("/v1/events/{}", last["id"].as_str().unwrap())).await.json();
        assert!(detail["canonical"].as_str().unwrap().contains(r#""figures":{"refusals":15}"#), "{detail}");

        // At a stop what is held is told as well.
        dana.refreshed().await.post("/v1/people", &json!({ "name": "A", "roles": ["agent"] })).await;
        let dana = world.person("dana").await;
        for _ in 0..12 {
            dana.post("/v1/cases", &json!({ "key": "ZD-1", "title": "t", "customer": "c", "priority": "low" })).await;
        }
        world.restart().await;
        let ines = world.person("ines").await;
        let mut counted = 0;
        for line in refusals(&world.trail(&ines).await, "access.refuse") {
            let detail = ines.get(&format!("/v1/events/{}", line["id"].as_str().unwrap())).await.json();
            let event: Value = serde_json::from_str(detail["canonical"].as_str().unwrap()).unwrap();
            counted += event["figures"]["refusals"].as_i64().unwrap_or(1);
        }
        assert_eq!(counted, 25 + 1 + 12, "{db:?}: every refusal is in the trail");
    }
}

#[tokio::test]
async fn refusals_before_the_engine_and_of_claimed_clients_are_told() {
    let world = World::new().await;
    let (dana, ines) = (world.person("dana").await, world.person("ines").await);
    assert_eq!(dana.post("/v1/requests", &json!({ "nonsense": true })).await.status, 422);
    assert_eq!(world.introspect_as("accounts-api", "wrong", "x").await.status, 401);
    assert_eq!(world.introspect_as("nobody", "wrong", "x").await.status, 401);
    let form = json!({ "id": "night-export", "name": "Night export", "auth": "client_secret_basic" });
    assert_eq!(world.person("ruth").await.post("/v1/clients", &form).await.status, 200);
    let lines = world.trail(&ines).await;
    let told: Vec<_> = ["access.refuse", "client.refuse"].into_iter().flat_map(|kind| refusals(&lines, kind)).collect();
    let said: Vec<_> = told.iter().map(|l| (l["actor"]["kind"].as_str().unwrap(), l["action"].as_str().unwrap(), l["code"].as_str().unwrap())).collect();
    assert_eq!(said, [("person", "request_create", "invalid_input"), ("service", "accounts-api", "invalid_client")]);
    // A machine stands there as it is registered, by name where it has one.
    let named = |kind: &str| lines.iter().find(|l| l["kind"] == kind).unwrap()["resource"].clone();
    assert_eq!((named("client.refuse"), named("client.register")), (json!("accounts-api"), json!("Night export (night-export)")));
}
