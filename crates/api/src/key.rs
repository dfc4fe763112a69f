//! Signing keys: how far each has come, and rotating them.

use countersign_domain::{Timestamp, alg::Algorithm, key::KeyState};
use serde::{Deserialize, Serialize};

/// A signing key of the service. Keys are the whole service's, not one tenant's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct KeyView {
    /// Its name (`kid`): the thumbprint of its public half (RFC 7638).
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// How far it has come.
    pub state: KeyState,
    /// When it was made, and published.
    pub made_at: Timestamp,
    /// When it began to sign.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_at: Option<Timestamp>,
    /// When it was retired or withdrawn.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
    /// When it will change next: begin to sign, retire, or be forgotten. A withdrawn key never changes.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Timestamp>,
}

/// Rotates the keys of an algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotate {
    /// Whose keys.
    pub algorithm: Algorithm,
    /// Whether the keys must not be believed any more: they and all that they signed stop counting at once.
    #[serde(default)]
    pub emergency: bool,
    /// Why, in an emergency: 3 to 2000 characters, for the trail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct KeyRotated {
    /// When the next key begins to sign; nothing if it does already.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// What was done and what follows from it, in a few sentences.
    pub effect: String,
    /// The keys of that algorithm from now on, oldest first.
    pub keys: Vec<KeyView>,
}
