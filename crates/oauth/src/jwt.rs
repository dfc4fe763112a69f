//! Tokens for APIs: JWT access tokens (RFC 9068) with an actor (RFC 8693 §4.1), signed with the algorithm that the API's contract names.
//!
//! Whether a token still counts is not told by its signature; for that there is introspection.

use std::{fmt, sync::Arc, time::Duration};

use countersign_domain::{Secret, Timestamp, alg::Algorithm};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use crate::{ec::KeyError, jwks::KeySet, jws::JwsError};
use crate::{
    jwks::PublicJwk,
    jws::{self, Unverified},
    private::Private,
    vouched::{Signed, Vouched},
};

/// `typ` of an access token (RFC 9068 §2.1).
pub const AT_JWT: &str = "at+jwt";
/// The longest life of a token, in seconds: what is only checked by signature lives five minutes at most.
pub const MAX_LIFETIME_S: i64 = 300;
pub use countersign_domain::token::MAX_ACTORS;
/// Bytes of a token.
pub const MAX_TOKEN: usize = 8 * 1024;

/// A key that the service signs with: for one algorithm, named by its thumbprint (RFC 7638). Parsed once.
pub struct SigningKey {
    private: Private,
    public: PublicJwk,
    header: jsonwebtoken::Header,
}

impl SigningKey {
    /// A new key, from the cryptographic library's own random bytes. One for RSA takes up to a second.
    ///
    /// # Errors
    /// If the library fails.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        Private::generate(algorithm).map(Self::of)
    }

    /// From PKCS#8 in DER (RFC 5958), as unsealed.
    ///
    /// # Errors
    /// If it is no private key of that algorithm.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        Private::from_pkcs8(algorithm, der).map(Self::of)
    }

    fn of(private: Private) -> Self {
        let public = private.public();
        let header = jsonwebtoken::Header { kid: Some(public.kid().to_owned()), ..jws::header_of(private.algorithm(), AT_JWT) };
        Self { private, public, header }
    }

    /// What it signs with, and nothing else.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// The private key as PKCS#8 in DER, to be sealed. Wiped when dropped.
    #[must_use]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.private.pkcs8()
    }

    /// The key's name.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// What is published of it.
    #[must_use]
    pub const fn public_jwk(&self) -> &PublicJwk {
        &self.public
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signing key {}", self.kid())
    }
}

/// Who acts, and inside who acted before (RFC 8693 §4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// `usr_…`, or the name of a machine.
    pub sub: String,
    /// Who acted before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// A chain of these, outermost first; nobody if there are none.
    #[must_use]
    pub fn chain(actors: &[String]) -> Option<Self> {
        actors.iter().rev().fold(None, |inner, sub| Some(Self { sub: sub.clone(), act: inner.map(Box::new) }))
    }

    /// How many actors the chain has.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.all().count()
    }

    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |a| a.act.as_deref())
    }

    /// Whether a person is among them: no client's name has an underscore.
    fn names_a_person(&self) -> bool {
        self.all().any(|a| a.sub.contains('_'))
    }
}

/// What the token is bound to: a key or a certificate, exactly one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// Thumbprint of a key that is proved anew for each call (RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Key(String),
    /// Thumbprint of a certificate that the connection is made with (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}

/// What a token says. Times are seconds since the Unix epoch (RFC 7519 §2).
///
/// `case` and `dlg` stand together, and never without `act`: a token that names a case but no actor would have lost its actor. A token
/// with `act` alone is for a customer who was present: services act in it, and no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued it.
    pub iss: String,
    /// The customer, as the API calls them.
    pub sub: String,
    /// The API. One, always.
    pub aud: String,
    /// Who acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Who may exchange it (RFC 8693 §4.4), where its actions take something at other APIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_act: Option<Actor>,
    /// What it reaches: names with one space between.
    pub scope: String,
    /// The client that got it.
    pub client_id: String,
    /// When it was issued.
    pub iat: i64,
    /// From when on it counts.
    pub nbf: i64,
    /// From when on it no longer counts.
    pub exp: i64,
    /// `tok_…`.
    pub jti: String,
    /// The tenant.
    pub tenant: String,
    /// The case, as its case system calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// `dlg_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dlg: Option<String>,
    /// `txn_…`.
    pub txn: String,
    /// The key that it is bound to, if the API's contract wants that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Whether the service ran inside a console, where it binds nobody who controls that machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embedded: bool,
}

impl AccessClaims {
    /// The shape that both ends hold a token to, whatever the time.
    fn check_shape(&self) -> Result<(), JwtError> {
        if self.act.as_ref().is_some_and(|a| a.depth() > MAX_ACTORS) {
            return Err(JwtError::Chain);
        }
        let on_case = self.case.is_some() && self.dlg.is_some();
        let without = self.case.is_none() && self.dlg.is_none();
        let sound = self.act.as_ref().map_or(without, |act| on_case || (without && !act.names_a_person()));
        if !sound {
            return Err(JwtError::Actor);
        }
        let lifetime = self.exp.checked_sub(self.iat).ok_or(JwtError::Lifetime)?;
        if !(1..=MAX_LIFETIME_S).contains(&lifetime) || self.nbf < self.iat || self.nbf >= self.exp {
            return Err(JwtError::Lifetime);
        }
        Ok(())
    }
}

/// Why a token is not made or not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// It is no signed token of ours.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The key failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Signed with a key that is not in the set, or that it does not name.
    #[error("`kid` names no key of this issuer")]
    UnknownKey,
    /// Issued by somebody else.
    #[error("`iss` is another issuer")]
    Issuer,
    /// For another API.
    #[error("`aud` is another API")]
    Audience,
    /// `exp` has passed.
    #[error("the token has expired; exchange the warrant again")]
    Expired,
    /// `iat` or `nbf` lies ahead.
    #[error("the token is not valid yet; compare the clocks")]
    NotYet,
    /// Lives too long, or ends before it begins.
    #[error("a token lives at least one second and at most {MAX_LIFETIME_S}, and begins before it ends")]
    Lifetime,
    /// Too many actors.
    #[error("a token names at most {MAX_ACTORS} actors")]
    Chain,
    /// Actor, case and delegation don't stand together.
    #[error("a token names actor, case and delegation, or services alone, or none of them")]
    Actor,
}

/// What a token is held to.
#[derive(Debug, Clone)]
pub struct Expect<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// The API, unless any will do (introspection).
    pub aud: Option<&'a str>,
    /// The present instant.
    pub now: Timestamp,
    /// How far clocks may differ.
    pub leeway: Duration,
}

/// Signs a token (RFC 9068 §2).
///
/// # Errors
/// If the claims are none that [`verify_at_jwt`] would accept at their time, or the library fails.
pub fn sign_at_jwt(key: &SigningKey, claims: &AccessClaims) -> Result<Secret, JwtError> {
    claims.check_shape()?;
    let token = jws::sign(&key.private, &key.header, claims)?;
    // What nobody would take is not handed out either.
    if token.expose().len() > MAX_TOKEN { Err(JwsError::TooLong(MAX_TOKEN).into()) } else { Ok(token) }
}

/// As [`sign_at_jwt`]; the signature is vouched for from now on.
///
/// # Errors
/// As [`sign_at_jwt`].
pub fn sign_at_jwt_vouched(key: &SigningKey, claims: AccessClaims, vouched: &Vouched) -> Result<Secret, JwtError> {
    let token = sign_at_jwt(key, &claims)?;
    vouched.vouch(token.expose(), Signed { kid: key.public.kid().into(), claims: Arc::new(claims) });
    Ok(token)
}

/// Signs any claims as a JWT of the kind `typ` (RFC 8725 §3.11), such as a signed introspection answer (RFC 9701 §5).
/// For access tokens there is [`sign_at_jwt`], which holds them to their shape.
///
/// # Errors
/// If the claims can't be written as JSON, or the library fails.
pub fn sign_jwt(key: &SigningKey, typ: &str, claims: &impl Serialize) -> Result<Secret, KeyError> {
    let header = jsonwebtoken::Header { typ: Some(typ.to_owned()), ..key.header.clone() };
    jws::sign(&key.private, &header, claims)
}

/// Verifies a token at an instant (RFC 9068 §4, RFC 8725).
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_at_jwt(token: &str, keys: &KeySet, expect: &Expect<'_>) -> Result<AccessClaims, JwtError> {
    let (_, claims) = verified(token, keys)?;
    judge(&claims, expect)?;
    Ok(claims)
}

/// As [`verify_at_jwt`], but a signature that is vouched for is not checked again. Its key must be among `keys` all the same.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_at_jwt_once(token: &str, keys: &KeySet, expect: &Expect<'_>, vouched: &Vouched) -> Result<Arc<AccessClaims>, JwtError> {
    let claims = if let Some(Signed { kid, claims }) = vouched.knows(token) {
        keys.get(&kid).ok_or(JwtError::UnknownKey)?;
        claims
    } else {
        let (kid, claims) = verified(token, keys)?;
        let signed = Signed { kid, claims: Arc::new(claims) };
        vouched.vouch(token, signed.clone());
        signed.claims
    };
    judge(&claims, expect)?;
    Ok(claims)
}

/// What a token says that one of the keys signed, and by which.
fn verified(token: &str, keys: &KeySet) -> Result<(Arc<str>, AccessClaims), JwtError> {
    let unverified = Unverified::parse(token, AT_JWT, MAX_TOKEN)?;
    if unverified.header("jwk").is_some() {
        return Err(JwsError::Header("jwk").into());
    }
    let kid: Arc<str> = unverified.header("kid").and_then(serde_json::Value::as_str).ok_or(JwtError::UnknownKey)?.into();
    let key = keys.get(&kid).ok_or(JwtError::UnknownKey)?;
    let claims: AccessClaims = unverified.verified(key)?;
    claims.check_shape()?;
    Ok((kid, claims))
}

fn judge(claims: &AccessClaims, expect: &Expect<'_>) -> Result<(), JwtError> {
    if claims.iss != expect.iss {
        return Err(JwtError::Issuer);
    }
    if expect.aud.is_some_and(|aud| aud != claims.aud) {
        return Err(JwtError::Audience);
    }
    if Timestamp::from_secs(claims.exp) + expect.leeway <= expect.now {
        return Err(JwtError::Expired);
    }
    // `iat` is no later than `nbf`: the shape was checked above.
    if Timestamp::from_secs(claims.nbf) > expect.now + expect.leeway {
        return Err(JwtError::NotYet);
    }
    Ok(())
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
