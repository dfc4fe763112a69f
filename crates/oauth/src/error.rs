//! What an OAuth endpoint answers when it does not do what was asked: one closed list of codes and a sentence.
//!
//! The sentence goes to programmers and logs of clients. It never holds a secret: whoever makes one names parameters, not their values.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)*) => {
        /// Why an OAuth endpoint refuses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ErrorCode {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it goes over the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status of a JSON answer with this code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    /// A parameter is missing, repeated, malformed or not understood (RFC 6749 §5.2).
    InvalidRequest = "invalid_request", 400;
    /// The client is unknown or did not prove itself (RFC 6749 §5.2).
    InvalidClient = "invalid_client", 401;
    /// The code, refresh token or subject token is not good, or not for this client and key (RFC 6749 §5.2).
    InvalidGrant = "invalid_grant", 400;
    /// This client may not use this grant (RFC 6749 §5.2).
    UnauthorizedClient = "unauthorized_client", 400;
    /// The grant type is not one of ours (RFC 6749 §5.2).
    UnsupportedGrantType = "unsupported_grant_type", 400;
    /// The scope is malformed, unknown, or wider than what was granted (RFC 6749 §5.2).
    InvalidScope = "invalid_scope", 400;
    /// A person or a policy said no (RFC 6749 §4.1.2.1).
    AccessDenied = "access_denied", 403;
    /// Only `code` is answered (RFC 6749 §4.1.2.1).
    UnsupportedResponseType = "unsupported_response_type", 400;
    /// Something broke inside (RFC 6749 §4.1.2.1).
    ServerError = "server_error", 500;
    /// Not now (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable = "temporarily_unavailable", 503;
    /// The audience or resource is unknown, missing or more than one (RFC 8693 §2.2.2).
    InvalidTarget = "invalid_target", 400;
    /// The proof of the key is not good (RFC 9449 §5).
    InvalidDpopProof = "invalid_dpop_proof", 400;
    /// The proof must carry a nonce of ours (RFC 9449 §8).
    UseDpopNonce = "use_dpop_nonce", 400;
    /// The person must prove again who they are (RFC 9470 §3).
    InsufficientUserAuthentication = "insufficient_user_authentication", 401;
    /// The access token is expired, revoked or malformed (RFC 6750 §3.1).
    InvalidToken = "invalid_token", 401;
    /// The access token does not reach this far (RFC 6750 §3.1).
    InsufficientScope = "insufficient_scope", 403;
    /// The authorization details are malformed or of an unknown type (RFC 9396 §5).
    InvalidAuthorizationDetails = "invalid_authorization_details", 400;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal of an OAuth endpoint: `{"error": …, "error_description": …}` (RFC 6749 §5.2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Deserialize)]
#[error("{code}: {description}")]
pub struct OAuthError {
    /// What a client acts on.
    #[serde(rename = "error")]
    pub code: ErrorCode,
    /// What a programmer reads: what was wrong and what to do.
    #[serde(rename = "error_description", default)]
    pub description: String,
    /// Which of this service's own conditions was not met, where the code alone does not tell: `delegation_ended`, `rail:no-loops`.
    #[serde(rename = "countersign_code", default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl OAuthError {
    /// A refusal with its sentence.
    #[must_use]
    pub fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), reason: None }
    }

    /// `invalid_request`, the most frequent.
    #[must_use]
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// The HTTP status of a JSON answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.code.status()
    }

    /// The body of a JSON answer.
    #[must_use]
    pub fn into_json(self) -> serde_json::Value {
        let mut body = serde_json::json!({ "error": self.code, "error_description": printable(&self.description) });
        if let (Some(reason), Some(members)) = (self.reason, body.as_object_mut()) {
            members.insert("countersign_code".into(), reason.into());
        }
        body
    }
}

impl Serialize for OAuthError {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.clone().into_json().serialize(s)
    }
}

/// The alphabet of `error_description` is %x20-21, %x23-5B, %x5D-7E (RFC 6749 §5.2); what lies outside becomes `?`, a quote an apostrophe,
/// and the sign of a section its word.
pub(crate) fn printable(text: &str) -> String {
    text.replace('§', "section ")
        .chars()
        .map(|c| match c {
            '"' => '\'',
            ' '..='~' if c != '\\' => c,
            _ => '?',
        })
        .take(1000)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_keeps_to_the_alphabet_of_the_rfc() {
        let body = OAuthError::invalid_request("`sc\"ope\\` was\nsent twice, ä").into_json();
        assert_eq!(body["error"], "invalid_request");
        assert_eq!(body["error_description"], "`sc'ope?` was?sent twice, ?");
        let body = OAuthError::invalid_request("send a DPoP proof (RFC 9449 §5)").into_json();
        assert_eq!(body["error_description"], "send a DPoP proof (RFC 9449 section 5)");
    }

    #[test]
    fn codes_read_back_as_they_were_written() {
        for code in ErrorCode::ALL {
            let error = OAuthError::new(*code, "why");
            let text = serde_json::to_string(&error).unwrap();
            assert_eq!(serde_json::from_str::<OAuthError>(&text).unwrap(), error);
            assert!(text.contains(code.as_str()), "{text}");
        }
        assert_eq!(ErrorCode::InvalidClient.status(), 401);
        assert_eq!(ErrorCode::InvalidGrant.status(), 400);
    }
}
