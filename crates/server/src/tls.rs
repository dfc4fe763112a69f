//! TLS of the service's own listeners: rustls with aws-lc-rs, TLS 1.2 and 1.3.

use std::{path::PathBuf, sync::Arc};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
};

use crate::config::TlsFiles;

/// Certificate or key that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read as PEM.
    #[error("`{file}` can't be read: {error}; name a PEM file")]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        error: pem::Error,
    },
    /// They don't go together, or are of an unknown kind.
    #[error("the certificate can't be used with its key: {0}")]
    Pair(#[from] rustls::Error),
}

/// Reads certificate and key. The provider is named here, so that none need be installed for the whole process.
pub(crate) fn load(files: &TlsFiles) -> Result<RustlsConfig, TlsError> {
    let chain = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| TlsError::File { file: files.cert.clone(), error })?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| TlsError::File { file: files.key.clone(), error })?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(dir: &tempfile::TempDir, cert: &str, key: &str) -> TlsFiles {
        let files = TlsFiles { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
        std::fs::write(&files.cert, cert).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }

    #[test]
    fn a_pair_is_read_and_a_mismatch_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let one = rcgen::generate_simple_self_signed(["sts.example".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["sts.example".to_owned()]).unwrap();
        assert!(load(&files(&dir, &one.cert.pem(), &one.signing_key.serialize_pem())).is_ok());
        let mixed = load(&files(&dir, &one.cert.pem(), &other.signing_key.serialize_pem())).map(drop).unwrap_err();
        assert!(mixed.to_string().contains("can't be used with its key"), "{mixed}");
        let none = load(&files(&dir, &one.cert.pem(), "no key")).map(drop).unwrap_err();
        assert!(none.to_string().contains("key.pem"), "{none}");
    }
}
