//! What the token endpoint answers when it grants (RFC 6749 §5.1, RFC 8693 §2.2.1).
//!
//! The answer holds the tokens in the clear, so there is one way to write it and none by accident.

use countersign_domain::Secret;
use serde::{Deserialize, Serialize};

use crate::{
    authorize::ReviewDetail,
    error::{ErrorCode, OAuthError},
    token::IssuedType,
};

/// How a token is shown (RFC 6749 §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenType {
    /// With a proof of its key (RFC 9449 §5).
    #[serde(rename = "DPoP")]
    Dpop,
    /// By itself (RFC 6750).
    Bearer,
}

/// What the token endpoint answers (RFC 6749 §5.1, RFC 8693 §2.2.1). There is no `Serialize`: see [`TokenAnswer::into_json`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TokenAnswer {
    /// The token.
    pub access_token: Secret,
    /// What it is, in an answer to an exchange.
    #[serde(default)]
    pub issued_token_type: Option<IssuedType>,
    /// How it is shown.
    pub token_type: TokenType,
    /// Its life time in seconds.
    pub expires_in: u64,
    /// What it reaches, separated by spaces; none for a session.
    #[serde(default)]
    pub scope: Option<String>,
    /// What gets the next one; none for an exchange.
    #[serde(default)]
    pub refresh_token: Option<Secret>,
    /// What a fresh proof was for (RFC 9396 §7).
    #[serde(default)]
    pub authorization_details: Option<Vec<ReviewDetail>>,
}

#[derive(Serialize)]
struct Body<'a> {
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<IssuedType>,
    token_type: TokenType,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<&'a [ReviewDetail]>,
}

impl TokenAnswer {
    /// The body of the answer. It holds the tokens, so it is a secret; send it with `Cache-Control: no-store` (RFC 6749 §5.1).
    ///
    /// # Errors
    /// If it has no JSON form.
    pub fn into_json(self) -> Result<Secret, OAuthError> {
        let body = Body {
            access_token: self.access_token.expose(),
            issued_token_type: self.issued_token_type,
            token_type: self.token_type,
            expires_in: self.expires_in,
            scope: self.scope.as_deref(),
            refresh_token: self.refresh_token.as_ref().map(Secret::expose),
            authorization_details: self.authorization_details.as_deref(),
        };
        serde_json::to_string(&body).map(Secret::new).map_err(|_| OAuthError::new(ErrorCode::ServerError, "the answer has no JSON form"))
    }

    /// What [`TokenAnswer::into_json`] wrote, as a client reads it.
    ///
    /// # Errors
    /// If it is no such answer. The error names no value.
    pub fn parse(json: &[u8]) -> Result<Self, OAuthError> {
        serde_json::from_slice(json)
            .map_err(|e| OAuthError::new(ErrorCode::ServerError, format!("the token endpoint's answer can't be read at column {}", e.column())))
    }
}
