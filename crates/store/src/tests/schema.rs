//! Both databases have the same tables, and neither opens where another program's migrations were.

use std::collections::BTreeMap;

use countersign_domain::Secret;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::{OpenError, Store, testing};

/// Type and whether it may be NULL, by table and column.
type Columns = BTreeMap<(String, String), (&'static str, bool)>;

async fn lite(path: &std::path::Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap()
}

/// But for the edition of the facts, which PostgreSQL has no use for.
async fn columns_of_sqlite(conn: &mut SqliteConnection) -> Columns {
    let sql = "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0 FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'edition'";
    let rows: Vec<(String, String, String, bool)> = sqlx::query_as(sql).fetch_all(conn).await.unwrap();
    let same = |kind: &str| match kind {
        "INTEGER" => "number",
        "TEXT" => "text",
        "BLOB" => "bytes",
        other => panic!("{other}"),
    };
    rows.into_iter().map(|(table, column, kind, null)| ((table, column), (same(&kind), null))).collect()
}

async fn columns_of_postgres(conn: &mut PgConnection) -> Columns {
    let sql = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = 'public'";
    let rows: Vec<(String, String, String, bool)> = sqlx::query_as(sql).fetch_all(conn).await.unwrap();
    let same = |kind: &str| match kind {
        "bigint" => "number",
        "text" => "text",
        "bytea" | "uuid" => "bytes",
        other => panic!("{other}"),
    };
    rows.into_iter().map(|(table, column, kind, null)| ((table, column), (same(&kind), null))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_schemas_are_the_same() {
    let (file, server) = (testing::sqlite().await, testing::postgres().await);
    let mut sqlite = lite(&file.path).await;
    let mut postgres = PgConnection::connect(server.owner_url.expose()).await.unwrap();
    let (left, right) = (columns_of_sqlite(&mut sqlite).await, columns_of_postgres(&mut postgres).await);
    assert!(left.len() > 150, "the tables were read");
    assert_eq!(left, right);

    let sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
    let left: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut sqlite).await.unwrap();
    let sql = "SELECT c.relname::text COLLATE \"C\" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u')) ORDER BY 1";
    let right: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut postgres).await.unwrap();
    assert_eq!(left, right);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_of_a_file_is_strict() {
    let file = testing::sqlite().await;
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND strict = 0";
    let lax: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut lite(&file.path).await).await.unwrap();
    assert_eq!(lax, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_together_migrate_once() {
    let (runtime, owner) = testing::postgres_empty().await;
    let open = || Store::open_postgres(&runtime, Some(&owner));
    let (one, two, three) = futures::join!(open(), open(), open());
    assert!(one.is_ok() && two.is_ok() && three.is_ok(), "{one:?} {two:?} {three:?}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    let (one, two) = futures::join!(Store::open_sqlite(&path), Store::open_sqlite(&path));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_never_migrated_wants_its_owner_once() {
    let (runtime, owner) = testing::postgres_empty().await;
    assert_eq!(Store::open_postgres(&runtime, None).await.unwrap_err(), OpenError::Behind { number: 1 });
    Store::open_postgres(&runtime, Some(&owner)).await.unwrap();
    Store::open_postgres(&runtime, None).await.unwrap();
}

const TAMPERINGS: [&str; 2] = ["INSERT INTO schema_version (number, name, checksum) VALUES (99, 'future', '')", "UPDATE schema_version SET checksum = 'x'"];

fn refused(tampering: &str, opened: Result<Store, OpenError>) {
    let error = opened.unwrap_err();
    let right = match tampering {
        t if t.starts_with("INSERT") => matches!(error, OpenError::Newer { found: 99, .. }),
        _ => matches!(&error, OpenError::Changed { number: 1, name } if name == "base"),
    };
    assert!(right, "{tampering}: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_or_changed_database_is_refused() {
    for tampering in TAMPERINGS {
        let file = testing::sqlite().await;
        sqlx::raw_sql(AssertSqlSafe(tampering)).execute(&mut lite(&file.path).await).await.unwrap();
        refused(tampering, Store::open_sqlite(&file.path).await);

        let server = testing::postgres().await;
        let mut owner = PgConnection::connect(server.owner_url.expose()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(tampering)).execute(&mut owner).await.unwrap();
        refused(tampering, testing::reopen(&server).await);
        refused(tampering, Store::open_postgres(&server.runtime_url, Some(&server.owner_url)).await);
    }
}

#[tokio::test]
async fn what_cannot_be_opened_says_so() {
    let nowhere = Store::open_sqlite(std::path::Path::new("/nonexistent/x.db")).await;
    assert!(matches!(&nowhere, Err(OpenError::Unreachable(why)) if why.contains("/nonexistent/x.db")), "{nowhere:?}");
    let secret = Secret::new("postgres://someone:hunter2@127.0.0.1:1/none".into());
    let nobody = Store::open_postgres(&secret, None).await.unwrap_err();
    assert!(matches!(nobody, OpenError::Unreachable(_)) && !nobody.to_string().contains("hunter2"), "{nobody}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_keeps_what_was_written_when_it_is_opened_again() {
    let file = testing::sqlite().await;
    super::put!(file.store, |tx| tx.setting_put("a", "1").await).unwrap();
    file.store.close().await;
    let again = Store::open_sqlite(&file.path).await.unwrap();
    assert_eq!(super::get!(again, |tx| tx.setting("a").await), Ok(Some("1".into())));
}
