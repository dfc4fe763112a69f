//! Rows that nobody waits for, written together.
//!
//! Each statement is a trip to SQLite's thread and back, which costs more than most statements do; and all works of a file wait for one
//! another. So rows that are only added are put off: to the end of their work, and on to the end of all works of the same commit, unless one of
//! them asks the file for something. On PostgreSQL, where works don't wait for each other, nothing is put off.

use std::fmt::Write as _;

use countersign_domain::token::Token;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::{
    StoreError, Tx,
    tx::{Broken, Conn},
    value::Arg,
};

/// So many rows at most in a statement: bounds how many different statements there are.
const ROWS: usize = 64;

/// A row to add: an `INSERT` up to its `VALUES`, and what they are.
pub(crate) struct Added {
    pub(crate) head: &'static str,
    pub(crate) args: Vec<Arg>,
}

/// What one work puts off.
#[derive(Default)]
pub(crate) struct Later {
    pub(crate) rows: Vec<Added>,
    /// Tokens among them, to be remembered once they are committed.
    pub(crate) tokens: Vec<Token>,
}

/// What the works of one commit put off that are over.
#[derive(Default)]
pub(crate) struct Batch {
    waiting: Vec<(usize, Later)>,
    /// Whether that is being written: a work that goes away meanwhile leaves it half done.
    writing: bool,
    written: Vec<Token>,
    failed: Vec<(usize, StoreError)>,
}

/// Rows of one statement.
struct Together<'r> {
    head: &'static str,
    rows: Vec<&'r [Arg]>,
}

/// Puts together what one statement can write. Tables keep the order in which they come first, and so do the rows of each: what comes after a
/// row that began another statement of its table is written after that.
fn together<'r>(rows: impl Iterator<Item = &'r Added>) -> Vec<Together<'r>> {
    let (mut all, mut from): (Vec<Together<'r>>, usize) = (Vec::new(), 0);
    for row in rows {
        match all.iter_mut().skip(from).find(|t| t.head == row.head) {
            Some(found) if found.rows.len() < ROWS => found.rows.push(&row.args),
            full => {
                if full.is_some() {
                    from = all.len();
                }
                all.push(Together { head: row.head, rows: vec![&row.args] });
            }
        }
    }
    all
}

impl Together<'_> {
    fn sql(&self) -> String {
        let mut sql = format!("{} VALUES ", self.head);
        for (i, row) in self.rows.iter().enumerate() {
            sql.push_str(if i == 0 { "(" } else { ", (" });
            for j in 0..row.len() {
                sql.push_str(if j == 0 { "?" } else { ", ?" });
            }
            sql.push(')');
        }
        sql
    }

    async fn add(&self, conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let mut query = sqlx::query(AssertSqlSafe(self.sql()));
        for arg in self.rows.iter().copied().flatten() {
            query = match arg {
                Arg::Int(v) => query.bind(*v),
                Arg::Text(v) => query.bind(v.as_deref()),
                Arg::Bytes(v) => query.bind(v.as_deref()),
                Arg::Uuid(v) => query.bind(*v),
            };
        }
        query.execute(conn).await.map(drop)
    }
}

/// The one row with its parameters numbered.
pub(crate) fn single(head: &str, args: usize) -> String {
    let mut sql = format!("{head} VALUES (");
    for i in 1..=args {
        // Writing to a string can't fail.
        let _ = write!(sql, "{}${i}", if i == 1 { "" } else { ", " });
    }
    sql.push(')');
    sql
}

impl Tx {
    /// Writes what this work and those before it have put off.
    pub(crate) async fn settle(&mut self) -> Result<(), StoreError> {
        self.usable()?;
        self.settle_batch().await?;
        if self.later.rows.is_empty() {
            return Ok(());
        }
        let later = std::mem::take(&mut self.later);
        self.open_savepoint().await?;
        self.add(later.rows.iter()).await
    }

    /// This work is over and is to be kept. What it put off is written later still, or else at once.
    pub(crate) async fn put_by(&mut self, work: usize) -> Result<(), StoreError> {
        if self.has_savepoint() {
            return self.settle().await;
        }
        let later = std::mem::take(&mut self.later);
        if !later.rows.is_empty() {
            self.batch.waiting.push((work, later));
        }
        Ok(())
    }

    /// Which of the works that were put by have failed since, and why.
    pub(crate) fn failed(&mut self) -> Vec<(usize, StoreError)> {
        std::mem::take(&mut self.batch.failed)
    }

    /// The tokens that were written together.
    pub(crate) fn written(&mut self) -> Vec<Token> {
        std::mem::take(&mut self.batch.written)
    }

    /// Writes what works that are over have put off; if that can't be kept as a whole, then of each work by itself.
    ///
    /// INVARIANT: as long as anything waits, the work that runs has written nothing.
    pub(crate) async fn settle_batch(&mut self) -> Result<(), StoreError> {
        if self.batch.writing {
            let error = StoreError::Unavailable("a work went away while others' rows were written".into());
            self.broken = Some(Broken::Group(error.clone()));
            return Err(error);
        }
        let waiting = std::mem::take(&mut self.batch.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        self.batch.writing = true;
        self.write_all(waiting).await?;
        self.batch.writing = false;
        Ok(())
    }

    async fn write_all(&mut self, waiting: Vec<(usize, Later)>) -> Result<(), StoreError> {
        self.savepoint_for_all().await?;
        match self.add(waiting.iter().flat_map(|(_, later)| &later.rows)).await {
            Ok(()) => {
                self.batch.written.extend(waiting.into_iter().flat_map(|(_, later)| later.tokens));
                return Ok(());
            }
            Err(_) if self.broken == Some(Broken::Work) => {}
            Err(error) => return Err(error),
        }
        self.undo().await?;
        for (work, later) in waiting {
            self.savepoint_for_all().await?;
            match self.add(later.rows.iter()).await {
                Ok(()) => self.batch.written.extend(later.tokens),
                Err(error) if self.broken == Some(Broken::Work) => {
                    self.batch.failed.push((work, error));
                    self.undo().await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes back what was written since the last savepoint, and with it the fault that was in it.
    async fn undo(&mut self) -> Result<(), StoreError> {
        self.broken = None;
        self.own("ROLLBACK TO work").await
    }

    async fn add<'r>(&mut self, rows: impl Iterator<Item = &'r Added> + Send) -> Result<(), StoreError> {
        for part in together(rows) {
            self.usable()?;
            let Conn::LiteWriter(conn) = &mut self.conn else { return Err(StoreError::Unavailable("only the writer puts anything off".into())) };
            if let Err(error) = part.add(conn).await {
                return Err(self.fault(error));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(head: &'static str, n: i64) -> Added {
        Added { head, args: vec![Arg::Int(Some(n)), Arg::Int(None)] }
    }

    #[test]
    fn rows_of_a_table_go_together_in_order() {
        let rows = [row("A", 1), row("B", 2), row("A", 3), row("C", 4), row("B", 5)];
        let all = together(rows.iter());
        let sql: Vec<String> = all.iter().map(Together::sql).collect();
        assert_eq!(sql, ["A VALUES (?, ?), (?, ?)", "B VALUES (?, ?), (?, ?)", "C VALUES (?, ?)"]);
        assert!(all[0].rows == [&rows[0].args, &rows[2].args]);
    }

    #[test]
    fn a_statement_takes_no_more_than_so_many() {
        let rows: Vec<Added> = (0..=i64::try_from(2 * ROWS).unwrap()).map(|n| row("A", n)).collect();
        let counts: Vec<usize> = together(rows.iter()).iter().map(|t| t.rows.len()).collect();
        assert_eq!(counts, [ROWS, ROWS, 1]);
    }

    #[test]
    fn what_belongs_to_a_row_is_written_after_it() {
        // Each line has a text, but for the first.
        let rows: Vec<Added> = (0..=i64::try_from(ROWS).unwrap())
            .flat_map(|n| [row("line", n), row("text", n)])
            .filter(|r| r.head == "line" || r.args[0] != Arg::Int(Some(0)))
            .collect();
        let all = together(rows.iter());
        let parts: Vec<(&str, usize)> = all.iter().map(|t| (t.head, t.rows.len())).collect();
        assert_eq!(parts, [("line", ROWS), ("text", ROWS - 1), ("line", 1), ("text", 1)]);
    }

    #[test]
    fn a_single_row_numbers_its_parameters() {
        assert_eq!(single("INSERT INTO a (x, y)", 2), "INSERT INTO a (x, y) VALUES ($1, $2)");
    }
}
