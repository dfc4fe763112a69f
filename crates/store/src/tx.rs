//! A transaction on either database.

use sqlx::{Postgres, Sqlite, Transaction, pool::PoolConnection};

use crate::{StoreError, error::Fault, facts::Facts, value::Row};

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
}

/// What is known of the edition of the facts in this transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edition {
    Unread,
    Read(i64),
    /// Something was written here: what is read from now on is nobody else's yet.
    Written,
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
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// On a server.
    pub(crate) const fn new(conn: Conn) -> Self {
        Self { conn, broken: None, facts: None, edition: Edition::Unread }
    }

    /// On a file.
    pub(crate) const fn with_facts(conn: Conn, facts: Facts) -> Self {
        Self { conn, broken: None, facts: Some(facts), edition: Edition::Unread }
    }

    /// Another work begins in the same transaction.
    pub(crate) const fn begin_work(&mut self) {
        self.edition = Edition::Unread;
    }

    /// Notes that something is about to be written.
    pub(crate) const fn writes(&mut self) {
        self.edition = Edition::Written;
    }

    /// What is remembered and the edition that stands here, if they are of use.
    pub(crate) async fn facts(&mut self) -> Result<Option<(Facts, i64)>, StoreError> {
        let Some(facts) = self.facts.clone() else { return Ok(None) };
        if self.edition == Edition::Unread {
            let n: i64 = self.sql("SELECT n FROM edition").one(Row::take).await?.unwrap_or_default();
            self.edition = Edition::Read(n);
        }
        Ok(match self.edition {
            Edition::Read(n) => Some((facts, n)),
            Edition::Unread | Edition::Written => None,
        })
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
            Conn::LiteReader(t) => t.rollback().await,
            Conn::Postgres(t) => t.rollback().await,
            Conn::LiteWriter(_) => Ok(()),
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a snapshot did not end cleanly");
        }
    }
}
