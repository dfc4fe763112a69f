//! The trail: in order, dense, live from any place, each seeing what is theirs.

use countersign_oauth::token::TokenRequest;
use countersign_testkit::{
    Person, World,
    chain::audience,
    world::{Db, PASSWORD},
};
use futures::StreamExt as _;
use serde_json::Value;

#[tokio::test]
async fn places_are_dense_and_each_step_of_the_job_has_its_line() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let (dana, sana, ines) = (world.person("dana").await, world.person("sana").await, world.person("ines").await);
        let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
        sana.sign(&world, &asked).await;
        let (delegation, warrant) = dana.start(asked.id).await;
        dana.exchange(&warrant).token().await;
        let call = dana.intend(&delegation, "PUT", "/customers/cus_8812/address").await;
        dana.post(&format!("/v1/calls/{}/outcome", call.id), &serde_json::json!({ "status": 200, "took_ms": 12 })).await;
        dana.post(&format!("/v1/delegations/{}/end", delegation.id), &serde_json::json!({})).await;

        let lines = world.trail(&ines).await;
        let places: Vec<i64> = lines.iter().map(|l| l["place"].as_i64().unwrap()).collect();
        assert!(places.windows(2).all(|w| w[0] < w[1]), "{places:?}");
        let kinds: Vec<&str> = lines.iter().filter(|l| l["request"] == serde_json::json!(asked.id)).map(|l| l["kind"].as_str().unwrap()).collect();
        assert_eq!(
            kinds,
            ["request.create", "proof.give", "request.review", "delegation.start", "token.exchange", "call.intend", "call.report", "delegation.end"]
        );
        let story = ines.get(&format!("/v1/delegations/{}/story", delegation.id)).await.json();
        let told: Vec<&str> = story["events"].as_array().unwrap().iter().map(|l| l["kind"].as_str().unwrap()).collect();
        assert_eq!(told, kinds, "the story is the same lines");
        assert_eq!(lines.iter().find(|l| l["kind"] == "call.report").unwrap()["decision"], "reported");
    }
}

#[tokio::test]
async fn an_answer_s_correlation_id_finds_its_line() {
    let world = World::with_chain(Db::Sqlite).await;
    let (dana, warrant) = world.acting_at("gateway", &["order:read"]).await;
    let exchange = || dana.exchange(&warrant).with("audience", &audience("gateway"));
    let code = Person::code(&world, "tove", PASSWORD).await;
    let token = exchange().token().await;
    let answers = [
        ("token.exchange", exchange().send().await),
        ("token.exchange", exchange().with("scope", "order:refund").send().await),
        ("token.exchange", world.machine("stranger-api").pass_on(&token, "ledger", &[]).await),
        ("client.refuse", world.introspect_as("gateway-api", "wrong", &token).await),
        ("session.begin", dana.token(&code).await),
        ("session.end", dana.token(&code).await),
        (
            "session.refuse",
            world.person("tove").await.token(&TokenRequest::RefreshToken { refresh_token: dana.refresh.clone(), client_id: "console".into() }).await,
        ),
        ("token.revoke", dana.form_for("/oauth/revoke").with("token", &token).send().await),
    ];
    let lines = world.trail(&world.person("ines").await).await;
    for (kind, answer) in answers {
        let id = answer.header("x-correlation-id");
        let found: Vec<_> = lines.iter().filter(|l| l["correlation"] == id).map(|l| l["kind"].as_str().unwrap()).collect();
        assert_eq!(found, [kind], "{} {}", answer.status, answer.body);
    }
}

#[tokio::test]
async fn an_agent_sees_their_own_lines_only() {
    let world = World::new().await;
    let (dana, tove) = (world.person("dana").await, world.person("tove").await);
    dana.ask("ZD-4711", &["address:write"], 15).await;
    let theirs = tove.ask("ZD-4690", &["address:write"], 15).await;
    let mine = world.trail(&dana).await;
    assert!(mine.iter().any(|l| l["kind"] == "request.create"));
    assert!(mine.iter().all(|l| l["request"] != serde_json::json!(theirs.id)), "{mine:?}");
    let other = world.trail(&tove).await.into_iter().find(|l| l["kind"] == "request.create").unwrap();
    assert_eq!(dana.get(&format!("/v1/events/{}", other["id"].as_str().unwrap())).await.status, 404);
}

#[tokio::test]
async fn the_stream_resumes_by_place_and_misses_and_doubles_nothing() {
    let world = World::new().await;
    let (dana, ines) = (world.person("dana").await, world.person("ines").await);
    for _ in 0..3 {
        dana.ask("ZD-4711", &["address:write"], 15).await;
    }
    let before = world.trail(&ines).await;
    let from = before[before.len() / 2]["place"].as_i64().unwrap();
    let mut stream = ines.stream(from).await;
    for _ in 0..3 {
        dana.ask("ZD-4702", &["address:write"], 15).await;
    }
    let expected: Vec<i64> = world.trail(&ines).await.iter().map(|l| l["place"].as_i64().unwrap()).filter(|p| *p > from).collect();
    let mut seen: Vec<i64> = Vec::new();
    let mut text = String::new();
    while seen.len() < expected.len() {
        let chunk = tokio::time::timeout(std::time::Duration::from_mins(1), stream.next()).await.expect("lines arrive").expect("the stream stands").unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        while let Some((message, rest)) = text.split_once("\n\n") {
            if let Some(data) = message.lines().find_map(|l| l.strip_prefix("data: ")) {
                let line: Value = serde_json::from_str(data).unwrap();
                seen.push(line["place"].as_i64().unwrap());
            }
            text = rest.to_owned();
        }
    }
    assert_eq!(seen, expected);
}
