//! The program `countersignd` from outside: what it says and which code it ends with.
#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod daemon;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use countersign_domain::Clock as _;
use countersign_store::testing;
use countersign_testkit::{
    ForeignIssuer,
    chain::{audience, contract},
};
use serde_json::json;

const ISSUER: (&str, &str) = ("COUNTERSIGN_ISSUER", "https://sts.example");
const LISTEN: (&str, &str) = ("COUNTERSIGN_LISTEN", "127.0.0.1:0");

fn run(args: &[&str], env: &[(&str, &str)], dir: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersignd"));
    command.args(args).env_clear().envs(env.iter().copied()).current_dir(dir).output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_configuration_that_can_t_be_used_is_one_sentence_and_code_2() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&[][..], &["serve"], &["migrate"], &["check-config"]] {
        let (code, out, err) = said(&run(args, &[], dir.path()));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert_eq!(err.lines().count(), 1, "{args:?}: {err}");
        assert!(err.starts_with("countersignd: there is no issuer;"), "{err}");
    }
    let (code, _, err) = said(&run(&["--config", "none.toml"], &[], dir.path()));
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("`none.toml` can't be read"), "{err}");
}

#[test]
fn a_new_master_key_makes_the_rest_of_the_configuration_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (code, key, err) = said(&run(&["new-master-key"], &[], dir.path()));
    assert_eq!((code, key.trim().len(), err.as_str()), (Some(0), 43, ""));
    let env = [ISSUER, LISTEN, ("COUNTERSIGN_MASTER_KEY", key.trim()), ("COUNTERSIGN_DATABASE_PATH", "data.db")];
    let (code, out, err) = said(&run(&["check-config"], &env, dir.path()));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("the configuration can be used: https://sts.example/"), "{out}");
    assert!(!dir.path().join("data.db").exists(), "looking changes nothing");
}

#[test]
fn a_service_that_is_not_there_is_not_healthy() {
    let dir = tempfile::tempdir().unwrap();
    // Bound and dropped again: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let (code, _, err) = said(&run(&["healthcheck"], &[ISSUER, ("COUNTERSIGN_LISTEN", &listen)], dir.path()));
    assert_eq!(code, Some(1), "{err}");
}

/// Ends the program if the test ends first.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[test]
fn it_serves_until_it_is_told_to_stop() {
    let dir = tempfile::tempdir().unwrap();
    serves(dir.path(), &[("COUNTERSIGN_DATABASE_PATH", "data.db")]);
}

#[tokio::test]
async fn it_serves_on_postgresql_too() {
    let (runtime, owner) = testing::postgres_empty().await;
    let dir = tempfile::tempdir().unwrap();
    serves(dir.path(), &[("COUNTERSIGN_DATABASE_URL", runtime.expose()), ("COUNTERSIGN_DATABASE_OWNER_URL", owner.expose())]);
}

/// Starts it on a database, waits until it is ready, stops it, and reads what it said.
fn serves(dir: &Path, database: &[(&str, &str)]) {
    let (_, key, _) = said(&run(&["new-master-key"], &[], dir));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (issuer, listen) = (format!("http://127.0.0.1:{port}"), format!("127.0.0.1:{port}"));
    let mut env = vec![("COUNTERSIGN_ISSUER", issuer.as_str()), ("COUNTERSIGN_LISTEN", &listen), ("COUNTERSIGN_MASTER_KEY", key.trim())];
    // What comes later counts.
    env.extend(database);
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersignd"));
    let child = command.env_clear().envs(env.iter().copied()).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut daemon = Ended(child);
    let log = BufReader::new(daemon.0.stderr.take().unwrap());
    let reader = std::thread::spawn(move || log.lines().map_while(Result::ok).collect::<Vec<_>>());
    let until = Instant::now() + Duration::from_mins(2);
    while said(&run(&["healthcheck"], &env, dir)).0 != Some(0) {
        assert!(Instant::now() < until && daemon.0.try_wait().unwrap().is_none(), "it becomes ready");
        // Each try is a program of its own, which takes from the other what it needs to become ready.
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(Command::new("kill").args(["-TERM", &daemon.0.id().to_string()]).status().unwrap().success());
    assert!(daemon.0.wait().unwrap().success());
    let lines = reader.join().unwrap();
    assert!(lines.iter().any(|l| l.contains("open http://127.0.0.1:") && l.contains("/setup?token=")), "{lines:#?}");
    let logged: Vec<_> = lines.iter().filter(|l| l.starts_with('{')).collect();
    assert!(logged.iter().any(|l| l.contains("\"stopped\"")), "{lines:#?}");
    assert!(logged.iter().all(|l| !l.contains("token=") && !l.contains(key.trim())), "{lines:#?}");
}

#[test]
fn keys_are_listed_rotated_backed_up_and_restored() {
    let dir = tempfile::tempdir().unwrap();
    let new_key = || said(&run(&["new-master-key"], &[], dir.path())).1.trim().to_owned();
    let (master, other, pass) = (new_key(), new_key(), ("COUNTERSIGN_BACKUP_PASSPHRASE", "five random words in a row"));
    let on = |db, key| [ISSUER, LISTEN, ("COUNTERSIGN_DATABASE_PATH", db), ("COUNTERSIGN_MASTER_KEY", key), pass];
    let keys = |args: &[&str], env: &[(&str, &str)]| said(&run(&[&["keys"], args].concat(), env, dir.path()));
    let (here, there) = (on("here.db", &master), on("there.db", &other));

    // No service has made one yet.
    assert_eq!(keys(&["list"], &here), (Some(0), String::new(), String::new()));
    let (code, _, err) = keys(&["rotate"], &here);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("nothing is signed with ES256 here"), "{err}");
    serves(dir.path(), &[("COUNTERSIGN_DATABASE_PATH", "here.db"), ("COUNTERSIGN_MASTER_KEY", &master)]);
    let listed = keys(&["list"], &here).1;
    assert!(listed.lines().count() == 1 && listed.contains("  ES256  active     made "), "{listed}");
    assert!(keys(&["rotate"], &here).1.contains("7 minutes"));
    assert_eq!(keys(&["list"], &here).1.lines().count(), 2);

    assert_eq!(keys(&["backup", "--out", "keys.bak"], &here).0, Some(0));
    let (code, _, err) = keys(&["backup", "--out", "keys.bak"], &here);
    assert_eq!((code, err.contains("`keys.bak` can't be written")), (Some(1), true), "never over another: {err}");
    let (code, _, err) = keys(&["backup", "--out", "other.bak"], &here[..4]);
    assert_eq!((code, err.lines().count(), err.contains("there is no passphrase")), (Some(2), 1, true), "{err}");
    assert!(!dir.path().join("other.bak").exists());

    let wrong = [&there[..4], &[("COUNTERSIGN_BACKUP_PASSPHRASE", "five other words in a row")]].concat();
    let (code, _, err) = keys(&["restore", "keys.bak"], &wrong);
    assert_eq!((code, err.contains("the passphrase is not the one")), (Some(1), true), "{err}");
    assert_eq!(keys(&["list"], &there).1, "");
    let (code, out, err) = keys(&["restore", "keys.bak"], &there);
    assert_eq!((code, out.contains("2 keys brought back")), (Some(0), true), "{out}{err}");
    let names = |text: String| text.lines().map(|l| l.split(' ').next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(keys(&["list"], &there).1), names(keys(&["list"], &here).1));

    let (code, out, err) = keys(&["rotate", "--emergency", "--reason", "tried"], &here);
    assert_eq!((code, out.contains("withdrawn")), (Some(0), true), "{out}{err}");
    let (code, _, err) = keys(&["restore", "keys.bak"], &here);
    assert_eq!((code, err.contains("another key does in the backup; nothing was changed")), (Some(1), true), "{err}");
    assert_eq!(keys(&["list"], &here).1.matches("withdrawn").count(), 2);
}

#[test]
fn another_master_key_is_told_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let new_key = || said(&run(&["new-master-key"], &[], dir.path())).1.trim().to_owned();
    let (master, other) = (new_key(), new_key());
    serves(dir.path(), &[("COUNTERSIGN_DATABASE_PATH", "data.db"), ("COUNTERSIGN_MASTER_KEY", &master)]);
    let env = [ISSUER, LISTEN, ("COUNTERSIGN_DATABASE_PATH", "data.db"), ("COUNTERSIGN_MASTER_KEY", other.as_str())];
    for args in [&["serve"][..], &["keys", "list"]] {
        let (code, out, err) = said(&run(args, &env, dir.path()));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
        let last = err.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("countersignd: the signing key `") && last.contains("sealed under another master key; give the one that it was sealed with"),
            "{err}"
        );
        assert!(!err.contains(other.as_str()), "{err}");
    }
}

/// From the operator's file to a token: a customer of the bank is present, and the gateway calls the ledger for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_an_issuer_that_the_file_names_is_exchanged() {
    const SECRET: &str = "secret-of-every-api-with-enough-length";
    let folder = tempfile::tempdir().unwrap();
    let (bank, stranger) = (ForeignIssuer::open().await, ForeignIssuer::open().await);
    let issuers = format!(
        "[[issuers]]\ntenant = \"acme\"\nissuer = \"{0}\"\njwks_uri = \"{0}/jwks\"\nalgs = [\"ES256\"]\n\
         [issuers.audiences.\"{1}\"]\norders = [\"order:read\", \"order:refund\"]\n",
        bank.iss,
        audience("gateway"),
    );
    let contracts = ["gateway", "ledger", "bank", "notify", "archive", "vault"].map(contract);
    daemon::configure(folder.path(), &contracts, SECRET, &issuers);
    let service = daemon::Daemon::start(folder.path(), "");
    let ruth = service.set_up().await;
    let case = json!({ "key": "ZD-4711", "title": "Moved house", "customer": "cus_8812", "priority": "normal" });
    assert_eq!(ruth.post("/v1/cases", &case).await.status, 200);

    let now = service.site.clock.now().unix_secs();
    let token = |from: &ForeignIssuer| {
        let said = json!({
            "iss": from.iss, "sub": "cus_8812", "aud": audience("gateway"), "client_id": "mobile-app", "scope": "openid orders",
            "iat": now, "exp": now + 600, "jti": "one"
        });
        from.sign(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" }), &said)
    };
    let exchange = |subject: String| {
        let form = service.site.form("/oauth/token").basic("gateway-api", SECRET);
        form.with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
            .with("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
            .with("subject_token", &subject)
            .with("audience", &audience("ledger"))
            .send()
    };
    let refused = exchange(token(&stranger)).await;
    assert_eq!((refused.status, &refused.json()["countersign_code"]), (400, &json!("rail:trusted-issuer")), "{}", refused.body);
    let answer = exchange(token(&bank)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let minted = answer.json()["access_token"].as_str().unwrap().to_owned();
    let told = service.site.introspect_as("ledger-api", SECRET, &minted).await.json();
    assert_eq!((&told["active"], &told["sub"], &told["act"]), (&json!(true), &json!("cus_8812"), &json!({ "sub": "gateway-api" })), "{told}");
    assert_eq!((bank.reads(), stranger.reads()), (1, 0), "nobody is asked but who is registered");
    service.stop(true);
}
