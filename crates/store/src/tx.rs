//! A transaction on either database.

use sqlx::{Postgres, Sqlite, Transaction, pool::PoolConnection};

use crate::{StoreError, error::Fault, facts::Facts, later::Later, sqlite::Lent, value::Row};

/// A transaction. Its methods stand beside the nouns that they are about.
///
/// After a method has failed, every further one fails and nothing is kept, on both databases: hand the error on.
/// Wait for nothing else inside: on SQLite all writes wait for this one.
pub struct Tx {
    pub(crate) conn: Conn,
    /// The first fault, if there was one.
    pub(crate) broken: Option<Broken>,
    /// What is remembered of the file; nothing of a server.
    facts: Option<Facts>,
    edition: Edition,
    /// Whether more was asked than can be answered without a snapshot.
    short: bool,
    /// What this work writes with its next statement, or at its end.
    later: Later,
    /// To where a work that fails is taken back. Only the writer of a file has savepoints.
    savepoint: Savepoint,
}

/// The last savepoint of a group of works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Savepoint {
    /// There is none.
    None,
    /// An earlier work's.
    Earlier,
    /// This work's.
    Own,
}

/// What is known of the edition of the facts in this transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Edition {
    /// As it stands here; nobody else raises it meanwhile.
    read: Option<i64>,
    /// This work has written what facts may be read from: what it reads from now on is nobody else's yet.
    written: bool,
}

/// How far a fault reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A constraint held: this piece of work is over, its neighbours in the same commit are not.
    Work,
    /// The database failed: the commit as a whole is over.
    Group(StoreError),
}

pub(crate) enum Conn {
    /// The one connection that writes; its transaction and savepoints are kept by the writer.
    LiteWriter(PoolConnection<Sqlite>),
    LiteReader(Transaction<'static, Sqlite>),
    /// Each statement sees what is so at its own instant.
    LiteSingle(Lent),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// On a server.
    pub(crate) const fn new(conn: Conn) -> Self {
        Self { conn, broken: None, facts: None, edition: Edition { read: None, written: false }, short: false, later: Later::NONE, savepoint: Savepoint::None }
    }

    /// On a file.
    pub(crate) fn with_facts(conn: Conn, facts: Facts) -> Self {
        Self { facts: Some(facts), ..Self::new(conn) }
    }

    /// A work of this transaction is over, and the next one begins.
    pub(crate) fn begin_work(&mut self) {
        self.edition.written = false;
        self.later = Later::NONE;
        if self.savepoint == Savepoint::Own {
            self.savepoint = Savepoint::Earlier;
        }
    }

    /// The statements that make a savepoint of this work's own, if it has none: before the first that it writes.
    pub(crate) const fn own_savepoint(&mut self) -> &'static str {
        let sql = match (&self.conn, self.savepoint) {
            (Conn::LiteWriter(_), Savepoint::None) => "SAVEPOINT work; ",
            (Conn::LiteWriter(_), Savepoint::Earlier) => "RELEASE work; SAVEPOINT work; ",
            _ => return "",
        };
        self.savepoint = Savepoint::Own;
        sql
    }

    /// Whether this work has written anything that would have to be taken back.
    pub(crate) const fn has_savepoint(&self) -> bool {
        matches!(self.savepoint, Savepoint::Own)
    }

    /// What is to be written later.
    pub(crate) const fn later(&mut self) -> &mut Later {
        &mut self.later
    }

    /// Whether this is no snapshot: each statement sees what is so at its own instant.
    pub(crate) const fn recalls(&self) -> bool {
        matches!(self.conn, Conn::LiteSingle(_))
    }

    /// Whether more was asked than can be answered so; then its answer is none.
    pub(crate) const fn falls_short(&self) -> bool {
        self.short
    }

    /// That more is asked than can be answered without a snapshot.
    pub(crate) const fn fall_short(&mut self) -> StoreError {
        self.short = true;
        StoreError::Busy
    }

    /// Notes that something is about to be written, which may raise the edition.
    pub(crate) const fn writes(&mut self, raises: bool) {
        if raises {
            self.edition = Edition { read: None, written: true };
        }
    }

    /// Whether nobody else can change anything before the commit: then nothing needs to be looked at once more to be held.
    #[must_use]
    pub const fn holds_all(&self) -> bool {
        matches!(self.conn, Conn::LiteWriter(_))
    }

    /// What is remembered and the edition that stands here, if they are of use.
    pub(crate) async fn facts(&mut self) -> Result<Option<(Facts, i64)>, StoreError> {
        let Some(facts) = self.facts.clone() else { return Ok(None) };
        if self.edition.written {
            return Ok(None);
        }
        if self.edition.read.is_none() {
            self.edition.read = self.sql("SELECT n FROM edition").alone().one(Row::take).await?;
        }
        Ok(self.edition.read.map(|n| (facts, n)))
    }

    /// Whether anything can still be asked here.
    pub(crate) fn usable(&self) -> Result<(), StoreError> {
        match self.broken {
            None => Ok(()),
            Some(_) => Err(StoreError::Unavailable("the transaction was used after a fault; hand the first fault on".into())),
        }
    }

    /// Notes a fault and hands its error on.
    pub(crate) fn fault(&mut self, error: sqlx::Error) -> StoreError {
        let fault = Fault::from(error);
        let reach = if fault.constraint { Broken::Work } else { Broken::Group(fault.error.clone()) };
        self.broken.get_or_insert(reach);
        fault.error
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("broken", &self.broken).finish_non_exhaustive()
    }
}

impl Tx {
    /// Lets go of a snapshot. What was read is read, whatever comes of this.
    pub(crate) async fn end_snapshot(self) {
        let ended = match self.conn {
            // Dropped, SQLite's thread ends it by itself and nobody waits for that.
            Conn::LiteReader(_) | Conn::LiteSingle(_) | Conn::LiteWriter(_) => Ok(()),
            Conn::Postgres(t) => t.rollback().await,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a snapshot did not end cleanly");
        }
    }
}
