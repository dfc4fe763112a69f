//! Statements: written once, run on either database. All that must differ between the two stands in this file.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, Column as _, Row as _, SqlSafeStr as _, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};

use crate::{
    StoreError, Tx,
    facts::{raises, watched},
    later::{Added, single},
    tx::Conn,
    value::{Arg, Bind, Row, Value, corrupt},
};

/// Whether a row that is read is held until the commit. Take locks in a fixed order: request, case, API, delegation.
///
/// SQLite has one writer at a time and needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// As it is.
    None,
    /// Nobody changes it before the commit: for what a decision rests on.
    Share,
    /// Nobody else changes it or rests a decision on it: for what will be changed.
    Update,
}

impl Lock {
    /// Appended to a statement, on PostgreSQL only.
    const fn postgres(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Share => " FOR SHARE",
            // Excludes the other two as FOR UPDATE does, but not rows that merely refer to this one: keys never change here.
            Self::Update => " FOR NO KEY UPDATE",
        }
    }
}

/// Held while places are given, so that replicas don't give the same one. Any number will do, as long as it stays.
const PLACES: i64 = 0x0063_6f75_6e74_0001;
/// Held while signing keys are changed.
const KEYS: i64 = 0x0063_6f75_6e74_0002;

/// A statement in pieces, all of which were written here.
pub(crate) trait Sql {
    fn text(self) -> Cow<'static, str>;
}

impl Sql for &'static str {
    fn text(self) -> Cow<'static, str> {
        self.into()
    }
}

impl Sql for String {
    fn text(self) -> Cow<'static, str> {
        self.into()
    }
}

impl<const N: usize> Sql for [&'static str; N] {
    fn text(self) -> Cow<'static, str> {
        self.join(" ").into()
    }
}

/// A statement with its parameters.
pub(crate) struct Query<'t> {
    tx: &'t mut Tx,
    sql: Cow<'static, str>,
    args: Vec<Arg>,
    /// Whether its answer needs no snapshot.
    alone: bool,
    /// Whether it asks for facts.
    fact: bool,
}

/// A row that is added, value by value.
pub(crate) struct NewRow<'t> {
    tx: &'t mut Tx,
    added: Added,
}

impl NewRow<'_> {
    /// Its next value.
    pub(crate) fn value(mut self, value: impl Bind) -> Self {
        self.added.args.push(value.arg());
        self
    }

    /// Puts it off, where that is of use.
    pub(crate) async fn add(self) -> Result<(), StoreError> {
        let Self { tx, added } = self;
        if tx.holds_all() {
            tx.usable()?;
            tx.writes(raises(added.head));
            tx.later.rows.push(added);
            return Ok(());
        }
        let sql = single(added.head, added.args.len()).into();
        Query { tx, sql, args: added.args, alone: false, fact: false }.run().await.map(drop)
    }
}

/// Runs `$go` with `$q` and `$conn` of whichever database it is: the one place where they part.
macro_rules! on_either {
    ($query:expr, |$q:ident, $conn:ident| $go:expr) => {{
        let Query { tx, sql, args, alone, .. } = $query;
        tx.usable()?;
        if tx.recalls() && !alone {
            return Err(tx.fall_short());
        }
        match &mut tx.conn {
            Conn::LiteWriter(c) => {
                let ($q, $conn) = (bound!(sql, args), &mut **c);
                $go
            }
            Conn::LiteReader(c) => {
                let ($q, $conn) = (bound!(sql, args), &mut **c);
                $go
            }
            Conn::LiteSingle(c) => {
                let ($q, $conn) = (bound!(sql, args), c.conn().await?);
                $go
            }
            Conn::Postgres(c) => {
                let ($q, $conn) = (bound!(sql, args), &mut **c);
                $go
            }
        }
        .map_err(|e| tx.fault(e))
    }};
}

macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query(match $sql {
            Cow::Borrowed(sql) => sql.into_sql_str(),
            Cow::Owned(sql) => AssertSqlSafe(sql).into_sql_str(),
        });
        for arg in $args {
            query = match arg {
                Arg::Int(v) => query.bind(v),
                Arg::Text(v) => query.bind(v),
                Arg::Bytes(v) => query.bind(v),
                Arg::Uuid(v) => query.bind(v),
            };
        }
        query
    }};
}

impl Query<'_> {
    /// The next parameter.
    pub(crate) fn bind(mut self, value: impl Bind) -> Self {
        self.args.push(value.arg());
        self
    }

    /// Says that its answer needs no snapshot: what it reads only ever ends, so that whatever it finds later was so before as well.
    pub(crate) fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Says that a change of what it reads raises the edition.
    pub(crate) fn fact(mut self) -> Self {
        self.fact = true;
        self
    }

    /// Holds the rows that it reads.
    pub(crate) fn lock(mut self, lock: Lock) -> Self {
        if matches!(self.tx.conn, Conn::Postgres(_)) {
            self.sql.to_mut().push_str(lock.postgres());
        }
        self
    }

    /// Runs it; answers how many rows it touched.
    pub(crate) async fn run(mut self) -> Result<u64, StoreError> {
        self.begin().await?;
        on_either!(self, |q, conn| q.execute(conn).await.map(|done| done.rows_affected()))
    }

    /// Runs an `INSERT … RETURNING` or `UPDATE … RETURNING` of one row; answers it, if it touched one.
    pub(crate) async fn changed<T>(mut self, read: impl Fn(&mut Row) -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        self.begin().await?;
        self.row(read).await
    }

    /// Before it writes.
    async fn begin(&mut self) -> Result<(), StoreError> {
        self.tx.usable()?;
        self.tx.settle().await?;
        self.tx.open_savepoint().await?;
        self.tx.writes(raises(&self.sql));
        self.tx.asks(false);
        Ok(())
    }

    /// All rows.
    pub(crate) async fn all<T>(self, read: impl Fn(&mut Row) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
        self.tx.settle().await?;
        self.tx.asks(self.fact);
        let rows: Vec<Result<Row, StoreError>> = on_either!(self, |q, conn| q.fetch_all(conn).await.map(|rows| rows.iter().map(Values::values).collect()))?;
        rows.into_iter().map(|row| read(&mut row?)).collect()
    }

    /// As [`Query::all`], for facts: as they are remembered, if none has changed since.
    pub(crate) async fn all_facts<T>(mut self, read: impl Fn(&mut Row) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError>
    where
        T: Clone + Send + Sync + 'static,
    {
        debug_assert!(watched(&self.sql, true), "changes of what `{}` reads do not raise the edition", self.sql);
        let Some((facts, edition)) = self.tx.facts().await? else { return self.all(read).await };
        let question = (self.sql, self.args);
        if let Some(known) = facts.recall(edition, &question) {
            return Ok(known);
        }
        if self.tx.recalls() {
            return Err(self.tx.fall_short());
        }
        (self.sql, self.args) = question.clone();
        let found = self.fact().all(read).await?;
        facts.remember(edition, question, found.clone());
        Ok(found)
    }

    /// As [`Query::one`], for facts: as it is remembered, if none has changed since. That there is none is not remembered.
    pub(crate) async fn one_fact<T>(mut self, read: impl Fn(&mut Row) -> Result<T, StoreError>) -> Result<Option<T>, StoreError>
    where
        T: Clone + Send + Sync + 'static,
    {
        debug_assert!(watched(&self.sql, false), "changes of what `{}` reads do not raise the edition", self.sql);
        let Some((facts, edition)) = self.tx.facts().await? else { return self.one(read).await };
        let question = (self.sql, self.args);
        if let Some(known) = facts.recall(edition, &question) {
            return Ok(Some(known));
        }
        if self.tx.recalls() {
            return Err(self.tx.fall_short());
        }
        (self.sql, self.args) = question.clone();
        let found = self.fact().one(read).await?;
        if let Some(found) = found.clone() {
            facts.remember(edition, question, found);
        }
        Ok(found)
    }

    /// The row, if there is one.
    pub(crate) async fn one<T>(self, read: impl Fn(&mut Row) -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        self.tx.settle().await?;
        self.tx.asks(self.fact);
        self.row(read).await
    }

    async fn row<T>(self, read: impl Fn(&mut Row) -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        let row: Option<Result<Row, StoreError>> = on_either!(self, |q, conn| q.fetch_optional(conn).await.map(|row| row.as_ref().map(Values::values)))?;
        row.map(|row| read(&mut row?)).transpose()
    }
}

impl Tx {
    /// A statement.
    pub(crate) fn sql(&mut self, sql: impl Sql) -> Query<'_> {
        Query { tx: self, sql: sql.text(), args: Vec::new(), alone: false, fact: false }
    }

    /// A row to add that nobody waits for: an `INSERT` up to its `VALUES`. It is written by the end of the commit; if it fails, the work does.
    pub(crate) fn row(&mut self, head: &'static str) -> NewRow<'_> {
        NewRow { tx: self, added: Added { head, args: Vec::new() } }
    }

    /// Waits until nobody else gives places, and keeps others waiting until the commit. On SQLite the one writer does that.
    pub(crate) async fn lock_places(&mut self) -> Result<(), StoreError> {
        self.advisory(PLACES).await
    }

    /// As [`Tx::lock_places`], for signing keys.
    pub(crate) async fn lock_keys(&mut self) -> Result<(), StoreError> {
        self.advisory(KEYS).await
    }

    async fn advisory(&mut self, number: i64) -> Result<(), StoreError> {
        if matches!(self.conn, Conn::Postgres(_)) {
            self.sql("SELECT pg_advisory_xact_lock($1)").bind(number).run().await?;
        }
        Ok(())
    }
}

/// A row of either database as values of ours.
trait Values {
    fn values(&self) -> Result<Row, StoreError>;
}

macro_rules! values {
    ($row:ty) => {
        impl Values for $row {
            fn values(&self) -> Result<Row, StoreError> {
                let mut values = Vec::with_capacity(self.len());
                for i in 0..self.len() {
                    let raw = self.try_get_raw(i)?;
                    let (null, kind) = (raw.is_null(), raw.type_info().name().to_owned());
                    values.push(match kind.as_str() {
                        _ if null => Value::Null,
                        "INTEGER" | "INT8" => Value::Int(self.try_get(i)?),
                        "TEXT" => Value::Text(self.try_get(i)?),
                        "BLOB" | "BYTEA" => Value::Bytes(self.try_get(i)?),
                        "UUID" => Value::Uuid(self.try_get(i)?),
                        other => return Err(corrupt(&format!("column `{}` has the type {other}", self.column(i).name()))),
                    });
                }
                Ok(Row::new(values))
            }
        }
    };
}

values!(SqliteRow);
values!(PgRow);
