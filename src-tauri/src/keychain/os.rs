//! The real keychain. Every call blocks; the vault makes them where that does no harm.

use countersign_client::VaultFault;
use keyring_core::{Entry, Error};
use zeroize::Zeroizing;

use super::{SecretStore, fault::classify};

/// What entries are listed under.
const SERVICE: &str = "app.countersign.console";

/// The operating system's keychain.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeychain;

impl OsKeychain {
    fn entry(account: &str) -> Result<Entry, VaultFault> {
        Entry::new(SERVICE, account).map_err(|e| classify(&e))
    }
}

impl SecretStore for OsKeychain {
    fn open(&self, ask: bool) -> Result<(), VaultFault> {
        connect(ask)
    }

    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultFault> {
        match Self::entry(account)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(e) => Err(classify(&e)),
        }
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<(), VaultFault> {
        Self::entry(account)?.set_secret(secret).map_err(|e| classify(&e))
    }

    fn delete(&self, account: &str) -> Result<(), VaultFault> {
        match Self::entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(e) => Err(classify(&e)),
        }
    }
}

/// Looks first whether it is locked: an entry of a locked keyring would show a dialog that nobody asked for.
#[cfg(all(unix, not(target_os = "macos")))]
fn connect(ask: bool) -> Result<(), VaultFault> {
    use secret_service::{EncryptionType, blocking::SecretService};

    let fault = |e: secret_service::Error| {
        let fault = super::fault::secret_service_fault(&e);
        tracing::warn!(?fault, error = %e, "the keychain can't be used");
        super::fault::vault_fault(fault)
    };
    let service = SecretService::connect(EncryptionType::Dh).map_err(fault)?;
    let keyring = match service.get_default_collection() {
        // None was ever made on this computer: the system asks the person for its first password.
        Err(secret_service::Error::NoResult) if ask => service.create_collection("Default keyring", "default").map_err(fault)?,
        found => found.map_err(fault)?,
    };
    if keyring.is_locked().map_err(fault)? {
        if !ask {
            return Err(super::fault::vault_fault(countersign_api::console::KeychainFault::Locked));
        }
        keyring.unlock().map_err(fault)?;
    }
    keyring_core::set_default_store(zbus_secret_service_keyring_store::Store::new().map_err(|e| classify(&e))?);
    Ok(())
}

/// These systems unlock by themselves when an entry is read.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn connect(_ask: bool) -> Result<(), VaultFault> {
    keyring::Entry::store_status().as_ref().map_err(classify).copied()
}
