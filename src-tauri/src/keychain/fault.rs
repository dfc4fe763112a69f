//! Which fault a keychain has, and the sentence for each.

use countersign_api::console::KeychainFault;
use countersign_client::VaultFault;
use keyring_core::Error;

/// What happened and what to do.
#[must_use]
pub const fn sentence(fault: KeychainFault) -> &'static str {
    match fault {
        KeychainFault::Locked => {
            "Your keychain is there, but locked. Unlock it and try again, or go on without it: then you sign in again after closing the window."
        }
        KeychainFault::NoService => {
            "No keychain service answers on this computer, such as GNOME Keyring or KWallet. Start one and try again, or go on without: then you sign in again after closing the window."
        }
        KeychainFault::NoBus => {
            "There is no session bus, by which a keychain is reached. Start the console from your desktop session, or go on without a keychain: then you sign in again after closing the window."
        }
        KeychainFault::Denied => {
            "Your keychain refused. Allow Countersign there and try again, or go on without it: then you sign in again after closing the window."
        }
    }
}

pub(super) fn vault_fault(fault: KeychainFault) -> VaultFault {
    VaultFault { fault, text: sentence(fault).into() }
}

/// Tells the faults apart. What is behind an error that fits none is logged, and counts as a refusal.
pub(super) fn classify(error: &Error) -> VaultFault {
    let fault = match error {
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => platform(cause.as_ref()),
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => KeychainFault::NoService,
        _ => KeychainFault::Denied,
    };
    tracing::warn!(?fault, %error, "the keychain can't be used");
    vault_fault(fault)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn platform(cause: &(dyn std::error::Error + 'static)) -> KeychainFault {
    cause.downcast_ref::<secret_service::Error>().map_or(KeychainFault::Denied, secret_service_fault)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn platform(_cause: &(dyn std::error::Error + 'static)) -> KeychainFault {
    KeychainFault::Denied
}

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn secret_service_fault(error: &secret_service::Error) -> KeychainFault {
    use secret_service::Error as Secret;
    match error {
        // No result: there is no default keyring at all, which an unlocked one would be.
        Secret::Locked | Secret::NoResult => KeychainFault::Locked,
        Secret::Prompt => KeychainFault::Denied,
        Secret::PromptDisconnected => KeychainFault::NoService,
        // The crate says so where the bus's socket is not there.
        Secret::Unavailable => KeychainFault::NoBus,
        other => bus_fault(&other.to_string()),
    }
}

/// The bus's own error names (D-Bus specification, "Message Bus Names"), which stand in its messages.
#[cfg(all(unix, not(target_os = "macos")))]
fn bus_fault(text: &str) -> KeychainFault {
    let says = |names: &[&str]| names.iter().any(|n| text.contains(n));
    if says(&["ServiceUnknown", "NameHasNoOwner", "Spawn.", "NoReply", "not activatable", "was not provided"]) {
        KeychainFault::NoService
    } else if says(&["IsLocked"]) {
        KeychainFault::Locked
    } else if says(&["I/O error", "No such file", "Connection refused", "Disconnected", "failed to connect", "DBUS_SESSION_BUS_ADDRESS", "address"]) {
        KeychainFault::NoBus
    } else {
        KeychainFault::Denied
    }
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use secret_service::Error as Secret;

    use super::*;

    #[test]
    fn each_fault_is_told_apart_and_has_a_sentence_of_its_own() {
        let of = |e: Secret| classify(&Error::PlatformFailure(Box::new(e))).fault;
        assert_eq!(of(Secret::Locked), KeychainFault::Locked);
        assert_eq!(of(Secret::NoResult), KeychainFault::Locked);
        assert_eq!(of(Secret::Prompt), KeychainFault::Denied);
        assert_eq!(of(Secret::Unavailable), KeychainFault::NoBus);
        assert_eq!(classify(&Error::NoDefaultStore).fault, KeychainFault::NoService);
        let all = [KeychainFault::Locked, KeychainFault::NoService, KeychainFault::NoBus, KeychainFault::Denied];
        let sentences: std::collections::BTreeSet<_> = all.into_iter().map(sentence).collect();
        assert_eq!(sentences.len(), all.len());
        assert!(sentences.iter().all(|s| s.contains("go on without")), "each has a way on");
    }

    #[test]
    fn the_bus_speaks_of_a_missing_service_and_of_itself() {
        let missing = "zbus error: org.freedesktop.DBus.Error.ServiceUnknown: The name org.freedesktop.secrets was not provided by any .service files";
        assert_eq!(bus_fault(missing), KeychainFault::NoService);
        assert_eq!(bus_fault("zbus error: org.freedesktop.Secret.Error.IsLocked: locked"), KeychainFault::Locked);
        assert_eq!(bus_fault("zbus error: I/O error: Connection refused (os error 111)"), KeychainFault::NoBus);
        assert_eq!(bus_fault("zbus error: org.freedesktop.DBus.Error.AccessDenied: no"), KeychainFault::Denied);
    }
}
