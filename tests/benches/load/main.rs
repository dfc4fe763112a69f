//! Exchanges and introspections a second over the real service, as ratios to a bare limit measured in the same run.
//!
//! Each is measured in turns with its limit, and the middle of the turns is told: a machine that is busy for a while is so for both.
//! `make bench` runs it; `ROUNDS`, `EXCHANGES`, `CONNECTIONS` and `DATABASES` in the environment change its size, and `GROWTH` is how many tokens
//! were exchanged before the second half, which is held against the first.

mod bare;
mod driver;
mod process;

use std::{env, path::Path};

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

/// The service with somebody who acts at the gateway.
struct Stage {
    world: World,
    dana: Person,
    warrant: Secret,
    gateway: Machine,
    connections: usize,
}

async fn run(db: Db) {
    let connections = number("CONNECTIONS", 64);
    let world = World::with_chain(db).await;
    let (dana, warrant) = world.acting_at("gateway", &["order:refund"]).await;
    let stage = Stage { gateway: world.machine("gateway-api"), world, dana, warrant, connections };
    // The nonce is fetched, and connections, caches and code are warm.
    stage.console(connections).await;
    println!("{db:?}, {connections} connections, each exchange of a different token");
    let before = stage.turns().await;
    let growth = number("GROWTH", 2_000_000);
    if growth > 0 {
        stage.world.grow(u32::try_from(growth).expect("a number of tokens")).await;
        println!("  after {growth} tokens that were exchanged before:");
        let after = stage.turns().await;
        println!(
            "  of what it was: {:.2} of a console's exchanges, {:.2} of a service's, {:.2} of introspections",
            after[0] / before[0],
            after[1] / before[1],
            after[2] / before[2]
        );
    }
}

/// An answer of the driver with what the service used meanwhile.
type Done = (Driven, f64);

impl Stage {
    /// Measures everything in turns, and tells; answers how many consoles' exchanges, services' exchanges and introspections a second.
    async fn turns(&self) -> [f64; 3] {
        let (rounds, each) = (number("ROUNDS", 5), number("EXCHANGES", 4000));
        let mut console = Turns::of("a console's exchange (DPoP)");
        let mut service = Turns::of("a service's exchange");
        let mut introspection = Turns::of("introspection");
        for _ in 0..rounds {
            let rows = self.world.bare().await;
            console.limits.push(bare::limit(&rows, Checks::Proof, each, self.connections).await);
            let done = self.console(each).await;
            let parents = tokens(&done.0);
            console.done.push(done);
            service.limits.push(bare::limit(&rows, Checks::Parent, each, self.connections).await);
            service.done.push(self.service(&parents).await);
            introspection.done.push(self.introspection(&parents).await);
        }
        let told = [console.tell(), service.tell(), introspection.tell()];
        let (now, most) = process::memory_mib();
        println!(
            "  introspections to a console's exchanges: {:.2}; memory {now:.0} MiB, at its highest {most:.0} MiB, with what prepares the load",
            told[2] / told[0]
        );
        told
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
        if self.dana.nonce("/oauth/token").is_none() {
            self.dana.exchange(&self.warrant).with("audience", &gateway).token().await;
        }
        self.drive((0..count).map(|_| self.dana.exchange(&self.warrant).with("audience", &gateway).wire()).collect()).await
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
