//! The program `countersignd` from outside: what it says and which code it ends with.
#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use countersign_store::testing;

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
struct Daemon(Child);

impl Drop for Daemon {
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
    env.extend(database);
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersignd"));
    let child = command.env_clear().envs(env.iter().copied()).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut daemon = Daemon(child);
    let log = BufReader::new(daemon.0.stderr.take().unwrap());
    let reader = std::thread::spawn(move || log.lines().map_while(Result::ok).collect::<Vec<_>>());
    let until = Instant::now() + Duration::from_secs(20);
    while said(&run(&["healthcheck"], &env, dir)).0 != Some(0) {
        assert!(Instant::now() < until && daemon.0.try_wait().unwrap().is_none(), "it becomes ready");
    }
    assert!(Command::new("kill").args(["-TERM", &daemon.0.id().to_string()]).status().unwrap().success());
    assert!(daemon.0.wait().unwrap().success());
    let lines = reader.join().unwrap();
    assert!(lines.iter().any(|l| l.contains("open http://127.0.0.1:") && l.contains("/setup?token=")), "{lines:#?}");
    let logged: Vec<_> = lines.iter().filter(|l| l.starts_with('{')).collect();
    assert!(logged.iter().any(|l| l.contains("\"stopped\"")), "{lines:#?}");
    assert!(logged.iter().all(|l| !l.contains("token=") && !l.contains(key.trim())), "{lines:#?}");
}
