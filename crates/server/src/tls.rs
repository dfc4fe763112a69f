//! TLS of the service's own listeners: rustls with aws-lc-rs, TLS 1.2 and 1.3.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
};

use zeroize::Zeroizing;

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

/// Certificate and key in use, and the files that they came from.
pub(crate) struct Certificate {
    files: TlsFiles,
    in_use: RustlsConfig,
    /// What the files held when they were last looked at.
    seen: Mutex<Pem>,
}

impl Certificate {
    /// Reads them for the first time.
    pub(crate) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let pem = Pem::read(&files)?;
        let in_use = RustlsConfig::from_config(Arc::new(pem.config(&files)?));
        Ok(Self { files, in_use, seen: Mutex::new(pem) })
    }

    /// What listeners take; it changes under them.
    pub(crate) fn in_use(&self) -> RustlsConfig {
        self.in_use.clone()
    }

    /// Reads them again if the files have changed; answers whether they had. Connections that are open go on as they are.
    ///
    /// Certificate and key are replaced one after the other, so a pair that does not fit is told once and looked at again.
    pub(crate) fn reload(&self) -> Result<bool, TlsError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let pem = Pem::read(&self.files)?;
        if *seen == pem {
            return Ok(false);
        }
        let config = pem.config(&self.files);
        *seen = pem;
        self.in_use.reload_from_config(Arc::new(config?));
        Ok(true)
    }
}

/// What the files hold. The key is wiped when it is dropped.
#[derive(PartialEq, Eq)]
struct Pem {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Pem {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let read = |file: &PathBuf| std::fs::read(file).map_err(|error| TlsError::File { file: file.clone(), error: pem::Error::Io(error) });
        Ok(Self { cert: read(&files.cert)?, key: Zeroizing::new(read(&files.key)?) })
    }

    fn config(&self, files: &TlsFiles) -> Result<ServerConfig, TlsError> {
        let chain =
            CertificateDer::pem_slice_iter(&self.cert).collect::<Result<Vec<_>, _>>().map_err(|error| TlsError::File { file: files.cert.clone(), error })?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| TlsError::File { file: files.key.clone(), error })?;
        config(chain, key)
    }
}

/// The provider is named here, so that none need be installed for the whole process.
fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
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
        assert!(Certificate::load(files(&dir, &one.cert.pem(), &one.signing_key.serialize_pem())).is_ok());
        let mixed = Certificate::load(files(&dir, &one.cert.pem(), &other.signing_key.serialize_pem())).map(drop).unwrap_err();
        assert!(mixed.to_string().contains("can't be used with its key"), "{mixed}");
        let none = Certificate::load(files(&dir, &one.cert.pem(), "no key")).map(drop).unwrap_err();
        assert!(none.to_string().contains("key.pem"), "{none}");
    }

    #[test]
    fn a_new_pair_is_taken_up_and_half_of_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let pair = || rcgen::generate_simple_self_signed(["sts.example".to_owned()]).unwrap();
        let (one, other) = (pair(), pair());
        let certificate = Certificate::load(files(&dir, &one.cert.pem(), &one.signing_key.serialize_pem())).unwrap();
        let first = certificate.in_use().get_inner();
        assert!(!certificate.reload().unwrap(), "nothing has changed");
        files(&dir, &other.cert.pem(), &one.signing_key.serialize_pem());
        assert!(matches!(certificate.reload(), Err(TlsError::Pair(_))));
        assert!(!certificate.reload().unwrap(), "told once");
        assert!(Arc::ptr_eq(&first, &certificate.in_use().get_inner()), "the old pair stays in use");
        files(&dir, &other.cert.pem(), &other.signing_key.serialize_pem());
        assert!(certificate.reload().unwrap());
        assert!(!Arc::ptr_eq(&first, &certificate.in_use().get_inner()));
    }
}
