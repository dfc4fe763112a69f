//! Clients: programs that come to the token endpoint, and how each proves who it is.

use serde::{Deserialize, Serialize};

use crate::{TenantId, Timestamp};

/// The console's own `client_id`: public, for people, bound by its key.
pub const CONSOLE: &str = "console";
/// What a `client_id` looks like, for whoever has to choose one. It can't look like an id of ours, nor like a person's.
pub const ID_RULE: &str = "3 to 64 lower-case letters, digits, dots, colons and hyphens, a letter first";

/// Whether a registered client may be called so.
#[must_use]
pub fn is_client_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b':' | b'-');
    (3..=64).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(plain) && text != CONSOLE
}

/// How a client proves who it is: exactly one way a client (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A secret with HTTP Basic (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// A secret in the body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// An assertion signed with its own key (RFC 7523 §2.2).
    PrivateKeyJwt,
    /// The certificate of its connection, which an authority issued to its name (RFC 8705 §2.1).
    TlsClientAuth,
    /// The certificate of its connection, which it registered itself (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::TlsClientAuth, Self::SelfSignedTlsClientAuth];

    /// As metadata and stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        }
    }

    /// Reads what [`AuthMethod::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.as_str() == text)
    }

    /// Whether it needs a secret that the service makes.
    #[must_use]
    pub const fn by_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }

    /// Whether the certificate of the connection proves it.
    #[must_use]
    pub const fn by_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// Whether it has keys in a JWK set.
    #[must_use]
    pub const fn by_keys(self) -> bool {
        matches!(self, Self::PrivateKeyJwt | Self::SelfSignedTlsClientAuth)
    }
}

/// What the certificate of a client must say for [`AuthMethod::TlsClientAuth`] (RFC 8705 §2.1.2): exactly one of these, under the name that
/// the RFC gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub enum CertificateName {
    /// The whole subject, as RFC 4514 writes it.
    #[serde(rename = "tls_client_auth_subject_dn")]
    SubjectDn(String),
    /// A DNS name among its alternative names.
    #[serde(rename = "tls_client_auth_san_dns")]
    SanDns(String),
    /// A URI among its alternative names.
    #[serde(rename = "tls_client_auth_san_uri")]
    SanUri(String),
    /// An IP address among its alternative names.
    #[serde(rename = "tls_client_auth_san_ip")]
    SanIp(String),
    /// An email address among its alternative names.
    #[serde(rename = "tls_client_auth_san_email")]
    SanEmail(String),
}

impl CertificateName {
    /// Which of them, and what it must be.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::SubjectDn(value) => ("tls_client_auth_subject_dn", value),
            Self::SanDns(value) => ("tls_client_auth_san_dns", value),
            Self::SanUri(value) => ("tls_client_auth_san_uri", value),
            Self::SanIp(value) => ("tls_client_auth_san_ip", value),
            Self::SanEmail(value) => ("tls_client_auth_san_email", value),
        }
    }

    /// Reads what [`CertificateName::parts`] wrote.
    #[must_use]
    pub fn of(kind: &str, value: String) -> Option<Self> {
        let name = match kind {
            "tls_client_auth_subject_dn" => Self::SubjectDn,
            "tls_client_auth_san_dns" => Self::SanDns,
            "tls_client_auth_san_uri" => Self::SanUri,
            "tls_client_auth_san_ip" => Self::SanIp,
            "tls_client_auth_san_email" => Self::SanEmail,
            _ => return None,
        };
        Some(name(value))
    }
}

/// How many secrets a client may have at a time: the one in use, and the next.
pub const SECRETS: usize = 2;

/// A machine: a service that exchanges and introspects. Its tokens never have a person as their subject but by exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id`; unique across tenants.
    pub id: String,
    /// Whose it is.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// How it proves who it is.
    pub auth: AuthMethod,
    /// Its public keys (RFC 7517 §5), as JSON text, if it proves itself with one, or with a certificate of one (`x5c`).
    pub jwks: Option<String>,
    /// What its certificate must say, if an authority's certificate proves it.
    pub certificate: Option<CertificateName>,
    /// Whether every token that it gets is bound to the certificate of its connection (RFC 8705 §3.4).
    pub certificate_bound: bool,
    /// Whether its assertions may name the token endpoint as audience, because its library can't name the issuer.
    pub endpoint_audience: bool,
    /// Since when it may no longer come.
    pub disabled_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_s_name_goes_by_the_rfc_s_words_everywhere() {
        let all = [CertificateName::SubjectDn, CertificateName::SanDns, CertificateName::SanUri, CertificateName::SanIp, CertificateName::SanEmail];
        for name in all.map(|of| of("x".to_owned())) {
            let (kind, value) = name.parts();
            assert_eq!(serde_json::to_value(&name).unwrap(), serde_json::json!({ kind: value }));
            assert_eq!(CertificateName::of(kind, value.to_owned()), Some(name));
        }
        assert_eq!(CertificateName::of("tls_client_auth_san", "x".to_owned()), None);
    }
}
