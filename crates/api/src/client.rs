//! Machines that come to the token endpoint.

use countersign_domain::{
    SecretId, Timestamp,
    client::{AuthMethod, CertificateName},
};
use serde::{Deserialize, Serialize};

/// A client, as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct ClientView {
    /// `client_id`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How it proves who it is.
    pub auth: AuthMethod,
    /// Its public keys as a JWK set, as JSON text, if it proves itself with one, or with a certificate of one.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<String>,
    /// What its certificate must say, if an authority's certificate proves it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateName>,
    /// Whether every token that it gets is bound to the certificate of its connection.
    pub certificate_bound: bool,
    /// Whether its assertions may name the token endpoint as audience, because its library can't name the issuer.
    pub endpoint_audience: bool,
    /// Its secrets, oldest first: two at most.
    pub secrets: Vec<SecretView>,
    /// The APIs that it is the client of, by key.
    pub apis: Vec<String>,
    /// The APIs whose tokens it may introspect, by key.
    pub introspects: Vec<String>,
    /// Since when it may no longer come.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// A secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct SecretView {
    /// Its id.
    pub id: SecretId,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Registers a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCreate {
    /// `client_id`: 3 to 64 lower-case letters, digits, dots, colons and hyphens, a letter first.
    pub id: String,
    /// What people call it, 1 to 80 characters.
    pub name: String,
    /// How it proves who it is.
    pub auth: AuthMethod,
    /// Its public keys as a JWK set, as JSON text; for `private_key_jwt`, and for `self_signed_tls_client_auth` with its certificates (`x5c`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub jwks: Option<String>,
    /// What its certificate must say; for `tls_client_auth`, and only for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub certificate: Option<CertificateName>,
    /// Whether every token that it gets is bound to the certificate of its connection.
    #[serde(default)]
    pub certificate_bound: bool,
    /// Whether its assertions may name the token endpoint as audience.
    #[serde(default)]
    pub endpoint_audience: bool,
}

/// Changes a client. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// Its public keys from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub jwks: Option<String>,
    /// What its certificate must say from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub certificate: Option<CertificateName>,
    /// Whether every token that it gets is bound to the certificate of its connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub certificate_bound: Option<bool>,
    /// Whether its assertions may name the token endpoint as audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub endpoint_audience: Option<bool>,
    /// Whether it may no longer come. What it holds for itself is over at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub disabled: Option<bool>,
}

/// Takes a secret from a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretDrop {
    /// Which.
    pub secret: SecretId,
}
