//! What can go wrong, told for the log and never for a person: who calls turns it into a code.

/// Why a question or a change came to nothing. Nothing was done, with one exception: [`StoreError::Unavailable`] from a
/// write may hide a commit whose answer was lost, which is what idempotency keys are for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the same at the same moment; try again.
    #[error("lost a race for a row or a lock; try again")]
    Busy,
    /// Something that must be unique is there already.
    #[error("a value that must be unique is taken")]
    Taken,
    /// What counts once was seen before.
    #[error("what counts once was seen before")]
    Seen,
    /// The database does not answer, or answered with a fault.
    #[error("the database failed: {0}")]
    Unavailable(String),
    /// What is stored is not what this program writes, or it was asked to store what the schema refuses.
    #[error("the database holds or was given what it must not: {0}")]
    Corrupt(String),
}

/// Why a store cannot be opened. The sentence is for whoever runs the service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached.
    #[error("the database cannot be opened: {0}")]
    Unreachable(String),
    /// A newer program was here.
    #[error("the database is at migration {found}, this program knows up to {known}; start a newer version of the program")]
    Newer {
        /// What the database has.
        found: i64,
        /// What this program has.
        known: i64,
    },
    /// A migration was applied in another form.
    #[error("migration {number} ({name}) was applied in another form than this program has; restore a backup, or use the program that made this database")]
    Changed {
        /// Which.
        number: i64,
        /// Its name.
        name: String,
    },
    /// Migrations are missing, and the owner's address was not given.
    #[error("the database lacks migration {number}; give the owner's address once, so that it can be migrated")]
    Behind {
        /// The first that is missing.
        number: i64,
    },
    /// The runtime role can do what it must not.
    #[error("the runtime role `{role}` {what}; connect as a role of its own that owns nothing, and give the owner's address for migrations")]
    Privileged {
        /// Which role.
        role: String,
        /// What it can do.
        what: String,
    },
    /// A migration failed, and nothing of it was kept.
    #[error("migration {number} ({name}) failed and was taken back: {error}")]
    Failed {
        /// Which.
        number: i64,
        /// Its name.
        name: String,
        /// What the database said.
        error: String,
    },
}

/// A fault with what it does to the transaction around it.
pub(crate) struct Fault {
    pub(crate) error: StoreError,
    /// Whether it says nothing about the database itself: a constraint held, and neighbours in the same commit are unharmed.
    pub(crate) constraint: bool,
}

/// Whether `code` is one of PostgreSQL's for a lost race: serialisation, deadlock, lock timeout.
fn lost_race(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "55P03")
}

/// SQLite's primary result code inside an extended one. PostgreSQL's codes have five characters and are never read as one.
fn sqlite_primary(code: &str) -> Option<u32> {
    if code.len() > 4 { None } else { code.parse::<u32>().ok().map(|c| c & 0xff) }
}

const SQLITE_BUSY: u32 = 5;
const SQLITE_LOCKED: u32 = 6;
const SQLITE_CONSTRAINT: u32 = 19;

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        let fatal = |error| Self { error, constraint: false };
        let sqlx::Error::Database(db) = &error else {
            return match error {
                sqlx::Error::PoolTimedOut => fatal(StoreError::Busy),
                other => fatal(StoreError::Unavailable(other.to_string())),
            };
        };
        let code = db.code().unwrap_or_default();
        let primary = sqlite_primary(&code);
        match db.kind() {
            ErrorKind::UniqueViolation => Self { error: StoreError::Taken, constraint: true },
            ErrorKind::ForeignKeyViolation | ErrorKind::NotNullViolation | ErrorKind::CheckViolation => {
                Self { error: StoreError::Corrupt(db.message().to_owned()), constraint: true }
            }
            _ if primary == Some(SQLITE_CONSTRAINT) => Self { error: StoreError::Corrupt(db.message().to_owned()), constraint: true },
            _ if lost_race(&code) || matches!(primary, Some(SQLITE_BUSY | SQLITE_LOCKED)) => fatal(StoreError::Busy),
            _ => fatal(StoreError::Unavailable(format!("{} ({code})", db.message()))),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Fault::from(error).error
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_two_databases_are_not_mixed_up() {
        assert_eq!(sqlite_primary("1811"), Some(SQLITE_CONSTRAINT));
        assert_eq!(sqlite_primary("517"), Some(SQLITE_BUSY));
        assert_eq!(sqlite_primary("40001"), None);
        assert!(lost_race("40P01") && !lost_race("5"));
    }
}
