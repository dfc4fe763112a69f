//! The service with two companies in it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use countersign_domain::{
    Secret, TenantId, Timestamp,
    alg::Algorithm,
    case::Priority,
    contract::{Action, Contract, Endpoint, Format, Mode, Risk, Subject},
    key::KeyState,
    person::Role,
};
use countersign_engine::{
    Engine,
    bootstrap::{self, Workspace},
};
use countersign_oauth::seal::MasterKey;
use countersign_policy::Bundle;
use countersign_server::{Deps, Running, Server, ServerConfig};
use countersign_store::{Store, testing};
use countersign_trail::Event;
use serde_json::Value;

use crate::{Answer, Browser, Forger, Person, Post, SeededEntropy, SetClock, nonces::Nonces};

/// Which database the service runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Db {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of a real server.
    Postgres,
}

/// When worlds begin.
const BEGINNING: Timestamp = Timestamp::from_micros(1_795_181_527_000_000);
/// What everybody signs in with.
pub const PASSWORD: &str = "four words in a row";
/// The introspection client's secret.
pub const CLIENT_SECRET: &str = "0123456789abcdef0123456789abcdef";

const ACME: Workspace = Workspace {
    tenant: "acme",
    people: &[
        ("dana", &[Role::Agent], false),
        ("tove", &[Role::Agent], false),
        ("sana", &[Role::Approver], true),
        ("imre", &[Role::Approver], true),
        ("ruth", &[Role::Admin], false),
        ("ines", &[Role::Auditor], false),
        // Asks and signs: what four eyes are tried with.
        ("both", &[Role::Agent, Role::Approver], true),
        // An approver who is in no group.
        ("loose", &[Role::Approver], false),
    ],
    cases: &[
        ("ZD-4711", "Moved house, bills still go to the old address", "cus_8812", Priority::Normal, "dana"),
        ("ZD-4702", "Cannot receive sign-in codes", "cus_3051", Priority::High, "dana"),
        ("ZD-4690", "Invoice PDF will not open", "cus_4470", Priority::Low, "tove"),
        ("ZD-4600", "Wants two things", "cus_1206", Priority::Low, "both"),
    ],
};

const GLOBEX: Workspace = Workspace {
    tenant: "globex",
    people: &[("gina", &[Role::Agent], false), ("gus", &[Role::Approver], true), ("gert", &[Role::Admin], false), ("gail", &[Role::Auditor], false)],
    cases: &[("GX-1", "Same customer name, another company", "cus_8812", Priority::Normal, "gina")],
};

/// A service as its clients see it: an address, and what it takes to speak to it.
#[derive(Clone)]
pub struct Site {
    /// Where it answers, and its issuer.
    pub issuer: String,
    /// The time that people go by.
    pub clock: Arc<SetClock>,
    pub(crate) http: reqwest::Client,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) nonces: Arc<Nonces>,
}

impl Site {
    /// A service that runs elsewhere, at `issuer`.
    #[must_use]
    pub fn at(issuer: &str, clock: Arc<SetClock>) -> Self {
        Self::over(client(reqwest::Client::builder()), issuer, clock)
    }

    fn over(http: reqwest::Client, issuer: &str, clock: Arc<SetClock>) -> Self {
        static SEED: AtomicU32 = AtomicU32::new(1);
        let entropy = Arc::new(SeededEntropy::new(SEED.fetch_add(1, Ordering::SeqCst)));
        Self { issuer: issuer.to_owned(), clock, http, entropy, nonces: Arc::default() }
    }

    /// Somebody, signed in through the pages.
    pub async fn person(&self, login: &str) -> Person {
        Person::sign_in(self, login, PASSWORD).await
    }

    /// A browser that nobody is signed in with.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(self.http.clone(), &self.issuer)
    }

    /// Introspects as the API does.
    pub async fn introspect(&self, token: &str) -> Answer {
        self.introspect_as("accounts-api", CLIENT_SECRET, token).await
    }

    /// Introspects as somebody.
    pub async fn introspect_as(&self, client: &str, secret: &str, token: &str) -> Answer {
        let request = self.http.post(format!("{}/oauth/introspect", self.issuer)).basic_auth(client, Some(secret)).form(&[("token", token)]);
        Answer::read(request.send().await.expect("the service answers")).await
    }

    /// A form for `path`, by nobody yet.
    #[must_use]
    pub fn form(&self, path: &'static str) -> Post {
        Post::of(self, path)
    }

    /// A plain GET, by nobody.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::read(self.http.get(format!("{}{path}", self.issuer)).send().await.expect("the service answers")).await
    }
}

/// An HTTP client as everybody in a world has one.
#[must_use]
pub fn client(builder: reqwest::ClientBuilder) -> reqwest::Client {
    builder.redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(30)).build().expect("an HTTP client")
}

/// What a world's database lives as long as.
enum Database {
    Sqlite(testing::Sqlite),
    Postgres(testing::Postgres),
}

/// The service, running, with two companies in it.
pub struct World {
    site: Site,
    /// Its database.
    pub store: Store,
    /// The first company.
    pub acme: TenantId,
    /// The other.
    pub globex: TenantId,
    running: Option<Running>,
    database: Database,
    master: Secret,
    config: ServerConfig,
}

/// A second process of the service. Dropping it stops it.
pub struct Replica {
    /// Where it listens; it answers under the issuer of the world.
    pub address: String,
    _running: Running,
}

impl std::ops::Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl World {
    /// A world on SQLite.
    pub async fn new() -> Self {
        Self::on(Db::Sqlite).await
    }

    /// A world on a given database.
    pub async fn on(db: Db) -> Self {
        Self::made(db, ServerConfig::embedded(0), SetClock::at(BEGINNING)).await
    }

    /// A world on SQLite that goes by the machine's clock: for programs that read it themselves.
    pub async fn of_the_machine() -> Self {
        Self::made(Db::Sqlite, ServerConfig::embedded(0), SetClock::of_the_machine()).await
    }

    /// A world on a given database, whose service is told this.
    pub async fn with(db: Db, config: ServerConfig) -> Self {
        Self::made(db, config, SetClock::at(BEGINNING)).await
    }

    /// A world on a given database whose people and machines speak to it through this client.
    pub async fn over(db: Db, config: ServerConfig, http: reqwest::Client) -> Self {
        Self::made_over(db, config, Site::over(http, "", Arc::new(SetClock::at(BEGINNING)))).await
    }

    async fn made(db: Db, config: ServerConfig, clock: SetClock) -> Self {
        Self::made_over(db, config, Site::at("", Arc::new(clock))).await
    }

    async fn made_over(db: Db, config: ServerConfig, mut site: Site) -> Self {
        let database = match db {
            Db::Sqlite => Database::Sqlite(testing::sqlite().await),
            Db::Postgres => Database::Postgres(testing::postgres().await),
        };
        let store = match &database {
            Database::Sqlite(d) => d.store.clone(),
            Database::Postgres(d) => d.store.clone(),
        };
        let master = MasterKey::generate(site.entropy.as_ref()).to_text();
        let running = serve(&site, &store, &master, config.clone()).await;
        running.issuer().clone_into(&mut site.issuer);
        let engine = running.engine().clone();
        let acme = company(&engine, ACME, "accounts-api").await;
        let globex = company(&engine, GLOBEX, "globex-api").await;
        Self { site, store, acme, globex, running: Some(running), database, master, config }
    }

    /// Stops the service and starts it again on the same database and address.
    pub async fn restart(&mut self) {
        let running = self.running.take().expect("the world runs");
        let port = running.local_addrs()[0].port();
        running.shutdown().await;
        let issuer = ServerConfig::embedded(port);
        let config = ServerConfig { listen: issuer.listen, issuer: issuer.issuer, ..self.config.clone() };
        self.running = Some(serve(&self.site, &self.store, &self.master, config).await);
    }

    /// A second process on the same database under the same issuer.
    pub async fn replica(&self) -> Replica {
        let config = ServerConfig {
            listen: vec![([127, 0, 0, 1], 0).into()],
            issuer: self.issuer.parse().expect("an issuer is an address"),
            embedded: false,
            ..ServerConfig::embedded(0)
        };
        let running = serve(&self.site, &self.store, &self.master, config).await;
        Replica { address: format!("http://{}", running.local_addrs().first().expect("it listens")), _running: running }
    }

    /// The name of the key that the service signs with, and the key itself: for tokens that only a broken service would make.
    pub async fn signing_key(&self) -> (String, Forger) {
        let rows = self.store.read(|tx| Box::pin(async move { tx.keys().await })).await.expect("the store answers");
        let row = rows.into_iter().find(|row| row.key.state == KeyState::Active).expect("a key that signs");
        let master = MasterKey::from_text(&self.master).expect("a master key");
        let der = master.unseal("countersign signing key v1", &row.key.kid, &row.sealed.expect("its private half")).expect("it is unsealed");
        (row.key.kid, Forger::with(&der))
    }

    /// Gives all lines their place and answers those of a company after `place`, with the place of the last.
    pub async fn lines_after(&self, tenant: TenantId, place: i64) -> (i64, Vec<Event>) {
        while self.engine().place_events().await.expect("lines get their place") > 0 {}
        let rows = self.store.read(move |tx| Box::pin(async move { tx.events_after(tenant, None, place, 500).await })).await.expect("the store answers");
        (rows.last().map_or(place, |row| row.place), rows.into_iter().map(|row| row.event).collect())
    }

    /// How many tokens for APIs were ever minted.
    pub async fn minted(&self) -> i64 {
        testing::count(&self.store, "token").await
    }

    /// The engine inside, for looking at what is nowhere else to be seen.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.running.as_ref().expect("the world runs").engine()
    }

    /// The service itself.
    #[must_use]
    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("the world runs")
    }

    /// Moves the clock on and lets what is over end.
    pub async fn pass(&self, by: Duration) {
        self.clock.advance(by);
        self.engine().lapse_due().await.expect("what is over ends");
    }

    /// Gives all lines their place and answers the trail of a company as an auditor reads it.
    pub async fn trail(&self, auditor: &Person) -> Vec<Value> {
        while self.engine().place_events().await.expect("lines get their place") > 0 {}
        let mut lines = Vec::new();
        let mut after = 0;
        loop {
            let page = auditor.get(&format!("/v1/events?after={after}&limit=500")).await.json();
            let items = page["items"].as_array().cloned().unwrap_or_default();
            if items.is_empty() {
                return lines;
            }
            after = items.last().and_then(|i| i["place"].as_i64()).expect("a place");
            lines.extend(items);
        }
    }

    /// A writer of bare rows on the database, like those of the last so many exchanges. The service must be idle meanwhile.
    pub async fn bare(&self, last: u32) -> testing::bare::Bare {
        match &self.database {
            Database::Sqlite(d) => testing::bare::Bare::sqlite(d, last).await,
            Database::Postgres(d) => testing::bare::Bare::postgres(d, last).await,
        }
    }

    /// Adds so many tokens that were exchanged long ago, with their lines, to a database in which one was exchanged.
    pub async fn grow(&self, tokens: u32) {
        match &self.database {
            Database::Sqlite(d) => testing::bare::grow_sqlite(d, tokens).await,
            Database::Postgres(d) => testing::bare::grow_postgres(d, tokens).await,
        }
    }

    /// The files of a database on SQLite; none of one on a server.
    #[must_use]
    pub fn files(&self) -> Vec<std::path::PathBuf> {
        let Database::Sqlite(database) = &self.database else { return Vec::new() };
        let folder = database.path.parent().map(std::fs::read_dir);
        folder.into_iter().flatten().flatten().filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let (Some(running), Ok(runtime)) = (self.running.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(running.shutdown());
        }
    }
}

async fn serve(site: &Site, store: &Store, master: &Secret, config: ServerConfig) -> Running {
    let deps = Deps {
        store: store.clone(),
        bundle: Bundle::default_bundle().expect("the default bundle is good"),
        master: MasterKey::from_text(master).expect("a master key"),
        clock: site.clock.clone(),
        entropy: site.entropy.clone(),
        contracts: Vec::new(),
        clients: Vec::new(),
        issuers: Vec::new(),
        sample: None,
    };
    Server::bind(config, deps).await.expect("the service starts")
}

async fn company(engine: &Engine, workspace: Workspace, client: &str) -> TenantId {
    let tenant = bootstrap::workspace(engine, workspace, &Secret::new(PASSWORD.to_owned())).await.expect("the company is made");
    engine.client_register(tenant, client, &Secret::new(CLIENT_SECRET.to_owned())).await.expect("the client is registered");
    engine.contract_register(tenant, accounts_contract(client)).await.expect("the contract is registered");
    tenant
}

/// The contract of an API with one action of each risk.
#[must_use]
pub fn accounts_contract(client: &str) -> Contract {
    let action = |scope: &str, name: &str, risk| Action { scope: scope.into(), name: name.into(), effect: "As its name says.".into(), risk, calls: Vec::new() };
    Contract {
        key: "accounts".into(),
        name: "Accounts".into(),
        audience: "https://api.acme.example/accounts".into(),
        base_url: "http://127.0.0.1:9".into(),
        actions: vec![
            action("profile:read", "Read profile", Risk::Low),
            action("address:write", "Change postal address", Risk::Medium),
            action("refund:write", "Pay money back", Risk::High),
            action("export:create", "Export all data", Risk::Critical),
        ],
        endpoints: vec![Endpoint { method: "GET".into(), path: "/customers/{customer}".into(), scope: "profile:read".into(), example: None }],
        modes: vec![Mode::Delegated],
        max_minutes: 60,
        token_ttl_s: 300,
        bound: false,
        format: Format::Jwt,
        alg: Algorithm::Es256,
        subject: Subject::Unique,
        client: None,
        introspection_clients: vec![client.into()],
    }
}
