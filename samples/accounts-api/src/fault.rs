//! How they say no: RFC 6750 §3 in the header, the same in JSON, and what to do about it.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a call was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No token at all: RFC 6750 §3.1 wants no error code then.
    #[error("send a token as `Authorization: Bearer …`")]
    NoToken,
    /// A token that is not good (RFC 6750 §3.1).
    #[error("{0}")]
    InvalidToken(String),
    /// A good token that does not reach this far.
    #[error("{text}")]
    InsufficientScope {
        /// What would reach.
        scope: &'static str,
        /// What to do.
        text: String,
    },
    /// The call makes no sense.
    #[error("{0}")]
    InvalidRequest(String),
    /// No such thing.
    #[error("{0}")]
    NotFound(String),
    /// The issuer does not answer. Nothing was done.
    #[error("the token could not be checked, and nothing was done; try again in a moment")]
    IssuerUnreachable,
}

impl Fault {
    const fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoToken | Self::InvalidToken(_) => (StatusCode::UNAUTHORIZED, "invalid_token"),
            Self::InsufficientScope { .. } => (StatusCode::FORBIDDEN, "insufficient_scope"),
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::IssuerUnreachable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
        }
    }

    /// The parameters of the challenge, after the realm.
    fn challenge(&self) -> Option<String> {
        let (_, error) = self.parts();
        // A quoted string has neither of these (RFC 9110 §5.6.4).
        let text: String = self.to_string().chars().filter(|c| (' '..='~').contains(c) && !matches!(c, '"' | '\\')).collect();
        match self {
            Self::NoToken => Some(String::new()),
            Self::InvalidToken(_) => Some(format!(", error=\"{error}\", error_description=\"{text}\"")),
            Self::InsufficientScope { scope, .. } => Some(format!(", error=\"{error}\", error_description=\"{text}\", scope=\"{scope}\"")),
            _ => None,
        }
    }
}

/// What a refusal says in `WWW-Authenticate`; [`crate::resource::challenged`] writes it, who knows whose refusal it is.
#[derive(Debug, Clone)]
pub(crate) struct Challenge(pub(crate) String);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, error) = self.parts();
        let mut response = (status, Json(json!({ "error": error, "error_description": self.to_string() }))).into_response();
        if let Some(parameters) = self.challenge() {
            response.extensions_mut().insert(Challenge(parameters));
        }
        response
    }
}
