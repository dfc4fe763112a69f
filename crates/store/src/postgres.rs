//! PostgreSQL: one transaction a work, as a role that can add to the trail and never change it.

use std::{str::FromStr as _, sync::atomic::Ordering, time::Duration};

use countersign_domain::Secret;
use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    OpenError, StoreError, Tx, migrate,
    store::{Commits, Job},
    tx::Conn,
};

const CONNECTIONS: u32 = 16;
const ACQUIRE: Duration = Duration::from_secs(5);
/// PostgreSQL 15, as it numbers itself.
const OLDEST: i64 = 150_000;

pub(crate) struct Server {
    pool: PgPool,
}

impl Server {
    pub(crate) async fn open(runtime_url: &Secret, owner_url: Option<&Secret>) -> Result<Self, OpenError> {
        let runtime = options(runtime_url)?;
        if let Some(owner_url) = owner_url {
            let mut owner = options(owner_url)?.options([("lock_timeout", "60s"), ("statement_timeout", "0")]).connect().await?;
            recent(&mut owner).await?;
            migrate::postgres(&mut owner, runtime.get_username()).await?;
            sqlx::Connection::close(owner).await?;
        }
        // A lost race is told within seconds, and a forgotten transaction does not hold its locks for ever.
        let limits = [("lock_timeout", "5s"), ("statement_timeout", "30s"), ("idle_in_transaction_session_timeout", "30s")];
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE).connect_with(runtime.options(limits)).await?;
        let mut conn = pool.acquire().await?;
        recent(&mut conn).await?;
        migrate::postgres_is_current(&mut conn).await?;
        harmless(&mut conn).await?;
        drop(conn);
        Ok(Self { pool })
    }

    /// Runs a work in a task of its own, so that a caller that goes away interrupts nothing.
    pub(crate) fn submit(&self, job: Box<dyn Job>, commits: Commits) {
        tokio::spawn(work(self.pool.clone(), job, commits));
    }

    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(Conn::Postgres(self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)))
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

fn options(url: &Secret) -> Result<PgConnectOptions, OpenError> {
    Ok(PgConnectOptions::from_str(url.expose())?.application_name("countersign").disable_statement_logging())
}

async fn work(pool: PgPool, mut job: Box<dyn Job>, commits: Commits) {
    let committed = transaction(&pool, job.as_mut(), &commits).await;
    job.answer(committed);
}

/// INVARIANT: answers Ok only after the commit, or after everything was taken back as the work wanted.
async fn transaction(pool: &PgPool, job: &mut dyn Job, commits: &Commits) -> Result<(), StoreError> {
    let begun = pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let mut tx = Tx::new(Conn::Postgres(begun));
    let keep = job.run(&mut tx).await;
    let Conn::Postgres(transaction) = tx.conn else { return Err(StoreError::Unavailable("the transaction lost its connection".into())) };
    if keep {
        transaction.commit().await?;
        commits.fetch_add(1, Ordering::Relaxed);
    } else if let Err(error) = transaction.rollback().await {
        tracing::debug!(%error, "a transaction was not taken back cleanly; its connection takes it along");
    }
    Ok(())
}

async fn recent(conn: &mut sqlx::PgConnection) -> Result<(), OpenError> {
    let found: i64 = sqlx::query_scalar("SELECT current_setting('server_version_num')::bigint").fetch_one(conn).await?;
    if found >= OLDEST { Ok(()) } else { Err(OpenError::Unreachable(format!("its version is {found}; PostgreSQL 15 or newer is needed"))) }
}

/// Refuses a runtime role that could change the trail: the promise that nobody rewrites it rests on this.
async fn harmless(conn: &mut sqlx::PgConnection) -> Result<(), OpenError> {
    let role: String = sqlx::query_scalar("SELECT current_user::text").fetch_one(&mut *conn).await?;
    let refused = |what: String| Err(OpenError::Privileged { role: role.clone(), what });
    let can = "SELECT t || ' by ' || p FROM unnest(ARRAY['event', 'place']) t, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p
        WHERE has_table_privilege(t, p) OR (p = 'UPDATE' AND has_any_column_privilege(t, p)) LIMIT 1";
    if let Some(can) = sqlx::query_scalar::<_, String>(can).fetch_optional(&mut *conn).await? {
        return refused(format!("can change table {can}"));
    }
    let owns = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() AND pg_has_role(c.relowner, 'MEMBER') LIMIT 1";
    match sqlx::query_scalar::<_, String>(owns).fetch_optional(conn).await? {
        Some(table) => refused(format!("owns table `{table}`, or can act as its owner")),
        None => Ok(()),
    }
}
