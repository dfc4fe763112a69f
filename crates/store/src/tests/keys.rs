use countersign_domain::{
    alg::Algorithm,
    key::{Key, KeyState},
};
use futures::future::join_all;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::{get, on_both, put, world::*};
use crate::{KeyRow, Store, StoreError, testing};

const OLD: &str =
    "INSERT INTO signing_key (kid, state, sealed, public_jwk, created_at) VALUES ('a', 'active', '\\x01', '{}', 5), ('r', 'retired', '\\x02', '{}', 4)";

fn active(kid: &str, s: i64) -> KeyRow {
    KeyRow { key: Key::first(kid.into(), Algorithm::Es256, at(s)), sealed: Some(vec![1, 2, 3]), public_jwk: "{}".into() }
}

fn next(kid: &str, algorithm: Algorithm, s: i64) -> KeyRow {
    KeyRow { key: Key::next(kid.into(), algorithm, at(s), at(s)), ..active(kid, s) }
}

fn migrated(keys: &[KeyRow]) {
    let told: Vec<_> = keys.iter().map(|k| (k.key.kid.as_str(), k.key.algorithm, k.key.state, k.sealed.is_some())).collect();
    assert_eq!(told, [("r", Algorithm::Es256, KeyState::Retired, false), ("a", Algorithm::Es256, KeyState::Active, true)]);
}

/// A database as the first migration made it, with keys in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_before_are_kept() {
    let note = "INSERT INTO schema_version (number, name, checksum) VALUES (1, 'base', $1)";
    let sum = |sql: &str| hex::encode(<sha2::Sha256 as sha2::Digest>::digest(sql));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    let base = include_str!("../../../../migrations/service/sqlite/0001_base.sql");
    let mut conn = SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    let versions = "CREATE TABLE schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT";
    sqlx::raw_sql(versions).execute(&mut conn).await.unwrap();
    sqlx::raw_sql(base).execute(&mut conn).await.unwrap();
    sqlx::query(note).bind(sum(base)).execute(&mut conn).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(OLD.replace("'\\x0", "x'0"))).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    migrated(&get!(Store::open_sqlite(&path).await.unwrap(), |tx| tx.keys().await).unwrap());

    let (runtime, owner) = testing::postgres_empty().await;
    let base = include_str!("../../../../migrations/service/postgres/0001_base.sql");
    let mut conn = PgConnection::connect(owner.expose()).await.unwrap();
    sqlx::raw_sql("CREATE TABLE schema_version (number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)").execute(&mut conn).await.unwrap();
    sqlx::raw_sql(base).execute(&mut conn).await.unwrap();
    sqlx::query(note).bind(sum(base)).execute(&mut conn).await.unwrap();
    sqlx::raw_sql(OLD).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    migrated(&get!(Store::open_postgres(&runtime, Some(&owner)).await.unwrap(), |tx| tx.keys().await).unwrap());
}

on_both! {
    async fn one_key_of_an_algorithm_is_active_and_one_is_next(store: &Store) {
        let rivals = join_all((0..4).map(|i| async move { put!(store, |tx| tx.key_insert(&active(&format!("k{i}"), 2)).await) })).await;
        assert_eq!(rivals.iter().filter(|r| r.is_ok()).count(), 1, "{rivals:?}");
        assert_eq!(rivals.iter().filter(|r| **r == Err(StoreError::Taken)).count(), 3, "{rivals:?}");
        put!(store, |tx| tx.key_insert(&next("n", Algorithm::Es256, 3)).await).unwrap();
        assert_eq!(put!(store, |tx| tx.key_insert(&next("m", Algorithm::Es256, 3)).await), Err(StoreError::Taken));
        put!(store, |tx| tx.key_insert(&next("o", Algorithm::EdDsa, 4)).await).unwrap();
        let keys = get!(store, |tx| tx.keys().await).unwrap();
        assert_eq!(keys.iter().map(|k| k.key.state).collect::<Vec<_>>(), [KeyState::Active, KeyState::Next, KeyState::Next]);
        assert_eq!(keys[2], next("o", Algorithm::EdDsa, 4));
    }

    async fn a_private_half_goes_with_the_state_that_signs(store: &Store) {
        put!(store, |tx| {
            tx.key_insert(&active("a", 1)).await?;
            tx.key_insert(&next("n", Algorithm::Es256, 2)).await?;
            let keys = tx.keys_to_change().await?;
            let later = at(2) + std::time::Duration::from_hours(1);
            let retired = keys[0].key.clone().retire(later).unwrap();
            tx.key_update(&retired).await?;
            tx.key_update(&keys[1].key.clone().activate(later).unwrap()).await?;
            let keys = tx.keys().await?;
            assert_eq!((&keys[0].key, &keys[0].sealed), (&retired, &None));
            assert_eq!((keys[1].key.state, keys[1].key.active_at, keys[1].sealed.as_deref()), (KeyState::Active, Some(later), Some(&[1, 2, 3][..])));
            tx.key_update(&keys[1].key.clone().withdraw(later)).await?;
            tx.key_delete("a").await?;
            let keys = tx.keys().await?;
            assert_eq!((keys.len(), keys[0].key.state, &keys[0].sealed), (1, KeyState::Withdrawn, &None));
            tx.key_insert(&active("b", 9)).await
        }).unwrap();
    }

    async fn a_key_is_dated_anew(store: &Store) {
        put!(store, |tx| {
            tx.key_insert(&active("a", 900)).await?;
            tx.key_insert(&next("n", Algorithm::Es256, 901)).await?;
            for row in tx.keys_to_change().await? {
                tx.key_update(&row.key.redated(at(5))).await?;
            }
            assert_eq!(tx.keys().await?, [active("a", 5), next("n", Algorithm::Es256, 5)]);
            Ok(())
        }).unwrap();
    }

    async fn replicas_change_keys_one_after_the_other(store: &Store) {
        let each = (0..4).map(|i| async move {
            put!(store, |tx| {
                if tx.keys_to_change().await?.is_empty() {
                    tx.key_insert(&active(&format!("k{i}"), i)).await?;
                }
                Ok(())
            })
        });
        assert!(join_all(each).await.iter().all(Result::is_ok));
        assert_eq!(get!(store, |tx| tx.keys().await).unwrap().len(), 1);
    }
}
