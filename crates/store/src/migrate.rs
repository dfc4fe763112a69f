//! Migrations, embedded: applied at start under a lock, all in one transaction, each once, in order, never in another form.

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::OpenError;

struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Once released, a migration is never edited: databases remember its checksum.
const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "base",
        sqlite: include_str!("../../../migrations/service/sqlite/0001_base.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0001_base.sql"),
    },
    Migration {
        number: 2,
        name: "clients",
        sqlite: include_str!("../../../migrations/service/sqlite/0002_clients.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0002_clients.sql"),
    },
    Migration {
        number: 3,
        name: "keys",
        sqlite: include_str!("../../../migrations/service/sqlite/0003_keys.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0003_keys.sql"),
    },
    Migration {
        number: 4,
        name: "clock",
        sqlite: include_str!("../../../migrations/service/sqlite/0004_clock.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0004_clock.sql"),
    },
    Migration {
        number: 5,
        name: "issuers",
        sqlite: include_str!("../../../migrations/service/sqlite/0005_issuers.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0005_issuers.sql"),
    },
    Migration {
        number: 6,
        name: "certificates",
        sqlite: include_str!("../../../migrations/service/sqlite/0006_certificates.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0006_certificates.sql"),
    },
    Migration {
        number: 7,
        name: "edition",
        sqlite: include_str!("../../../migrations/service/sqlite/0007_edition.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0007_edition.sql"),
    },
    Migration {
        number: 8,
        name: "token_ends",
        sqlite: include_str!("../../../migrations/service/sqlite/0008_token_ends.sql"),
        postgres: include_str!("../../../migrations/service/postgres/0008_token_ends.sql"),
    },
];

/// Held while migrating, so that replicas that start together do it once. Any number will do, as long as it stays.
const MIGRATING: i64 = 0x0063_6f75_6e74_0000;

/// Tables that the runtime role may read and add to.
const APPEND_ONLY: [&str; 2] = ["event", "place"];
const VERSIONS: &str = "schema_version";

fn checksum(sql: &str) -> String {
    hex::encode(Sha256::digest(sql))
}

/// What is left to apply to a database that has `applied` (number and checksum, in order).
fn pending(migrations: &'static [Migration], applied: &[(i64, String)], sql: fn(&Migration) -> &'static str) -> Result<&'static [Migration], OpenError> {
    let known = migrations.last().map_or(0, |m| m.number);
    if let Some((found, _)) = applied.last().filter(|(number, _)| *number > known) {
        return Err(OpenError::Newer { found: *found, known });
    }
    for (migration, (number, sum)) in migrations.iter().zip(applied) {
        if *number != migration.number || *sum != checksum(sql(migration)) {
            return Err(OpenError::Changed { number: migration.number, name: migration.name.to_owned() });
        }
    }
    Ok(migrations.get(applied.len()..).unwrap_or_default())
}

fn failed(migration: &Migration) -> impl Fn(sqlx::Error) -> OpenError {
    move |error| OpenError::Failed { number: migration.number, name: migration.name.to_owned(), error: error.to_string() }
}

/// Migrates an SQLite file; nobody else can read or write it meanwhile.
pub(crate) async fn sqlite(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    let mut tx = conn.begin_with("BEGIN EXCLUSIVE").await?;
    let create = "CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT";
    sqlx::raw_sql(create).execute(&mut *tx).await?;
    let applied: Vec<(i64, String)> = sqlx::query_as("SELECT number, checksum FROM schema_version ORDER BY number").fetch_all(&mut *tx).await?;
    for migration in pending(MIGRATIONS, &applied, |m| m.sqlite)? {
        sqlx::raw_sql(migration.sqlite).execute(&mut *tx).await.map_err(failed(migration))?;
        let note = sqlx::query("INSERT INTO schema_version (number, name, checksum) VALUES ($1, $2, $3)");
        note.bind(migration.number).bind(migration.name).bind(checksum(migration.sqlite)).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Migrates a PostgreSQL database as its owner, and grants `runtime` what it needs and no more.
pub(crate) async fn postgres(conn: &mut PgConnection, runtime: &str) -> Result<(), OpenError> {
    let mut tx = conn.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATING).execute(&mut *tx).await?;
    if !versioned(&mut tx).await? {
        let create = "CREATE TABLE schema_version (number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";
        sqlx::raw_sql(create).execute(&mut *tx).await?;
    }
    for migration in pending(MIGRATIONS, &applied(&mut tx).await?, |m| m.postgres)? {
        sqlx::raw_sql(migration.postgres).execute(&mut *tx).await.map_err(failed(migration))?;
        let note = sqlx::query("INSERT INTO schema_version (number, name, checksum) VALUES ($1, $2, $3)");
        note.bind(migration.number).bind(migration.name).bind(checksum(migration.postgres)).execute(&mut *tx).await?;
    }
    grant(&mut tx, runtime).await?;
    Ok(tx.commit().await?)
}

/// Whether a PostgreSQL database that the runtime role sees has all migrations.
pub(crate) async fn postgres_is_current(conn: &mut PgConnection) -> Result<(), OpenError> {
    let applied = if versioned(conn).await? { applied(conn).await? } else { Vec::new() };
    match pending(MIGRATIONS, &applied, |m| m.postgres)?.first() {
        None => Ok(()),
        Some(first) => Err(OpenError::Behind { number: first.number }),
    }
}

async fn versioned(conn: &mut PgConnection) -> Result<bool, OpenError> {
    Ok(sqlx::query_scalar("SELECT to_regclass('schema_version') IS NOT NULL").fetch_one(conn).await?)
}

async fn applied(conn: &mut PgConnection) -> Result<Vec<(i64, String)>, OpenError> {
    Ok(sqlx::query_as("SELECT number, checksum FROM schema_version ORDER BY number").fetch_all(conn).await?)
}

async fn grant(conn: &mut PgConnection, runtime: &str) -> Result<(), OpenError> {
    let role = quoted(runtime);
    let schema: String = sqlx::query_scalar("SELECT current_schema()::text").fetch_one(&mut *conn).await?;
    run(conn, format!("GRANT USAGE ON SCHEMA {} TO {role}", quoted(&schema))).await?;
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user";
    for table in sqlx::query_scalar::<_, String>(tables).fetch_all(&mut *conn).await? {
        let rights = match table.as_str() {
            VERSIONS => "SELECT",
            t if APPEND_ONLY.contains(&t) => "SELECT, INSERT",
            _ => "SELECT, INSERT, UPDATE, DELETE",
        };
        let table = quoted(&table);
        run(conn, format!("REVOKE ALL ON {table} FROM PUBLIC, {role}")).await?;
        run(conn, format!("GRANT {rights} ON {table} TO {role}")).await?;
    }
    Ok(())
}

/// Runs a statement of names that the database itself told or that were quoted here.
async fn run(conn: &mut PgConnection, sql: String) -> Result<(), OpenError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// An identifier as SQL wants it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &[Migration] = &[
        Migration { number: 1, name: "base", sqlite: "one", postgres: "" },
        Migration { number: 2, name: "more", sqlite: "two", postgres: "" },
        Migration { number: 3, name: "most", sqlite: "three", postgres: "" },
    ];

    fn left(applied: &[(i64, &str)]) -> Result<Vec<i64>, OpenError> {
        let applied: Vec<_> = applied.iter().map(|(n, sql)| (*n, checksum(sql))).collect();
        pending(THREE, &applied, |m| m.sqlite).map(|left| left.iter().map(|m| m.number).collect())
    }

    #[test]
    fn what_is_missing_is_applied_in_order() {
        assert_eq!(left(&[]), Ok(vec![1, 2, 3]));
        assert_eq!(left(&[(1, "one"), (2, "two")]), Ok(vec![3]));
        assert_eq!(left(&[(1, "one"), (2, "two"), (3, "three")]), Ok(vec![]));
    }

    #[test]
    fn a_newer_a_changed_and_a_gappy_database_are_refused() {
        assert_eq!(left(&[(1, "one"), (2, "two"), (3, "three"), (4, "four")]), Err(OpenError::Newer { found: 4, known: 3 }));
        assert_eq!(left(&[(1, "one"), (2, "other")]), Err(OpenError::Changed { number: 2, name: "more".into() }));
        assert_eq!(left(&[(1, "one"), (3, "three")]), Err(OpenError::Changed { number: 2, name: "more".into() }));
    }

    #[test]
    fn a_name_cannot_break_out_of_its_quotes() {
        assert_eq!(quoted(r#"a"; DROP TABLE event; --"#), r#""a""; DROP TABLE event; --""#);
    }
}
