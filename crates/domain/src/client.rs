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
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt];

    /// As metadata and stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
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
    /// Its public keys (RFC 7517 §5), as JSON text, if it proves itself with one.
    pub jwks: Option<String>,
    /// Whether its assertions may name the token endpoint as audience, because its library can't name the issuer.
    pub endpoint_audience: bool,
    /// Since when it may no longer come.
    pub disabled_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
}
