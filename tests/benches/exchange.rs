//! Exchanges per second through the real service over loopback, as they are now. Prints figures; judges nothing.
//!
//! The load shares the machine with the service, makes a proof for each exchange, and so costs part of what it measures.

use std::time::{Duration, Instant};

use countersign_testkit::{World, world::Db};

const CONNECTIONS: usize = 16;
const EACH: usize = 100;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for db in [Db::Sqlite, Db::Postgres] {
        runtime.block_on(run(db));
    }
}

async fn run(db: Db) {
    let world = World::on(db).await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(&world, &asked).await;
    let (_, warrant) = dana.start(asked.id).await;
    let begun = Instant::now();
    let lanes = (0..CONNECTIONS).map(|_| {
        let (dana, warrant) = (dana.clone(), warrant.clone());
        tokio::spawn(async move {
            let mut took = Vec::with_capacity(EACH);
            for _ in 0..EACH {
                let exchange = dana.exchange(&warrant);
                let sent = Instant::now();
                exchange.token().await;
                took.push(sent.elapsed());
            }
            took
        })
    });
    let mut took: Vec<Duration> = futures::future::join_all(lanes).await.into_iter().flat_map(|lane| lane.expect("a lane ends well")).collect();
    let all = begun.elapsed();
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    println!(
        "{db:?}: {:.0} exchanges/s over {CONNECTIONS} connections ({} in {:.2} s), p50 {:.1} ms, p99 {:.1} ms",
        took.len() as f64 / all.as_secs_f64(),
        took.len(),
        all.as_secs_f64(),
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3
    );
}
