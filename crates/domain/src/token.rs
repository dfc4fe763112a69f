//! What was minted: enough to tell at any time whether it still counts. The token itself is never kept.

use std::collections::BTreeSet;

use crate::{DelegationId, TenantId, Timestamp, TokenId};

/// A minted token, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// `jti`.
    pub id: TokenId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it was minted for.
    pub delegation: DelegationId,
    /// `aud`.
    pub audience: String,
    /// `scope`.
    pub scope: BTreeSet<String>,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
}
