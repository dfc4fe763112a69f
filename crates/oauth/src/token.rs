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
    /// Get a token for the client itself (RFC 6749 §4.4.2).
    ClientCredentials {
        /// For whom: the issuer, if it is named at all.
        target: Option<String>,
    },
    /// Exchange a warrant or a token for a token (RFC 8693 §2.1).
    Exchange(ExchangeRequest),
}

/// What is exchanged.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A console's warrant.
    Warrant(Secret),
    /// A token that an API was called with, by the API's own client.
    Token(Secret),
}

impl Subject {
    /// Its `subject_token_type`.
    #[must_use]
    pub const fn token_type(&self) -> &'static str {
        match self {
            Self::Warrant(_) => TYPE_WARRANT,
            Self::Token(_) => TYPE_ACCESS_TOKEN,
        }
    }
}

/// A token exchange (RFC 8693 §2.1).
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeRequest {
    /// On whose behalf.
    pub subject: Subject,
    /// Who acts: the agent's own live access token beside a warrant, the machine's own beside a token. A machine may leave it out: it has proved who it is.
    pub actor_token: Option<Secret>,
    /// The API, by the audience of its contract; sent as `audience` or as `resource`.
    pub target: String,
    /// The actions wanted; all that were signed if empty.
    pub scope: BTreeSet<String>,
    /// What the answer should be called.
    pub requested: IssuedType,
    /// Which client asks, as far as the body says.
    pub client_id: Option<String>,
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
        Self::read(&Form::parse(body)?)
    }

    /// Reads what a form asks.
    ///
    /// # Errors
    /// As [`TokenRequest::parse`].
    pub fn read(form: &Form) -> Result<Self, OAuthError> {
        let grant = form.required("grant_type")?;
        // RFC 9396 §5: a restriction that is not understood is refused; whoever asks for one must not believe that they have it.
        if form.get("authorization_details").is_some() {
            let text = "no grant takes `authorization_details` here; leave it out, and narrow by `scope`";
            return Err(OAuthError::new(ErrorCode::InvalidAuthorizationDetails, text));
        }
        match grant {
            "authorization_code" => Self::code(form),
            "refresh_token" => Self::refresh(form),
            "client_credentials" => Self::own(form),
            GRANT_EXCHANGE => ExchangeRequest::read(form).map(Self::Exchange),
            _ => {
                let text = format!("`grant_type` must be `authorization_code`, `refresh_token`, `client_credentials` or `{GRANT_EXCHANGE}`");
                Err(OAuthError::new(ErrorCode::UnsupportedGrantType, text))
            }
        }
    }

    fn own(form: &Form) -> Result<Self, OAuthError> {
        if form.get("scope").is_some() {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "a client's own token has no scope; leave `scope` out, and exchange for what you need"));
        }
        let target = if form.get("audience").is_some() || form.get("resource").is_some() { Some(target(form)?) } else { None };
        Ok(Self::ClientCredentials { target })
    }

    /// A sign-in is good at this service alone (RFC 8707 §2).
    fn targets_nothing(form: &Form) -> Result<(), OAuthError> {
        if form.get("audience").is_some() || form.get("resource").is_some() {
            let text = "a sign-in is good at this service only; leave `resource` and `audience` out, and exchange for what you need";
            return Err(OAuthError::new(ErrorCode::InvalidTarget, text));
        }
        Ok(())
    }

    fn code(form: &Form) -> Result<Self, OAuthError> {
        Self::targets_nothing(form)?;
        Ok(Self::AuthorizationCode {
            client_id: form.required("client_id")?.to_owned(),
            code: form.required_secret("code")?,
            redirect_uri: LoopbackRedirect::parse(form.required("redirect_uri")?).map_err(|e| OAuthError::invalid_request(e.to_string()))?,
            code_verifier: form.required_secret("code_verifier")?,
        })
    }

    fn refresh(form: &Form) -> Result<Self, OAuthError> {
        Self::targets_nothing(form)?;
        if form.get("scope").is_some() {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "a session has no scope; leave `scope` out"));
        }
        Ok(Self::RefreshToken { client_id: form.required("client_id")?.to_owned(), refresh_token: form.required_secret("refresh_token")? })
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
            Self::ClientCredentials { target } => {
                let mut pairs = vec![("grant_type", "client_credentials")];
                // Any target reads as an audience; a resource has to be an address.
                pairs.extend(target.as_deref().map(|t| ("audience", t)));
                form::write(&pairs)
            }
            Self::Exchange(exchange) => exchange.to_body(),
        }
    }
}

impl ExchangeRequest {
    fn read(form: &Form) -> Result<Self, OAuthError> {
        let token = form.required_secret("subject_token")?;
        let subject = subject(token, form.required("subject_token_type")?)?;
        Ok(Self {
            client_id: form.get("client_id").map(str::to_owned),
            actor_token: actor(form, &subject)?,
            subject,
            target: target(form)?,
            scope: form.get("scope").map(scope).transpose()?.unwrap_or_default(),
            requested: requested(form)?,
        })
    }

    fn to_body(&self) -> Secret {
        let scope = self.scope.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let (Subject::Warrant(token) | Subject::Token(token)) = &self.subject;
        let mut pairs = vec![
            ("grant_type", GRANT_EXCHANGE),
            ("subject_token", token.expose()),
            ("subject_token_type", self.subject.token_type()),
            ("audience", self.target.as_str()),
            ("requested_token_type", self.requested.as_str()),
        ];
        pairs.extend(self.client_id.as_deref().map(|id| ("client_id", id)));
        if let Some(actor) = &self.actor_token {
            pairs.extend([("actor_token", actor.expose()), ("actor_token_type", TYPE_ACCESS_TOKEN)]);
        }
        if !scope.is_empty() {
            pairs.push(("scope", &scope));
        }
        form::write(&pairs)
    }
}

fn subject(token: Secret, given: &str) -> Result<Subject, OAuthError> {
    match given {
        TYPE_WARRANT => return Ok(Subject::Warrant(token)),
        TYPE_ACCESS_TOKEN | TYPE_JWT => return Ok(Subject::Token(token)),
        _ => {}
    }
    let known = ["id_token", "refresh_token", "saml1", "saml2"].into_iter().find(|t| given.strip_prefix("urn:ietf:params:oauth:token-type:") == Some(*t));
    let what = known.map_or("a token of this type".to_owned(), |t| format!("`{t}`"));
    Err(OAuthError::invalid_request(format!(
        "{what} is not accepted as subject token; `subject_token_type` must be `{TYPE_ACCESS_TOKEN}`, `{TYPE_JWT}` or `{TYPE_WARRANT}`"
    )))
}

fn actor(form: &Form, subject: &Subject) -> Result<Option<Secret>, OAuthError> {
    match (form.secret("actor_token"), form.get("actor_token_type")) {
        (Some(token), Some(TYPE_ACCESS_TOKEN)) => Ok(Some(token)),
        (None, None) if matches!(subject, Subject::Token(_)) => Ok(None),
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
