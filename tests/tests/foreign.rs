//! Other people's libraries against the real service: any API team can use it unchanged. The programs, and what each of
//! their steps holds, are in `tests/foreign`.

use std::{path::Path, process::Output, time::Duration};

use countersign_domain::{
    Secret,
    alg::Algorithm,
    contract::{Action, Contract, Format, Mode, Risk, Subject},
    hop::Hop,
};
use countersign_testkit::{ClientKey, KeyKind, Person, World};
use serde_json::json;
use tokio::process::Command;

/// From nothing, on two busy cores: most of it is Maven's.
const BUILD: Duration = Duration::from_mins(15);
/// What the agent got lives five.
const WALK: Duration = Duration::from_mins(4);

const GATEWAY: &str = "https://api.acme.example/gateway";
const LEDGER: &str = "https://api.acme.example/ledger";
const OTHER: &str = "https://api.acme.example/other";
/// Of clients whose secret an operator chose. It has signs that a form and a header write in their own way.
const CHOSEN: &str = "chosen+0123456789/abcdef=0123456789:%41 &";
/// authlib joins id and secret unescaped.
const CHOSEN_PLAIN: &str = "chosen-0123456789abcdef0123456789abcdef";

/// A program of `tests/foreign`, and what its clients and its APIs' contracts are to be.
struct Program {
    /// Its folder.
    name: &'static str,
    /// `alg` of all contracts.
    alg: Algorithm,
    /// How the client `gateway-api` proves itself, and by what key if it has one.
    gateway: (&'static str, Option<KeyKind>),
    /// How the client `ledger-api` does. A stranger does it by `client_secret_basic`.
    ledger: &'static str,
    /// `bound` of the ledger's contract. The gateway's is not: the parent is a bearer token.
    bound: bool,
}

#[tokio::test]
async fn node_with_oauth4webapi_and_jose() {
    let gateway = ("private_key_jwt", Some(KeyKind::Es256));
    walks(&Program { name: "node", alg: Algorithm::Es256, gateway, ledger: "client_secret_basic", bound: true }).await;
}

#[tokio::test]
async fn go_with_x_oauth2_and_go_oidc() {
    walks(&Program { name: "go", alg: Algorithm::EdDsa, gateway: ("client_secret_basic", None), ledger: "client_secret_basic", bound: false }).await;
}

#[tokio::test]
async fn spring_security() {
    walks(&Program { name: "spring", alg: Algorithm::Rs256, gateway: ("client_secret_post", None), ledger: "client_secret_basic", bound: false }).await;
}

#[tokio::test]
async fn python_with_authlib() {
    let gateway = ("private_key_jwt", Some(KeyKind::Rs256));
    walks(&Program { name: "python", alg: Algorithm::Es256, gateway, ledger: "client_secret_post", bound: false }).await;
}

async fn walks(program: &Program) {
    // Where what it runs on is missing, this fails: nothing is skipped.
    let built = script(&["--build", program.name], &[], BUILD).await;
    assert!(built.status.success(), "{} is not built: {}", program.name, said(&built));

    // Not before: the parent lives for five minutes.
    let world = World::of_the_machine().await;
    let folder = tempfile::tempdir().unwrap();
    let inputs = prepare(&world, program, folder.path()).await;
    let walked = script(&[program.name], &inputs, WALK).await;
    assert!(walked.status.success(), "{}", said(&walked));
    let lines = String::from_utf8_lossy(&walked.stdout);
    let steps: Vec<&str> = lines.lines().filter_map(|line| line.strip_prefix("ok ")?.split(' ').next()).collect();
    assert_eq!(steps, ["1", "2", "3", "4", "5", "6", "7", "8", "9"], "{}", said(&walked));
}

/// `scripts/foreign.sh`, which installs, builds and runs.
async fn script(args: &[&str], inputs: &[(&'static str, String)], limit: Duration) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(root.join("scripts/foreign.sh"));
    command.args(args).envs(inputs.iter().map(|(name, value)| (name, value))).kill_on_drop(true);
    let output = tokio::time::timeout(limit, command.output()).await;
    output.unwrap_or_else(|_| panic!("{args:?} took longer than {limit:?}")).expect("the script starts")
}

fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Registers the three clients and the three contracts, lets an agent get the parent, and answers what the program is told: each name
/// of the table in `tests/foreign/README.md` that this program reads.
async fn prepare(world: &World, program: &Program, folder: &Path) -> Vec<(&'static str, String)> {
    let ruth = world.person("ruth").await;
    let (method, key) = program.gateway;
    let key = key.map(ClientKey::generate);
    let gateway_secret = client(world, &ruth, "gateway-api", method, key.as_ref(), CHOSEN).await;
    let ledger_secret = client(world, &ruth, "ledger-api", program.ledger, None, CHOSEN).await;
    let stranger_secret = client(world, &ruth, "stranger-api", "client_secret_basic", None, CHOSEN_PLAIN).await;
    for contract in contracts(program) {
        world.engine().contract_register(world.acme, contract).await.expect("a contract");
    }
    // Last: it lives for five minutes from now.
    let (dana, warrant) = world.acting_at("gateway", &["account:answer"]).await;
    let parent = dana.exchange(&warrant).with("audience", GATEWAY).token().await;

    let mut inputs = vec![
        ("ISSUER", world.issuer.clone()),
        ("PARENT_TOKEN", parent),
        ("GATEWAY_CLIENT_ID", "gateway-api".into()),
        ("GATEWAY_AUDIENCE", GATEWAY.into()),
        ("LEDGER_CLIENT_ID", "ledger-api".into()),
        ("LEDGER_CLIENT_SECRET", ledger_secret),
        ("LEDGER_AUDIENCE", LEDGER.into()),
        ("LEDGER_SCOPE", "entry:read".into()),
        ("WIDER_SCOPE", "entry:export".into()),
        ("OTHER_AUDIENCE", OTHER.into()),
        ("STRANGER_CLIENT_ID", "stranger-api".into()),
        ("STRANGER_CLIENT_SECRET", stranger_secret),
    ];
    match key {
        None => inputs.push(("GATEWAY_CLIENT_SECRET", gateway_secret)),
        Some(key) => {
            let file = folder.join("gateway.pem");
            std::fs::write(&file, key.private_pem.expose()).unwrap();
            inputs.push(("GATEWAY_KEY", file.display().to_string()));
        }
    }
    inputs
}

/// Registers a client: as an operator does where that is possible, else as an admin. Answers its secret; nothing if it has a key.
async fn client(world: &World, ruth: &Person, id: &str, method: &str, key: Option<&ClientKey>, chosen: &str) -> String {
    if method == "client_secret_basic" {
        world.engine().client_register(world.acme, id, &Secret::new(chosen.to_owned())).await.expect("a client");
        return chosen.to_owned();
    }
    let mut form = json!({ "id": id, "name": id, "auth": method });
    if let Some(key) = key {
        form["jwks"] = json!({ "keys": [key.public_jwk] }).to_string().into();
    }
    let made = ruth.post("/v1/clients", &form).await;
    assert_eq!(made.status, 200, "{}", made.body);
    if key.is_some() {
        return String::new();
    }
    let secret = ruth.post(&format!("/v1/clients/{id}/secrets"), &json!({})).await;
    assert_eq!(secret.status, 200, "{}", secret.body);
    secret.json()["client_secret"].as_str().expect("a secret").to_owned()
}

/// The gateway, which reaches two of the ledger's three actions; the ledger; and an API that offers the same and that nothing reaches.
fn contracts(program: &Program) -> [Contract; 3] {
    let calls = ["entry:read", "entry:write"].map(|scope| Hop { audience: LEDGER.into(), scope: scope.into() });
    let entries = || ["entry:read", "entry:write", "entry:export"].map(|scope| action(scope, Vec::new())).to_vec();
    let gateway = api(program, GATEWAY, vec![action("account:answer", calls.to_vec())]);
    let ledger = api(program, LEDGER, entries());
    [
        Contract { bound: program.bound, introspection_clients: vec!["ledger-api".into()], ..ledger },
        api(program, OTHER, entries()),
        Contract { client: Some("gateway-api".into()), ..gateway },
    ]
}

fn action(scope: &str, calls: Vec<Hop>) -> Action {
    Action { scope: scope.into(), name: format!("Do {scope}"), effect: "As its name says.".into(), risk: Risk::Low, calls }
}

fn api(program: &Program, audience: &str, actions: Vec<Action>) -> Contract {
    let key = audience.rsplit_once('/').expect("a path").1;
    Contract {
        key: key.into(),
        name: format!("The {key}"),
        audience: audience.into(),
        base_url: "http://127.0.0.1:9".into(),
        actions,
        endpoints: Vec::new(),
        modes: vec![Mode::Delegated],
        max_minutes: 60,
        token_ttl_s: 300,
        bound: false,
        format: Format::Jwt,
        alg: program.alg,
        subject: Subject::Unique,
        client: None,
        introspection_clients: Vec::new(),
    }
}
