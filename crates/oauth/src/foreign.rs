//! Access tokens of other issuers (RFC 9068, RFC 8725), as far as they can be believed without asking anybody.
//!
//! An issuer is chosen by what the token says of itself; everything that it says is then verified with that issuer's keys alone, and no
//! key, no address and no algorithm is ever taken from the token. Whose customer it names, and how old it may be, is for the engine.

use std::{collections::BTreeSet, time::Duration};

use countersign_domain::{Timestamp, alg::Algorithm};
use serde_json::{Map, Number, Value};
use sha2::{Digest as _, Sha256};

use crate::{
    client_assertion::date,
    client_keys::{ClientKeys, ClientKeysError},
    jws::{JwsError, Unverified},
    strict,
};

/// Bytes of a token: those of others are longer than ours.
pub const MAX_TOKEN: usize = 16 * 1024;
/// How far an issuer's clock may be ahead of ours.
pub const LEEWAY: Duration = Duration::from_secs(5);
/// Characters of a customer's name.
const MAX_SUBJECT: usize = 200;
/// Thumbprints of certificates, which some issuers put into every header. They choose nothing here.
const UNREAD: [&str; 2] = ["x5t", "x5t#S256"];
/// Claims that an access token has none of, and an id token does (OpenID Connect Core §2, §3.1.3.6, §3.3.2.11).
const OF_ID_TOKENS: [&str; 4] = ["nonce", "at_hash", "c_hash", "s_hash"];

/// Claims of a token that somebody acts with, or that was made from one of ours.
const CAME_FROM_ELSEWHERE: [&str; 2] = ["act", "dlg"];

/// Why a token of another issuer does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForeignError {
    /// It is no signed JWT that could be believed.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// None of the issuer's keys has its name. They may have changed since they were read.
    #[error("`kid` names no key that the issuer publishes")]
    UnknownKey,
    /// Signed with what is not registered.
    #[error("`alg` is not one that the issuer is registered with")]
    Algorithm,
    /// Of a kind that is not registered.
    #[error("`typ` is not one that the issuer is registered with; access tokens are `at+jwt`")]
    Type,
    /// Of the kind that tells a client who signed in.
    #[error("it is an id token, or made for the client that got it; send the access token that your API was called with")]
    IdToken,
    /// Of some other kind, as it says itself.
    #[error("it says itself that it is no access token")]
    NotAccess,
    /// It was passed on before.
    #[error("it names who acts (`act`), or a delegation (`dlg`); only a token that the customer brings themselves is taken")]
    Acts,
    /// It is bound to a key or certificate of its holder.
    #[error("it is bound to the customer's key (`cnf`), whose possession only the customer can prove; have the issuer give bearer tokens for your API")]
    Bound,
    /// A claim is missing, or not what it should be.
    #[error("the claim `{0}` is missing or malformed")]
    Claim(String),
    /// Made for several, or for nobody.
    #[error("`aud` must name one API, alone")]
    Audience,
    /// `exp` has passed.
    #[error("it has expired")]
    Expired,
    /// `iat` or `nbf` lies ahead.
    #[error("it is not valid yet; compare the clocks")]
    Ahead,
}

/// An issuer's public keys.
#[derive(Debug)]
pub struct ForeignKeys(ClientKeys);

impl ForeignKeys {
    /// Reads a JWK set (RFC 7517 §5). Keys that can't be used here are left out.
    ///
    /// # Errors
    /// If it is no set.
    pub fn parse(json: &[u8]) -> Result<Self, ClientKeysError> {
        let set: Value = strict::from_slice(json).map_err(|_| ClientKeysError::NotASet)?;
        ClientKeys::parse_published(&set).map(Self)
    }
}

/// What a token is held to.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// What it may be signed with.
    pub algs: &'a [Algorithm],
    /// The kinds that are taken.
    pub typ: &'a [String],
    /// The claim that holds the customer.
    pub customer: &'a str,
    /// The present instant.
    pub now: Timestamp,
}

/// What a token says, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignToken {
    /// What the issuer calls the customer.
    pub subject: String,
    /// The one that it is for.
    pub audience: String,
    /// The issuer's own scope values.
    pub scope: BTreeSet<String>,
    /// Who may exchange it, if it says so (RFC 8693 §4.4).
    pub may_act: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From when on it no longer counts.
    pub expires_at: Timestamp,
    /// Fingerprint of what was signed. The signature is left out: of some kinds there are two for the same.
    pub hash: [u8; 32],
}

/// Which issuer a token claims to be of, to find the keys that it must be verified with. Nothing in it is verified.
#[must_use]
pub fn unverified_issuer(token: &str) -> Option<String> {
    let claims: Map<String, Value> = Unverified::open_with(token, MAX_TOKEN, &UNREAD).ok()?.unverified().ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

/// Verifies a token at an instant (RFC 9068 §4). How old it may be is for the caller.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(token: &str, keys: &ForeignKeys, expect: &Expect<'_>) -> Result<ForeignToken, ForeignError> {
    let unverified = Unverified::open_with(token, MAX_TOKEN, &UNREAD)?;
    if unverified.header("jwk").is_some() {
        return Err(JwsError::Header("jwk").into());
    }
    let typ = unverified.text("typ").unwrap_or_default().to_ascii_lowercase();
    // RFC 7515 §4.1.9: the prefix may be left out, and means the same.
    let kind = typ.strip_prefix("application/").unwrap_or(&typ);
    if !expect.typ.iter().any(|t| t.eq_ignore_ascii_case(kind)) {
        return Err(ForeignError::Type);
    }
    let alg = unverified.text("alg").and_then(Algorithm::parse);
    if !alg.is_some_and(|alg| expect.algs.contains(&alg)) {
        return Err(ForeignError::Algorithm);
    }
    if !keys.0.could_have_signed(&unverified) {
        return Err(ForeignError::UnknownKey);
    }
    keys.0.verify(&unverified)?;
    let hash = Sha256::new().chain_update("customer token").chain_update([0]).chain_update(unverified.message()).finalize().into();
    read(&Claims(unverified.unverified()?), expect, hash)
}

fn read(claims: &Claims, expect: &Expect<'_>, hash: [u8; 32]) -> Result<ForeignToken, ForeignError> {
    if claims.text("iss")? != expect.issuer {
        return Err(ForeignError::Claim("iss".into()));
    }
    let audience = claims.audience()?;
    claims.check_kind(audience)?;
    let (issued_at, expires_at) = (claims.date("iat")?, claims.date("exp")?);
    if expires_at <= expect.now {
        return Err(ForeignError::Expired);
    }
    let begins = if claims.0.contains_key("nbf") { claims.date("nbf")?.max(issued_at) } else { issued_at };
    if begins > expect.now + LEEWAY {
        return Err(ForeignError::Ahead);
    }
    let subject = claims.text(expect.customer)?;
    if subject.is_empty() || subject.chars().count() > MAX_SUBJECT {
        return Err(ForeignError::Claim(expect.customer.to_owned()));
    }
    Ok(ForeignToken {
        subject: subject.to_owned(),
        audience: audience.to_owned(),
        scope: claims.scope()?,
        may_act: claims.may_act()?,
        issued_at,
        expires_at,
        hash,
    })
}

/// Whether the issuer says that the token counts, and means the same one (RFC 7662 §2.2).
#[must_use]
pub fn counts(answer: &[u8], token: &ForeignToken, expect: &Expect<'_>) -> bool {
    let Ok(answer) = strict::from_slice::<Map<String, Value>>(answer).map(Claims) else { return false };
    let same = |name: &str, value: &str| answer.0.get(name).is_none_or(|said| said == value);
    let over = answer.0.contains_key("exp") && !answer.date("exp").is_ok_and(|exp| exp > expect.now);
    answer.0.get("active") == Some(&Value::Bool(true))
        && answer.text(expect.customer).is_ok_and(|said| said == token.subject)
        && same("iss", expect.issuer)
        && (!answer.0.contains_key("aud") || answer.audience().is_ok_and(|said| said == token.audience))
        && !over
}

struct Claims(Map<String, Value>);

impl Claims {
    fn text(&self, name: &str) -> Result<&str, ForeignError> {
        self.0.get(name).and_then(Value::as_str).ok_or_else(|| ForeignError::Claim(name.to_owned()))
    }

    fn date(&self, name: &str) -> Result<Timestamp, ForeignError> {
        let malformed = || ForeignError::Claim(name.to_owned());
        let number: &Number = self.0.get(name).and_then(Value::as_number).ok_or_else(malformed)?;
        date(number).map_err(|_| malformed())
    }

    /// One, alone: who else could be meant would be the sender's choice.
    fn audience(&self) -> Result<&str, ForeignError> {
        match self.0.get("aud") {
            Some(Value::String(one)) => Ok(one),
            Some(Value::Array(some)) if some.len() == 1 => some.first().and_then(Value::as_str).ok_or(ForeignError::Audience),
            _ => Err(ForeignError::Audience),
        }
    }

    /// RFC 8725 §3.12: each kind of token is told from every other by more than one mark, since some issuers use one `typ` for all.
    fn check_kind(&self, audience: &str) -> Result<(), ForeignError> {
        let is = |name: &str, value: &str| self.0.get(name).is_some_and(|said| said == value);
        if OF_ID_TOKENS.iter().any(|name| self.0.contains_key(*name)) || is("azp", audience) || is("client_id", audience) {
            return Err(ForeignError::IdToken);
        }
        let says =
            |name: &str, one: &[&str]| self.0.get(name).is_none_or(|said| said.as_str().is_some_and(|said| one.iter().any(|o| said.eq_ignore_ascii_case(o))));
        if !says("typ", &["Bearer", "at+jwt", "access_token"]) || !says("token_use", &["access"]) || self.0.contains_key("events") {
            return Err(ForeignError::NotAccess);
        }
        if CAME_FROM_ELSEWHERE.iter().any(|name| self.0.contains_key(*name)) {
            return Err(ForeignError::Acts);
        }
        if self.0.contains_key("cnf") { Err(ForeignError::Bound) } else { Ok(()) }
    }

    /// RFC 9068 §2.2.3; some issuers write `scp`, and some an array.
    fn scope(&self) -> Result<BTreeSet<String>, ForeignError> {
        let (name, value) = match (self.0.get("scope"), self.0.get("scp")) {
            (None, None) => return Ok(BTreeSet::new()),
            (Some(value), None) => ("scope", value),
            (None, Some(value)) => ("scp", value),
            (Some(_), Some(_)) => return Err(ForeignError::Claim("scope".into())),
        };
        match value {
            Value::String(text) => Ok(text.split(' ').filter(|one| !one.is_empty()).map(str::to_owned).collect()),
            Value::Array(all) => all.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>().ok_or_else(|| ForeignError::Claim(name.into())),
            _ => Err(ForeignError::Claim(name.into())),
        }
    }

    /// RFC 8693 §4.4: all its members together name who may act. With any but `sub` it is somebody whom we don't know.
    fn may_act(&self) -> Result<Option<String>, ForeignError> {
        let malformed = || ForeignError::Claim("may_act".into());
        let Some(who) = self.0.get("may_act") else { return Ok(None) };
        let named = who.as_object().filter(|who| who.len() == 1).and_then(|who| who.get("sub")).and_then(Value::as_str);
        named.map(|sub| Some(sub.to_owned())).ok_or_else(malformed)
    }
}

#[cfg(test)]
#[path = "foreign_tests.rs"]
mod tests;
