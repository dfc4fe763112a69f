//! The service over HTTP: what it tells of itself, its pages, its live stream, its stop.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by it")]

use std::time::Duration;

use countersign_testkit::{Person, World};
use futures::{Stream, StreamExt as _};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_mins(1);

/// Reads places off a stream.
struct Places<S>(S, String);

impl<S: Stream<Item = reqwest::Result<Vec<u8>>> + Unpin> Places<S> {
    fn of(stream: S) -> Self {
        Self(stream, String::new())
    }

    /// The next line's place; none once the stream has ended.
    async fn next(&mut self) -> Option<i64> {
        loop {
            if let Some((message, rest)) = self.1.split_once("\n\n") {
                let place = message.lines().find_map(|l| l.strip_prefix("id:")).map(|id| id.trim().parse().unwrap());
                let rest = rest.to_owned();
                self.1 = rest;
                if place.is_some() {
                    return place;
                }
                continue;
            }
            let chunk = tokio::time::timeout(SOON, self.0.next()).await.expect("the stream moves or ends")?;
            self.1.push_str(std::str::from_utf8(&chunk.ok()?).unwrap());
        }
    }
}

async fn places_listed(auditor: &Person, world: &World) -> Vec<i64> {
    world.trail(auditor).await.iter().map(|line| line["place"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_stream_replays_and_goes_on_without_gap_or_double() {
    let world = World::new().await;
    let (ines, ruth) = (world.person("ines").await, world.person("ruth").await);
    let before = places_listed(&ines, &world).await;
    let from = before[before.len() / 2];
    let mut stream = Places::of(ines.stream(from).await);
    for n in 0..30 {
        let case = json!({ "key": format!("ZD-{}", 9000 + n), "title": "One of many", "customer": "cus_8812", "priority": "low" });
        assert_eq!(ruth.post("/v1/cases", &case).await.status, 200);
    }
    let wanted: Vec<i64> = places_listed(&ines, &world).await.into_iter().filter(|place| *place > from).collect();
    assert!(wanted.len() >= 30);
    let mut seen = Vec::new();
    while seen.len() < wanted.len() {
        seen.push(stream.next().await.expect("the stream goes on"));
    }
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn a_stream_ends_with_its_sign_in() {
    let world = World::new().await;
    let ines = world.person("ines").await;
    let mut stream = Places::of(ines.stream(0).await);
    assert!(stream.next().await.is_some());
    assert_eq!(ines.post("/v1/session/end", &json!({})).await.status, 204);
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn a_stream_ends_when_the_role_is_lost() {
    let world = World::new().await;
    let (ines, ruth) = (world.person("ines").await, world.person("ruth").await);
    let mut stream = Places::of(ines.stream(0).await);
    assert!(stream.next().await.is_some());
    let none = json!({ "roles": [], "groups": [] });
    assert_eq!(ruth.post(&format!("/v1/people/{}", ines.me.id), &none).await.status, 200);
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn it_tells_of_itself() {
    let world = World::new().await;
    let about = world.get("/.well-known/oauth-authorization-server").await;
    let (json, issuer) = (about.json(), world.issuer.clone());
    assert_eq!(json["issuer"], issuer);
    assert_eq!(json["token_endpoint"], format!("{issuer}/oauth/token"));
    assert_eq!(json["countersign"], json!({ "version": env!("CARGO_PKG_VERSION"), "embedded": true, "sample": false }));
    assert_eq!(about.headers["cache-control"], "public, max-age=300");
    let openid = world.get("/.well-known/openid-configuration").await;
    assert_eq!(openid.headers["cache-control"], "public, max-age=300");
    let plain = |json: &Value| serde_json::to_string_pretty(json).unwrap().replace(&issuer, "ISSUER").replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!("oauth_authorization_server", plain(&json));
    insta::assert_snapshot!("openid_configuration", plain(&openid.json()));
    assert_eq!(world.get("/.well-known/jwks.json").await.json()["keys"][0]["alg"], "ES256");
    assert_eq!(world.get("/openapi.json").await.json(), countersign_server::openapi());
    assert_eq!(world.get("/healthz").await.status, 200);
    let until = tokio::time::Instant::now() + SOON;
    while world.get("/readyz").await.status != 200 {
        assert!(tokio::time::Instant::now() < until, "it becomes ready");
    }
}

#[tokio::test]
async fn an_operation_without_a_token_or_with_a_bearer_s_is_challenged() {
    let world = World::new().await;
    let answer = world.get("/v1/me").await;
    assert_eq!((answer.status, answer.headers["www-authenticate"].to_str().unwrap()), (401, "DPoP algs=\"ES256\""));
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let dana = world.person("dana").await;
    let http = reqwest::Client::new();
    let bearer = http.get(format!("{}/v1/me", world.issuer)).bearer_auth(dana.access.expose()).send().await.unwrap();
    assert_eq!(bearer.status(), 401);
    assert!(bearer.headers()["www-authenticate"].to_str().unwrap().starts_with("DPoP error=\"invalid_token\""));
    let proof = dana.proof("GET", "/v1/me", Some(&dana.access));
    let twice = http.get(format!("{}/v1/me", world.issuer)).header("authorization", format!("DPoP {}", dana.access.expose()));
    let twice = twice.header("dpop", &proof).header("dpop", &proof).send().await.unwrap();
    let problem: Value = serde_json::from_str(&twice.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "invalid_proof");
}

#[tokio::test]
async fn a_sign_in_that_no_console_began_is_shown_and_never_redirected() {
    let world = World::new().await;
    let evil = "/authorize?response_type=code&client_id=console&redirect_uri=https%3A%2F%2Fevil.example%2Fcallback&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let shown = world.get(evil).await;
    assert_eq!(shown.status, 400);
    assert!(!shown.headers.contains_key("location"));
    assert!(shown.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    // The address is good, the rest is not: the console is told.
    let told = world.get("/authorize?response_type=token&client_id=console&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback&state=abc").await;
    let location = told.headers["location"].to_str().unwrap();
    assert_eq!(told.status, 303);
    assert!(
        location.starts_with("http://127.0.0.1:49152/callback?error=unsupported_response_type") && location.contains("state=abc") && location.contains("iss="),
        "{location}"
    );
}

#[tokio::test]
async fn passwords_are_tried_so_often_and_then_after_a_while() {
    let world = World::new().await;
    let path = "/authorize?response_type=code&client_id=console&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let mut browser = world.browser();
    let wrong = [("login", "dana"), ("password", "not the password"), ("act", "sign_in")];
    for _ in 0..10 {
        let page = browser.open(path).await;
        assert_eq!(browser.send(path, &page, &wrong).await.status, 422);
    }
    let page = browser.open(path).await;
    let refused = browser.send(path, &page, &wrong).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert!(refused.body.contains("Too many tries; wait 15 minutes and try again."), "{}", refused.body);
    world.clock.advance(Duration::from_mins(15));
    assert_eq!(browser.send(path, &page, &wrong).await.status, 422);
}
