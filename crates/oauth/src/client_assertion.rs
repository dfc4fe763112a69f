//! How a client proves itself with a key of its own: `private_key_jwt` (RFC 7521 §4.2, RFC 7523 §3, with the audience of
//! draft-ietf-oauth-rfc7523bis).
//!
//! Whether an assertion was seen before is for a store: keep [`Assertion::jti_hash`] until [`Assertion::expires_at`].

use std::time::Duration;

use countersign_domain::Timestamp;
use serde::Deserialize;
use serde_json::Number;
use sha2::{Digest as _, Sha256};

pub use crate::{
    client_keys::{ClientKeys, ClientKeysError, MAX_KEYS, algorithms},
    jws::JwsError,
};
use crate::{
    error::{ErrorCode, OAuthError},
    jws::Unverified,
};

/// The only `client_assertion_type` that is taken (RFC 7523 §2.2).
pub const TYPE_JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The registered method (RFC 7591 §2).
pub const PRIVATE_KEY_JWT: &str = "private_key_jwt";
/// Bytes of an assertion: room for a signature of RSA 8192 and claims that are not read.
pub const MAX_ASSERTION: usize = 4 * 1024;
/// How far ahead `exp` may lie.
pub const MAX_AHEAD: Duration = Duration::from_mins(5);
/// How far the client's clock may be from the service's, either way.
pub const LEEWAY: Duration = Duration::from_secs(5);
/// `typ` of an assertion, if it has one. Tokens of all other kinds name theirs (RFC 8725 §3.11) and are refused by it.
const KINDS: [&str; 2] = ["client-authentication+jwt", "JWT"];
const MAX_CLIENT_ID: usize = 64;

/// What an assertion is held to.
#[derive(Debug, Clone)]
pub struct Expect<'a> {
    /// The client that it was found to be of.
    pub client_id: &'a str,
    /// The issuer identifier: what `aud` must be, exactly and alone.
    pub issuer: &'a str,
    /// The token endpoint's address, taken as `aud` too, only where the client's registration says that its library can't do better.
    pub token_endpoint_allowed: Option<&'a str>,
    /// The present instant.
    pub now: Timestamp,
}

/// An assertion that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The client that it proves.
    pub client_id: String,
    /// What to remember so that it counts once: a hash of client and `jti`, so that nobody can use up another's.
    pub jti_hash: [u8; 32],
    /// From when on it would be refused for its age, and need not be remembered.
    pub expires_at: Timestamp,
}

/// Why an assertion does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// It is no signed JWT that could be believed.
    #[error("`client_assertion` is not good: {0}")]
    Jws(#[from] JwsError),
    /// A token of another kind.
    #[error("`typ` of `client_assertion` must be `client-authentication+jwt`, or `JWT`, or be left out")]
    Type,
    /// Of another client, or said by one of another.
    #[error("`iss` and `sub` of `client_assertion` must both be the client's own `client_id`")]
    Client,
    /// For somebody else, or for several.
    #[error("`aud` of `client_assertion` must be the issuer identifier of this service, exactly and alone")]
    Audience,
    /// `exp` has passed.
    #[error("`client_assertion` has expired; make a new one for each request, and compare the clocks")]
    Expired,
    /// Lives too long.
    #[error("`exp` of `client_assertion` lies more than 5 minutes ahead; let it live for one minute")]
    TooLong,
    /// `iat` or `nbf` lies ahead.
    #[error("`client_assertion` is from the future; compare the clocks")]
    Ahead,
    /// `jti` has a strange length.
    #[error("`jti` of `client_assertion` must have 8 to 200 characters, new for each request")]
    Jti,
}

impl From<AssertionError> for OAuthError {
    fn from(error: AssertionError) -> Self {
        Self::new(ErrorCode::InvalidClient, error.to_string())
    }
}

/// RFC 7519 §4.1.3 lets one audience stand alone or in an array.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Array([String; 1]),
}

impl Audience {
    fn name(&self) -> &str {
        match self {
            Self::One(name) | Self::Array([name]) => name,
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    #[serde(deserialize_with = "alone")]
    aud: Option<Audience>,
    exp: Number,
    #[serde(default)]
    iat: Option<Number>,
    #[serde(default)]
    nbf: Option<Number>,
    jti: String,
}

/// None if it is neither one text nor an array of one: the fault is then named, and not only that the whole is malformed.
fn alone<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Audience>, D::Error> {
    let value = serde_json::Value::deserialize(d)?;
    Ok(serde_json::from_value(value).ok())
}

/// The assertion in a request, with its type: both or neither (RFC 7521 §4.2).
///
/// # Errors
/// `invalid_request` if one is missing, `invalid_client` for another type.
pub fn presented<'a>(assertion_type: Option<&str>, assertion: Option<&'a str>) -> Result<Option<&'a str>, OAuthError> {
    match (assertion_type, assertion) {
        (None, None) => Ok(None),
        (Some(TYPE_JWT_BEARER), Some(assertion)) => Ok(Some(assertion)),
        (Some(_), Some(_)) => Err(OAuthError::new(ErrorCode::InvalidClient, format!("`client_assertion_type` must be `{TYPE_JWT_BEARER}`"))),
        _ => Err(OAuthError::invalid_request("`client_assertion` and `client_assertion_type` go together; send both or neither")),
    }
}

/// Whose assertion this says that it is, to find the keys that it must be verified with. Nothing in it is verified.
#[must_use]
pub fn unverified_client_id(assertion: &str) -> Option<String> {
    let claims: Claims = Unverified::open(assertion, MAX_ASSERTION).ok()?.unverified().ok()?;
    let formed = (1..=MAX_CLIENT_ID).contains(&claims.sub.len()) && claims.sub.bytes().all(|b| b.is_ascii_graphic());
    (formed && claims.iss == claims.sub).then_some(claims.sub)
}

/// Verifies an assertion at an instant, with the keys of the client that it is expected to be of.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(assertion: &str, keys: &ClientKeys, expect: &Expect<'_>) -> Result<Assertion, AssertionError> {
    let unverified = Unverified::open(assertion, MAX_ASSERTION)?;
    // A key in the header would be the sender's choice.
    if unverified.header("jwk").is_some() {
        return Err(JwsError::Header("jwk").into());
    }
    let kind = |typ: &serde_json::Value| typ.as_str().is_some_and(|typ| KINDS.iter().any(|kind| typ.eq_ignore_ascii_case(kind)));
    if unverified.header("typ").is_some_and(|typ| !kind(typ)) {
        return Err(AssertionError::Type);
    }
    keys.verify(&unverified)?;
    let claims: Claims = unverified.unverified()?;
    check(claims, expect)
}

fn check(claims: Claims, expect: &Expect<'_>) -> Result<Assertion, AssertionError> {
    if claims.iss != expect.client_id || claims.sub != expect.client_id {
        return Err(AssertionError::Client);
    }
    let named = claims.aud.as_ref().map(Audience::name);
    if named != Some(expect.issuer) && (named.is_none() || named != expect.token_endpoint_allowed) {
        return Err(AssertionError::Audience);
    }
    let expires_at = date(&claims.exp)? + LEEWAY;
    if expires_at <= expect.now {
        return Err(AssertionError::Expired);
    }
    if expires_at > expect.now + MAX_AHEAD + LEEWAY + LEEWAY {
        return Err(AssertionError::TooLong);
    }
    for begun in [&claims.iat, &claims.nbf].into_iter().flatten() {
        if date(begun)? > expect.now + LEEWAY {
            return Err(AssertionError::Ahead);
        }
    }
    if !(8..=200).contains(&claims.jti.chars().count()) {
        return Err(AssertionError::Jti);
    }
    let jti_hash = Sha256::new().chain_update("client assertion jti").chain_update([0]).chain_update(&claims.sub).chain_update([0]).chain_update(&claims.jti);
    Ok(Assertion { client_id: claims.sub, jti_hash: jti_hash.finalize().into(), expires_at })
}

/// RFC 7519 §2: seconds since the Unix epoch, which some libraries write with a fraction. Cut to the second.
pub(crate) fn date(number: &Number) -> Result<Timestamp, AssertionError> {
    /// Above this a double no longer tells one second from the next.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(seconds) = number.as_i64() {
        return Ok(Timestamp::from_secs(seconds));
    }
    let seconds = number.as_f64().filter(|s| s.abs() < EXACT).ok_or(JwsError::Malformed)?;
    #[expect(clippy::cast_possible_truncation, reason = "cutting is what is wanted, and the size was checked above")]
    Ok(Timestamp::from_secs(seconds.floor() as i64))
}

#[cfg(test)]
#[path = "client_assertion_tests.rs"]
mod tests;
