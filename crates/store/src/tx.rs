//! A transaction on either database.

use std::{any::type_name, sync::Arc};

use sqlx::{Postgres, Sqlite, Transaction, pool::PoolConnection};
use uuid::Uuid;

use crate::{
    StoreError,
    error::Fault,
    facts::{Facts, Question},
    later::{Batch, Later},
    sqlite::Single,
    value::{Arg, Row},
};

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
    /// How often something else was asked than facts.
    beyond: usize,
    /// Whether more was asked than can be answered without a snapshot.
    short: bool,
    /// What this work writes before its next statement, or at its end.
    pub(crate) later: Later,
    /// What the works before it write then.
    pub(crate) batch: Batch,
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

/// Something that follows from facts alone.
#[derive(Debug)]
pub enum Conclusion<T> {
    /// It was worked out, and still stands.
    Known(Arc<T>),
    /// It is to be worked out.
    Open(Open),
}

/// A conclusion that is to be worked out, from now on.
pub struct Open(Option<Unsettled>);

// Parameters of statements are never printed.
impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Open(..)")
    }
}

struct Unsettled {
    question: Question,
    facts: Facts,
    edition: i64,
    beyond: usize,
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
    LiteSingle(Single),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// On a server.
    pub(crate) fn new(conn: Conn) -> Self {
        let edition = Edition::default();
        Self { conn, broken: None, facts: None, edition, beyond: 0, short: false, later: Later::default(), batch: Batch::default(), savepoint: Savepoint::None }
    }

    /// On a file.
    pub(crate) fn with_facts(conn: Conn, facts: Facts) -> Self {
        Self { facts: Some(facts), ..Self::new(conn) }
    }

    /// On what is remembered of a file, which stands at this edition.
    pub(crate) fn recalling(single: Single, facts: Facts, edition: i64) -> Self {
        Self { edition: Edition { read: Some(edition), written: false }, ..Self::with_facts(Conn::LiteSingle(single), facts) }
    }

    /// A work of this transaction is over, and the next one begins.
    pub(crate) fn begin_work(&mut self) {
        self.edition.written = false;
        self.later = Later::default();
        if self.savepoint == Savepoint::Own {
            self.savepoint = Savepoint::Earlier;
        }
    }

    /// Makes a savepoint of this work's own, if it has none: before the first that it writes.
    pub(crate) async fn open_savepoint(&mut self) -> Result<(), StoreError> {
        if matches!(self.conn, Conn::LiteWriter(_)) && self.savepoint != Savepoint::Own {
            self.next_savepoint().await?;
            self.savepoint = Savepoint::Own;
        }
        Ok(())
    }

    /// Makes a savepoint that is not this work's.
    pub(crate) async fn savepoint_for_all(&mut self) -> Result<(), StoreError> {
        self.next_savepoint().await?;
        self.savepoint = Savepoint::Earlier;
        Ok(())
    }

    async fn next_savepoint(&mut self) -> Result<(), StoreError> {
        self.own(if self.savepoint == Savepoint::None { "SAVEPOINT work" } else { "RELEASE work; SAVEPOINT work" }).await
    }

    /// A statement of the writer's own, between works. If it fails, all of the transaction does.
    pub(crate) async fn own(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let Conn::LiteWriter(conn) = &mut self.conn else { return Err(StoreError::Unavailable("not the writer's connection".into())) };
        sqlx::raw_sql(sql).execute(&mut **conn).await.map(drop).map_err(|error| {
            let error = StoreError::from(error);
            self.broken = Some(Broken::Group(error.clone()));
            error
        })
    }

    /// Whether this work has written anything that would have to be taken back.
    pub(crate) const fn has_savepoint(&self) -> bool {
        matches!(self.savepoint, Savepoint::Own)
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
    pub(crate) fn writes(&mut self, raises: bool) {
        if raises {
            self.edition = Edition { read: None, written: true };
            // It may end what was written before it.
            drop(self.written());
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
            self.edition.read = self.sql("SELECT n FROM edition").alone().fact().one(Row::take).await?;
        }
        Ok(self.edition.read.map(|n| (facts, n)))
    }

    /// Notes that something is asked.
    pub(crate) const fn asks(&mut self, fact: bool) {
        if !fact {
            self.beyond += 1;
        }
    }

    /// What was concluded about `of`, under the rules that `by` names, if no fact has changed since.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn concluded<T: Send + Sync + 'static>(&mut self, of: Uuid, by: &str) -> Result<Conclusion<T>, StoreError> {
        let question: Question = (type_name::<T>().into(), vec![Arg::Uuid(Some(of)), Arg::Text(Some(by.to_owned()))]);
        let Some((facts, edition)) = self.facts().await? else { return Ok(Conclusion::Open(Open(None))) };
        if let Some(known) = facts.recall::<Arc<T>>(edition, &question) {
            return Ok(Conclusion::Known(known));
        }
        Ok(Conclusion::Open(Open(Some(Unsettled { question, facts, edition, beyond: self.beyond }))))
    }

    /// Remembers a conclusion, for as long as no fact changes; but not if anything else than facts was read for it.
    pub fn conclude<T: Send + Sync + 'static>(&self, open: Open, conclusion: T) -> Arc<T> {
        let conclusion = Arc::new(conclusion);
        if let Some(Unsettled { question, facts, edition, beyond }) = open.0
            && self.edition == (Edition { read: Some(edition), written: false })
        {
            debug_assert!(self.beyond == beyond, "`{}` rests on more than facts", question.0);
            if self.beyond == beyond {
                facts.remember(edition, question, Arc::clone(&conclusion));
            }
        }
        conclusion
    }

    /// Remembers the tokens that were written together, now that they are committed.
    pub(crate) fn remember_written(&mut self) {
        let tokens = self.written();
        if let (Some(facts), Some(edition)) = (&self.facts, self.edition.read) {
            facts.remember_tokens(edition, tokens);
        }
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
