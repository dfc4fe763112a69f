//! `countersignd keys …`: looking at the signing keys, rotating, backing up and restoring, beside a running service or without one.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Subcommand;
use countersign_api::key::KeyView;
use countersign_domain::{Secret, alg::Algorithm, key::RIPENS};
use countersign_engine::{KeyRing, KeyRingError, Restored};

use super::{
    database,
    resolve::{Told, Unusable},
};
use crate::edge::{OsEntropy, SystemClock};

/// What to do with the signing keys.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub(super) enum Keys {
    /// List them: name, algorithm, state, and when it changes next.
    List,
    /// Let the next key sign as soon as every API could read it; no token fails.
    Rotate {
        /// `ES256`, `EdDSA`, `RS256` or `PS256`.
        #[arg(long, default_value = "ES256", value_parser = algorithm)]
        algorithm: Algorithm,
        /// Withdraw all keys of the algorithm at once, with everything that they signed.
        #[arg(long, requires = "reason")]
        emergency: bool,
        /// Why, in an emergency; it stands in the trail.
        #[arg(long, requires = "emergency")]
        reason: Option<String>,
    },
    /// Write all keys into a new file, sealed under `COUNTERSIGN_BACKUP_PASSPHRASE` (or `…_FILE`).
    Backup {
        /// The file; it must not be there yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Bring keys back from such a file, before the service is first started on a new database.
    Restore {
        /// The file.
        file: PathBuf,
    },
}

fn algorithm(text: &str) -> Result<Algorithm, String> {
    Algorithm::parse(text).ok_or_else(|| format!("write one of {}", Algorithm::ALL.map(Algorithm::as_str).join(", ")))
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysFailure {
    #[error(transparent)]
    Database(#[from] countersign_store::OpenError),
    #[error(transparent)]
    Ring(#[from] KeyRingError),
    #[error("`{}` can't be {what}: {error}", path.display())]
    File { path: PathBuf, what: &'static str, error: io::Error },
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

/// Does it, and says what was done.
pub(super) async fn run(what: &Keys, told: Told, passphrase: Option<Secret>) -> Result<(), KeysFailure> {
    let store = database::open(&told.database).await?;
    let ring = KeyRing::open(store.clone(), told.master, Arc::new(SystemClock), Arc::new(OsEntropy)).await?;
    let done = apply(what, &ring, passphrase).await;
    store.close().await;
    Ok(io::stdout().write_all(done?.as_bytes())?)
}

async fn apply(what: &Keys, ring: &KeyRing, passphrase: Option<Secret>) -> Result<String, KeysFailure> {
    let passphrase =
        || passphrase.ok_or_else(|| Unusable::Missing("there is no passphrase; set `COUNTERSIGN_BACKUP_PASSPHRASE_FILE` to a file with it".into()));
    Ok(match what {
        Keys::List => table(&ring.list().await?),
        Keys::Rotate { algorithm, emergency: true, reason } => {
            ring.replace(*algorithm, reason.as_deref().unwrap_or_default()).await?;
            replaced(*algorithm)
        }
        Keys::Rotate { algorithm, .. } => match ring.rotate(*algorithm).await? {
            Some(at) => {
                format!("the next {algorithm} key is published; a running service lets it sign at {at}, {} minutes from its making\n", RIPENS.as_secs() / 60)
            }
            None => format!("the next {algorithm} key signs; no token fails\n"),
        },
        Keys::Backup { out } => {
            let file = ring.backup(&passphrase()?).await?;
            write_new(out, &file).map_err(|error| KeysFailure::File { path: out.clone(), what: "written", error })?;
            format!("all keys are in `{}`; keep the passphrase elsewhere, without it the file is of no use\n", out.display())
        }
        Keys::Restore { file } => {
            let bytes = fs::read(file).map_err(|error| KeysFailure::File { path: file.clone(), what: "read", error })?;
            brought_back(&ring.restore(&bytes, &passphrase()?).await?)
        }
    })
}

fn replaced(algorithm: Algorithm) -> String {
    format!(
        "all {algorithm} keys of before are withdrawn, and a new one signs; tokens that they signed stop counting, and APIs refuse new ones until they have read \
         the keys anew, in five minutes at most\n"
    )
}

fn brought_back(done: &Restored) -> String {
    let (back, left) = (done.restored.len(), done.left.len());
    format!(
        "the backup of {} is restored: {back} keys brought back, {left} were here or have no use any more\n\
         if a key was withdrawn after that, do it again now: `countersignd keys rotate --emergency --reason …`\n",
        done.made_at
    )
}

fn table(keys: &[KeyView]) -> String {
    let line = |key: &KeyView| {
        let changes = key.changes_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        format!("{}  {:<5}  {:<9}  made {}  changes {changes}\n", key.kid, key.algorithm.as_str(), key.state.as_str(), key.made_at)
    };
    keys.iter().map(line).collect()
}

/// Writes a file that only its owner reads, and never over another.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
