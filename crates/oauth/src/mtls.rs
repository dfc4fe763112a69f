//! Clients that prove themselves by a certificate, and tokens bound to one (RFC 8705).
//!
//! Whether the client holds the certificate's key was proved in the TLS handshake, and whether an authority stands behind it is for
//! whoever knows the authorities to say ([`PeerCertificate::trusted`]).

use std::net::IpAddr;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use countersign_domain::{
    Timestamp,
    client::{AuthMethod, CertificateName, Client},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, prelude::FromDer as _, public_key::PublicKey, time::ASN1Time};

use crate::{
    client_keys::{MAX_KEYS, PRIVATE},
    dn::DistinguishedName,
};

/// Bytes of a certificate.
pub const MAX_CERTIFICATE: usize = 16 * 1024;

/// Why a certificate or a registration can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MtlsError {
    /// The bytes are not one certificate.
    #[error("this is no X.509 certificate in DER of at most {MAX_CERTIFICATE} bytes")]
    Certificate,
    /// A subject that can't be compared.
    #[error("`tls_client_auth_subject_dn` is no name as RFC 4514 writes it, such as `CN=billing,O=Acme,C=SE`; escape `,` and `+` in values by a backslash")]
    SubjectDn,
    /// A DNS name that can't be compared.
    #[error("`tls_client_auth_san_dns` must be one whole DNS name without `*`")]
    SanDns,
    /// An address that can't be compared.
    #[error("`tls_client_auth_san_uri` must be an absolute URI")]
    SanUri,
    /// An address that can't be compared.
    #[error("`tls_client_auth_san_ip` must be one IP address, such as `192.0.2.7` or `2001:db8::7`")]
    SanIp,
    /// An address that can't be compared.
    #[error("`tls_client_auth_san_email` must be one email address in ASCII")]
    SanEmail,
    /// A key and a certificate of another.
    #[error("a key's members and the certificate in its `x5c` are of different keys; give the certificate of that key first (RFC 7517 section 4.7)")]
    OtherKey,
    /// A key that must stay with the client.
    #[error("a key shows its private half; throw that key away, make a new one, and give its public half alone")]
    Private,
    /// No certificates where there must be some.
    #[error("give 1 to {MAX_KEYS} keys as a JWK set, each with its certificate as the first of `x5c`")]
    Certificates,
}

/// The `x5t#S256` of a certificate: base64url of SHA-256 over its DER (RFC 8705 §3.1).
#[must_use]
pub fn x5t_s256(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(der))
}

/// What a service sees of the certificates of its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Certificates {
    /// Nothing: TLS ends elsewhere, or none is asked for.
    #[default]
    Unseen,
    /// It sees them and trusts no authority: only those that were registered themselves prove anything.
    Registered,
    /// It sees them, and trusts authorities too.
    Issued,
}

impl Certificates {
    /// Whether a token can be bound to a certificate here.
    #[must_use]
    pub fn seen(self) -> bool {
        self != Self::Unseen
    }

    /// Whether a client can prove itself so here.
    #[must_use]
    pub fn allow(self, method: AuthMethod) -> bool {
        match method {
            AuthMethod::TlsClientAuth => self == Self::Issued,
            AuthMethod::SelfSignedTlsClientAuth => self.seen(),
            _ => true,
        }
    }
}

/// The certificate that a connection was made with. The handshake proved that the client has its key, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// It, in DER.
    pub der: Vec<u8>,
    /// Whether its chain leads to an authority that the service trusts, now.
    pub trusted: bool,
}

impl PeerCertificate {
    /// Its thumbprint.
    #[must_use]
    pub fn x5t(&self) -> String {
        x5t_s256(&self.der)
    }

    /// Whether it proves that the connection is this client's, in the way that the client is registered with.
    ///
    /// One that is registered itself is compared whole and not by its key (RFC 8705 §2.2). No chain is looked at then, but the time that its
    /// owner wrote into it is.
    #[must_use]
    pub fn proves(&self, client: &Client, now: Timestamp) -> bool {
        let right = match client.auth {
            AuthMethod::TlsClientAuth => {
                let registered = client.certificate.as_ref().and_then(|name| Registered::of(name).ok());
                self.trusted && registered.is_some_and(|registered| registered.matches(&self.der) == Ok(true))
            }
            AuthMethod::SelfSignedTlsClientAuth => {
                let jwks = client.jwks.as_deref().and_then(|text| serde_json::from_str(text).ok());
                let all = jwks.and_then(|jwks| registered_certificates(&jwks).ok());
                all.is_some_and(|all| all.contains(&self.x5t()))
            }
            _ => false,
        };
        right && self.counts_at(now)
    }

    fn counts_at(&self, now: Timestamp) -> bool {
        let (Ok(certificate), Ok(now)) = (certificate(&self.der), ASN1Time::from_timestamp(now.unix_secs())) else { return false };
        certificate.validity().is_valid_at(now)
    }
}

/// What a certificate of an authority must say for the client to be this one (RFC 8705 §2.1.2): exactly one of these is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered(Name);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Subject(DistinguishedName),
    Dns(String),
    Uri(String),
    Ip(Vec<u8>),
    Email(String),
}

impl Registered {
    /// What was registered, under the name that the RFC gives it.
    ///
    /// # Errors
    /// If it can't be compared with anything.
    pub fn of(name: &CertificateName) -> Result<Self, MtlsError> {
        match name {
            CertificateName::SubjectDn(text) => Self::subject_dn(text),
            CertificateName::SanDns(text) => Self::san_dns(text),
            CertificateName::SanUri(text) => Self::san_uri(text),
            CertificateName::SanIp(text) => Self::san_ip(text),
            CertificateName::SanEmail(text) => Self::san_email(text),
        }
    }

    /// `tls_client_auth_subject_dn`: the whole subject, in the order and letters of RFC 4514.
    ///
    /// # Errors
    /// [`MtlsError::SubjectDn`].
    pub fn subject_dn(text: &str) -> Result<Self, MtlsError> {
        DistinguishedName::parse(text).map(|name| Self(Name::Subject(name))).ok_or(MtlsError::SubjectDn)
    }

    /// `tls_client_auth_san_dns`: one of the certificate's DNS names. Wildcards count as letters, so none can be registered.
    ///
    /// # Errors
    /// [`MtlsError::SanDns`].
    pub fn san_dns(name: &str) -> Result<Self, MtlsError> {
        let label = |l: &str| (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if name.len() > 253 || !name.split('.').all(label) {
            return Err(MtlsError::SanDns);
        }
        Ok(Self(Name::Dns(name.to_owned())))
    }

    /// `tls_client_auth_san_uri`: one of the certificate's URIs, to the letter (such as a SPIFFE id).
    ///
    /// # Errors
    /// [`MtlsError::SanUri`].
    pub fn san_uri(uri: &str) -> Result<Self, MtlsError> {
        if uri.len() > 2048 || !uri.bytes().all(|b| b.is_ascii_graphic()) || url::Url::parse(uri).is_err() {
            return Err(MtlsError::SanUri);
        }
        Ok(Self(Name::Uri(uri.to_owned())))
    }

    /// `tls_client_auth_san_ip`: one of the certificate's IP addresses, however it is spelled (RFC 5952 §8).
    ///
    /// # Errors
    /// [`MtlsError::SanIp`].
    pub fn san_ip(address: &str) -> Result<Self, MtlsError> {
        match address.parse() {
            Ok(IpAddr::V4(ip)) => Ok(Self(Name::Ip(ip.octets().to_vec()))),
            Ok(IpAddr::V6(ip)) => Ok(Self(Name::Ip(ip.octets().to_vec()))),
            Err(_) => Err(MtlsError::SanIp),
        }
    }

    /// `tls_client_auth_san_email`: one of the certificate's addresses. The host goes by DNS, what is before it to the letter (RFC 5280 §7.5).
    ///
    /// # Errors
    /// [`MtlsError::SanEmail`].
    pub fn san_email(address: &str) -> Result<Self, MtlsError> {
        let plain = address.len() <= 254 && address.bytes().all(|b| b.is_ascii_graphic());
        match address.split_once('@') {
            Some((local, host)) if plain && !local.is_empty() && !host.contains('@') && Self::san_dns(host).is_ok() => {
                Ok(Self(Name::Email(address.to_owned())))
            }
            _ => Err(MtlsError::SanEmail),
        }
    }

    /// Whether the certificate says so.
    ///
    /// # Errors
    /// [`MtlsError::Certificate`].
    pub fn matches(&self, der: &[u8]) -> Result<bool, MtlsError> {
        let certificate = certificate(der)?;
        Ok(match &self.0 {
            Name::Subject(name) => DistinguishedName::of(certificate.subject()).as_ref() == Some(name),
            Name::Dns(name) => has(&certificate, |n| matches!(n, GeneralName::DNSName(dns) if dns.eq_ignore_ascii_case(name)))?,
            Name::Uri(uri) => has(&certificate, |n| matches!(n, GeneralName::URI(named) if named == uri))?,
            Name::Ip(octets) => has(&certificate, |n| matches!(n, GeneralName::IPAddress(named) if named == octets))?,
            Name::Email(address) => has(&certificate, |n| matches!(n, GeneralName::RFC822Name(named) if same_address(named, address)))?,
        })
    }
}

/// The certificates that a client registered for `self_signed_tls_client_auth`, by thumbprint (RFC 8705 §2.2.2): the first of each key's `x5c`.
///
/// # Errors
/// [`MtlsError::Certificates`], [`MtlsError::Certificate`] for what is none, [`MtlsError::OtherKey`], [`MtlsError::Private`].
pub fn registered_certificates(jwks: &Value) -> Result<Vec<String>, MtlsError> {
    let keys = jwks.get("keys").and_then(Value::as_array).filter(|keys| (1..=MAX_KEYS).contains(&keys.len())).ok_or(MtlsError::Certificates)?;
    let thumbprint = |jwk: &Value| {
        // RFC 7517 §4.7: base64, not base64url.
        let text = jwk.pointer("/x5c/0").and_then(Value::as_str).ok_or(MtlsError::Certificates)?;
        let der = STANDARD.decode(text).map_err(|_| MtlsError::Certificate)?;
        if PRIVATE.iter().any(|member| jwk.get(member).is_some()) {
            return Err(MtlsError::Private);
        }
        if is_of_key(&certificate(&der)?, jwk) { Ok(x5t_s256(&der)) } else { Err(MtlsError::OtherKey) }
    };
    keys.iter().map(thumbprint).collect()
}

/// RFC 7517 §4.7: where the key's own members are there too, they say the same as the certificate.
fn is_of_key(certificate: &X509Certificate<'_>, jwk: &Value) -> bool {
    let member = |name: &str| jwk.get(name).and_then(Value::as_str).map(|text| URL_SAFE_NO_PAD.decode(text).unwrap_or_default());
    let whole = |number: &[u8]| number.iter().copied().skip_while(|b| *b == 0).collect::<Vec<_>>();
    let info = certificate.public_key();
    match (member("n"), member("x"), member("y"), info.parsed()) {
        (None, None, None, _) => true,
        (Some(n), None, None, Ok(PublicKey::RSA(rsa))) => whole(&n) == whole(rsa.modulus) && member("e").is_none_or(|e| whole(&e) == whole(rsa.exponent)),
        (None, Some(x), Some(y), Ok(PublicKey::EC(point))) => point.data() == [&[4], x.as_slice(), &y].concat(),
        (None, Some(x), None, _) => info.subject_public_key.data.as_ref() == x,
        _ => false,
    }
}

fn same_address(one: &str, other: &str) -> bool {
    let (Some((left, host)), Some((right, other))) = (one.split_once('@'), other.split_once('@')) else { return false };
    left == right && host.eq_ignore_ascii_case(other)
}

fn certificate(der: &[u8]) -> Result<X509Certificate<'_>, MtlsError> {
    if der.len() > MAX_CERTIFICATE {
        return Err(MtlsError::Certificate);
    }
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(MtlsError::Certificate),
    }
}

fn has(certificate: &X509Certificate<'_>, is: impl Fn(&GeneralName<'_>) -> bool) -> Result<bool, MtlsError> {
    // An error here is an extension that is malformed or stands twice.
    let names = certificate.subject_alternative_name().map_err(|_| MtlsError::Certificate)?;
    Ok(names.is_some_and(|names| names.value.general_names.iter().any(is)))
}

#[cfg(test)]
#[path = "mtls_tests.rs"]
mod tests;
