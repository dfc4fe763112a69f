//! Authorities, the certificates that they issue, and a service over TLS that trusts one of them.

use std::{path::PathBuf, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_oauth::mtls::x5t_s256;
use countersign_server::{ServerConfig, TlsFiles};
use countersign_testkit::{Db, World, world::client};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType, date_time_ymd};
use reqwest::{Identity, tls::Version};
use rustls::{
    RootCertStore, SignatureScheme,
    client::ResolvesClientCert,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::CertifiedKey,
};
use serde_json::{Value, json};

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub(crate) struct Held {
    pub(crate) der: Vec<u8>,
    key: KeyPair,
    pem: String,
}

/// A subject of these, in a time around the world's.
pub(crate) fn named(names: &[(DnType, &str)]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in names {
        params.distinguished_name.push(kind.clone(), *value);
    }
    lasting(params, 2025, 2030)
}

/// From the beginning of a year to that of another.
pub(crate) fn lasting(mut params: CertificateParams, from: i32, until: i32) -> CertificateParams {
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    params
}

pub(crate) fn with_san(mut params: CertificateParams, san: SanType) -> CertificateParams {
    params.subject_alt_names = vec![san];
    params
}

pub(crate) fn for_servers(mut params: CertificateParams) -> CertificateParams {
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// `CN=…,O=Acme,C=SE`.
pub(crate) fn acme(name: &str) -> CertificateParams {
    named(&[(DnType::CountryName, "SE"), (DnType::OrganizationName, "Acme"), (DnType::CommonName, name)])
}

fn of_authority(name: &str) -> CertificateParams {
    let mut params = named(&[(DnType::CommonName, name)]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self(CertifiedIssuer::self_signed(of_authority(name), key()).unwrap())
    }

    pub(crate) fn below(&self, name: &str) -> Self {
        Self(CertifiedIssuer::signed_by(of_authority(name), key(), &self.0).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn issue(&self, params: &CertificateParams) -> Held {
        let key = key();
        let made = params.signed_by(&key, &self.0).unwrap();
        Held::of(&made, key)
    }
}

impl Held {
    fn of(made: &rcgen::Certificate, key: KeyPair) -> Self {
        Self { der: made.der().to_vec(), pem: made.pem(), key }
    }

    pub(crate) fn self_signed(params: &CertificateParams) -> Self {
        let key = key();
        Self::of(&params.self_signed(&key).unwrap(), key)
    }

    /// Another certificate of the same key.
    pub(crate) fn again(&self, params: &CertificateParams) -> Self {
        let key = KeyPair::from_pem(&self.key.serialize_pem()).unwrap();
        Self::of(&params.self_signed(&key).unwrap(), key)
    }

    /// With its issuer's certificate behind it.
    pub(crate) fn behind(self, issuer: &Authority) -> Self {
        Self { pem: self.pem.clone() + &issuer.pem(), ..self }
    }

    pub(crate) fn thumbprint(&self) -> String {
        x5t_s256(&self.der)
    }

    /// As a key of a client is registered.
    pub(crate) fn jwk(&self) -> Value {
        json!({ "kty": "EC", "x5c": [STANDARD.encode(&self.der)] })
    }

    fn identity(&self) -> Identity {
        Identity::from_pem((self.pem.clone() + &self.key.serialize_pem()).as_bytes()).unwrap()
    }
}

/// Shows a certificate, whoever's key it signs with.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A service over TLS.
pub(crate) struct Tls {
    pub(crate) world: World,
    pub(crate) ca_file: PathBuf,
    root: reqwest::Certificate,
    root_der: Vec<u8>,
    _folder: tempfile::TempDir,
}

impl Tls {
    /// One that trusts this authority for its clients.
    pub(crate) async fn trusting(db: Db, authority: &Authority) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let at = |name: &str| folder.path().join(name);
        let (cert, key, ca_file) = (at("cert.pem"), at("key.pem"), at("ca.pem"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        std::fs::write(&ca_file, authority.pem()).unwrap();
        let config = ServerConfig {
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            issuer: "https://localhost:0".parse().unwrap(),
            tls: Some(TlsFiles { cert, key, ask: true, client_ca: Some(ca_file.clone()) }),
            embedded: false,
            ..ServerConfig::embedded(0)
        };
        let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
        let nobody = client(reqwest::Client::builder().tls_certs_only([root.clone()]));
        Self { world: World::over(db, config, nobody).await, ca_file, root, root_der: made.cert.der().to_vec(), _folder: folder }
    }

    /// The same, with the chain's APIs in its world.
    pub(crate) async fn chained(self) -> Self {
        Self { world: self.world.chained().await, ..self }
    }

    /// A client that shows no certificate.
    pub(crate) fn plain(&self) -> reqwest::Client {
        client(reqwest::Client::builder().tls_certs_only([self.root.clone()]))
    }

    /// A client that shows this one.
    pub(crate) fn with(&self, held: &Held) -> reqwest::Client {
        client(reqwest::Client::builder().tls_certs_only([self.root.clone()]).identity(held.identity()))
    }

    /// As [`Tls::with`], over TLS 1.2.
    pub(crate) fn with_older_tls(&self, held: &Held) -> reqwest::Client {
        client(reqwest::Client::builder().tls_certs_only([self.root.clone()]).tls_version_max(Version::TLS_1_2).identity(held.identity()))
    }

    /// A client that shows a certificate and has another's key.
    pub(crate) fn with_key_of(&self, shown: &Held, other: &Held) -> reqwest::Client {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.root_der.clone())).unwrap();
        let key = PrivateKeyDer::try_from(other.key.serialize_der()).unwrap();
        let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
        let shows = Shows(Arc::new(CertifiedKey::new(vec![CertificateDer::from(shown.der.clone())], key)));
        let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = builder.with_root_certificates(roots).with_client_cert_resolver(Arc::new(shows));
        client(reqwest::Client::builder().tls_backend_preconfigured(config))
    }

    /// client_credentials over `http`, with these parameters and headers.
    pub(crate) async fn own(&self, http: &reqwest::Client, form: &[(&str, &str)], headers: &[(&str, String)]) -> (u16, Value) {
        let form: Vec<_> = std::iter::once(("grant_type", "client_credentials")).chain(form.iter().copied()).collect();
        let request = http.post(format!("{}/oauth/token", self.world.issuer)).form(&form);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// As [`Tls::own`], in the name of this client and with nothing else.
    pub(crate) async fn comes(&self, http: &reqwest::Client, id: &str) -> u16 {
        self.own(http, &[("client_id", id)], &[]).await.0
    }
}
