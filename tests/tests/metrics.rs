//! Numbers for Prometheus: on an address of their own, true, and nobody's.

use std::{collections::BTreeMap, time::Duration};

use countersign_server::ServerConfig;
use countersign_testkit::{Db, World, chain::audience};

/// Reads OpenMetrics text: each sample by its name and labels. Refuses whatever is not of that form.
fn parsed(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with("# EOF\n"), "it is whole");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
            (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("no number: {line}")))
        })
        .collect()
}

async fn scraped(world: &World) -> String {
    let address = world.running().metrics_addr().expect("there are numbers");
    let answer = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    answer.text().await.unwrap()
}

#[tokio::test]
async fn there_are_none_unless_told_and_never_on_the_public_address() {
    let world = World::new().await;
    assert_eq!(world.running().metrics_addr(), None);
    assert_eq!(world.get("/metrics").await.status, 404);
    let world = World::with(Db::Sqlite, with_numbers()).await;
    assert_eq!(world.get("/metrics").await.status, 404);
    let address = world.running().metrics_addr().unwrap();
    assert_eq!(reqwest::get(format!("http://{address}/v1/me")).await.unwrap().status(), 404, "and nothing else is there");
}

fn with_numbers() -> ServerConfig {
    ServerConfig { metrics_listen: Some("127.0.0.1:0".parse().unwrap()), ..ServerConfig::embedded(0) }
}

#[tokio::test]
async fn what_happens_is_counted() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with(db, with_numbers()).await;
        let (dana, sana) = (world.person("dana").await, world.person("sana").await);
        let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
        sana.sign(&world, &asked).await;
        let (_, warrant) = dana.start(asked.id).await;
        let token = dana.exchange(&warrant).token().await;
        assert_eq!(dana.exchange(&warrant).with("audience", "https://other.example").send().await.status, 400);
        world.introspect(&token).await;
        world.introspect_as("accounts-api", "wrong", &token).await;
        dana.post("/v1/people", &serde_json::json!({ "name": "A", "roles": ["agent"] })).await;
        while world.engine().place_events().await.unwrap() > 0 {}

        let text = scraped(&world).await;
        let numbers = parsed(&text);
        let wanted = [
            (r#"countersign_oauth_requests_total{endpoint="exchange",outcome="ok"}"#, 1.0),
            (r#"countersign_oauth_requests_total{endpoint="exchange",outcome="invalid_target"}"#, 1.0),
            (r#"countersign_oauth_requests_total{endpoint="introspection",outcome="ok"}"#, 1.0),
            (r#"countersign_oauth_requests_total{endpoint="introspection",outcome="invalid_client"}"#, 1.0),
            (r#"countersign_oauth_request_seconds_count{endpoint="exchange"}"#, 2.0),
            (r#"countersign_operations_total{operation="person_invite",outcome="forbidden"}"#, 1.0),
            (r#"countersign_operations_total{operation="delegation_start",outcome="ok"}"#, 1.0),
            ("countersign_tokens_issued_total", 1.0),
            ("countersign_delegations_live", 1.0),
            ("countersign_events_unplaced", 0.0),
            ("countersign_clock_behind_seconds", 0.0),
            (r#"countersign_signing_keys{state="active"}"#, 1.0),
            (r#"countersign_rows_pruned_total{what="token"}"#, 0.0),
        ];
        for (name, value) in wanted {
            assert_eq!(numbers.get(name), Some(&value), "{db:?} {name} in\n{text}");
        }
        assert!(numbers["countersign_connections"] >= 1.0);
        let database = if db == Db::Sqlite { "sqlite" } else { "postgresql" };
        assert!(text.contains(&format!(r#"countersign_build_info{{version="{}",database="{database}"}} 1"#, env!("CARGO_PKG_VERSION"))), "{text}");
        for personal in ["dana", "cus_8812", "ZD-4711", "accounts-api", "acme", "127.0.0.1", dana.me.id.to_string().as_str()] {
            assert!(!text.contains(personal), "{personal} in\n{text}");
        }
    }
}

#[tokio::test]
async fn what_is_past_its_use_is_dropped_and_counted_once() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with(db, with_numbers()).await.chained().await;
        let (dana, warrant) = world.acting_at("gateway", &["order:read"]).await;
        for _ in 0..2 {
            dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
        }
        world.machine("gateway-api").own().await;
        let dropped = async || {
            world.running().prune().await.unwrap();
            let numbers = parsed(&scraped(&world).await);
            ["token", "client_token", "presence"].map(|what| numbers[&format!("countersign_rows_pruned_total{{what=\"{what}\"}}")])
        };
        assert_eq!((dropped().await, world.minted().await), ([0.0, 0.0, 0.0], 2), "{db:?}: all of it is in use");
        // The delegation ends after a quarter of an hour, and what was minted for it is kept for an hour more.
        world.pass(Duration::from_hours(2)).await;
        assert_eq!((dropped().await, world.minted().await), ([2.0, 1.0, 0.0], 0), "{db:?}");
        assert_eq!(dropped().await, [2.0, 1.0, 0.0], "{db:?}: once");
    }
}
