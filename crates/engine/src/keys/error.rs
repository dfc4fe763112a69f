//! Why something can't be done with the signing keys.

use countersign_domain::{Code, alg::Algorithm, key::KeyFault};
use countersign_oauth::{jwt::KeyError, seal::SealError};
use countersign_store::StoreError;

use crate::{OpenError, Refusal, keys::BackupError};

/// Why something can't be done with the signing keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// The store does not answer.
    #[error("the store does not answer: {0}")]
    Store(#[from] StoreError),
    /// A key can't be unsealed.
    #[error("the signing key `{kid}` can't be unsealed: {error}")]
    Sealed {
        /// Which.
        kid: String,
        /// Why.
        error: SealError,
    },
    /// A key could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealError),
    /// A key can't be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What was asked for doesn't go with the key's state.
    #[error(transparent)]
    Fault(#[from] KeyFault),
    /// What the store holds of a key doesn't fit together.
    #[error("what is stored of the signing key `{0}` does not fit together; restore the database, or rotate in an emergency")]
    Corrupt(String),
    /// Nothing signs with this algorithm.
    #[error("nothing is signed with {0} here; a key is made when an API's contract names it")]
    None(Algorithm),
    /// Something else changed the keys meanwhile.
    #[error("the signing keys were changed meanwhile, nothing was done; try again")]
    Raced,
    /// A backup can't be made or used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The backup's active key is another than the store's.
    #[error(
        "`{kid}` signs with {algorithm} here, and another key does in the backup; nothing was changed. \
         Restore into a database that has no keys, before its service is first started"
    )]
    OtherActive {
        /// Which algorithm.
        algorithm: Algorithm,
        /// The store's.
        kid: String,
    },
    /// The store still uses a key that the backup knows to be withdrawn.
    #[error(
        "`{0}`, which is in use here, was withdrawn when the backup was made; nothing was changed. Rotate in an emergency (`countersignd keys rotate --emergency`)"
    )]
    WasWithdrawn(String),
}

impl From<KeyRingError> for OpenError {
    fn from(error: KeyRingError) -> Self {
        match error {
            KeyRingError::Store(error) => Self::Store(error.to_string()),
            other => Self::Keys(other.to_string()),
        }
    }
}

impl From<KeyRingError> for Refusal {
    fn from(error: KeyRingError) -> Self {
        match error {
            KeyRingError::Store(error) => error.into(),
            KeyRingError::None(_) => Self::new(Code::NotFound, error.to_string()),
            KeyRingError::Fault(_) | KeyRingError::OtherActive { .. } | KeyRingError::WasWithdrawn(_) => Self::new(Code::Conflict, error.to_string()),
            KeyRingError::Raced => Self::new(Code::Busy, error.to_string()),
            other => Self::internal("keys", &other),
        }
    }
}
