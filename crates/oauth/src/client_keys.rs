//! A client's registered public keys (RFC 7517), to verify what it signs: ES256, EdDSA, RS256, PS256.
//!
//! A set is read once, when it is registered or loaded, and refused as a whole if one of its keys can't be used: what an admin
//! registers either works or is told. Nothing is ever fetched, and no key comes from a token.

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::jws::{JwsError, Unverified};

/// Keys of an issuer's set that are looked at.
const MAX_PUBLISHED: usize = 64;
/// Keys of one client: two for a change without a gap, and some more.
pub const MAX_KEYS: usize = 8;
/// Bits of an RSA modulus, at least (RFC 7518 §3.3) and at most (a verification costs more with each).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
const MAX_KID: usize = 200;
/// The members of a private or symmetric key (RFC 7518 §6).
pub(crate) const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why a JWK set is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeysError {
    /// No object with an array `keys`.
    #[error("this is no JWK set; give an object with a member `keys`, as RFC 7517 §5 has it")]
    NotASet,
    /// None, or too many.
    #[error("a client has 1 to {MAX_KEYS} keys; take out what is not used")]
    Count,
    /// A key that must stay with the client.
    #[error("key {0} shows its private half; throw that key away, make a new one, and give its public half alone")]
    Private(usize),
    /// A shared secret.
    #[error("key {0} is symmetric (`oct`); give public keys alone")]
    Symmetric(usize),
    /// Of a kind that is not verified here.
    #[error("key {0} is of a kind that can't be used; give P-256 (`EC`), Ed25519 (`OKP`) or `RSA`")]
    Kind(usize),
    /// Its members don't make a key.
    #[error("key {0} is not whole: its members are missing, malformed, or no key of its kind")]
    Malformed(usize),
    /// RSA of a size that is not taken.
    #[error("key {0} is an RSA key of less than 2048 or more than 8192 bits; make one of 3072 bits, or a P-256 key")]
    RsaSize(usize),
    /// For something else than signing.
    #[error("key {0} is not for signatures by its `use`, `key_ops` or `alg`; give signing keys alone")]
    Use(usize),
    /// `kid` is strange, or another key has it.
    #[error("key {0} has a `kid` that is empty, longer than {MAX_KID} characters, or another key's")]
    Kid(usize),
}

/// How something is signed (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Es256,
    EdDsa,
    Rs256,
    Ps256,
}

impl Algorithm {
    const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }
}

/// The algorithms that a client may sign its assertions with, for metadata (RFC 8414 §2).
#[must_use]
pub fn algorithms() -> Vec<String> {
    Algorithm::ALL.iter().map(|a| a.name().to_owned()).collect()
}

/// A key for one algorithm. An RSA key that names no algorithm is there twice.
struct Verifier {
    kid: Option<String>,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

/// The public keys of one client, each parsed once.
pub struct ClientKeys(Vec<Verifier>);

impl ClientKeys {
    /// Reads a JWK set as it was registered. Members that are not known are left unread (RFC 7517 §4).
    ///
    /// # Errors
    /// If any key of it can't be used; keys are counted from 1.
    pub fn parse(jwks: &Value) -> Result<Self, ClientKeysError> {
        let keys = jwks.get("keys").and_then(Value::as_array).ok_or(ClientKeysError::NotASet)?;
        if !(1..=MAX_KEYS).contains(&keys.len()) {
            return Err(ClientKeysError::Count);
        }
        let mut all: Vec<Verifier> = Vec::new();
        for (at, jwk) in (1..).zip(keys) {
            let read = Jwk { at, members: jwk.as_object().ok_or(ClientKeysError::Malformed(at))? }.verifiers()?;
            let kid = read.first().and_then(|v| v.kid.as_deref());
            if kid.is_some() && all.iter().any(|v| v.kid.as_deref() == kid) {
                return Err(ClientKeysError::Kid(at));
            }
            all.extend(read);
        }
        Ok(Self(all))
    }

    /// Reads a JWK set that somebody publishes for all: keys that can't be used here are left out, for they may be meant for others.
    ///
    /// # Errors
    /// If it is no set.
    pub(crate) fn parse_published(jwks: &Value) -> Result<Self, ClientKeysError> {
        let keys = jwks.get("keys").and_then(Value::as_array).ok_or(ClientKeysError::NotASet)?;
        let members = keys.iter().take(MAX_PUBLISHED).filter_map(Value::as_object);
        Ok(Self(members.zip(1..).filter_map(|(members, at)| Jwk { at, members }.verifiers().ok()).flatten().collect()))
    }

    /// Whether there is a key that could have signed it: one with its `kid`, or one without a name.
    pub(crate) fn could_have_signed(&self, unverified: &Unverified<'_>) -> bool {
        let kid = unverified.text("kid");
        self.0.iter().any(|v| v.kid.is_none() || kid.is_none() || v.kid.as_deref() == kid)
    }

    /// Whether one of the keys signed it, with the algorithm that its header names.
    ///
    /// A `kid` chooses the key; where none of the keys has it, those without a name are tried (RFC 7515 §4.1.4 makes it a hint).
    pub(crate) fn verify(&self, unverified: &Unverified<'_>) -> Result<(), JwsError> {
        let algorithm = unverified.text("alg").and_then(Algorithm::named).ok_or(JwsError::Algorithm)?;
        let kid = match unverified.header("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.as_str()),
            Some(_) => return Err(JwsError::Header("kid")),
        };
        let known = kid.is_some() && self.0.iter().any(|v| v.kid.as_deref() == kid);
        let fits = |v: &&Verifier| v.algorithm == algorithm && (kid.is_none() || v.kid.as_deref() == kid.filter(|_| known));
        if self.0.iter().filter(fits).any(|v| unverified.is_signed_by(&v.key)) { Ok(()) } else { Err(JwsError::Signature) }
    }
}

impl fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|v| (&v.kid, v.algorithm.name()))).finish()
    }
}

/// One key of a set, not yet believed.
struct Jwk<'a> {
    at: usize,
    members: &'a Map<String, Value>,
}

impl Jwk<'_> {
    fn verifiers(&self) -> Result<Vec<Verifier>, ClientKeysError> {
        let at = self.at;
        if self.members.get("kty").and_then(Value::as_str) == Some("oct") {
            return Err(ClientKeysError::Symmetric(at));
        }
        if PRIVATE.iter().any(|member| self.members.contains_key(*member)) {
            return Err(ClientKeysError::Private(at));
        }
        let kid = self.kid()?;
        let named = self.check_use()?;
        let kind = (self.text("kty")?, self.members.get("crv").and_then(Value::as_str));
        let fitting: &[Algorithm] = match kind {
            ("EC", Some("P-256")) => &[Algorithm::Es256],
            ("OKP", Some("Ed25519")) => &[Algorithm::EdDsa],
            ("RSA", None) => &[Algorithm::Rs256, Algorithm::Ps256],
            _ => return Err(ClientKeysError::Kind(at)),
        };
        let used: Vec<_> = fitting.iter().copied().filter(|a| named.is_none_or(|n| n == *a)).collect();
        if used.is_empty() {
            return Err(ClientKeysError::Use(at));
        }
        used.into_iter().map(|algorithm| Ok(Verifier { kid: kid.clone(), algorithm, key: self.key(algorithm)? })).collect()
    }

    fn kid(&self) -> Result<Option<String>, ClientKeysError> {
        match self.members.get("kid") {
            None => Ok(None),
            Some(Value::String(kid)) if (1..=MAX_KID).contains(&kid.chars().count()) => Ok(Some(kid.clone())),
            Some(_) => Err(ClientKeysError::Kid(self.at)),
        }
    }

    /// RFC 7517 §4.2 to §4.4: the algorithm, if the key is for one alone.
    fn check_use(&self) -> Result<Option<Algorithm>, ClientKeysError> {
        let refused = ClientKeysError::Use(self.at);
        if self.members.get("use").is_some_and(|u| u != "sig") {
            return Err(refused);
        }
        let verifies = |ops: &Value| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify"));
        if self.members.get("key_ops").is_some_and(|ops| !verifies(ops)) {
            return Err(refused);
        }
        match self.members.get("alg") {
            None => Ok(None),
            Some(alg) => alg.as_str().and_then(Algorithm::named).map(Some).ok_or(refused),
        }
    }

    fn key(&self, algorithm: Algorithm) -> Result<ParsedPublicKey, ClientKeysError> {
        let parsed = match algorithm {
            Algorithm::Es256 => {
                // RFC 7518 §6.2.1.2: the full 32 bytes each.
                let sec1 = [&[4_u8][..], &self.exactly_32("x")?, &self.exactly_32("y")?].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, sec1)
            }
            Algorithm::EdDsa => ParsedPublicKey::new(&ED25519, self.exactly_32("x")?),
            Algorithm::Rs256 => self.rsa()?.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256),
            Algorithm::Ps256 => self.rsa()?.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256),
        };
        parsed.map_err(|_| ClientKeysError::Malformed(self.at))
    }

    /// The library would take a modulus of any size here, and check it only at each signature.
    fn rsa(&self) -> Result<RsaPublicKeyComponents<Vec<u8>>, ClientKeysError> {
        let (n, e) = (self.bytes("n")?, self.bytes("e")?);
        let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(ClientKeysError::RsaSize(self.at));
        }
        // FIPS 186-5 §A.1.1: odd and above 2^16. More than four bytes are used by nobody.
        let value = e.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
        if n.first() == Some(&0) || e.first() == Some(&0) || e.len() > 4 || value <= 1 << 16 || value % 2 == 0 {
            return Err(ClientKeysError::Malformed(self.at));
        }
        Ok(RsaPublicKeyComponents { n, e })
    }

    fn text(&self, name: &str) -> Result<&str, ClientKeysError> {
        self.members.get(name).and_then(Value::as_str).ok_or(ClientKeysError::Malformed(self.at))
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, ClientKeysError> {
        URL_SAFE_NO_PAD.decode(self.text(name)?).map_err(|_| ClientKeysError::Malformed(self.at))
    }

    fn exactly_32(&self, name: &str) -> Result<Vec<u8>, ClientKeysError> {
        self.bytes(name).and_then(|bytes| if bytes.len() == 32 { Ok(bytes) } else { Err(ClientKeysError::Malformed(self.at)) })
    }
}

#[cfg(test)]
#[path = "client_keys_tests.rs"]
mod tests;
