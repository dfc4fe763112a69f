//! What is remembered of a file is never older than what stands in it, whoever changed it and whatever became of the change.

use countersign_domain::person::Role;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use super::{get, put, world::*};
use crate::{Store, StoreError, Tx, facts::WATCHED, testing};

async fn edition(tx: &mut Tx) -> Result<i64, StoreError> {
    Ok(tx.sql("SELECT n FROM edition").one(crate::value::Row::take).await?.unwrap())
}

async fn lite(path: &std::path::Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap()
}

async fn roles(store: &Store, w: World) -> Vec<Role> {
    get!(store, |tx| tx.roles(w.tenant, w.dana).await).unwrap()
}

/// Changes a role below the store's own statements: what it remembers is then visibly not what stands there.
async fn behind(path: &std::path::Path, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut lite(path).await).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_is_read_once_for_as_long_as_nothing_changes() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    let before = roles(&file.store, w).await;
    assert_eq!(before, [Role::Agent]);
    // Without its trigger a change goes unnoticed: so the answer is from memory, in reads and in writes.
    behind(&file.path, "DROP TRIGGER person_role_update_raises; UPDATE person_role SET role = 'auditor' WHERE role = 'agent'").await;
    assert_eq!(roles(&file.store, w).await, before);
    assert_eq!(put!(file.store, |tx| tx.roles(w.tenant, w.dana).await).unwrap(), before);
    // A work that has written asks the file itself from then on.
    let own = put!(file.store, |tx| {
        tx.setting_put("a", "1").await?;
        tx.roles(w.tenant, w.dana).await
    });
    assert_eq!(own.unwrap(), [Role::Auditor]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_by_another_process_is_seen_at_once() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    assert_eq!(roles(&file.store, w).await, [Role::Agent]);
    let other = Store::open_sqlite(&file.path).await.unwrap();
    put!(other, |tx| tx.roles_set(w.tenant, w.dana, &[Role::Auditor]).await).unwrap();
    assert_eq!(roles(&file.store, w).await, [Role::Auditor]);
    assert_eq!(put!(file.store, |tx| tx.roles(w.tenant, w.dana).await).unwrap(), [Role::Auditor]);
    behind(&file.path, "DELETE FROM person_role").await;
    assert_eq!(roles(&file.store, w).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_taken_back_leaves_nothing_behind() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    assert_eq!(roles(&file.store, w).await, [Role::Agent]);
    for role in [Role::Auditor, Role::Admin] {
        // The work fails after it has read its own change.
        let failed: Result<(), StoreError> = put!(file.store, |tx| {
            tx.roles_set(w.tenant, w.dana, &[role]).await?;
            assert_eq!(tx.roles(w.tenant, w.dana).await?, [role]);
            Err(StoreError::Busy)
        });
        assert_eq!(failed, Err(StoreError::Busy));
        assert_eq!(roles(&file.store, w).await, [Role::Agent]);
        assert_eq!(put!(file.store, |tx| tx.roles(w.tenant, w.dana).await).unwrap(), [Role::Agent]);
    }
}

/// A group whose commit fails: one work changes a role and breaks a reference, its neighbour reads the role. The next change has the same edition.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_takes_what_was_remembered_of_it_along() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    let held = super::writer::hold(&file.store).await;
    let own = file.store.clone();
    let breaks = tokio::spawn(async move {
        put!(own, |tx| {
            tx.roles_set(w.tenant, w.dana, &[Role::Auditor]).await?;
            super::writer::fail_at_commit(tx).await
        })
    });
    super::transactions::until("the first waits", || async { file.store.waiting() == 1 }).await;
    let own = file.store.clone();
    let neighbour = tokio::spawn(async move { put!(own, |tx| Ok((edition(tx).await?, tx.roles(w.tenant, w.dana).await?))) });
    held.release(&file.store, 2).await;
    assert!(breaks.await.unwrap().is_err());
    assert!(neighbour.await.unwrap().is_err(), "what it read was never so");
    assert_eq!(roles(&file.store, w).await, [Role::Agent]);
    put!(file.store, |tx| tx.roles_set(w.tenant, w.dana, &[Role::Approver]).await).unwrap();
    assert_eq!(roles(&file.store, w).await, [Role::Approver]);
}

/// The columns of a table of which a change is no change of a fact.
const APART: &[(&str, &str)] = &[("delegation", "calls")];
/// Only ever looked for one at a time; that there is none is not remembered.
const NEW_IS_NO_CHANGE: [&str; 2] = ["access_token", "session"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_of_a_fact_raises_the_edition() {
    let file = testing::sqlite().await;
    let mut conn = lite(&file.path).await;
    for table in WATCHED {
        let sql = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = $1 AND sql LIKE '%UPDATE edition SET n = n + 1%'";
        let triggers: Vec<String> = sqlx::query_scalar(sql).bind(table).fetch_all(&mut conn).await.unwrap();
        let has = |what: &str| triggers.iter().any(|t| t.contains(&format!(" AFTER {what} ON {table} ")));
        assert!(has("DELETE"), "{table}");
        assert!(has("INSERT") != NEW_IS_NO_CHANGE.contains(&table), "{table}");
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)").bind(table).fetch_all(&mut conn).await.unwrap();
        let told = triggers.iter().find_map(|t| t.split_once(" AFTER UPDATE OF ")?.1.split_once(&format!(" ON {table} ")));
        let told: Option<Vec<&str>> = told.map(|(list, _)| list.split(',').map(str::trim).collect());
        match told {
            None => assert!(has("UPDATE"), "{table}"),
            Some(told) => {
                let silent: Vec<_> = columns.iter().filter(|c| !told.contains(&c.as_str())).map(|c| (table, c.as_str())).collect();
                assert_eq!(silent, APART, "{table}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_all_the_time_is_no_change_of_a_fact() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    let before = get!(file.store, |tx| edition(tx).await).unwrap();
    put!(file.store, |tx| {
        tx.dpop_seen(&w.hash(1), at(9)).await?;
        tx.setting_put("a", "1").await?;
        let line = w.event(20, countersign_trail::Kind::CaseCreate, countersign_trail::Actor::Service);
        tx.event_append(&line, &line.seal(&Steady).unwrap()).await?;
        tx.events_place(1).await
    })
    .unwrap();
    assert_eq!(get!(file.store, |tx| edition(tx).await).unwrap(), before);
    put!(file.store, |tx| tx.roles_set(w.tenant, w.dana, &[Role::Agent]).await).unwrap();
    assert!(get!(file.store, |tx| edition(tx).await).unwrap() > before);
}
