//! TLS of the service's own listeners: rustls with aws-lc-rs, TLS 1.2 and 1.3.
//!
//! Clients are asked for a certificate and need have none (RFC 8705). The handshake takes any whose key the client proves: which of
//! them count, and for whom, is judged at each request, by the authorities and the time of then.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use axum_server::tls_rustls::RustlsConfig;
use countersign_domain::Timestamp;
use countersign_oauth::mtls::{Certificates, MAX_CERTIFICATE};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem, pem::PemObject},
    server::{
        ParsedCertificate, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
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
    /// Authorities that nothing can be traced to.
    #[error("`{file}` names no authority: {what}; write one or more certificates of authorities into it, as PEM")]
    Authorities {
        /// Which file.
        file: PathBuf,
        /// Why.
        what: String,
    },
}

/// Certificate and key in use, and the files that they came from.
pub(crate) struct Certificate {
    files: TlsFiles,
    in_use: RustlsConfig,
    /// Judges certificates of clients, if authorities are named.
    authorities: RwLock<Option<Arc<dyn ClientCertVerifier>>>,
    /// What the files held when they were last looked at.
    seen: Mutex<Pem>,
}

impl Certificate {
    /// Reads them for the first time.
    pub(crate) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let pem = Pem::read(&files)?;
        let in_use = RustlsConfig::from_config(Arc::new(pem.config(&files)?));
        let authorities = RwLock::new(pem.authorities(&files)?);
        Ok(Self { files, in_use, authorities, seen: Mutex::new(pem) })
    }

    /// Whether a chain, leaf first, leads to an authority that is named now, and every certificate on the way counts at `now`.
    pub(crate) fn trusts(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> bool {
        let judge = self.authorities.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (Some(judge), Some((leaf, rest)), Ok(now)) = (judge, chain.split_first(), u64::try_from(now.unix_secs())) else { return false };
        judge.verify_client_cert(leaf, rest, UnixTime::since_unix_epoch(Duration::from_secs(now))).is_ok()
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
        let (config, authorities) = (pem.config(&self.files), pem.authorities(&self.files));
        *seen = pem;
        let (config, authorities) = (config?, authorities?);
        self.in_use.reload_from_config(Arc::new(config));
        *self.authorities.write().unwrap_or_else(PoisonError::into_inner) = authorities;
        Ok(true)
    }
}

/// What the files hold. The key is wiped when it is dropped.
#[derive(PartialEq, Eq)]
struct Pem {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    client_ca: Option<Vec<u8>>,
}

impl Pem {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let read = |file: &PathBuf| std::fs::read(file).map_err(|error| TlsError::File { file: file.clone(), error: pem::Error::Io(error) });
        Ok(Self { cert: read(&files.cert)?, key: Zeroizing::new(read(&files.key)?), client_ca: files.client_ca.as_ref().map(read).transpose()? })
    }

    fn config(&self, files: &TlsFiles) -> Result<ServerConfig, TlsError> {
        let chain =
            CertificateDer::pem_slice_iter(&self.cert).collect::<Result<Vec<_>, _>>().map_err(|error| TlsError::File { file: files.cert.clone(), error })?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| TlsError::File { file: files.key.clone(), error })?;
        config(chain, key, files.certificates())
    }

    fn authorities(&self, files: &TlsFiles) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
        let (Some(pem), Some(file)) = (&self.client_ca, &files.client_ca) else { return Ok(None) };
        let none = |what: String| TlsError::Authorities { file: file.clone(), what };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(|error| TlsError::File { file: file.clone(), error })?).map_err(|e| none(e.to_string()))?;
        }
        let judge = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(aws_lc_rs::default_provider())).build();
        judge.map(Some).map_err(|e| none(e.to_string()))
    }
}

/// The provider is named here, so that none need be installed for the whole process.
fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>, certificates: Certificates) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let asking: Arc<dyn ClientCertVerifier> =
        if certificates.seen() { Arc::new(Asking(Arc::clone(&provider))) } else { WebPkiClientVerifier::no_client_auth() };
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_client_cert_verifier(asking).with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Asks for a certificate and takes whichever comes, if its key is proved: RFC 8705 §2.2 wants those that no authority stands behind.
#[derive(Debug)]
struct Asking(Arc<CryptoProvider>);

impl ClientCertVerifier for Asking {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// None: whoever has a certificate may show it.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    /// Only that it is one. That says nothing of whose it is; see [`Certificate::trusts`].
    fn verify_client_cert(&self, leaf: &CertificateDer<'_>, rest: &[CertificateDer<'_>], _: UnixTime) -> Result<ClientCertVerified, rustls::Error> {
        // It is kept for as long as the connection is.
        if leaf.len() > MAX_CERTIFICATE || rest.iter().map(|c| c.len()).sum::<usize>() > MAX_CERTIFICATE {
            return Err(CertificateError::BadEncoding.into());
        }
        ParsedCertificate::try_from(leaf).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(&self, message: &[u8], cert: &CertificateDer<'_>, dss: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(&self, message: &[u8], cert: &CertificateDer<'_>, dss: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(dir: &tempfile::TempDir, cert: &str, key: &str) -> TlsFiles {
        let files = TlsFiles { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem"), ask: true, client_ca: None };
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

    #[test]
    fn authorities_are_read_anew_and_judge_by_the_time_that_they_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let authority = |name: &str| {
            let mut params = rcgen::CertificateParams::default();
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
            (params.not_before, params.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2040, 1, 1));
            rcgen::CertifiedIssuer::self_signed(params, rcgen::KeyPair::generate().unwrap()).unwrap()
        };
        let (one, other) = (authority("one"), authority("other"));
        let mut leaf = rcgen::CertificateParams::default();
        (leaf.not_before, leaf.not_after) = (rcgen::date_time_ymd(2026, 1, 1), rcgen::date_time_ymd(2027, 1, 1));
        let chain = [leaf.signed_by(&rcgen::KeyPair::generate().unwrap(), &one).unwrap().der().clone()];
        let server = rcgen::generate_simple_self_signed(["sts.example".to_owned()]).unwrap();
        let ca = dir.path().join("ca.pem");
        let files = TlsFiles { client_ca: Some(ca.clone()), ..files(&dir, &server.cert.pem(), &server.signing_key.serialize_pem()) };

        std::fs::write(&ca, "").unwrap();
        let none = Certificate::load(files.clone()).map(drop).unwrap_err();
        assert!(none.to_string().contains("ca.pem` names no authority"), "{none}");
        std::fs::write(&ca, one.pem()).unwrap();
        let certificate = Certificate::load(files).unwrap();
        let (in_time, over) = (Timestamp::from_secs(1_795_181_527), Timestamp::from_secs(1_830_000_000));
        assert!(certificate.trusts(&chain, in_time));
        assert!(!certificate.trusts(&chain, over) && !certificate.trusts(&[], in_time));
        std::fs::write(&ca, other.pem()).unwrap();
        assert!(certificate.trusts(&chain, in_time), "not read anew yet");
        assert!(certificate.reload().unwrap());
        assert!(!certificate.trusts(&chain, in_time));
        std::fs::write(&ca, other.pem() + &one.pem()).unwrap();
        assert!(certificate.reload().unwrap() && certificate.trusts(&chain, in_time), "both");
    }
}
