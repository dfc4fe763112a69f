//! Clients that prove themselves by a certificate, and tokens bound to one (RFC 8705).
//!
//! Whether the client holds the certificate's key, and for [`Registered`] names whether an authority stands behind it, was proved
//! in the TLS handshake, and is not looked at here.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, prelude::FromDer as _};

use crate::{client_keys::MAX_KEYS, dn::DistinguishedName};

/// The registered method for certificates of an authority (RFC 8705 §2.1.1).
pub const TLS_CLIENT_AUTH: &str = "tls_client_auth";
/// The registered method for certificates that were registered themselves (RFC 8705 §2.2.1).
pub const SELF_SIGNED_TLS_CLIENT_AUTH: &str = "self_signed_tls_client_auth";
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
    /// No certificates where there must be some.
    #[error("give 1 to {MAX_KEYS} keys as a JWK set, each with its certificate as the first of `x5c`")]
    Certificates,
}

/// The `x5t#S256` of a certificate: base64url of SHA-256 over its DER (RFC 8705 §3.1).
#[must_use]
pub fn x5t_s256(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(der))
}

/// What a certificate of an authority must say for the client to be this one (RFC 8705 §2.1.2): exactly one of these is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered(Name);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Subject(DistinguishedName),
    Dns(String),
    Uri(String),
}

impl Registered {
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
        })
    }
}

/// The certificates that a client registered for `self_signed_tls_client_auth`, by thumbprint (RFC 8705 §2.2.2): the first of each key's `x5c`.
///
/// # Errors
/// [`MtlsError::Certificates`], or [`MtlsError::Certificate`] for what is none.
pub fn registered_certificates(jwks: &Value) -> Result<Vec<String>, MtlsError> {
    let keys = jwks.get("keys").and_then(Value::as_array).filter(|keys| (1..=MAX_KEYS).contains(&keys.len())).ok_or(MtlsError::Certificates)?;
    let thumbprint = |jwk: &Value| {
        // RFC 7517 §4.7: base64, not base64url.
        let text = jwk.pointer("/x5c/0").and_then(Value::as_str).ok_or(MtlsError::Certificates)?;
        let der = STANDARD.decode(text).map_err(|_| MtlsError::Certificate)?;
        certificate(&der).map(|_| x5t_s256(&der))
    };
    keys.iter().map(thumbprint).collect()
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
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};
    use serde_json::json;

    use super::*;

    fn made(names: &[(DnType, &str)], sans: Vec<SanType>) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in names {
            params.distinguished_name.push(kind.clone(), *value);
        }
        params.subject_alt_names = sans;
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    fn dns(name: &str) -> SanType {
        SanType::DnsName(name.try_into().unwrap())
    }

    #[test]
    fn a_thumbprint_is_over_the_whole_certificate() {
        // The hash of nothing, as FIPS 180-4 gives it.
        assert_eq!(x5t_s256(b""), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        let (one, two) = (made(&[], vec![]), made(&[], vec![]));
        assert_ne!(x5t_s256(&one), x5t_s256(&two));
    }

    #[test]
    fn a_subject_matches_as_a_whole_and_not_as_printed() {
        let acme = made(&[(DnType::CountryName, "SE"), (DnType::OrganizationName, "Acme"), (DnType::CommonName, "billing")], vec![]);
        let registered = |text: &str| Registered::subject_dn(text).unwrap().matches(&acme).unwrap();
        assert!(registered("CN=billing,O=Acme,C=SE"));
        assert!(registered("cn=billing, o=Acme, c=SE"));
        for other in [
            "CN=billing,O=Acme",
            "CN=billing",
            "C=SE,O=Acme,CN=billing",
            "CN=Billing,O=Acme,C=SE",
            "CN=billing,O=Acme,C=SE,DC=x",
            "CN=billing+O=Acme,C=SE",
            r"CN=billing\,O=Acme,C=SE",
        ] {
            assert!(!registered(other), "{other}");
        }
        // Somebody may get a certificate with this common name; printed, it looks like Acme's.
        let forged = made(&[(DnType::CommonName, "billing,O=Acme,C=SE")], vec![]);
        assert!(!Registered::subject_dn("CN=billing,O=Acme,C=SE").unwrap().matches(&forged).unwrap());
        assert!(Registered::subject_dn(r"CN=billing\,O\=Acme\,C\=SE").unwrap().matches(&forged).unwrap());
        assert!(!Registered::subject_dn("CN=billing").unwrap().matches(&made(&[], vec![])).unwrap());
    }

    #[test]
    fn alternative_names_match_by_kind() {
        let spiffe = "spiffe://acme.example/billing";
        let der =
            made(&[(DnType::CommonName, "cn.example")], vec![dns("billing.acme.example"), dns("*.wide.example"), SanType::URI(spiffe.try_into().unwrap())]);
        let by_dns = |name: &str| Registered::san_dns(name).unwrap().matches(&der).unwrap();
        assert!(by_dns("billing.acme.example") && by_dns("BILLING.acme.example"));
        for other in ["acme.example", "x.wide.example", "cn.example", "billing.acme.example.evil"] {
            assert!(!by_dns(other), "{other}");
        }
        let by_uri = |uri: &str| Registered::san_uri(uri).unwrap().matches(&der).unwrap();
        assert!(by_uri(spiffe));
        for other in ["spiffe://acme.example/billing/x", "spiffe://acme.example/Billing", "dns:billing.acme.example"] {
            assert!(!by_uri(other), "{other}");
        }
        assert!(!Registered::san_dns("billing.acme.example").unwrap().matches(&made(&[], vec![])).unwrap());
    }

    #[test]
    fn what_can_t_be_compared_is_not_registered() {
        for bad in ["", "*.acme.example", "a..b", "a b", "bücher.example", ".acme.example", "acme.example.", &"a".repeat(64)] {
            assert_eq!(Registered::san_dns(bad), Err(MtlsError::SanDns), "{bad}");
        }
        for bad in ["", "/path", "spiffe:// a", "billing"] {
            assert_eq!(Registered::san_uri(bad), Err(MtlsError::SanUri), "{bad}");
        }
        assert_eq!(Registered::subject_dn("/CN=billing/O=Acme"), Err(MtlsError::SubjectDn));
    }

    #[test]
    fn bytes_that_are_not_one_certificate_are_refused() {
        let good = made(&[(DnType::CommonName, "billing")], vec![]);
        let registered = Registered::subject_dn("CN=billing").unwrap();
        assert_eq!(registered.matches(&good), Ok(true));
        for bad in [
            Vec::new(),
            good[..good.len() - 1].to_vec(),
            [good.as_slice(), &[0]].concat(),
            [good.as_slice(), &good].concat(),
            vec![0x30; MAX_CERTIFICATE + 1],
            b"-----BEGIN CERTIFICATE-----".to_vec(),
        ] {
            assert_eq!(registered.matches(&bad), Err(MtlsError::Certificate), "{} bytes", bad.len());
        }
    }

    #[test]
    fn self_signed_certificates_are_registered_by_thumbprint() {
        let (one, two) = (made(&[], vec![]), made(&[], vec![]));
        let key = |der: &[u8]| json!({ "kty": "EC", "x5c": [STANDARD.encode(der), "an issuer, unread"] });
        assert_eq!(registered_certificates(&json!({ "keys": [key(&one), key(&two)] })), Ok(vec![x5t_s256(&one), x5t_s256(&two)]));
        for (bad, why) in [
            (json!({ "keys": [] }), MtlsError::Certificates),
            (json!({ "keys": vec![key(&one); 9] }), MtlsError::Certificates),
            (json!({ "keys": [{ "kty": "EC" }] }), MtlsError::Certificates),
            (json!({ "keys": [{ "x5c": [] }] }), MtlsError::Certificates),
            (json!({ "keys": [{ "x5c": ["!"] }] }), MtlsError::Certificate),
            (json!({ "keys": [key(b"x")] }), MtlsError::Certificate),
            (json!([]), MtlsError::Certificates),
        ] {
            assert_eq!(registered_certificates(&bad), Err(why), "{bad}");
        }
    }
}
