//! Where a sign-in is kept between runs. The implementation is the caller's: an operating system's keychain, or memory.

use countersign_api::console::KeychainFault;
use countersign_domain::{PersonId, Secret, SessionId};
use futures::future::BoxFuture;
use zeroize::Zeroizing;

/// What is kept of a sign-in.
#[derive(Clone)]
pub struct Kept {
    /// Of which service.
    pub issuer: String,
    /// Who.
    pub person: PersonId,
    /// Which sign-in.
    pub session: SessionId,
    /// What gets the next access token.
    pub refresh: Secret,
    /// The key that both are bound to, as PKCS#8.
    pub key: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("issuer", &self.issuer).field("person", &self.person).field("session", &self.session).finish_non_exhaustive()
    }
}

/// Why it could not be kept, or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct VaultFault {
    /// Which fault.
    pub fault: KeychainFault,
    /// What happened and what to do.
    pub text: String,
}

/// Keeps sign-ins, one for each person at each service.
pub trait TokenVault: Send + Sync + 'static {
    /// What is kept of `person` at `issuer`.
    fn load<'a>(&'a self, issuer: &'a str, person: PersonId) -> BoxFuture<'a, Result<Option<Kept>, VaultFault>>;

    /// Keeps a sign-in in the place of an earlier one of the same person.
    fn store<'a>(&'a self, kept: &'a Kept) -> BoxFuture<'a, Result<(), VaultFault>>;

    /// Forgets a sign-in, unless a later one of the same person has taken its place.
    fn delete<'a>(&'a self, issuer: &'a str, person: PersonId, session: SessionId) -> BoxFuture<'a, Result<(), VaultFault>>;
}
