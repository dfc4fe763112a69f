//! The operating system's keychain: what is kept there, what may be wrong with it, and the way on.
//!
//! It holds the refresh token and key of each sign-in and the key that seals the embedded service's signing keys. Where it
//! can't be used, the person says how to go on: nothing is written elsewhere without them.

mod fault;
mod os;
mod vault;

pub use fault::sentence;
pub use os::OsKeychain;
pub use vault::Vault;

use countersign_client::VaultFault;
use zeroize::Zeroizing;

/// A place for secrets by account name. Its calls may block, for a dialog too.
pub trait SecretStore: Send + Sync + 'static {
    /// Makes contact; with `ask`, unlocks it, which may show the person a dialog of the system's.
    ///
    /// # Errors
    /// Which fault it is.
    fn open(&self, ask: bool) -> Result<(), VaultFault>;

    /// What is kept under `account`.
    ///
    /// # Errors
    /// Which fault it is.
    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultFault>;

    /// Keeps `secret` under `account`.
    ///
    /// # Errors
    /// Which fault it is.
    fn set(&self, account: &str, secret: &[u8]) -> Result<(), VaultFault>;

    /// Forgets what is kept under `account`.
    ///
    /// # Errors
    /// Which fault it is.
    fn delete(&self, account: &str) -> Result<(), VaultFault>;
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Mutex, PoisonError},
    };

    use countersign_api::console::KeychainFault;

    use super::*;

    /// Stands for the operating system's keychain, with a fault that a test sets and takes away.
    #[derive(Default)]
    pub(crate) struct FakeKeychain {
        pub(crate) fault: Mutex<Option<KeychainFault>>,
        pub(crate) kept: Mutex<BTreeMap<String, Vec<u8>>>,
    }

    impl FakeKeychain {
        pub(crate) fn with(fault: KeychainFault) -> Self {
            Self { fault: Mutex::new(Some(fault)), kept: Mutex::default() }
        }

        fn check(&self) -> Result<(), VaultFault> {
            let fault = *self.fault.lock().unwrap_or_else(PoisonError::into_inner);
            fault.map_or(Ok(()), |fault| Err(VaultFault { fault, text: sentence(fault).into() }))
        }
    }

    impl SecretStore for FakeKeychain {
        fn open(&self, _ask: bool) -> Result<(), VaultFault> {
            self.check()
        }

        fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultFault> {
            self.check()?;
            Ok(self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned().map(Zeroizing::new))
        }

        fn set(&self, account: &str, secret: &[u8]) -> Result<(), VaultFault> {
            self.check()?;
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(account.into(), secret.into());
            Ok(())
        }

        fn delete(&self, account: &str) -> Result<(), VaultFault> {
            self.check()?;
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
            Ok(())
        }
    }
}
