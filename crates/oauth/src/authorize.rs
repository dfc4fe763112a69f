//! The authorization request (RFC 6749 §4.1.1) as a browser brings it, and the answers that go back by redirect.
//!
//! Who the person is and whether they may is for others; here it is only read, strictly, and in an order that keeps the browser from
//! being sent to an address that was not checked (RFC 6749 §4.1.2.1, RFC 9700 §4.1).

use countersign_domain::{RequestId, Secret, SessionId, canonical::Digest, review::Decision};
use serde::{Deserialize, Serialize};

use crate::{
    error::{ErrorCode, OAuthError},
    form::Form,
    pkce::{Challenge, S256},
    redirect::LoopbackRedirect,
    strict,
};

/// The one type of authorization detail (RFC 9396 §2): one act of review by one session.
pub const REQUEST_REVIEW: &str = "request_review";

const MAX_DETAILS: usize = 2048;
const MAX_STATE: usize = 512;
const MAX_ACR_VALUES: usize = 8;
/// A day: what is older counts as never.
const MAX_MAX_AGE: u64 = 86_400;

/// What a fresh proof is for: one person's yes or no to one request, by one session (RFC 9396).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewDetail {
    #[serde(rename = "type")]
    kind: ReviewKind,
    /// The request.
    pub request: RequestId,
    /// Its canonical form as the person saw it.
    pub digest: Digest,
    /// Yes or no.
    pub decision: Decision,
    /// The session that will send the review.
    pub session: SessionId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum ReviewKind {
    #[serde(rename = "request_review")]
    RequestReview,
}

impl ReviewDetail {
    /// A detail of this act.
    #[must_use]
    pub const fn new(request: RequestId, digest: Digest, decision: Decision, session: SessionId) -> Self {
        Self { kind: ReviewKind::RequestReview, request, digest, decision, session }
    }

    /// Reads `authorization_details`: an array with exactly one entry of our type, each member once, none unknown.
    ///
    /// # Errors
    /// `invalid_authorization_details`.
    pub fn parse(json: &str) -> Result<Self, OAuthError> {
        let refuse = |text: String| OAuthError::new(ErrorCode::InvalidAuthorizationDetails, text);
        if json.len() > MAX_DETAILS {
            return Err(refuse(format!("`authorization_details` is longer than {MAX_DETAILS} bytes")));
        }
        let details: Vec<Self> =
            strict::from_slice(json.as_bytes()).map_err(|e| refuse(format!("`authorization_details` takes entries of type `{REQUEST_REVIEW}` only: {e}")))?;
        match <[Self; 1]>::try_from(details) {
            Ok([detail]) => Ok(detail),
            Err(many) => Err(refuse(format!("`authorization_details` must have one entry, not {}", many.len()))),
        }
    }

    /// As [`ReviewDetail::parse`] reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!([self]).to_string()
    }
}

/// `prompt` (OpenID Connect Core §3.1.2.1, the values that mean something here).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Ask for the password, whoever is signed in.
    Login,
    /// Offer another person.
    SelectAccount,
}

/// An authorization request that is well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizeRequest {
    /// Which client asks.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: LoopbackRedirect,
    /// Given back unchanged.
    pub state: Option<String>,
    /// What the code's redeemer must prove to know (RFC 7636 §4.3).
    pub code_challenge: Challenge,
    /// How to ask.
    pub prompt: Option<Prompt>,
    /// The oldest acceptable sign-in, in seconds.
    pub max_age: Option<u64>,
    /// How the person should prove themselves, best first.
    pub acr_values: Vec<String>,
    /// Who is expected to sign in: `usr_…`.
    pub login_hint: Option<String>,
    /// What the proof is for, if it is for one act.
    pub review: Option<ReviewDetail>,
}

/// An authorization request that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeRefusal {
    /// Client or address are not good: the browser stays here and the person is told.
    #[error("{0}")]
    Shown(OAuthError),
    /// The address is good: the client is told by redirect.
    #[error("{error}")]
    Redirected {
        /// Where to.
        redirect_uri: LoopbackRedirect,
        /// Given back unchanged.
        state: Option<String>,
        /// What was wrong.
        error: OAuthError,
    },
}

impl AuthorizeRefusal {
    /// The address to redirect to, unless the refusal must be shown.
    #[must_use]
    pub fn location(&self, issuer: &str) -> Option<String> {
        match self {
            Self::Shown(_) => None,
            Self::Redirected { redirect_uri, state, error } => Some(refusal(redirect_uri, state.as_deref(), issuer, error)),
        }
    }
}

impl AuthorizeRequest {
    /// Reads the query of `/authorize`. `known` tells whether a client with this id is registered.
    ///
    /// # Errors
    /// Shown, as long as client and address are not known to be good; redirected from there on.
    pub fn parse(query: &str, known: impl FnOnce(&str) -> bool) -> Result<Self, AuthorizeRefusal> {
        let form = Form::parse(query.as_bytes()).map_err(AuthorizeRefusal::Shown)?;
        let (client_id, redirect_uri) = destination(&form, known).map_err(AuthorizeRefusal::Shown)?;
        // `state` before the rest, so that a refusal can give it back.
        let (state, read) = match state(&form) {
            Ok(state) => (state, Ok(())),
            Err(error) => (None, Err(error)),
        };
        read.and_then(|()| Self::rest(&form, client_id, redirect_uri.clone(), state.clone())).map_err(|error| AuthorizeRefusal::Redirected {
            redirect_uri,
            state,
            error,
        })
    }

    fn rest(form: &Form, client_id: String, redirect_uri: LoopbackRedirect, state: Option<String>) -> Result<Self, OAuthError> {
        if form.required("response_type")? != "code" {
            return Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "`response_type` must be `code`"));
        }
        for name in ["request", "request_uri", "response_mode"] {
            if form.get(name).is_some() {
                return Err(OAuthError::invalid_request(format!("`{name}` is not supported; send plain parameters")));
            }
        }
        if form.get("scope").is_some() {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "sign-in grants no scope; leave `scope` out"));
        }
        Ok(Self {
            client_id,
            redirect_uri,
            state,
            code_challenge: challenge(form)?,
            prompt: prompt(form)?,
            max_age: max_age(form)?,
            acr_values: acr_values(form)?,
            login_hint: login_hint(form)?,
            review: form.get("authorization_details").map(ReviewDetail::parse).transpose()?,
        })
    }

    /// Where the browser goes with a code: with `state`, and `iss` so that the client sees who answered (RFC 9207 §2).
    #[must_use]
    pub fn granted(&self, issuer: &str, code: &Secret) -> Secret {
        let mut pairs = vec![("code", code.expose()), ("iss", issuer)];
        pairs.extend(self.state.as_deref().map(|s| ("state", s)));
        Secret::new(self.redirect_uri.with(&pairs))
    }

    /// Where the browser goes with a refusal.
    #[must_use]
    pub fn refused(&self, issuer: &str, error: &OAuthError) -> String {
        refusal(&self.redirect_uri, self.state.as_deref(), issuer, error)
    }

    /// The query that [`AuthorizeRequest::parse`] reads: what a console opens the browser with, and a page carries along.
    #[must_use]
    pub fn to_query(&self) -> String {
        let (max_age, acr_values) = (self.max_age.map(|s| s.to_string()), self.acr_values.join(" "));
        let details = self.review.as_ref().map(ReviewDetail::to_json);
        let prompt = self.prompt.map(|p| match p {
            Prompt::Login => "login",
            Prompt::SelectAccount => "select_account",
        });
        let optional = [
            ("state", self.state.as_deref()),
            ("prompt", prompt),
            ("max_age", max_age.as_deref()),
            ("acr_values", Some(acr_values.as_str()).filter(|v| !v.is_empty())),
            ("login_hint", self.login_hint.as_deref()),
            ("authorization_details", details.as_deref()),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("response_type", "code").append_pair("client_id", &self.client_id).append_pair("redirect_uri", self.redirect_uri.as_str());
        query.append_pair("code_challenge", self.code_challenge.as_str()).append_pair("code_challenge_method", S256);
        query.extend_pairs(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
        query.finish()
    }
}

fn refusal(to: &LoopbackRedirect, state: Option<&str>, issuer: &str, error: &OAuthError) -> String {
    let description = crate::error::printable(&error.description);
    let mut pairs = vec![("error", error.code.as_str()), ("error_description", &description), ("iss", issuer)];
    pairs.extend(state.map(|s| ("state", s)));
    to.with(&pairs)
}

fn destination(form: &Form, known: impl FnOnce(&str) -> bool) -> Result<(String, LoopbackRedirect), OAuthError> {
    let client_id = form.required("client_id")?;
    if !known(client_id) {
        return Err(OAuthError::invalid_request("`client_id` names no client that is registered here"));
    }
    let redirect_uri = LoopbackRedirect::parse(form.required("redirect_uri")?).map_err(|e| OAuthError::invalid_request(e.to_string()))?;
    Ok((client_id.to_owned(), redirect_uri))
}

fn state(form: &Form) -> Result<Option<String>, OAuthError> {
    match form.get("state") {
        // RFC 6749 appendix A.5: VSCHAR.
        Some(state) if state.len() > MAX_STATE || !state.bytes().all(|b| (0x20..0x7f).contains(&b)) => {
            Err(OAuthError::invalid_request(format!("`state` must be at most {MAX_STATE} printable ASCII characters")))
        }
        state => Ok(state.map(str::to_owned)),
    }
}

fn challenge(form: &Form) -> Result<Challenge, OAuthError> {
    let challenge = form.required("code_challenge")?;
    if form.required("code_challenge_method")? != S256 {
        return Err(OAuthError::invalid_request("`code_challenge_method` must be `S256`"));
    }
    Challenge::parse(challenge).map_err(|e| OAuthError::invalid_request(e.to_string()))
}

fn prompt(form: &Form) -> Result<Option<Prompt>, OAuthError> {
    match form.get("prompt") {
        None => Ok(None),
        Some("login") => Ok(Some(Prompt::Login)),
        Some("select_account") => Ok(Some(Prompt::SelectAccount)),
        Some(_) => Err(OAuthError::invalid_request("`prompt` must be `login` or `select_account`")),
    }
}

fn max_age(form: &Form) -> Result<Option<u64>, OAuthError> {
    let Some(text) = form.get("max_age") else { return Ok(None) };
    match text.parse::<u64>() {
        Ok(seconds) if seconds <= MAX_MAX_AGE && seconds.to_string() == text => Ok(Some(seconds)),
        _ => Err(OAuthError::invalid_request(format!("`max_age` must be a whole number of seconds up to {MAX_MAX_AGE}"))),
    }
}

fn acr_values(form: &Form) -> Result<Vec<String>, OAuthError> {
    let values: Vec<String> = form.get("acr_values").into_iter().flat_map(str::split_ascii_whitespace).map(str::to_owned).collect();
    if values.len() > MAX_ACR_VALUES {
        return Err(OAuthError::invalid_request(format!("`acr_values` names more than {MAX_ACR_VALUES}")));
    }
    Ok(values)
}

fn login_hint(form: &Form) -> Result<Option<String>, OAuthError> {
    match form.get("login_hint") {
        Some(hint) if hint.len() > 200 => Err(OAuthError::invalid_request("`login_hint` is longer than 200 bytes")),
        hint => Ok(hint.map(str::to_owned)),
    }
}

#[cfg(test)]
#[path = "authorize_tests.rs"]
mod tests;
