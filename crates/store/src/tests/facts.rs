//! What is remembered of a file is never older than what stands in it, whoever changed it and whatever became of the change.

use std::sync::Arc;

use countersign_domain::{person::Role, token::Token};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use super::{get, on_both, put, world::*};
use crate::{
    Conclusion, Lock, Store, StoreError, Tx,
    facts::{GROWING, WATCHED},
    testing,
};

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

async fn minted(store: &Store, w: World, number: u8) -> Token {
    put!(store, |tx| {
        // A decision rests on facts.
        tx.roles(w.tenant, w.dana).await?;
        let d = match tx.delegation_of_session(w.tenant, w.session, Lock::None).await? {
            Some(row) => row.delegation,
            None => w.started(tx, 1, w.session).await?,
        };
        let token = w.token(number, d.id, at(21), at(321));
        tx.token_insert(&token).await?;
        Ok(token)
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_remembered_from_its_commit_on_until_any_token_ends() {
    let file = testing::sqlite().await;
    let (w, other) = worlds(&file.store).await;
    minted(&file.store, w, 190).await;
    // The first wrote its delegation as well; this one only adds rows.
    let token = minted(&file.store, w, 191).await;
    let find = async |tenant, id| file.store.recall(move |tx| Box::pin(async move { tx.token(tenant, id, Lock::None).await })).await.unwrap();
    behind(&file.path, "DROP TRIGGER token_update_raises; UPDATE token SET revoked_at = 1").await;
    assert_eq!(find(w.tenant, token.id).await, Some(token.clone()), "as it is remembered");
    assert_eq!(find(other.tenant, token.id).await, None, "by nobody else");
    let migration = include_str!("../../../../migrations/service/sqlite/0008_token_ends.sql");
    behind(&file.path, migration.lines().find(|line| line.contains("token_update_raises")).unwrap()).await;
    behind(&file.path, "UPDATE token SET revoked_at = 2").await;
    assert_eq!(find(w.tenant, token.id).await.unwrap().revoked_at.map(countersign_domain::Timestamp::micros), Some(2));
    behind(&file.path, "DELETE FROM token").await;
    assert_eq!(find(w.tenant, token.id).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_was_not_committed_is_not_remembered() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    let old = minted(&file.store, w, 190).await;
    let d = get!(file.store, |tx| tx.delegation_of_session(w.tenant, w.session, Lock::None).await).unwrap().unwrap().delegation.id;
    // Refused after it, having read it back; taken already; and in a group whose commit fails.
    let refused: Result<(), StoreError> = put!(file.store, |tx| {
        let token = w.token(191, d, at(21), at(321));
        tx.token_insert(&token).await?;
        assert!(tx.token(w.tenant, token.id, Lock::None).await?.is_some());
        Err(StoreError::Busy)
    });
    assert_eq!(refused, Err(StoreError::Busy));
    assert_eq!(put!(file.store, |tx| tx.token_insert(&Token { client: "another".into(), ..w.token(190, d, at(21), at(321)) }).await), Err(StoreError::Taken));
    let held = super::writer::hold(&file.store).await;
    let own = file.store.clone();
    let adds = tokio::spawn(async move { put!(own, |tx| tx.token_insert(&w.token(192, d, at(21), at(321))).await) });
    let own = file.store.clone();
    let breaks = tokio::spawn(async move { put!(own, |tx| super::writer::fail_at_commit(tx).await) });
    held.release(&file.store, 2).await;
    assert!(adds.await.unwrap().is_err() && breaks.await.unwrap().is_err());
    for (number, wanted) in [(190, Some(old)), (191, None), (192, None)] {
        let id = w.token(number, d, at(21), at(321)).id;
        assert_eq!(get!(file.store, |tx| tx.token(w.tenant, id, Lock::None).await).unwrap(), wanted, "{number}");
    }
}

/// A work mints, the next one revokes what it minted, a third one looks at facts: all in one commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_ends_in_the_commit_that_it_began_in_is_not_remembered() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    minted(&file.store, w, 190).await;
    let d = get!(file.store, |tx| tx.delegation_of_session(w.tenant, w.session, Lock::None).await).unwrap().unwrap().delegation.id;
    let token = w.token(191, d, at(21), at(321));
    let id = token.id;
    let held = super::writer::hold(&file.store).await;
    let waits = async |n| super::transactions::until("it waits", || async { file.store.waiting() == n }).await;
    let own = file.store.clone();
    let mints = tokio::spawn(async move {
        put!(own, |tx| {
            tx.roles(w.tenant, w.dana).await?;
            tx.token_insert(&token).await
        })
    });
    waits(1).await;
    let own = file.store.clone();
    let revokes = tokio::spawn(async move { put!(own, |tx| tx.token_revoke(w.tenant, id, at(30)).await) });
    waits(2).await;
    let own = file.store.clone();
    let looks = tokio::spawn(async move { put!(own, |tx| tx.roles(w.tenant, w.dana).await) });
    held.release(&file.store, 3).await;
    assert!(mints.await.unwrap().is_ok() && revokes.await.unwrap().unwrap() && looks.await.unwrap().is_ok());
    let found = file.store.recall(move |tx| Box::pin(async move { tx.token(w.tenant, id, Lock::None).await })).await;
    assert_eq!(found.unwrap().unwrap().revoked_at, Some(at(30)));
}

#[derive(Debug, PartialEq)]
struct Agents(Vec<Role>);

/// A conclusion from roles, and whether it was worked out now.
async fn agents(tx: &mut Tx, w: World, by: &str) -> Result<(Arc<Agents>, bool), StoreError> {
    match tx.concluded::<Agents>(w.dana.uuid(), by).await? {
        Conclusion::Known(known) => Ok((known, false)),
        Conclusion::Open(open) => {
            let roles = tx.roles(w.tenant, w.dana).await?;
            Ok((tx.conclude(open, Agents(roles)), true))
        }
    }
}

on_both! {
    async fn what_is_concluded_is_what_follows_now(store: &Store) {
        let (w, _) = worlds(store).await;
        for role in [Role::Agent, Role::Auditor, Role::Agent] {
            put!(store, |tx| tx.roles_set(w.tenant, w.dana, &[role]).await).unwrap();
            for worked_out in [true, store.kind() != "sqlite"] {
                let (found, now) = get!(store, |tx| agents(tx, w, "a").await).unwrap();
                assert_eq!((&found.0, now), (&vec![role], worked_out));
            }
            let (found, now) = put!(store, |tx| agents(tx, w, "a").await).unwrap();
            assert_eq!((&found.0, now), (&vec![role], store.kind() != "sqlite"));
        }
        // Other rules, other conclusions.
        assert!(get!(store, |tx| agents(tx, w, "b").await).unwrap().1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_work_concludes_from_its_own_changes_is_its_own() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    let failed: Result<(), StoreError> = put!(file.store, |tx| {
        tx.roles_set(w.tenant, w.dana, &[Role::Admin]).await?;
        assert_eq!(agents(tx, w, "a").await?.0.0, [Role::Admin]);
        Err(StoreError::Busy)
    });
    assert_eq!(failed, Err(StoreError::Busy));
    let (found, worked_out) = get!(file.store, |tx| agents(tx, w, "a").await).unwrap();
    assert_eq!((&found.0, worked_out), (&vec![Role::Agent], true));
    // Opened before a change, concluded after it.
    put!(file.store, |tx| {
        let Conclusion::Open(open) = tx.concluded::<Agents>(w.dana.uuid(), "b").await? else { panic!("it was never worked out") };
        tx.roles_set(w.tenant, w.dana, &[Role::Auditor]).await?;
        tx.conclude(open, Agents(vec![Role::Agent]));
        Ok::<_, StoreError>(())
    })
    .unwrap();
    assert!(get!(file.store, |tx| agents(tx, w, "b").await).unwrap().1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_rests_on_more_than_facts_is_not_remembered() {
    let file = testing::sqlite().await;
    let (w, _) = worlds(&file.store).await;
    let rests: Result<(), StoreError> = put!(file.store, |tx| {
        let Conclusion::Open(open) = tx.concluded::<Agents>(w.dana.uuid(), "a").await? else { panic!("it was never worked out") };
        tx.setting("a").await?;
        tx.conclude(open, Agents(vec![Role::Admin]));
        Ok(())
    });
    // A debug build says so at once.
    assert_eq!(rests.is_err(), cfg!(debug_assertions));
    assert_eq!(get!(file.store, |tx| agents(tx, w, "a").await).unwrap().0.0, [Role::Agent]);
}

/// The columns of a table of which a change is no change of a fact.
const APART: &[(&str, &str)] = &[("delegation", "calls")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_of_a_fact_raises_the_edition() {
    let file = testing::sqlite().await;
    let mut conn = lite(&file.path).await;
    for table in WATCHED {
        let sql = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = $1 AND sql LIKE '%UPDATE edition SET n = n + 1%'";
        let triggers: Vec<String> = sqlx::query_scalar(sql).bind(table).fetch_all(&mut conn).await.unwrap();
        let has = |what: &str| triggers.iter().any(|t| t.contains(&format!(" AFTER {what} ON {table} ")));
        assert!(has("DELETE"), "{table}");
        assert!(has("INSERT") != GROWING.contains(&table), "{table}");
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
