//! Bringing keys back from a backup: into an empty store, or beside what is there. Never over another active key, and never
//! one that was withdrawn.

use countersign_domain::{
    Secret, Timestamp,
    key::{self, Key, KeyState, RIPENS},
};
use countersign_oauth::jwks::KeySet;
use countersign_store::{KeyRow, Tx};
use countersign_trail::Kind;

use crate::keys::{
    BackupError, KeyRing, KeyRingError,
    backup::{self, Content, Kept},
    change::{Step, states},
};

/// What a restoring did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// When the backup was made.
    pub made_at: Timestamp,
    /// Names of the keys that were brought back.
    pub restored: Vec<String>,
    /// Names of the keys that were there already, or have no use any more.
    pub left: Vec<String>,
}

impl KeyRing {
    /// Brings back the keys of a backup.
    ///
    /// # Errors
    /// If the backup can't be opened with the passphrase, or doesn't go with what the store holds; nothing is changed then.
    pub async fn restore(&self, file: &[u8], passphrase: &Secret) -> Result<Restored, KeyRingError> {
        let content = backup::open(file, passphrase)?;
        let mut rows = Vec::new();
        for kept in &content.keys {
            rows.push(self.row(kept)?);
        }
        let Content { made_at, .. } = content;
        let ring = self.clone();
        let restored = self.0.store.write(move |tx| Box::pin(async move { ring.bring_back(tx, rows, made_at).await })).await?;
        self.reload().await?;
        Ok(restored)
    }

    /// As the store keeps it, sealed under this service's master key.
    fn row(&self, kept: &Kept) -> Result<KeyRow, KeyRingError> {
        let (key, signing) = (kept.key(), kept.signing()?);
        let signs = matches!(key.state, KeyState::Next | KeyState::Active);
        if signs != signing.is_some() || kept.public.algorithm() != key.algorithm {
            return Err(BackupError::Damaged.into());
        }
        KeySet::new(std::slice::from_ref(&kept.public)).map_err(|_| BackupError::Damaged)?;
        let sealed = signing.map(|signing| self.seal(&signing)).transpose()?;
        Ok(KeyRow { key, sealed, public_jwk: kept.public.to_string() })
    }

    async fn bring_back(&self, tx: &mut Tx, rows: Vec<KeyRow>, made_at: Timestamp) -> Result<Restored, KeyRingError> {
        let now = self.0.clock.now();
        let here = states(&tx.keys_to_change().await?);
        check(&here, &rows)?;
        let mut done = Restored { made_at, restored: Vec::new(), left: Vec::new() };
        let mut steps = Vec::new();
        for mut row in rows {
            let kid = row.key.kid.clone();
            if !wanted(&here, &row.key, now) {
                done.left.push(kid);
                continue;
            }
            // Nobody could read it while it was nowhere.
            row.key.due_at = row.key.due_at.map(|at| at.max(now + RIPENS));
            tx.key_insert(&row).await?;
            steps.push(Step::of(kind(row.key.state), &row.key));
            done.restored.push(kid);
        }
        self.record(tx, now, &steps, Some("restored from a backup")).await?;
        Ok(done)
    }
}

/// Refuses a backup that would turn things back.
fn check(here: &[Key], rows: &[KeyRow]) -> Result<(), KeyRingError> {
    for row in rows {
        let known = here.iter().find(|k| k.kid == row.key.kid);
        if row.key.state == KeyState::Withdrawn && known.is_some_and(|k| k.state != KeyState::Withdrawn) {
            return Err(KeyRingError::WasWithdrawn(row.key.kid.clone()));
        }
        match key::find(here, row.key.algorithm, KeyState::Active) {
            Some(active) if row.key.state == KeyState::Active && active.kid != row.key.kid => {
                return Err(KeyRingError::OtherActive { algorithm: active.algorithm, kid: active.kid.clone() });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a key of a backup is brought back: it is not here in any state, has a use, and takes no other's place.
fn wanted(here: &[Key], key: &Key, now: Timestamp) -> bool {
    let known = here.iter().any(|k| k.kid == key.kid);
    let taken = key.state == KeyState::Next && key::find(here, key.algorithm, KeyState::Next).is_some();
    !known && !taken && (key.published(now) || key.state == KeyState::Withdrawn)
}

const fn kind(state: KeyState) -> Kind {
    match state {
        KeyState::Next => Kind::KeyMake,
        KeyState::Active => Kind::KeyActivate,
        KeyState::Retired => Kind::KeyRetire,
        KeyState::Withdrawn => Kind::KeyWithdraw,
    }
}
