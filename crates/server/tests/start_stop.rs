//! Starting and stopping: with TLS, on a port of its own, twice on the same one.
#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::{path::Path, sync::Arc, time::Duration};

use countersign_domain::Secret;
use countersign_oauth::seal::MasterKey;
use countersign_policy::Bundle;
use countersign_server::{
    Deps, Running, ServeError, Server, ServerConfig, TlsFiles,
    edge::{OsEntropy, SystemClock},
};
use countersign_store::Store;

const SOON: Duration = Duration::from_mins(1);

async fn deps(folder: &Path) -> Deps {
    let key = folder.join("master-key");
    if !key.exists() {
        std::fs::write(&key, MasterKey::generate(&OsEntropy).to_text().expose()).unwrap();
    }
    let master = MasterKey::from_text(&Secret::new(std::fs::read_to_string(&key).unwrap())).unwrap();
    Deps {
        store: Store::open_sqlite(&folder.join("countersign.db")).await.unwrap(),
        bundle: Bundle::default_bundle().unwrap(),
        master,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        contracts: Vec::new(),
        clients: Vec::new(),
        issuers: Vec::new(),
        sample: None,
    }
}

async fn start(config: ServerConfig, folder: &Path) -> Result<Running, ServeError> {
    Server::bind(config, deps(folder).await).await
}

async fn stop(running: Running) {
    tokio::time::timeout(SOON, running.shutdown()).await.unwrap();
}

#[tokio::test]
async fn an_embedded_service_keeps_its_port_and_its_issuer() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(ServerConfig::embedded(0), folder.path()).await.unwrap();
    let (issuer, port) = (running.issuer().to_owned(), running.local_addrs().first().unwrap().port());
    assert_eq!(issuer, format!("http://localhost:{port}"));
    assert_eq!(running.local_addrs().len(), if running.ipv4_only() { 1 } else { 2 });
    for address in running.local_addrs() {
        let answer = reqwest::get(format!("http://{address}/healthz")).await.unwrap();
        assert_eq!(answer.status(), 200, "{address}");
        let other_name = reqwest::get(format!("http://{address}/v1/me")).await.unwrap();
        assert_eq!(other_name.status(), 421, "it answers as localhost only");
    }
    let taken = start(ServerConfig::embedded(port), tempfile::tempdir().unwrap().path()).await.map(drop).unwrap_err();
    assert!(matches!(taken, ServeError::Bind(_)), "{taken}");
    stop(running).await;
    assert!(reqwest::get(format!("{issuer}/healthz")).await.is_err(), "nobody answers any more");
    let again = start(ServerConfig::embedded(port), folder.path()).await.unwrap();
    assert_eq!(again.issuer(), issuer);
    stop(again).await;
}

#[tokio::test]
async fn the_first_admin_is_made_by_a_link_that_is_good_once() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(ServerConfig::embedded(0), folder.path()).await.unwrap();
    let old = running.setup_link().await.unwrap().unwrap();
    let link = running.setup_link().await.unwrap().unwrap();
    assert!(link.expose().starts_with(&format!("{}/setup?token=", running.issuer())));
    let http = reqwest::Client::new();
    let page = http.get(link.expose()).send().await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let html = page.text().await.unwrap();
    let csrf = html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let send = async |link: &str, cookie: &str, origin: &str| {
        let token = link.rsplit('=').next().unwrap().to_owned();
        let form = [
            ("csrf", csrf.as_str()),
            ("token", &token),
            ("tenant", "acme"),
            ("login", "ruth"),
            ("password", "four random words"),
            ("again", "four random words"),
        ];
        let sent = http.post(format!("{}/setup", running.issuer())).header("cookie", cookie).header("origin", origin).form(&form).send().await.unwrap();
        sent.status().as_u16()
    };
    assert_eq!(send(link.expose(), &cookie, "http://localhost:1").await, 403, "another origin");
    assert_eq!(send(link.expose(), "", running.issuer()).await, 403, "another browser");
    assert_eq!(send(old.expose(), &cookie, running.issuer()).await, 403, "a link before the last one");
    assert_eq!(send(link.expose(), &cookie, running.issuer()).await, 200);
    assert_eq!(send(link.expose(), &cookie, running.issuer()).await, 403, "once");
    assert!(running.setup_link().await.unwrap().is_none());
    stop(running).await;
}

#[tokio::test]
async fn tls_is_spoken_and_insisted_on() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsFiles { cert: folder.path().join("cert.pem"), key: folder.path().join("key.pem"), ask: true, client_ca: None };
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let config = ServerConfig {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        issuer: "https://localhost:0".parse().unwrap(),
        tls: Some(files),
        embedded: false,
        ..ServerConfig::embedded(0)
    };
    let running = start(config, folder.path()).await.unwrap();
    let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([root]).build().unwrap();
    let about = http.get(format!("{}/.well-known/oauth-authorization-server", running.issuer())).send().await.unwrap();
    assert_eq!(about.status(), 200);
    assert_eq!(about.headers()["strict-transport-security"], "max-age=31536000");
    let link = running.setup_link().await.unwrap().unwrap();
    let page = http.get(link.expose()).send().await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-countersign-form=") && cookie.contains("Secure"), "{cookie}");
    stop(running).await;
}
