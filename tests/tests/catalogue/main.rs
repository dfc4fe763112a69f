//! The catalogue of attacks: one row a case, with the section that it comes from, each run against the real service, each beside the
//! legitimate call that must go on working.
//!
//! A family is a room with a table of rows and one legitimate call. For each row the attack is made; it must be refused as the row says,
//! mint nothing, and leave in the trail what the row says; then the legitimate call must go well. `docs/attacks.md` is this table for
//! people who don't read code, and is held to be the same.

mod actors;
mod assertions;
mod calls;
mod chain;
mod clients;
mod codes;
mod console;
mod introspection;
mod kinds;
mod page;
mod present;
mod proofs;
mod races;
mod refresh;
mod replicas;
mod requests;
mod revocation;
mod row;
mod stage;
mod subjects;
mod targets;

use row::{Family, Row};
use stage::Stage;

/// All of them, in the order in which a token comes to be.
pub fn families() -> Vec<Family> {
    vec![
        requests::family(),
        clients::family(),
        assertions::family(),
        proofs::family(),
        codes::family(),
        refresh::family(),
        calls::family(),
        console::family(),
        subjects::family(),
        actors::family(),
        targets::family(),
        chain::family(),
        present::family(),
        kinds::family(),
        introspection::family(),
        revocation::family(),
        races::family(),
        replicas::family(),
    ]
}

async fn run(family: Family) {
    let mut stage = Stage::set().await;
    (family.prepare)(&mut stage).await;
    stage.goes_well(&family).await.expect("before the first");
    let mut failed = Vec::new();
    for row in &family.rows {
        let refused = stage.refuses(row).await;
        let beside = stage.goes_well(&family).await;
        failed.extend([refused, beside].into_iter().filter_map(Result::err).map(|what| format!("{}: {what}", row.name)));
    }
    assert!(failed.is_empty(), "{} of {} rows\n{}", failed.len(), family.rows.len(), failed.join("\n"));
}

macro_rules! each {
    ($($room:ident),*) => {$(
        mod $room {
            #[tokio::test]
            async fn every_row_is_refused_beside_what_must_work() {
                super::super::run(super::super::$room::family()).await;
            }
        }
    )*
    /// The rooms that are run.
    pub const RUN: &[&str] = &[$(stringify!($room)),*];
    };
}

mod tried {
    each!(
        requests,
        clients,
        assertions,
        proofs,
        codes,
        refresh,
        calls,
        console,
        subjects,
        actors,
        targets,
        chain,
        present,
        kinds,
        introspection,
        revocation,
        races,
        replicas
    );
}

#[test]
fn there_are_a_hundred_rows_each_with_a_name_and_a_section() {
    let families = families();
    let rooms: Vec<_> = families.iter().map(|f| f.room).collect();
    assert_eq!(rooms, tried::RUN, "every family is run");
    let rows: Vec<&Row> = families.iter().flat_map(|f| &f.rows).collect();
    // Those that are the product of two lists are not counted.
    let told: usize = families.iter().filter(|f| f.room != "kinds").map(|f| f.rows.len()).sum();
    assert!(told >= 100, "{told} rows");
    let names: std::collections::BTreeSet<_> = rows.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "two rows of one name: {:?}", twins(&rows));
    for row in rows {
        let cited = row.section.starts_with("RFC ") && row.section.contains('§') || row.section.contains('#') || row.section.starts_with("docs/");
        assert!(cited && !row.name.is_empty(), "`{}` says no section: `{}`", row.name, row.section);
    }
}

fn twins<'a>(rows: &[&'a Row]) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    rows.iter().map(|r| r.name.as_str()).filter(|name| !seen.insert(*name)).collect()
}

#[test]
fn the_page_is_this_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/attacks.md");
    let page = page::written(&families());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("the page is written");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == page, "docs/attacks.md differs from the table: `UPDATE=1 cargo test --workspace --test catalogue` writes it anew");
}
