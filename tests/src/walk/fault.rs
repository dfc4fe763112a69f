//! What may go wrong in a walk, with what was expected.

use std::path::PathBuf;

use fantoccini::error::{CmdError, NewSessionError};

/// Why the walk stops.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Something did not come to be in time.
    #[error("in {page}: expected {what} within {waited_s} s{last}")]
    NotSeen {
        /// Where.
        page: String,
        /// What was expected.
        what: String,
        /// How long it was awaited.
        waited_s: u64,
        /// What the driver said last, after a colon.
        last: String,
    },
    /// Something is otherwise than it must be.
    #[error("expected {expected}, found {found}")]
    Otherwise {
        /// What was expected.
        expected: String,
        /// What there was.
        found: String,
    },
    /// The driver of a window or browser says no.
    #[error("the driver of {page} says: {cause}")]
    Driver {
        /// Of which page.
        page: String,
        /// What it says.
        cause: Box<CmdError>,
    },
    /// No session with a window or browser.
    #[error("{program} could not be driven: {cause}")]
    Session {
        /// Which.
        program: String,
        /// Why.
        cause: Box<NewSessionError>,
    },
    /// A program does not start or stop as it should.
    #[error("`{program}`: {cause}")]
    Program {
        /// Which.
        program: String,
        /// What happened.
        cause: String,
    },
    /// A file or folder can't be used.
    #[error("`{path}` can't be used: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Somebody stopped the walk.
    #[error("stopped by a signal")]
    Stopped,
}

impl Fault {
    /// Something is otherwise than it must be.
    pub fn otherwise(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Otherwise { expected: expected.into(), found: found.into() }
    }

    /// A program does not do what it should.
    pub fn program(program: impl Into<String>, cause: impl ToString) -> Self {
        Self::Program { program: program.into(), cause: cause.to_string() }
    }
}
