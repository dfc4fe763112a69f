//! Signing keys over HTTP: how they are published, rotated by an admin, and taken out in an emergency.

use std::time::Duration;

use countersign_domain::{Secret, Timestamp};
use countersign_testkit::{Person, World, world::Db};
use serde_json::{Value, json};

async fn acting(world: &World) -> (Person, Secret) {
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["profile:read"], 60).await;
    sana.sign(world, &asked).await;
    let (_, warrant) = dana.start(asked.id).await;
    (dana, warrant)
}

async fn published(world: &World) -> Vec<String> {
    let document = world.get("/.well-known/jwks.json").await.json();
    document["keys"].as_array().unwrap().iter().map(|k| k["kid"].as_str().unwrap().to_owned()).collect()
}

async fn active(world: &World, token: &str) -> bool {
    world.introspect(token).await.json()["active"] == true
}

/// The lines about keys: kind, decision, kind of actor, text.
fn told(trail: &[Value]) -> Vec<(&str, &str, &str, Option<&str>)> {
    let about = trail.iter().filter(|line| line["kind"].as_str().unwrap().starts_with("key."));
    about
        .map(|line| (line["kind"].as_str().unwrap(), line["decision"].as_str().unwrap(), line["actor"]["kind"].as_str().unwrap(), line["text"].as_str()))
        .collect()
}

#[tokio::test]
async fn the_published_keys_are_kept_for_five_minutes_and_asked_for_by_their_tag() {
    let world = World::new().await;
    let whole = world.get("/.well-known/jwks.json").await;
    assert_eq!((whole.status, whole.header("cache-control"), whole.header("content-type")), (200, "public, max-age=300", "application/json"));
    let url = format!("{}/.well-known/jwks.json", world.issuer);
    let http = reqwest::Client::new();
    let again = http.get(&url).header("if-none-match", whole.header("etag")).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().unwrap()), (304, whole.header("etag")));
    assert_eq!(again.headers()["cache-control"], "public, max-age=300");
    assert_eq!(again.text().await.unwrap(), "");
    world.clock.advance(Duration::from_secs(1));
    world.engine().key_ensure(countersign_domain::alg::Algorithm::EdDsa).await.unwrap();
    let changed = http.get(&url).header("if-none-match", whole.header("etag")).send().await.unwrap();
    assert_eq!(changed.status(), 200);
    let changed: Value = changed.json().await.unwrap();
    assert_eq!((changed["keys"][1]["kty"].as_str(), changed["keys"][1]["alg"].as_str()), (Some("OKP"), Some("EdDSA")));
}

#[tokio::test]
async fn an_admin_rotates_by_plan_and_no_token_fails() {
    let world = World::on(Db::Postgres).await;
    let (dana, warrant) = acting(&world).await;
    let ruth = world.person("ruth").await;
    let token = dana.exchange(&warrant).token().await;
    let first = published(&world).await;
    world.clock.advance(Duration::from_secs(1));

    let rotate = json!({ "algorithm": "ES256" });
    let planned = ruth.post_once("rotate-once", "/v1/keys/rotate", &rotate).await.json();
    assert_eq!(ruth.post_once("rotate-once", "/v1/keys/rotate", &rotate).await.json(), planned);
    let made: Timestamp = planned["keys"][1]["made_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(planned["due_at"], json!(made + Duration::from_mins(7)), "{planned}");
    assert!(planned["effect"].as_str().unwrap().contains("No token fails"), "{planned}");
    let states = |keys: &Value| keys.as_array().unwrap().iter().map(|k| k["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(states(&planned["keys"]), ["active", "next"]);
    assert_eq!(published(&world).await.len(), 2);

    world.clock.advance(Duration::from_secs(4 * 60));
    let later = dana.exchange(&warrant).token().await;
    assert!(active(&world, &token).await && active(&world, &later).await);
    world.clock.advance(Duration::from_secs(3 * 60));
    world.engine().keys_tend().await.unwrap();
    assert!(active(&world, &later).await, "signed with the key that retired");
    let newest = dana.exchange(&warrant).token().await;
    assert!(active(&world, &newest).await);
    assert_ne!(published(&world).await, first);

    let ines = world.person("ines").await;
    let listed = ines.get("/v1/keys").await.json();
    assert_eq!(states(&listed["items"]), ["retired", "active"]);
    let expected = [
        ("key.make", "allowed", "person"),
        ("key.activate", "intended", "person"),
        ("key.retire", "allowed", "service"),
        ("key.activate", "allowed", "service"),
    ];
    let trail = world.trail(&ines).await;
    let mut lines: Vec<_> = told(&trail).into_iter().map(|(kind, decision, actor, _)| (kind, decision, actor)).collect();
    lines.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn in_an_emergency_what_was_signed_stops_counting_and_agents_go_on() {
    let world = World::new().await;
    let (dana, warrant) = acting(&world).await;
    let ruth = world.person("ruth").await;
    let token = dana.exchange(&warrant).token().await;
    let first = published(&world).await;
    assert!(active(&world, &token).await);

    for (input, status) in [
        (json!({ "algorithm": "ES256", "emergency": true }), 422),
        (json!({ "algorithm": "ES256", "emergency": true, "reason": "  " }), 422),
        (json!({ "algorithm": "ES256", "reason": "of no use" }), 422),
        (json!({ "algorithm": "none" }), 422),
        (json!({ "algorithm": "HS256" }), 422),
        (json!({ "algorithm": "EdDSA" }), 404),
        (json!({ "algorithm": "EdDSA", "emergency": true, "reason": "nothing is signed with it" }), 404),
        (json!({ "algorithm": "ES256", "emergency": true, "reason": "x", "kid": first[0] }), 422),
    ] {
        let answer = ruth.post("/v1/keys/rotate", &input).await;
        assert_eq!(answer.status, status, "{input}: {}", answer.body);
    }
    assert_eq!(published(&world).await, first);

    let reason = "the host was broken into";
    let done = ruth.post("/v1/keys/rotate", &json!({ "algorithm": "ES256", "emergency": true, "reason": reason })).await.json();
    assert!(done["effect"].as_str().unwrap().contains("stop counting"), "{done}");
    assert!(!active(&world, &token).await);
    let now = published(&world).await;
    assert!(now.len() == 1 && now != first);
    assert!(active(&world, &dana.exchange(&warrant).token().await).await, "the delegation goes on");

    let trail = world.trail(&world.person("ines").await).await;
    let lines = told(&trail);
    let withdrawn = ("key.withdraw", "allowed", "person", Some(reason));
    assert_eq!(lines, [withdrawn, ("key.make", "allowed", "person", None), ("key.activate", "allowed", "person", None)], "{lines:?}");
    // The other company reads that it was done, and neither by whom nor why.
    let trail = world.trail(&world.person("gail").await).await;
    let lines = told(&trail);
    let service = |kind| (kind, "allowed", "service", None);
    assert_eq!(lines, [service("key.withdraw"), service("key.make"), service("key.activate")], "{lines:?}");
    assert!(!trail.iter().any(|line| line.to_string().contains(&ruth.me.id.to_string())));
}
