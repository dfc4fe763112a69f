//! Nobody rewrites the trail: by grants on PostgreSQL, by triggers on SQLite; and no store opens where that would not hold.

use countersign_domain::Secret;
use countersign_trail::{Actor, Kind};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{put, world::*};
use crate::{OpenError, Store, StoreError, testing};

/// One placed line.
async fn line(store: &Store) {
    let (a, _) = worlds(store).await;
    put!(store, |tx| {
        let line = a.event(20, Kind::CaseCreate, Actor::Service);
        tx.event_append(&line, &line.seal(&Steady).unwrap()).await?;
        tx.events_place(1).await.map(drop)
    })
    .unwrap();
}

async fn run(url: &Secret, sql: &str) -> Result<(), Option<String>> {
    let mut conn = PgConnection::connect(url.expose()).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await;
    done.map(drop).map_err(|e| e.as_database_error().and_then(|e| e.code().map(String::from)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runtime_role_cannot_touch_the_trail_or_the_tables() {
    let database = testing::postgres().await;
    line(&database.store).await;
    let denied = Err(Some("42501".to_owned()));
    for table in ["event", "place"] {
        let column = if table == "event" { "at" } else { "place" };
        for sql in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}"), format!("TRUNCATE {table} CASCADE")] {
            assert_eq!(run(&database.runtime_url, &sql).await, denied, "{sql}");
        }
    }
    for sql in [
        "ALTER TABLE event ADD COLUMN x TEXT",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "DROP TABLE place",
        "DROP TABLE setting",
        "CREATE TABLE mine (x TEXT)",
        "CREATE INDEX mine ON event (at)",
        "TRUNCATE setting",
        "UPDATE schema_version SET checksum = ''",
        "GRANT UPDATE ON event TO countersign_runtime",
        "SET ROLE countersign_owner",
    ] {
        let done = run(&database.runtime_url, sql).await;
        // A grant by who may not grant is a warning and grants nothing; opening again would notice.
        assert!(done == denied || sql.starts_with("GRANT"), "{sql}: {done:?}");
    }
    testing::reopen(&database).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_role_that_can_rewrite_the_trail_is_refused() {
    let database = testing::postgres().await;
    let grants = [
        ("GRANT UPDATE ON event TO countersign_runtime", "REVOKE UPDATE ON event FROM countersign_runtime"),
        ("GRANT UPDATE (at) ON event TO countersign_runtime", "REVOKE UPDATE (at) ON event FROM countersign_runtime"),
        ("GRANT DELETE ON place TO PUBLIC", "REVOKE DELETE ON place FROM PUBLIC"),
        ("GRANT TRUNCATE ON place TO countersign_runtime", "REVOKE TRUNCATE ON place FROM countersign_runtime"),
        ("ALTER TABLE setting OWNER TO countersign_runtime", ""),
    ];
    let mut owner = PgConnection::connect(database.owner_url.expose()).await.unwrap();
    for (grant, revoke) in grants {
        // Giving a table away wants a membership that the owner lacks: then there is nothing to notice.
        if sqlx::raw_sql(AssertSqlSafe(grant.to_owned())).execute(&mut owner).await.is_err() {
            assert!(revoke.is_empty(), "{grant}");
            continue;
        }
        let opened = testing::reopen(&database).await;
        assert!(matches!(opened, Err(OpenError::Privileged { .. })), "{grant}: {opened:?}");
        sqlx::raw_sql(AssertSqlSafe(revoke.to_owned())).execute(&mut owner).await.unwrap();
    }
    testing::reopen(&database).await.unwrap();
    let as_owner = Store::open_postgres(&database.owner_url, None).await;
    assert!(matches!(&as_owner, Err(OpenError::Privileged { role, .. }) if role == "countersign_owner"), "{as_owner:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrating_again_takes_back_what_was_granted_on_top() {
    let database = testing::postgres().await;
    run(&database.owner_url, "GRANT ALL ON event TO countersign_runtime; GRANT UPDATE ON place TO PUBLIC").await.unwrap();
    assert!(testing::reopen(&database).await.is_err());
    Store::open_postgres(&database.runtime_url, Some(&database.owner_url)).await.unwrap();
    testing::reopen(&database).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trail_of_a_file_is_only_added_to() {
    let database = testing::sqlite().await;
    let store = &database.store;
    line(store).await;
    for sql in [
        "UPDATE event SET at = at",
        "DELETE FROM event",
        "REPLACE INTO event SELECT * FROM event",
        "UPDATE place SET place = place + 1",
        "DELETE FROM place",
        "REPLACE INTO place SELECT * FROM place",
        "REPLACE INTO place SELECT place + 1, event_id, tenant_id FROM place",
    ] {
        let done = put!(store, |tx| tx.sql(sql).run().await.map(drop));
        assert!(matches!(&done, Err(StoreError::Corrupt(why)) if why.contains("only ever added to")), "{sql}: {done:?}");
    }
    let left = put!(store, |tx| tx.events_after(World::numbered(1).tenant, None, 0, 9).await).unwrap();
    assert_eq!(left.len(), 1);
}
