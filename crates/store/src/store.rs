//! The store: opens either database and runs work in transactions.

use std::{
    fmt,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use countersign_domain::{Secret, Timestamp};
use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::oneshot;

use crate::{OpenError, StoreError, Tx, postgres::Server, sqlite::File};

/// A database, SQLite or PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    base: Arc<Base>,
    commits: Commits,
}

/// How many transactions with changes were committed.
pub(crate) type Commits = Arc<AtomicU64>;

enum Base {
    Sqlite(File),
    Postgres(Server),
}

impl Store {
    /// Opens, and if need be makes and migrates, an SQLite file.
    ///
    /// # Errors
    /// If it cannot be opened, was made by a newer program, or its migrations are not the ones of this program.
    pub async fn open_sqlite(path: &Path) -> Result<Self, OpenError> {
        let commits = Commits::default();
        let file = File::open(path, Arc::clone(&commits)).await?;
        Ok(Self { base: Arc::new(Base::Sqlite(file)), commits })
    }

    /// Opens a PostgreSQL database as the runtime role, after migrating it as its owner if the owner's address is given.
    ///
    /// # Errors
    /// As [`Store::open_sqlite`]; and if the runtime role could change the trail or owns a table.
    pub async fn open_postgres(runtime_url: &Secret, owner_url: Option<&Secret>) -> Result<Self, OpenError> {
        let server = Server::open(runtime_url, owner_url).await?;
        Ok(Self { base: Arc::new(Base::Postgres(server)), commits: Commits::default() })
    }

    /// Runs `work` in a transaction and commits it if it answers Ok; the answer comes after the commit. If it answers Err, nothing is kept.
    ///
    /// A caller that goes away interrupts nothing. On SQLite, works that wait together share one commit, each in a savepoint:
    /// a fault of the database, or of the commit, fails them all, and nobody is told anything else.
    ///
    /// # Errors
    /// What `work` answers; or what became of the commit.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(None, work).await
    }

    /// As [`Store::write`], for a work that may come with something that counts once. It is used up, whatever comes of the work.
    ///
    /// # Errors
    /// [`StoreError::Seen`], if it was used before; then `work` is not run. Else as [`Store::write`].
    pub async fn write_once<T, E, F>(&self, once: Option<Once>, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match (&*self.base, once) {
            (Base::Postgres(_), Some(once)) => {
                // Committed alone and first: there a work that is refused takes all of its transaction back.
                let fresh = self.submit(None, move |tx| Box::pin(async move { tx.dpop_seen(&once.hash, once.until).await })).await;
                if fresh? { self.submit(None, work).await } else { Err(E::from(StoreError::Seen)) }
            }
            _ => self.submit(once, work).await,
        }
    }

    async fn submit<T, E, F>(&self, once: Option<Once>, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (to, answer) = oneshot::channel();
        let job = Box::new(Work { once, run: Some(work), outcome: None, to });
        match &*self.base {
            Base::Sqlite(file) => file.submit(job).await,
            Base::Postgres(server) => server.submit(job, Arc::clone(&self.commits)),
        }
        answer.await.unwrap_or_else(|_| Err(E::from(StoreError::Unavailable("the store was closed before this was done".into()))))
    }

    /// Runs `work` on one snapshot. It can change nothing.
    ///
    /// # Errors
    /// What `work` answers, or that no snapshot could be had.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut tx = match &*self.base {
            Base::Sqlite(file) => file.snapshot().await?,
            Base::Postgres(server) => server.snapshot().await?,
        };
        let answer = work(&mut tx).await;
        tx.end_snapshot().await;
        answer
    }

    /// Runs `work` on what is remembered at one instant, and on rows that only ever end (see [`Tx::token`]), as they are an instant later; so its
    /// answer was true at an instant since it was asked. If more is needed, `work` is run again on a snapshot, as with [`Store::read`].
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn recall<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        // If not even the edition can be had, a snapshot may, or says why not.
        if let Base::Sqlite(file) = &*self.base
            && let Ok(mut tx) = file.recall().await
        {
            let answer = work(&mut tx).await;
            if !tx.falls_short() {
                return answer;
            }
        }
        self.read(work).await
    }

    /// How many transactions of [`Store::write`] this process has committed.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Which of the two it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match *self.base {
            Base::Sqlite(_) => "sqlite",
            Base::Postgres(_) => "postgresql",
        }
    }

    /// How many works wait for the writer of SQLite.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        match &*self.base {
            Base::Sqlite(file) => file.waiting(),
            Base::Postgres(_) => 0,
        }
    }

    /// Finishes what waits and closes the database. What comes later is refused.
    pub async fn close(&self) {
        match &*self.base {
            Base::Sqlite(file) => file.close().await,
            Base::Postgres(server) => server.close().await,
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self.base {
            Base::Sqlite(_) => "Store(SQLite)",
            Base::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

/// A piece of work whose types were forgotten, so that many can wait in one queue.
pub(crate) trait Job: Send {
    /// What it comes with that counts once.
    fn once(&self) -> Option<Once>;

    /// Runs it; answers whether its changes are to be kept.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool>;

    /// Tells it that nothing of it is kept, and why: what it came with was seen before, or what it put off failed.
    fn fail(&mut self, error: StoreError);

    /// Answers who waits for it: its own outcome, or what became of the transaction around it.
    fn answer(self: Box<Self>, transaction: Result<(), StoreError>);
}

/// What counts once: the hash of a proof of possession (RFC 9449 §11.1), and until when it would count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// Its hash.
    pub hash: [u8; 32],
    /// From when on it would be refused for its age, and need not be remembered.
    pub until: Timestamp,
}

struct Work<T, E, F> {
    once: Option<Once>,
    run: Option<F>,
    outcome: Option<Result<T, E>>,
    to: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Work<T, E, F>
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn once(&self) -> Option<Once> {
        self.once
    }

    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let Some(run) = self.run.take() else { return false };
            // A panic in one piece of work must not take the writer, and with it everybody's writes, down.
            let ran = AssertUnwindSafe(async { run(tx).await }).catch_unwind().await;
            let outcome = match ran {
                Ok(Ok(_)) if tx.broken.is_some() => Err(E::from(StoreError::Unavailable("it went on after a fault, and nothing of it was kept".into()))),
                Ok(outcome) => outcome,
                Err(_) => Err(E::from(StoreError::Unavailable("it panicked, and nothing of it was kept".into()))),
            };
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(E::from(error)));
    }

    fn answer(self: Box<Self>, transaction: Result<(), StoreError>) {
        let outcome = match (transaction, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(E::from(StoreError::Unavailable("it was never run".into()))),
            // Also instead of a refusal: it may rest on a neighbour's change that was taken back.
            (Err(error), _) => Err(E::from(error)),
        };
        // Whoever asked may have gone away; that changes nothing.
        drop(self.to.send(outcome));
    }
}
