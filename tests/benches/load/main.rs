//! Exchanges and introspections a second over the real service, as ratios to a bare limit measured in the same run.
//!
//! Each is measured in turns with its limit, and the middle of the turns is told: a machine that is busy for a while is so for both.
//! `make bench` runs it; `ROUNDS`, `EXCHANGES`, `CONNECTIONS`, `CONSOLES` (each its own sign-in and delegation, in turn) and `DATABASES` in the
//! environment change its size. `GROWTH` is how many tokens were exchanged before at a second service, which is held against the first. A service
//! remembers facts until one of them changes: so some of it is measured once more while `CHANGES` facts change a second.

mod bare;
mod driver;
mod process;

use std::{env, path::Path, time::Duration};

use bare::{Checks, Limit, count_of};
use countersign_domain::Secret;
use countersign_oauth::token::{GRANT_EXCHANGE, TYPE_ACCESS_TOKEN};
use countersign_testkit::{Db, Machine, Person, World, chain::audience};
use driver::{Driven, Load};

// As in `countersignd`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let args: Vec<String> = env::args().collect();
    if let [_, role, plan] = args.as_slice()
        && role == driver::ROLE
    {
        return driver::run(Path::new(plan));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let wanted = env::var("DATABASES").unwrap_or_else(|_| "sqlite,postgres".into());
    for (name, db) in [("sqlite", Db::Sqlite), ("postgres", Db::Postgres)] {
        if wanted.contains(name) {
            runtime.block_on(run(db));
        }
    }
}

fn number(name: &str, or: usize) -> usize {
    env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(or)
}

/// The service with consoles that act at the gateway.
struct Stage {
    world: World,
    consoles: Vec<(Person, Secret)>,
    gateway: Machine,
    ruth: Person,
    connections: usize,
}

async fn run(db: Db) {
    let stage = Stage::set(db).await;
    println!("{db:?}, {} connections, {} consoles, each exchange of a different token", stage.connections, stage.consoles.len());
    let growth = number("GROWTH", 2_000_000);
    let mut all = vec![(stage, Turned::new())];
    if growth > 0 {
        let grown = Stage::set(db).await;
        grown.world.grow(u32::try_from(growth).expect("a number of tokens")).await;
        all.push((grown, Turned::new()));
    }
    // In turns: what makes the machine slower for a while then does so for both.
    for _ in 0..number("ROUNDS", 5) {
        for (stage, turned) in &mut all {
            stage.turn(turned).await;
        }
    }
    let told: Vec<[f64; 3]> = all
        .iter()
        .enumerate()
        .map(|(i, (_, turned))| {
            if i > 0 {
                println!("  where {growth} tokens were exchanged before:");
            }
            turned.tell()
        })
        .collect();
    if let [small, large] = told.as_slice() {
        let share = |i: usize| large[i] / small[i];
        println!("  of what it is without those: {:.2} of a console's exchanges, {:.2} of a service's, {:.2} of introspections", share(0), share(1), share(2));
    }
}

/// An answer of the driver with what the service used meanwhile.
type Done = (Driven, f64);

/// All that is measured of one stage.
struct Turned {
    console: Turns,
    service: Turns,
    introspection: Turns,
    console_meanwhile: Turns,
    introspection_meanwhile: Turns,
}

impl Turned {
    const fn new() -> Self {
        Self {
            console: Turns::of("a console's exchange (DPoP)"),
            service: Turns::of("a service's exchange"),
            introspection: Turns::of("introspection"),
            console_meanwhile: Turns::of("a console's exchange while facts change"),
            introspection_meanwhile: Turns::of("introspection while facts change"),
        }
    }

    /// Tells it; answers how many consoles' exchanges, services' exchanges and introspections a second.
    fn tell(&self) -> [f64; 3] {
        let told = [self.console.tell(), self.service.tell(), self.introspection.tell()];
        let (now, most) = process::memory_mib();
        println!(
            "  introspections to a console's exchanges: {:.2}; memory {now:.0} MiB, at its highest {most:.0} MiB, with all that prepares the load",
            told[2] / told[0]
        );
        let meanwhile = [self.console_meanwhile.tell(), self.introspection_meanwhile.tell()];
        println!(
            "  while {} facts change a second: {:.2} of a console's exchanges without that, {:.2} of introspections",
            number("CHANGES", 10),
            meanwhile[0] / told[0],
            meanwhile[1] / told[2]
        );
        told
    }
}

impl Stage {
    async fn set(db: Db) -> Self {
        let world = World::with_chain(db).await;
        let mut consoles = Vec::new();
        for _ in 0..number("CONSOLES", 64) {
            consoles.push(world.acting_at("gateway", &["order:refund"]).await);
        }
        let (gateway, ruth) = (world.machine("gateway-api"), world.person("ruth").await);
        let stage = Self { gateway, ruth, world, consoles, connections: number("CONNECTIONS", 64) };
        // The nonce is fetched, and connections, caches and code are warm.
        stage.console(stage.connections.max(stage.consoles.len())).await;
        stage
    }

    /// Measures everything once, each beside its limit.
    async fn turn(&self, turned: &mut Turned) {
        let each = number("EXCHANGES", 4000);
        // Rows of as many delegations: each has its own place in the indexes.
        let rows = self.world.bare(u32::try_from(self.consoles.len()).expect("a number of consoles")).await;
        turned.console.limits.push(bare::limit(&rows, Checks::Proof, each, self.connections).await);
        let done = self.console(each).await;
        let parents = tokens(&done.0);
        turned.console.done.push(done);
        turned.service.limits.push(bare::limit(&rows, Checks::Parent, each, self.connections).await);
        turned.service.done.push(self.service(&parents).await);
        turned.introspection.done.push(self.introspection(&parents).await);
        turned.console_meanwhile.done.push(self.meanwhile(self.console(each)).await);
        turned.introspection_meanwhile.done.push(self.meanwhile(self.introspection(&parents)).await);
    }

    /// Does it while an admin gives a case to one agent and the other, over and over.
    async fn meanwhile<T>(&self, work: impl Future<Output = T>) -> T {
        let (ruth, case, agents) = (self.ruth.clone(), self.ruth.case("ZD-4690").await.id, [self.world.person("tove").await.me.id, self.consoles[0].0.me.id]);
        let mut every = tokio::time::interval(Duration::from_secs(1) / u32::try_from(number("CHANGES", 10)).expect("a number of changes"));
        let changes = tokio::spawn(async move {
            for agent in agents.into_iter().cycle() {
                every.tick().await;
                let changed = ruth.post(&format!("/v1/cases/{case}/assign"), &serde_json::json!({ "assignee": agent })).await;
                assert_eq!(changed.status, 200, "{}", changed.body);
            }
        });
        let done = work.await;
        assert!(!changes.is_finished(), "facts changed all the time");
        changes.abort();
        done
    }

    async fn drive(&self, requests: Vec<String>) -> Done {
        let address = self.world.issuer.trim_start_matches("http://").to_owned();
        let load = Load { address, connections: self.connections, requests };
        let before = process::cpu_s();
        let driven = driver::drive(&load).await;
        (driven, process::cpu_s() - before)
    }

    async fn console(&self, count: usize) -> Done {
        let gateway = audience("gateway");
        let of = |i: usize| {
            let (dana, warrant) = &self.consoles[i % self.consoles.len()];
            dana.exchange(warrant).with("audience", &gateway)
        };
        // Nonces and access tokens are those of now.
        of(0).token().await;
        self.drive((0..count).map(|i| of(i).wire()).collect()).await
    }

    async fn service(&self, parents: &[String]) -> Done {
        let ledger = audience("ledger");
        let form = |parent| [("grant_type", GRANT_EXCHANGE), ("subject_token", parent), ("subject_token_type", TYPE_ACCESS_TOKEN), ("audience", &*ledger)];
        self.drive(parents.iter().map(|parent| self.gateway.wire("/oauth/token", &form(parent))).collect()).await
    }

    async fn introspection(&self, tokens: &[String]) -> Done {
        self.drive(tokens.iter().map(|token| self.gateway.wire("/oauth/introspect", &[("token", token)])).collect()).await
    }
}

fn tokens(done: &Driven) -> Vec<String> {
    let token = |body: &String| serde_json::from_str::<serde_json::Value>(body).expect("JSON")["access_token"].as_str().expect("a token").to_owned();
    done.bodies.iter().map(token).collect()
}

/// What was measured in turns.
struct Turns {
    what: &'static str,
    limits: Vec<Limit>,
    done: Vec<Done>,
}

impl Turns {
    const fn of(what: &'static str) -> Self {
        Self { what, limits: Vec::new(), done: Vec::new() }
    }

    /// Tells the middle of each figure; answers how many a second, without the driver's share.
    fn tell(&self) -> f64 {
        let per_s = |d: &Done| count_of(d.0.took_ms.len()) / d.0.seconds;
        // What the driver takes of the processor would be the service's if the load came from elsewhere.
        let alone = |d: &Done| per_s(d) * (1.0 + d.0.cpu_s / d.1);
        let at = |share: usize| middle(self.done.iter().map(|(d, _)| d.took_ms[(d.took_ms.len() - 1) * share / 100]));
        let (seen, own) = (middle(self.done.iter().map(per_s)), middle(self.done.iter().map(alone)));
        let cpu = middle(self.done.iter().map(|(d, used)| used / count_of(d.took_ms.len()) * 1e6));
        println!(
            "  {}: {seen:.0}/s, {own:.0}/s without the driver's share; p50 {:.2} ms, p99 {:.2} ms; {cpu:.0} µs of processor each",
            self.what,
            at(50),
            at(99)
        );
        if !self.limits.is_empty() {
            let (limit, p50) = (middle(self.limits.iter().map(|l| l.per_s)), middle(self.limits.iter().map(|l| l.p50_ms)));
            println!("    bare limit {limit:.0}/s, p50 {p50:.2} ms: reaches {:.2} of it; p99 is {:.1} times the bare p50", own / limit, at(99) / p50);
        }
        own
    }
}

fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = figures.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
