//! Statements of one work that nobody waits for the answer of, run together.
//!
//! Each statement is a trip to SQLite's thread and back, which costs more than most statements do; and all works of a file wait for one
//! another. On PostgreSQL, where works don't wait for each other, nothing is put off.

use std::fmt::Write as _;

use crate::value::Arg;

/// What is put off, in order: one text, whose parameters are numbered through.
pub(crate) struct Later {
    sql: String,
    args: Vec<Arg>,
}

impl Later {
    /// Nothing.
    pub(crate) const NONE: Self = Self { sql: String::new(), args: Vec::new() };

    /// Puts a statement off.
    pub(crate) fn push(&mut self, sql: &str, args: Vec<Arg>) {
        if !self.sql.is_empty() {
            self.sql.push_str("; ");
        }
        self.sql.push_str(&shifted(sql, self.args.len()));
        self.args.extend(args);
    }

    /// Takes what was put off; `None` if there is nothing.
    pub(crate) fn take(&mut self) -> Option<(String, Vec<Arg>)> {
        let Self { sql, args } = std::mem::replace(self, Self::NONE);
        (!sql.is_empty()).then_some((sql, args))
    }
}

/// The text with every parameter's number raised. The statements are ours: a `$` in them is a parameter.
pub(crate) fn shifted(sql: &str, by: usize) -> String {
    if by == 0 {
        return sql.to_owned();
    }
    let mut parts = sql.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        match number.parse::<usize>() {
            // Writing to a string can't fail.
            Ok(n) => drop(write!(out, "${}{rest}", n + by)),
            Err(_) => drop(write!(out, "${part}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_through() {
        assert_eq!(shifted("INSERT INTO a VALUES ($1, $2, $10)", 3), "INSERT INTO a VALUES ($4, $5, $13)");
        assert_eq!(shifted("INSERT INTO a VALUES ($1)", 0), "INSERT INTO a VALUES ($1)");
        let mut later = Later::NONE;
        assert!(later.take().is_none());
        later.push("A $1 $2", vec![Arg::Int(Some(1)), Arg::Int(Some(2))]);
        later.push("B $1", vec![Arg::Int(Some(3))]);
        later.push("C", Vec::new());
        later.push("D $2 $1", vec![Arg::Int(Some(4)), Arg::Int(Some(5))]);
        let (sql, args) = later.take().unwrap();
        assert_eq!(sql, "A $1 $2; B $3; C; D $5 $4");
        assert!(args == (1..=5).map(|n| Arg::Int(Some(n))).collect::<Vec<_>>());
        assert!(later.take().is_none());
    }
}
