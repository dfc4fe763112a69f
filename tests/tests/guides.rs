//! The guides for API teams can't lie: the commands of *Try it* are run, with what they print; the calls and settings of the
//! libraries' pages are those of the programs in `tests/foreign`, which run against the real service.

use std::{
    fs,
    path::{Path, PathBuf},
};

use accounts_api::{Api, ClientSecret, Settings, ledger, next::Next, router};
use countersign_domain::{Secret, contract::Contract};
use countersign_testkit::{Person, World};
use tokio::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn guide(name: &str) -> String {
    fs::read_to_string(root().join("docs/guides").join(name)).unwrap()
}

/// A piece of the page that a test does something with.
#[derive(Debug, PartialEq)]
enum Piece {
    /// Commands.
    Runs(String),
    /// What the commands before print; `…` stands for anything.
    Prints(String),
    /// Something is done in the console.
    Console(String),
}

fn pieces(page: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(what) = line.strip_prefix("<!-- test: ").and_then(|l| l.strip_suffix(" -->")) {
            all.push(Piece::Console(what.to_owned()));
        } else if let Some(language) = line.strip_prefix("```") {
            let text: String = lines.by_ref().take_while(|l| *l != "```").map(|l| format!("{l}\n")).collect();
            match language {
                "sh" => all.push(Piece::Runs(text)),
                "prints" => all.push(Piece::Prints(text)),
                "text" => {}
                other => panic!("a test knows nothing of blocks in `{other}`"),
            }
        }
    }
    all
}

/// Whether `said` is `wanted`, in which `…` stands for anything on its line.
fn prints(wanted: &str, said: &str) -> bool {
    let (wanted, said): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), said.lines().collect());
    wanted.len() == said.len()
        && wanted.iter().zip(said).all(|(wanted, said)| {
            let mut parts = wanted.split('…');
            let mut rest = said.strip_prefix(parts.next().unwrap_or_default());
            let mut last = "";
            for part in parts {
                rest = rest.and_then(|r| r.find(part).map(|at| &r[at + part.len()..]));
                last = part;
            }
            rest.is_some_and(|rest| rest.is_empty() || (wanted.contains('…') && last.is_empty()))
        })
}

#[test]
fn what_is_printed_is_compared() {
    for (wanted, said, same) in [
        ("{\"a\":1}", "{\"a\":1}", true),
        ("{\"a\":1}", "{\"a\":1,\"b\":2}", false),
        ("{\"a\":…}", "{\"a\":1}", true),
        ("{\"a\":…", "{\"a\":1}", true),
        ("{…\"b\":2}", "{\"a\":1,\"b\":2}", true),
        ("{…\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}", false),
        ("{…\"b\":2…", "{\"a\":1,\"c\":2}", false),
        ("one\ntwo", "one", false),
    ] {
        assert_eq!(prints(wanted, said), same, "{wanted} {said}");
    }
}

/// The sample's two APIs on a service with real time, and the folder as `scripts/run.sh` lays it.
struct Sample {
    world: World,
    home: tempfile::TempDir,
    accounts: String,
}

const FOLDER: &str = "app.countersign.console/sample";

impl Sample {
    async fn start() -> Self {
        let world = World::of_the_machine().await;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(FOLDER);
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write("port", world.issuer.rsplit_once(':').unwrap().1);
        for (name, contract) in [("ledger", "ledger.toml"), ("accounts", "contract.toml")] {
            let secret = format!("{name}-0123456789abcdef0123456789abcdef");
            write(&format!("{name}-secret"), &secret);
            world.engine().client_register(world.acme, &format!("{name}-api"), &Secret::new(secret)).await.unwrap();
            let text = fs::read_to_string(root().join("samples/accounts-api").join(contract)).unwrap();
            world.engine().contract_register(world.acme, toml::from_str::<Contract>(&text).unwrap()).await.unwrap();
        }
        let settings = |name: &str| Settings {
            issuer: world.issuer.parse().unwrap(),
            audience: format!("https://api.acme.example/{name}"),
            client_id: format!("{name}-api"),
            client_secret: ClientSecret(fs::read_to_string(folder.join(format!("{name}-secret"))).unwrap()),
        };
        let http = reqwest::Client::new();
        let ledger = serve(ledger::router(ledger::Ledger::new(settings("ledger"), http.clone()).into())).await;
        write("ledger-url", &ledger);
        let next = Next { url: ledger.parse().unwrap(), audience: "https://api.acme.example/ledger".into() };
        let api = Api::new(settings("accounts"), http).with_ledger(Some(next)).keeping_token(Some(folder.join("last-token")));
        let accounts = serve(router(api.into())).await;
        Self { world, home, accounts }
    }

    /// What the page has its reader do as dana and sana in the console.
    async fn acts(&self) -> Person {
        let (dana, warrant) = self.world.acting_at("accounts", &["profile:read"]).await;
        let token = dana.exchange(&warrant).token().await;
        let call = reqwest::Client::new().get(format!("{}/customers/cus_8812/invoices", self.accounts)).bearer_auth(token);
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        dana
    }

    /// *End*.
    async fn ends(&self, dana: &Person) {
        let live = dana.get("/v1/delegations").await.json();
        let id = live["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(dana.post(&format!("/v1/delegations/{id}/end"), &serde_json::json!({})).await.status, 200);
    }

    /// Runs a block in a shell that knows what the blocks before set; answers what it prints.
    async fn run(&self, block: &str) -> String {
        let state = self.home.path().join("state");
        let names: Vec<&str> =
            block.lines().filter_map(|l| l.split_once('=')).map(|(name, _)| name).filter(|n| n.chars().all(|c| c.is_ascii_uppercase())).collect();
        let keeps = if names.is_empty() { String::new() } else { format!("declare -p {} >>'{}'", names.join(" "), state.display()) };
        let script = format!("set -eu\ntouch '{0}'\n. '{0}'\n{block}\n{keeps}", state.display());
        let output = Command::new("bash").args(["-c", &script]).env("XDG_DATA_HOME", self.home.path()).kill_on_drop(true).output().await.unwrap();
        assert!(output.status.success(), "{block}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

async fn serve(app: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

#[tokio::test]
async fn each_command_of_try_it_prints_what_the_page_says() {
    let sample = Sample::start().await;
    let (mut said, mut dana, mut compared) = (None, None, 0);
    for piece in pieces(&guide("try-it.md")) {
        match piece {
            Piece::Console(what) if what == "acts" => dana = Some(sample.acts().await),
            Piece::Console(_) => sample.ends(dana.as_ref().unwrap()).await,
            Piece::Runs(block) => {
                // An answer ends without a line feed; for a reader each is a line of its own.
                let out = sample.run(&block).await.replace("}{", "}\n{");
                said = Some((block, out));
            }
            Piece::Prints(wanted) => {
                let (block, out) = said.take().expect("commands before");
                assert!(prints(&wanted, &out), "the page has\n{block}print\n{wanted}but it prints\n{out}");
                compared += 1;
            }
        }
    }
    assert_eq!((compared, dana.is_some()), (10, true), "nothing of the page was left out");
}

/// All that a program of `tests/foreign` says, but for what others wrote.
fn program(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            if name != "node_modules" && name != "target" && name != "venv" {
                program(&path, into);
            }
        } else if !["package-lock.json", "requirements.txt", "go.sum"].contains(&name.as_str()) {
            into.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

/// Words of a program's text, of some length.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| w.len() > 3)
}

#[test]
fn the_libraries_pages_name_what_their_programs_use() {
    for name in ["node", "go", "spring", "python"] {
        let page = guide(&format!("{name}.md"));
        let mut used = String::new();
        program(&root().join("tests/foreign").join(name), &mut used);
        let mut blocks = page.split("```").skip(1).step_by(2);
        let code: String = blocks.by_ref().collect();
        let called: Vec<&str> = code.split('(').filter_map(|head| words(head.rsplit([' ', '\n']).next()?).last()).collect();
        assert!(called.len() > 5, "{name}: {called:?}");
        let (_, table) = page.split_once("## Settings").expect("a table of settings");
        let rows: Vec<&str> = table.lines().filter(|l| l.starts_with('|')).skip(2).filter_map(|l| l.split(" | ").next()).collect();
        assert!(rows.len() > 2, "{name}: {rows:?}");
        let settings = rows.iter().flat_map(|row| row.split('`').skip(1).step_by(2)).flat_map(words);
        let missing: Vec<&str> = called.into_iter().chain(settings).filter(|word| !used.contains(word)).collect();
        assert!(missing.is_empty(), "docs/guides/{name}.md names what tests/foreign/{name} does not use: {missing:?}");
    }
}

#[test]
fn every_guide_is_on_the_index() {
    let index = guide("README.md");
    for entry in fs::read_dir(root().join("docs/guides")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name}");
    }
}
