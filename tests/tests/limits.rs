//! Limits: who calls too often waits, who sends too much is refused, and whoever is refused over and over can't fill the trail.

use std::time::Duration;

use countersign_server::{Limits, Rate, ServerConfig};
use countersign_testkit::{Db, World, world::CLIENT_SECRET};
use serde_json::{Value, json};

/// A service where nothing is given back within a test, however long that takes. Zero: as many as come.
async fn strict(client: u32, address: u32) -> World {
    let rate = |burst| if burst == 0 { Rate::UNLIMITED } else { Rate { every: Duration::from_hours(1), burst } };
    let limits = Limits { client: rate(client), address: rate(address), ..Limits::embedded() };
    World::with(Db::Sqlite, ServerConfig { limits, ..ServerConfig::embedded(0) }).await
}

#[tokio::test]
async fn a_client_that_calls_too_often_waits_and_others_do_not() {
    let world = strict(5, 0).await;
    for n in 0..12 {
        let answer = world.introspect("not-a-token").await;
        if n < 5 {
            assert_eq!(answer.status, 200, "{n}: {}", answer.body);
            continue;
        }
        assert_eq!((answer.status, answer.error().as_str()), (429, "temporarily_unavailable"), "{n}: {}", answer.body);
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((3000..=3600).contains(&wait), "{wait}");
        assert!(answer.body.contains(&format!("wait {wait} s")), "{}", answer.body);
    }
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
    // One of the two addresses of `localhost`, so that it is always the same bucket.
    let here = format!("http://{}", world.running().local_addrs()[0]);
    let introspect = |secret: &str| world.form("/oauth/introspect").basic("accounts-api", secret).with("token", "not-a-token").at(&here).send();
    for _ in 0..40 {
        assert_eq!(introspect(CLIENT_SECRET).await.status, 200);
    }
    for n in 0..30 {
        assert_eq!(introspect("wrong").await.status, if n < 10 { 401 } else { 429 }, "{n}");
    }
    assert_eq!(introspect(CLIENT_SECRET).await.status, 429, "nobody is known before they have proved themselves");
}

#[tokio::test]
async fn a_client_pays_for_what_it_is_refused_and_its_address_does_not() {
    let world = strict(20, 15).await.chained().await;
    let (_, token) = world.at_the_gateway().await;
    let stranger = world.machine("stranger-api");
    for n in 0..20 {
        let refused = stranger.revoke(&token).await;
        assert_eq!((refused.status, refused.error().as_str()), (400, "unauthorized_client"), "{n}: {}", refused.body);
    }
    assert_eq!(stranger.revoke(&token).await.status, 429, "its own bucket is empty");
    assert_eq!(world.machine("gateway-api").introspect(&token).await.json()["active"], true, "another client at the same address");
}

/// What a limit refuses, beside what is just within it.
struct Beyond {
    what: &'static str,
    within: String,
    beyond: String,
    told: &'static str,
}

#[tokio::test]
async fn forms_parameters_tokens_and_heads_have_their_limits() {
    let world = World::new().await;
    let send = |body: &str| world.form("/oauth/introspect").basic("accounts-api", CLIENT_SECRET).body(body).send();
    let long = (0..9).fold("token=x".to_owned(), |form, n| form + &format!("&p{n}={}", "y".repeat(8000)));
    let parameters = |count: usize| (1..count).fold("token=x".to_owned(), |form, n| form + &format!("&p{n}=1"));
    let value = |name: &str, bytes: usize| format!("{name}={}", "y".repeat(bytes));
    let cases = [
        Beyond { what: "a form", within: long[..16_384].to_owned(), beyond: long[..16_385].to_owned(), told: "the parameters are longer than 16384 bytes" },
        Beyond { what: "parameters", within: parameters(48), beyond: parameters(49), told: "too many parameters" },
        Beyond { what: "a name", within: format!("token=x&{}=1", "n".repeat(64)), beyond: format!("token=x&{}=1", "n".repeat(65)), told: "too long a one" },
        Beyond { what: "a value", within: "token=x&".to_owned() + &value("b", 8192), beyond: "token=x&".to_owned() + &value("b", 8193), told: "`b` is longer" },
        Beyond { what: "a token that is none", within: value("token", 8192), beyond: value("token", 8193), told: "`token` is longer" },
    ];
    for Beyond { what, within, beyond, told } in cases {
        let answer = send(&within).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "active": false })), "{what}");
        let refused = send(&beyond).await;
        assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_request"), "{what}");
        assert!(refused.body.contains(told), "{what}: {}", refused.body);
    }
    // Up to 64 KiB a body is read, and then it is its form that is too long; beyond that nobody looks at it.
    for path in ["/oauth/introspect", "/oauth/token", "/oauth/revoke", "/oauth/resource-metadata"] {
        for (bytes, told) in [(65_536, "the parameters are longer than 16384 bytes"), (65_537, "the body can't be read")] {
            let refused = world.form(path).basic("accounts-api", CLIENT_SECRET).body(&long[..bytes]).send().await;
            assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_request"), "{bytes} bytes to {path}");
            assert!(refused.body.contains(told), "{bytes} bytes to {path}: {}", refused.body);
        }
    }
    let http = reqwest::Client::new();
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
