//! SQLite: one writer whose waiting works share a commit, and a few readers on snapshots.
//!
//! A commit costs a sync of the disk, and SQLite has one writer at a time: so whatever waits when the writer comes round runs in one
//! transaction, each work in a savepoint of its own, and all are answered after its commit.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::{
    OpenError, StoreError, Tx,
    facts::Facts,
    migrate,
    store::{Commits, Job},
    tx::{Broken, Conn},
};

/// How many works share a commit at most: bounds how long the first of them waits.
pub(crate) const GROUP: usize = 64;
/// How many works may wait before callers do.
const QUEUE: usize = 1024;
const READERS: u32 = 4;
/// How long to wait for another process that writes, such as a backup.
const BUSY: Duration = Duration::from_secs(5);
/// How often, and how long between, opening is tried while another process opens the same new file: SQLite does not wait by itself
/// where two change it to a write-ahead log at once.
const TRIES: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(50);

pub(crate) struct File {
    queue: mpsc::Sender<Message>,
    readers: SqlitePool,
    singles: Singles,
    facts: Facts,
}

/// Connections for statements that stand alone.
#[derive(Clone)]
struct Singles {
    free: Arc<Mutex<Vec<SqliteConnection>>>,
    permits: Arc<Semaphore>,
}

/// One of them, until it is dropped.
pub(crate) struct Lent {
    conn: Option<SqliteConnection>,
    free: Arc<Mutex<Vec<SqliteConnection>>>,
    _permit: OwnedSemaphorePermit,
}

impl Singles {
    async fn lend(&self) -> Result<Lent, StoreError> {
        let closed = || StoreError::Unavailable("the store was closed".into());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| closed())?;
        let conn = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Lent { conn: Some(conn.ok_or_else(closed)?), free: Arc::clone(&self.free), _permit: permit })
    }

    async fn close(&self) {
        self.permits.close();
        let free = std::mem::take(&mut *self.free.lock().unwrap_or_else(PoisonError::into_inner));
        for conn in free {
            if let Err(error) = conn.close().await {
                tracing::debug!(%error, "a connection did not close cleanly");
            }
        }
    }
}

impl Lent {
    pub(crate) fn conn(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.conn.as_mut().ok_or_else(|| StoreError::Unavailable("the connection was given back".into()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.conn.take());
    }
}

enum Message {
    Work(Box<dyn Job>),
    Stop(oneshot::Sender<()>),
}

async fn patiently<F: Future<Output = Result<SqlitePool, sqlx::Error>>>(open: impl Fn() -> F) -> Result<SqlitePool, sqlx::Error> {
    for _ in 1..TRIES {
        match open().await {
            Err(error) if is_busy(&error) => tokio::time::sleep(BETWEEN).await,
            done => return done,
        }
    }
    open().await
}

/// `SQLITE_BUSY` and its kin, whose low byte is 5.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|c| c.parse::<u32>().ok()).is_some_and(|c| c & 0xff == 5)
}

impl File {
    pub(crate) async fn open(path: &Path, commits: Commits) -> Result<Self, OpenError> {
        private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What a savepoint would take back is copied first: into memory, not into a file.
            .pragma("temp_store", "MEMORY")
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let pool = |size| SqlitePoolOptions::new().max_connections(size).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
        let writer = patiently(|| pool(1).connect_with(options.clone())).await?;
        migrate::sqlite(&mut *writer.acquire().await?).await?;
        let reading = options.pragma("query_only", "ON");
        let mut free = Vec::new();
        for _ in 0..READERS {
            free.push(reading.connect().await?);
        }
        let singles = Singles { permits: Arc::new(Semaphore::new(free.len())), free: Arc::new(Mutex::new(free)) };
        let readers = pool(READERS).connect_with(reading).await?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let facts = Facts::default();
        tokio::spawn(write_groups(writer, waiting, commits, facts.clone()));
        Ok(Self { queue, readers, singles, facts })
    }

    /// Puts a work in the queue. If the writer is gone the work is dropped, and with it the promise of an answer.
    pub(crate) async fn submit(&self, job: Box<dyn Job>) {
        drop(self.queue.send(Message::Work(job)).await);
    }

    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        Ok(Tx::with_facts(Conn::LiteReader(self.readers.begin().await?), self.facts.clone()))
    }

    pub(crate) async fn recall(&self) -> Result<Tx, StoreError> {
        Ok(Tx::with_facts(Conn::LiteSingle(self.singles.lend().await?), self.facts.clone()))
    }

    pub(crate) async fn close(&self) {
        let (done, stopped) = oneshot::channel();
        if self.queue.send(Message::Stop(done)).await.is_ok() {
            drop(stopped.await);
        }
        self.readers.close().await;
        self.singles.close().await;
    }

    /// How many works wait and were not yet taken up.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

/// Makes the file readable for its owner alone, before anything is in it. SQLite gives its side files the same rights.
fn private(path: &Path) -> Result<(), OpenError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|e| OpenError::Unreachable(format!("`{}`: {e}", path.display())))
}

async fn write_groups(pool: SqlitePool, mut queue: mpsc::Receiver<Message>, commits: Commits, facts: Facts) {
    let mut stopped = Vec::new();
    let mut messages = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut messages, GROUP).await > 0 {
        let mut jobs = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Work(job) => jobs.push(job),
                Message::Stop(done) => {
                    queue.close();
                    stopped.push(done);
                }
            }
        }
        if jobs.is_empty() {
            continue;
        }
        let committed = group(&pool, &mut jobs, &facts).await;
        match &committed {
            Ok(()) => {
                commits.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => tracing::error!(%error, works = jobs.len(), "a group of writes failed and was taken back"),
        }
        for job in jobs {
            job.answer(committed.clone());
        }
    }
    pool.close().await;
    for done in stopped {
        // Whoever closed it may have gone away.
        let _ = done.send(());
    }
}

/// Runs works in one transaction. INVARIANT: answers Ok only after the commit.
async fn group(pool: &SqlitePool, jobs: &mut [Box<dyn Job>], facts: &Facts) -> Result<(), StoreError> {
    let mut conn = pool.acquire().await?;
    if let Err(error) = statement(&mut conn, "BEGIN IMMEDIATE").await {
        take_back(conn).await;
        return Err(error);
    }
    let mut tx = Tx::with_facts(Conn::LiteWriter(conn), facts.clone());
    let ran = run_all(&mut tx, jobs).await;
    let Conn::LiteWriter(mut conn) = tx.conn else { return Err(StoreError::Unavailable("the writer lost its connection".into())) };
    let committed = match ran {
        // Whatever the commit stumbled over, it is no answer to any one of them.
        Ok(()) => statement(&mut conn, "COMMIT").await.map_err(|e| StoreError::Unavailable(format!("the commit failed: {e}"))),
        Err(error) => Err(error),
    };
    if committed.is_err() {
        facts.forget();
        take_back(conn).await;
    }
    committed
}

async fn run_all(tx: &mut Tx, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    for job in jobs {
        tx.begin_work();
        let mut keep = job.run(tx).await;
        if keep && let Err(error) = tx.settle().await {
            job.fail(error);
            keep = false;
        }
        if let Some(Broken::Group(error)) = tx.broken.take() {
            return Err(error);
        }
        if !keep && tx.has_savepoint() {
            own(tx, "ROLLBACK TO work").await?;
        }
    }
    Ok(())
}

/// A statement of the writer's own, between works.
async fn own(tx: &mut Tx, sql: &'static str) -> Result<(), StoreError> {
    match &mut tx.conn {
        Conn::LiteWriter(conn) => statement(conn, sql).await,
        _ => Err(StoreError::Unavailable("not the writer's connection".into())),
    }
}

async fn statement(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::raw_sql(sql).execute(conn).await?;
    Ok(())
}

/// Closing the connection takes its transaction back even where a ROLLBACK could no longer be said. The next group opens another.
async fn take_back(conn: PoolConnection<Sqlite>) {
    if let Err(error) = conn.close().await {
        tracing::warn!(%error, "the writer's connection did not close cleanly");
    }
}
