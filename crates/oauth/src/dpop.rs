//! Proof that the sender holds a key, made anew for each call (RFC 9449): checking for the service, making for the console.
//!
//! ES256 only. Whether a proof is fresh is told by the nonce in it, which is the service's own. Whether it was seen before is for
//! a store: keep [`Proof::jti_hash`] until [`Proof::expires_at`].

use std::{
    fmt::{self, Write as _},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Secret, Timestamp};
use jsonwebtoken::jwk::{AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use zeroize::Zeroizing;

pub use crate::{ec::KeyError, jws::JwsError};
use crate::{
    ec::{Pair, Point},
    error::{ErrorCode, OAuthError},
    jws::{self, Unverified, Verifier},
    nonce::{Good, Nonces},
};

const DPOP_JWT: &str = "dpop+jwt";
const MAX_PROOF: usize = 4 * 1024;
/// The members of a private or symmetric key (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// How far `iat` may lie from the present, either way. The nonce bounds a proof's life by the service's clock; this leaves room for
/// clients whose own clock is wrong, and lets nobody keep a proof that says nothing true.
pub const IAT_WITHIN: Duration = Duration::from_mins(5);

/// What a proof is held to.
#[derive(Debug, Clone)]
pub struct Expect<'a> {
    /// The HTTP method.
    pub htm: &'a str,
    /// The address that was called, as the service knows itself. Query and fragment don't count.
    pub htu: &'a str,
    /// The access token beside it, at a call to a resource.
    pub ath: Option<&'a Secret>,
    /// Whose nonce it must carry.
    pub nonces: &'a Nonces,
    /// The present instant.
    pub now: Timestamp,
}

/// A proof that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Thumbprint of the key (RFC 7638).
    pub jkt: String,
    /// What to remember so that it counts once: a hash of key and `jti`, so that nobody can use up another's.
    pub jti_hash: [u8; 32],
    /// From when on it would be refused for its age, and need not be remembered.
    pub expires_at: Timestamp,
    /// The nonce that it carries.
    pub nonce: Good,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DpopError {
    /// It is no proof at all.
    #[error("the DPoP proof is not good: {0}")]
    Jws(#[from] JwsError),
    /// The header has no usable public key.
    #[error("the DPoP proof must carry a public key of P-256 as `jwk`")]
    Key,
    /// The header shows a private key, which is lost by that.
    #[error("the DPoP proof shows a private key; throw that key away and make a new one")]
    PrivateKey,
    /// `jti` has a strange length.
    #[error("`jti` must have 16 to 200 characters")]
    Jti,
    /// For another method.
    #[error("`htm` is another method than that of the call")]
    Method,
    /// For another address.
    #[error("`htu` is another address than that of the call")]
    Address,
    /// Too old.
    #[error("the DPoP proof is too old; make a new one for each call, and compare the clocks")]
    Stale,
    /// Made in the future.
    #[error("the DPoP proof is from the future; compare the clocks")]
    Ahead,
    /// It carries no nonce of the service, or one that is over.
    #[error("the DPoP proof must carry the nonce that is in the header `DPoP-Nonce` of this answer; make a new proof with it and send the request again")]
    Nonce,
    /// For another access token, or for none.
    #[error("`ath` is not the hash of the access token beside the proof")]
    AccessToken,
}

impl From<DpopError> for OAuthError {
    fn from(error: DpopError) -> Self {
        let code = if error == DpopError::Nonce { ErrorCode::UseDpopNonce } else { ErrorCode::InvalidDpopProof };
        Self::new(code, error.to_string())
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

/// The checks of RFC 9449 §4.3.
#[derive(Debug)]
pub struct Dpop;

impl Dpop {
    /// Checks the value of a `DPoP` header. (That there is exactly one such header is for the server, §4.3 check 1.)
    ///
    /// # Errors
    /// The first check that fails.
    pub fn check(proof: &str, expect: &Expect<'_>) -> Result<Proof, DpopError> {
        let unverified = Unverified::parse(proof, DPOP_JWT, MAX_PROOF)?;
        let (point, verifier) = public_key(unverified.header("jwk").ok_or(DpopError::Key)?)?;
        let claims: Claims = unverified.verified(&verifier)?;
        if !(16..=200).contains(&claims.jti.chars().count()) {
            return Err(DpopError::Jti);
        }
        if claims.htm != expect.htm {
            return Err(DpopError::Method);
        }
        if address(&claims.htu).is_none_or(|given| Some(given) != address(expect.htu)) {
            return Err(DpopError::Address);
        }
        if expect.ath.is_some_and(|token| claims.ath.as_deref() != Some(ath(token).as_str())) {
            return Err(DpopError::AccessToken);
        }
        let iat = Timestamp::from_secs(claims.iat);
        let stale_at = iat + IAT_WITHIN;
        if stale_at <= expect.now {
            return Err(DpopError::Stale);
        }
        if iat > expect.now + IAT_WITHIN {
            return Err(DpopError::Ahead);
        }
        // Last: a new nonce mends nothing else.
        let nonce = claims.nonce.and_then(|nonce| expect.nonces.check(&nonce, expect.now)).ok_or(DpopError::Nonce)?;
        let jkt = point.thumbprint();
        let jti_hash = Sha256::new().chain_update("dpop jti").chain_update([0]).chain_update(&jkt).chain_update(&claims.jti).finalize().into();
        Ok(Proof { jkt, jti_hash, expires_at: stale_at.min(nonce.ends_at), nonce })
    }
}

fn public_key(jwk: &Value) -> Result<(Point, Verifier), DpopError> {
    if PRIVATE.iter().any(|member| jwk.get(member).is_some()) {
        return Err(DpopError::PrivateKey);
    }
    let text = |member: &str| jwk.get(member).and_then(Value::as_str).ok_or(DpopError::Key);
    if text("kty")? != "EC" || text("crv")? != "P-256" {
        return Err(DpopError::Key);
    }
    Point::parse(text("x")?, text("y")?).map_err(|_| DpopError::Key)
}

/// RFC 9449 §4.2: base64url of SHA-256 over the token's ASCII.
fn ath(token: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose()))
}

/// An address without query and fragment, normalised by syntax and scheme (RFC 3986 §6.2.2 and §6.2.3).
fn address(text: &str) -> Option<String> {
    // The parser would mend these; an address that needs mending is none.
    let uri = |b: u8| b.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&b);
    if !text.bytes().all(uri) || !(starts_with(text, "https://") || starts_with(text, "http://")) {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = unescape_unreserved(url.path())?;
    url.set_path(&path);
    Some(url.into())
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// `%7E` is `~`, `%2f` is `%2F` and stays one (RFC 3986 §6.2.2.1 and §6.2.2.2).
fn unescape_unreserved(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        match u8::from_str_radix(digits, 16).ok()? {
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(char::from(byte)),
            byte => write!(out, "%{byte:02X}").ok()?,
        }
        out.push_str(rest);
    }
    Some(out)
}

/// The call that a proof is made for.
#[derive(Debug, Clone, Copy)]
pub struct Proving<'a> {
    /// The HTTP method.
    pub htm: &'a str,
    /// The address.
    pub htu: &'a str,
    /// The access token beside it, at a call to a resource.
    pub access_token: Option<&'a Secret>,
    /// The newest nonce that was handed out there, if any was (RFC 9449 §8, §9).
    pub nonce: Option<&'a str>,
}

/// A console's key. Its private half never leaves but as PKCS#8 for the keychain.
pub struct DpopKey {
    pair: Pair,
    header: jsonwebtoken::Header,
}

impl DpopKey {
    /// A new key, from the cryptographic library's own random bytes.
    ///
    /// # Errors
    /// If the library fails.
    pub fn generate() -> Result<Self, KeyError> {
        Pair::generate().map(Self::of)
    }

    /// From PKCS#8 in DER, as the keychain kept it.
    ///
    /// # Errors
    /// If it is no P-256 private key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        Pair::from_pkcs8(der).map(Self::of)
    }

    fn of(pair: Pair) -> Self {
        let Point { x, y } = pair.point().clone();
        let parameters = EllipticCurveKeyParameters { key_type: EllipticCurveKeyType::EC, curve: EllipticCurve::P256, x, y };
        let jwk = Jwk { common: CommonParameters::default(), algorithm: AlgorithmParameters::EllipticCurve(parameters) };
        let header = jsonwebtoken::Header { jwk: Some(jwk), ..jws::header(DPOP_JWT) };
        Self { pair, header }
    }

    /// The private key as PKCS#8 in DER, for the keychain. Wiped when dropped.
    #[must_use]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pair.pkcs8()
    }

    /// Thumbprint of the key (RFC 7638): what tokens are bound to.
    #[must_use]
    pub fn jkt(&self) -> String {
        self.pair.point().thumbprint()
    }

    /// A proof for one call (RFC 9449 §4.2). `jti` must be random and new: 128 bits or more, 16 to 200 characters.
    ///
    /// # Errors
    /// If the library fails.
    pub fn proof(&self, call: &Proving<'_>, jti: &str, now: Timestamp) -> Result<String, KeyError> {
        // Query and fragment may hold what a log of proofs should not (§4.2 wants them left out).
        let htu = call.htu.split(['?', '#']).next().unwrap_or_default();
        let (ath, nonce) = (call.access_token.map(ath), call.nonce.map(str::to_owned));
        let claims = Claims { jti: jti.into(), htm: call.htm.into(), htu: htu.into(), iat: now.unix_secs(), ath, nonce };
        jws::sign(&self.pair, &self.header, &claims).map(|proof| proof.expose().to_owned())
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DPoP key {}", self.jkt())
    }
}

#[cfg(test)]
#[path = "dpop_tests.rs"]
mod tests;
