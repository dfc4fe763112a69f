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
    Once, OpenError, StoreError, Tx,
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
/// So many statements the writer keeps prepared: those that add rows have a text for each number of rows.
const STATEMENTS: usize = 400;
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
    looks: mpsc::Sender<Look>,
    facts: Facts,
}

/// Connections for statements that stand alone.
#[derive(Clone)]
struct Singles {
    free: Arc<Mutex<Vec<SqliteConnection>>>,
    permits: Arc<Semaphore>,
}

/// One of them, from its first use on until it is dropped.
pub(crate) struct Single {
    from: Singles,
    lent: Option<(SqliteConnection, OwnedSemaphorePermit)>,
}

impl Singles {
    fn single(&self) -> Single {
        Single { from: self.clone(), lent: None }
    }

    async fn close(&self) {
        self.permits.close();
        let free = std::mem::take(&mut *self.free.lock().unwrap_or_else(PoisonError::into_inner));
        for conn in free {
            close(conn).await;
        }
    }
}

impl Single {
    pub(crate) async fn conn(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if self.lent.is_none() {
            let permit = Arc::clone(&self.from.permits).acquire_owned().await.map_err(|_| closed())?;
            let conn = self.from.free.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or_else(closed)?;
            self.lent = Some((conn, permit));
        }
        self.lent.as_mut().map(|(conn, _)| conn).ok_or_else(closed)
    }
}

impl Drop for Single {
    fn drop(&mut self) {
        // The connection before the permit, so that whoever gets that finds this.
        if let Some((conn, _permit)) = self.lent.take() {
            self.from.free.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store was closed".into())
}

async fn close(conn: SqliteConnection) {
    if let Err(error) = conn.close().await {
        tracing::debug!(%error, "a connection did not close cleanly");
    }
}

/// What the one is told who reads the edition.
enum Look {
    /// Somebody wants to know it.
    Asked(oneshot::Sender<Result<i64, StoreError>>),
    Stop(oneshot::Sender<()>),
}

/// Reads the edition, once for all who wait for it. Everybody is told what was so at an instant since they asked: what is being read when they
/// come, they are not told.
async fn look(options: SqliteConnectOptions, mut conn: SqliteConnection, mut looks: mpsc::Receiver<Look>) {
    let (mut messages, mut stopped) = (Vec::new(), Vec::new());
    while looks.recv_many(&mut messages, QUEUE).await > 0 {
        // Whoever is about to ask is told by the same reading.
        tokio::task::yield_now().await;
        while let Ok(message) = looks.try_recv() {
            messages.push(message);
        }
        let read = sqlx::query_scalar::<_, i64>("SELECT n FROM edition").fetch_one(&mut conn).await.map_err(StoreError::from);
        if read.is_err()
            && let Ok(another) = options.connect().await
        {
            close(std::mem::replace(&mut conn, another)).await;
        }
        for message in messages.drain(..) {
            match message {
                // Whoever asked may have gone away.
                Look::Asked(to) => drop(to.send(read.clone())),
                Look::Stop(done) => {
                    looks.close();
                    stopped.push(done);
                }
            }
        }
    }
    close(conn).await;
    for done in stopped {
        let _ = done.send(());
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
        let writer = patiently(|| pool(1).connect_with(options.clone().statement_cache_capacity(STATEMENTS))).await?;
        migrate::sqlite(&mut *writer.acquire().await?).await?;
        let reading = options.pragma("query_only", "ON");
        let mut free = Vec::new();
        for _ in 0..READERS {
            free.push(reading.connect().await?);
        }
        let singles = Singles { permits: Arc::new(Semaphore::new(free.len())), free: Arc::new(Mutex::new(free)) };
        let (looks, asked) = mpsc::channel(QUEUE);
        tokio::spawn(look(reading.clone(), reading.connect().await?, asked));
        let readers = pool(READERS).connect_with(reading).await?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let facts = Facts::default();
        tokio::spawn(write_groups(writer, waiting, commits, facts.clone()));
        Ok(Self { queue, readers, singles, looks, facts })
    }

    /// Puts a work in the queue. If the writer is gone the work is dropped, and with it the promise of an answer.
    pub(crate) async fn submit(&self, job: Box<dyn Job>) {
        drop(self.queue.send(Message::Work(job)).await);
    }

    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        Ok(Tx::with_facts(Conn::LiteReader(self.readers.begin().await?), self.facts.clone()))
    }

    pub(crate) async fn recall(&self) -> Result<Tx, StoreError> {
        let (to, answer) = oneshot::channel();
        self.looks.send(Look::Asked(to)).await.map_err(|_| closed())?;
        let edition = answer.await.map_err(|_| closed())??;
        Ok(Tx::recalling(self.singles.single(), self.facts.clone(), edition))
    }

    pub(crate) async fn close(&self) {
        let (done, stopped) = oneshot::channel();
        if self.queue.send(Message::Stop(done)).await.is_ok() {
            drop(stopped.await);
        }
        let (done, stopped) = oneshot::channel();
        if self.looks.send(Look::Stop(done)).await.is_ok() {
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
    let Conn::LiteWriter(conn) = &mut tx.conn else { return Err(StoreError::Unavailable("the writer lost its connection".into())) };
    let committed = match ran {
        // Whatever the commit stumbled over, it is no answer to any one of them.
        Ok(()) => statement(conn, "COMMIT").await.map_err(|e| StoreError::Unavailable(format!("the commit failed: {e}"))),
        Err(error) => Err(error),
    };
    if committed.is_ok() {
        tx.remember_written();
    } else {
        facts.forget();
        if let Conn::LiteWriter(conn) = tx.conn {
            take_back(conn).await;
        }
    }
    committed
}

async fn run_all(tx: &mut Tx, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let brought = jobs.iter().enumerate().filter_map(|(i, job)| Some((i, job.once()?))).collect();
    let seen = note_all(tx, brought).await?;
    for (i, job) in jobs.iter_mut().enumerate() {
        if seen.contains(&i) {
            job.fail(StoreError::Seen);
            continue;
        }
        tx.begin_work();
        let mut keep = job.run(tx).await;
        if keep && let Err(error) = tx.put_by(i).await {
            job.fail(error);
            keep = false;
        }
        if let Some(Broken::Group(error)) = tx.broken.take() {
            return Err(error);
        }
        if !keep && tx.has_savepoint() {
            tx.own("ROLLBACK TO work").await?;
        }
    }
    tx.begin_work();
    tx.settle_batch().await?;
    for (i, error) in tx.failed() {
        if let Some(job) = jobs.get_mut(i) {
            job.fail(error);
        }
    }
    Ok(())
}

/// Uses up what the works come with that counts once; answers the works that come too late.
async fn note_all(tx: &mut Tx, brought: Vec<(usize, Once)>) -> Result<Vec<usize>, StoreError> {
    if brought.is_empty() {
        return Ok(Vec::new());
    }
    let once: Vec<Once> = brought.iter().map(|(_, once)| *once).collect();
    let mut fresh = tx.note(&once).await?;
    // Of two works with the same, the first has it.
    Ok(brought.into_iter().filter(|(_, once)| !fresh.remove(&once.hash)).map(|(i, _)| i).collect())
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
