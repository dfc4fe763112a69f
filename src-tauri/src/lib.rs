//! The desktop shell: commands, keychain, embedded service.
