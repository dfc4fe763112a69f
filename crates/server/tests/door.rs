//! Connections that would wait for ever are let go: raw sockets, and no sleep longer than what the service itself waits.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by it")]

use std::time::Duration;

use countersign_server::{Limits, ServerConfig};
use countersign_testkit::{Db, World};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Long after the service should have let go.
const LATE: Duration = Duration::from_secs(20);

async fn hasty(limits: Limits) -> World {
    World::with(Db::Sqlite, ServerConfig { limits, ..ServerConfig::embedded(0) }).await
}

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.running().local_addrs().first().unwrap()).await.unwrap()
}

/// What comes until the service closes the connection.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut all = Vec::new();
    // A reset is a way of closing.
    let _ = timeout(LATE, stream.read_to_end(&mut all)).await.expect("the service lets go");
    String::from_utf8_lossy(&all).into_owned()
}

fn host(world: &World) -> String {
    world.issuer.trim_start_matches("http://").to_owned()
}

/// What comes on a new connection that is kept after its answer. A machine that stalls may send the head too late, and tries again.
async fn answered(world: &World) -> String {
    let head = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", host(world));
    for _ in 0..20 {
        let mut stream = connect(world).await;
        // It may have been let go by now.
        let _ = stream.write_all(head.as_bytes()).await;
        let all = until_closed(stream).await;
        if !all.is_empty() {
            return all;
        }
    }
    String::new()
}

#[tokio::test]
async fn half_a_head_is_let_go() {
    let world = hasty(Limits { head: Duration::from_millis(300), ..Limits::embedded() }).await;
    let mut stream = connect(&world).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: loc").await.unwrap();
    until_closed(stream).await;
    assert!(answered(&world).await.starts_with("HTTP/1.1 200"), "others are served");
}

#[tokio::test]
async fn silence_is_let_go() {
    let world = hasty(Limits { idle: Duration::from_millis(300), ..Limits::embedded() }).await;
    assert_eq!(until_closed(connect(&world).await).await, "");
    // `P` could begin HTTP/2 as well, so nobody reads a head yet.
    let mut stream = connect(&world).await;
    stream.write_all(b"P").await.unwrap();
    until_closed(stream).await;
}

#[tokio::test]
async fn a_kept_connection_is_let_go_when_nothing_comes() {
    let world = hasty(Limits { head: Duration::from_millis(300), ..Limits::embedded() }).await;
    assert!(answered(&world).await.starts_with("HTTP/1.1 200"), "it was answered first");
}

#[tokio::test]
async fn half_a_body_is_let_go() {
    let begin = |world: &World| {
        format!(
            "POST /oauth/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\nConnection: close\r\n\r\ngrant",
            host(world)
        )
    };
    let world = hasty(Limits { body: Duration::from_millis(300), ..Limits::embedded() }).await;
    let mut stream = connect(&world).await;
    stream.write_all(begin(&world).as_bytes()).await.unwrap();
    let answer = until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("invalid_request"), "{answer}");

    let limits = Limits { whole: Duration::from_millis(300), ..Limits::embedded() };
    let metrics_listen = Some("127.0.0.1:0".parse().unwrap());
    let world = World::with(Db::Sqlite, ServerConfig { limits, metrics_listen, ..ServerConfig::embedded(0) }).await;
    let mut stream = connect(&world).await;
    stream.write_all(begin(&world).as_bytes()).await.unwrap();
    let answer = until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("took too long"), "{answer}");
    // As an OAuth endpoint refuses (RFC 6749 §5.2).
    for part in ["content-type: application/json\r\n", "cache-control: no-store\r\n", "retry-after: 1\r\n", r#""error":"temporarily_unavailable""#] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
    let numbers = reqwest::get(format!("http://{}/metrics", world.running().metrics_addr().unwrap())).await.unwrap().text().await.unwrap();
    let counted = r#"countersign_oauth_requests_total{endpoint="token",outcome="temporarily_unavailable"} 1"#;
    assert!(numbers.lines().any(|line| line == counted), "{numbers}");
}

#[tokio::test]
async fn the_live_stream_goes_on_past_the_time_of_a_request() {
    use futures::StreamExt as _;
    // Long enough for a sign-in on a slow machine, and shorter than the pause between two signs of life.
    let world = hasty(Limits { whole: Duration::from_secs(8), ..Limits::embedded() }).await;
    let ines = world.person("ines").await;
    let mut stream = ines.stream(0).await;
    let mut text = String::new();
    // Signs of life come every ten seconds: long after any other request is let go.
    while !text.contains(": alive") {
        let chunk = timeout(LATE, stream.next()).await.expect("signs of life").unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_is_sent_away() {
    let world = hasty(Limits { connections: 8, ..Limits::embedded() }).await;
    let mut held = Vec::new();
    let mut sent_away = 0;
    for _ in 0..24 {
        let mut stream = connect(&world).await;
        let asked = stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", host(&world)).as_bytes()).await;
        let mut first = [0; 12];
        match (asked, timeout(LATE, stream.read_exact(&mut first)).await.expect("an answer or a close")) {
            (Ok(()), Ok(_)) => held.push(stream),
            _ => sent_away += 1,
        }
    }
    assert!(held.len() <= 8 && sent_away >= 16, "{} held, {sent_away} sent away", held.len());
    drop(held);
    // Places come free as soon as the service has seen that they are.
    let free = async {
        while reqwest::get(format!("{}/healthz", world.issuer)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LATE, free).await.unwrap();
}
