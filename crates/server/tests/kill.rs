//! The process killed between any two steps of an exchange: no token without its line, and the service comes back whole.
//!
//! Runs the real `countersignd`, built with the feature `failpoints`, on a file of its own; it is started, driven over
//! HTTP, killed by itself at the step, started again without, and looked at.
#![cfg(feature = "failpoints")]

mod daemon;

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use countersign_domain::Secret;
use countersign_store::{Store, testing};
use countersign_testkit::{
    Person, accounts_contract,
    world::{CLIENT_SECRET, PASSWORD},
};
use daemon::Daemon;
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
        daemon::configure(folder.path(), &[accounts_contract("accounts-api")], CLIENT_SECRET, "");
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
    let ruth = daemon.set_up().await;
    for (name, role, groups) in [("dana", "agent", json!([])), ("sana", "approver", json!(["approvers"])), ("ines", "auditor", json!([]))] {
        join(daemon, &ruth, name, role, &groups).await;
    }
    let (dana, sana) = (Person::sign_in(site, "dana", PASSWORD).await, Person::sign_in(site, "sana", PASSWORD).await);
    let case = json!({ "key": "ZD-4711", "title": "Moved house", "customer": "cus_8812", "priority": "normal", "assignee": dana.me.id });
    assert_eq!(ruth.post("/v1/cases", &case).await.status, 200);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(site, &asked).await;
    let (_, warrant) = dana.start(asked.id).await;
    (dana, warrant)
}

/// Has this admin take somebody in.
async fn join(daemon: &Daemon, admin: &Person, name: &str, role: &str, groups: &serde_json::Value) {
    let invited = admin.post("/v1/people", &json!({ "name": name, "roles": [role], "groups": groups })).await;
    assert_eq!(invited.status, 200, "{}", invited.body);
    let link = invited.json()["link"].as_str().unwrap().to_owned();
    daemon::fill(&daemon.site, &link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
}

/// Whether an answer with a token came; none does where the process dies.
async fn exchange(dana: &Person, warrant: &Secret) -> bool {
    let sent = tokio::spawn(dana.exchange(warrant).send());
    matches!(sent.await, Ok(answer) if answer.status == 200)
}

/// The trail, once all lines have their place.
async fn lines(ines: &Person) -> Vec<serde_json::Value> {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let items = ines.get("/v1/events?after=0&limit=500").await.json()["items"].as_array().cloned().unwrap_or_default();
        // The auditor's own sign-in is the last line there is.
        let placed = items.iter().any(|l| l["kind"] == "session.begin" && l["actor"]["name"] == "ines");
        if placed {
            return items;
        }
        assert!(Instant::now() < until, "lines get their places");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
