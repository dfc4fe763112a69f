//! The token endpoint's requests (RFC 6749 §4.1.3 and §6, RFC 8693 §2.1), and its answer.

use std::collections::BTreeSet;

use countersign_domain::Secret;
use serde::{Deserialize, Serialize};

pub use crate::answer::{TokenAnswer, TokenType};
use crate::{
    error::{ErrorCode, OAuthError},
    form::{self, Form},
    redirect::LoopbackRedirect,
};

/// `grant_type` of a token exchange (RFC 8693 §2.1).
pub const GRANT_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// An access token (RFC 8693 §3).
pub const TYPE_ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// A JWT (RFC 8693 §3).
pub const TYPE_JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// A warrant: the console's handle on a delegation.
pub const TYPE_WARRANT: &str = "urn:countersign:params:oauth:token-type:warrant";

/// What a client asks of the token endpoint.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenRequest {
    /// Redeem a code (RFC 6749 §4.1.3).
    AuthorizationCode {
        /// The code.
        code: Secret,
        /// The very address that the code was sent to.
        redirect_uri: LoopbackRedirect,
        /// What the challenge was made of (RFC 7636 §4.5).
        code_verifier: Secret,
        /// Which client asks.
        client_id: String,
    },
    /// Get the next access token (RFC 6749 §6).
    RefreshToken {
        /// The refresh token.
        refresh_token: Secret,
        /// Which client asks.
        client_id: String,
    },
    /// Exchange a warrant for a token (RFC 8693 §2.1).
    Exchange(ExchangeRequest),
}

/// A token exchange (RFC 8693 §2.1): a warrant and the agent's own access token against a token for one API.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeRequest {
    /// The warrant.
    pub subject_token: Secret,
    /// The acting agent's own live access token.
    pub actor_token: Secret,
    /// The API, by the audience of its contract; sent as `audience` or as `resource`.
    pub target: String,
    /// The actions wanted; all that were signed if empty.
    pub scope: BTreeSet<String>,
    /// What the answer should be called.
    pub requested: IssuedType,
    /// Which client asks.
    pub client_id: String,
}

/// What an exchange may issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum IssuedType {
    /// [`TYPE_ACCESS_TOKEN`], which is also what is issued when nothing is asked for.
    #[default]
    #[serde(rename = "urn:ietf:params:oauth:token-type:access_token")]
    AccessToken,
    /// [`TYPE_JWT`].
    #[serde(rename = "urn:ietf:params:oauth:token-type:jwt")]
    Jwt,
}

impl IssuedType {
    /// Its URN.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => TYPE_ACCESS_TOKEN,
            Self::Jwt => TYPE_JWT,
        }
    }
}

impl TokenRequest {
    /// Reads the body of `POST /oauth/token`.
    ///
    /// # Errors
    /// As RFC 6749 §5.2 and RFC 8693 §2.2.2 name them.
    pub fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        let form = Form::parse(body)?;
        match form.required("grant_type")? {
            "authorization_code" => Self::code(&form),
            "refresh_token" => Self::refresh(&form),
            GRANT_EXCHANGE => ExchangeRequest::read(&form).map(Self::Exchange),
            _ => {
                let text = format!("`grant_type` must be `authorization_code`, `refresh_token` or `{GRANT_EXCHANGE}`");
                Err(OAuthError::new(ErrorCode::UnsupportedGrantType, text))
            }
        }
    }

    fn code(form: &Form) -> Result<Self, OAuthError> {
        Ok(Self::AuthorizationCode {
            client_id: form.required("client_id")?.to_owned(),
            code: form.required_secret("code")?,
            redirect_uri: LoopbackRedirect::parse(form.required("redirect_uri")?).map_err(|e| OAuthError::invalid_request(e.to_string()))?,
            code_verifier: form.required_secret("code_verifier")?,
        })
    }

    fn refresh(form: &Form) -> Result<Self, OAuthError> {
        if form.get("scope").is_some() {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "a session has no scope; leave `scope` out"));
        }
        Ok(Self::RefreshToken { client_id: form.required("client_id")?.to_owned(), refresh_token: form.required_secret("refresh_token")? })
    }

    /// Which client asks.
    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            Self::AuthorizationCode { client_id, .. } | Self::RefreshToken { client_id, .. } => client_id,
            Self::Exchange(exchange) => &exchange.client_id,
        }
    }

    /// The body that [`TokenRequest::parse`] reads, as a client sends it.
    #[must_use]
    pub fn to_body(&self) -> Secret {
        match self {
            Self::AuthorizationCode { code, redirect_uri, code_verifier, client_id } => form::write(&[
                ("grant_type", "authorization_code"),
                ("client_id", client_id),
                ("code", code.expose()),
                ("redirect_uri", redirect_uri.as_str()),
                ("code_verifier", code_verifier.expose()),
            ]),
            Self::RefreshToken { refresh_token, client_id } => {
                form::write(&[("grant_type", "refresh_token"), ("client_id", client_id), ("refresh_token", refresh_token.expose())])
            }
            Self::Exchange(exchange) => exchange.to_body(),
        }
    }
}

impl ExchangeRequest {
    fn read(form: &Form) -> Result<Self, OAuthError> {
        let subject_token = form.required_secret("subject_token")?;
        subject_type(form.required("subject_token_type")?)?;
        Ok(Self {
            client_id: form.required("client_id")?.to_owned(),
            subject_token,
            actor_token: actor(form)?,
            target: target(form)?,
            scope: form.get("scope").map(scope).transpose()?.unwrap_or_default(),
            requested: requested(form)?,
        })
    }

    fn to_body(&self) -> Secret {
        let scope = self.scope.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let mut pairs = vec![
            ("grant_type", GRANT_EXCHANGE),
            ("client_id", self.client_id.as_str()),
            ("subject_token", self.subject_token.expose()),
            ("subject_token_type", TYPE_WARRANT),
            ("actor_token", self.actor_token.expose()),
            ("actor_token_type", TYPE_ACCESS_TOKEN),
            ("audience", self.target.as_str()),
            ("requested_token_type", self.requested.as_str()),
        ];
        if !scope.is_empty() {
            pairs.push(("scope", &scope));
        }
        form::write(&pairs)
    }
}

/// First-party tokens are never subject tokens, and no issuer of foreign ones is registered: a warrant it is.
fn subject_type(given: &str) -> Result<(), OAuthError> {
    if given == TYPE_WARRANT {
        return Ok(());
    }
    let known = ["id_token", "refresh_token", "access_token", "jwt", "saml1", "saml2"]
        .into_iter()
        .find(|t| given.strip_prefix("urn:ietf:params:oauth:token-type:") == Some(*t));
    let what = known.map_or("a token of this type".to_owned(), |t| format!("`{t}`"));
    Err(OAuthError::invalid_request(format!("{what} is not accepted as subject token; `subject_token_type` must be `{TYPE_WARRANT}`")))
}

fn actor(form: &Form) -> Result<Secret, OAuthError> {
    match (form.secret("actor_token"), form.get("actor_token_type")) {
        (Some(token), Some(TYPE_ACCESS_TOKEN)) => Ok(token),
        (Some(_), Some(_)) => Err(OAuthError::invalid_request(format!("`actor_token_type` must be `{TYPE_ACCESS_TOKEN}`"))),
        (Some(_), None) => Err(OAuthError::invalid_request("`actor_token_type` is missing beside `actor_token`")),
        (None, Some(_)) => Err(OAuthError::invalid_request("`actor_token_type` was sent without an `actor_token`")),
        (None, None) => Err(OAuthError::invalid_request("`actor_token` is missing: nobody acts without a name; send the agent's own access token")),
    }
}

fn target(form: &Form) -> Result<String, OAuthError> {
    let refuse = |text: &str| OAuthError::new(ErrorCode::InvalidTarget, text);
    match (form.get("audience"), form.get("resource")) {
        (Some(one), None) => Ok(one.to_owned()),
        (None, Some(one)) if url::Url::parse(one).is_ok_and(|u| u.fragment().is_none()) => Ok(one.to_owned()),
        // RFC 8707 §2.
        (None, Some(_)) => Err(refuse("`resource` must be an absolute URI without a fragment")),
        (Some(_), Some(_)) => Err(refuse("both `audience` and `resource` were sent; ask for one API at a time")),
        (None, None) => Err(refuse("`audience` or `resource` is missing: which API is the token for?")),
    }
}

fn requested(form: &Form) -> Result<IssuedType, OAuthError> {
    match form.get("requested_token_type") {
        None | Some(TYPE_ACCESS_TOKEN) => Ok(IssuedType::AccessToken),
        Some(TYPE_JWT) => Ok(IssuedType::Jwt),
        Some(_) => Err(OAuthError::invalid_request(format!("`requested_token_type` must be `{TYPE_ACCESS_TOKEN}` or `{TYPE_JWT}`"))),
    }
}

/// Reads a `scope` (RFC 6749 §3.3): tokens of printable ASCII but `"` and `\`, one space between.
///
/// # Errors
/// `invalid_scope`.
pub fn scope(text: &str) -> Result<BTreeSet<String>, OAuthError> {
    let sign = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let mut scope = BTreeSet::new();
    for value in text.split(' ') {
        if value.is_empty() || value.len() > 200 || !value.bytes().all(sign) {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "`scope` must be names with one space between them"));
        }
        scope.insert(value.to_owned());
    }
    Ok(scope)
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
