//! The keys as shown.

use countersign_api::key::KeyView;
use countersign_domain::key::{self, Key, KeyState};

use crate::keys::{KeyRing, KeyRingError};

impl KeyRing {
    /// All keys, oldest first, as the store has them.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn list(&self) -> Result<Vec<KeyView>, KeyRingError> {
        self.reload().await?;
        Ok(views(&self.states()))
    }
}

/// Keys as shown.
pub(crate) fn views(keys: &[Key]) -> Vec<KeyView> {
    keys.iter()
        .map(|k| KeyView {
            kid: k.kid.clone(),
            algorithm: k.algorithm,
            state: k.state,
            made_at: k.made_at,
            active_at: k.active_at,
            retired_at: k.retired_at,
            changes_at: match k.state {
                KeyState::Next => k.due_at,
                KeyState::Active => key::retires_at(keys, k.algorithm),
                KeyState::Retired | KeyState::Withdrawn => k.forgotten_at(),
            },
        })
        .collect()
}
