//! The process killed between any two steps of an exchange: no token without its line, and the service comes back whole.
//!
//! Runs the real `countersignd`, built with the feature `failpoints`, on a file of its own; it is started, driven over
//! HTTP, killed by itself at the step, started again without, and looked at.
#![cfg(feature = "failpoints")]

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use countersign_domain::Secret;
use countersign_store::{Store, testing};
use countersign_testkit::{Person, SetClock, Site, accounts_contract, world::PASSWORD};
use serde_json::json;

/// Each step of an exchange, in order, and how many tokens the store may hold if the process dies there.
const STEPS: [(&str, i64); 7] = [
    ("exchange-before-transaction", 0),
    ("exchange-in-transaction", 0),
    ("exchange-after-token", 0),
    ("exchange-after-line", 0),
    ("exchange-after-commit", 1),
    ("exchange-before-answer", 1),
    ("", 1),
];

#[tokio::test]
async fn no_token_without_its_line_wherever_the_process_dies() {
    for (step, tokens) in STEPS {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::start(folder.path(), step);
        let (dana, warrant) = acting(&daemon).await;
        let answered = exchange(&dana, &warrant).await;
        assert_eq!(answered, step.is_empty(), "{step}: it dies exactly there");
        daemon.stop(step.is_empty());

        let store = Store::open_sqlite(&folder.path().join("countersign.db")).await.unwrap();
        let held = testing::count(&store, "token").await;
        assert_eq!(held, tokens, "{step}");
        drop(store);

        // It comes back, every token has its line, and the warrant goes on working.
        let daemon = Daemon::start(folder.path(), "");
        let ines = Person::sign_in(&daemon.site, "ines", PASSWORD).await;
        let minted = lines(&ines).await.into_iter().filter(|l| l["kind"] == "token.exchange" && l["decision"] == "allowed").count();
        assert_eq!(i64::try_from(minted).unwrap(), tokens, "{step}: as many lines as tokens");
        assert!(exchange(&dana, &warrant).await, "{step}: the legitimate exchange goes on working");
        daemon.stop(true);
    }
}

#[test]
fn a_build_without_the_feature_has_no_failpoints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for package in ["countersign-server", "countersign-console"] {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--quiet", "--package", package, "--edges", "normal,build", "--prefix", "none"])
            .current_dir(&root)
            .output()
            .unwrap();
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let names = String::from_utf8(tree.stdout).unwrap();
        assert!(names.contains("countersign-engine"), "the tree is one");
        assert!(!names.lines().any(|l| l.starts_with("fail v")), "{package} holds the failpoint library");
    }
}

/// Signs, starts, and answers the agent with the warrant.
async fn acting(daemon: &Daemon) -> (Person, Secret) {
    let site = &daemon.site;
    daemon.set_up().await;
    let ruth = Person::sign_in(site, "ruth", PASSWORD).await;
    for (name, role, groups) in [("dana", "agent", json!([])), ("sana", "approver", json!(["approvers"])), ("ines", "auditor", json!([]))] {
        join(site, &ruth, name, role, &groups).await;
    }
    let (dana, sana) = (Person::sign_in(site, "dana", PASSWORD).await, Person::sign_in(site, "sana", PASSWORD).await);
    let case = json!({ "key": "ZD-4711", "title": "Moved house", "customer": "cus_8812", "priority": "normal", "assignee": dana.me.id });
    assert_eq!(ruth.post("/v1/cases", &case).await.status, 200);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(site, &asked).await;
    let (_, warrant) = dana.start(asked.id).await;
    (dana, warrant)
}

async fn join(site: &Site, admin: &Person, name: &str, role: &str, groups: &serde_json::Value) {
    let invited = admin.post("/v1/people", &json!({ "name": name, "roles": [role], "groups": groups })).await;
    assert_eq!(invited.status, 200, "{}", invited.body);
    let link = invited.json()["link"].as_str().unwrap().to_owned();
    fill(site, &link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
}

async fn fill(site: &Site, link: &str, fields: &[(&str, &str)]) {
    let path = link.strip_prefix(&site.issuer).unwrap();
    let mut browser = site.browser();
    let page = browser.open(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let done = browser.send(path, &page, fields).await;
    assert!(done.status < 400, "{}", done.body);
}

/// Whether an answer with a token came; none does where the process dies.
async fn exchange(dana: &Person, warrant: &Secret) -> bool {
    let sent = tokio::spawn(dana.exchange(warrant).send());
    matches!(sent.await, Ok(answer) if answer.status == 200)
}

/// The trail, once all lines have their place.
async fn lines(ines: &Person) -> Vec<serde_json::Value> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let items = ines.get("/v1/events?after=0&limit=500").await.json()["items"].as_array().cloned().unwrap_or_default();
        // The auditor's own sign-in is the last line there is.
        let placed = items.iter().any(|l| l["kind"] == "session.begin" && l["actor"]["name"] == "ines");
        if placed || Instant::now() > until {
            return items;
        }
        tokio::task::yield_now().await;
    }
}

struct Daemon {
    child: Child,
    site: Site,
    setup: Option<String>,
}

impl Daemon {
    /// Starts it on `folder`; `step` is where it is to die, if anywhere.
    fn start(folder: &Path, step: &str) -> Self {
        let config = config(folder);
        let issuer = std::fs::read_to_string(folder.join("issuer")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersignd"));
        command.arg("--config").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).env_remove("FAILPOINTS");
        if !step.is_empty() {
            command.env("FAILPOINTS", format!("{step}=return"));
        }
        let mut child = command.spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let site = Site::at(&issuer, Arc::new(SetClock::of_the_machine()));
        let mut setup = None;
        let mut told = String::new();
        // It tells about the first admin, or that it serves; then its log is read so that it never waits for us.
        loop {
            let mut line = String::new();
            assert!(errors.read_line(&mut line).unwrap() > 0, "countersignd ended: {told}");
            told.push_str(&line);
            if let Some((_, rest)) = line.split_once("open ") {
                setup = rest.split(' ').next().map(str::to_owned);
                break;
            }
            if line.contains("serving") {
                if folder.join("set-up").exists() {
                    break;
                }
            }
        }
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        Self { child, site, setup }
    }

    /// Makes the first admin by the link that was told.
    async fn set_up(&self) {
        let link = self.setup.as_deref().expect("a link for the first admin");
        fill(&self.site, link, &[("tenant", "acme"), ("login", "ruth"), ("password", PASSWORD), ("again", PASSWORD)]).await;
    }

    /// Waits for its end; asks for it where it did not die by itself.
    fn stop(mut self, alive: bool) {
        if alive {
            let kill = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
            assert!(kill.success());
        }
        let status = self.child.wait().unwrap();
        assert_eq!(status.success(), alive, "{status}");
    }
}

/// Writes the configuration once: the port stays, so that the issuer does.
fn config(folder: &Path) -> PathBuf {
    let path = folder.join("countersign.toml");
    if path.exists() {
        std::fs::write(folder.join("set-up"), "").unwrap();
        return path;
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let issuer = format!("http://127.0.0.1:{port}");
    let contracts = folder.join("contracts");
    std::fs::create_dir(&contracts).unwrap();
    std::fs::write(contracts.join("accounts.toml"), toml::to_string(&accounts_contract("accounts-api")).unwrap()).unwrap();
    secret(&folder.join("client-secret"), countersign_testkit::world::CLIENT_SECRET);
    let key = Command::new(env!("CARGO_BIN_EXE_countersignd")).arg("new-master-key").output().unwrap();
    secret(&folder.join("master-key"), String::from_utf8(key.stdout).unwrap().trim());
    let text = format!(
        "issuer = \"{issuer}\"\nlisten = [\"127.0.0.1:{port}\"]\ncontracts = {contracts:?}\n[database]\npath = {:?}\n[master_key]\nfile = {:?}\n[[client]]\nid = \"accounts-api\"\nsecret_file = {:?}\n",
        folder.join("countersign.db"),
        folder.join("master-key"),
        folder.join("client-secret"),
    );
    std::fs::write(&path, text).unwrap();
    std::fs::write(folder.join("issuer"), issuer).unwrap();
    path
}

fn secret(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
