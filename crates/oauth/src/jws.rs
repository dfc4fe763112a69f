//! Compact JWS (RFC 7515 §7.1) with a few algorithms, strict about the header (RFC 8725 §3.1, §3.11).
//!
//! A token is taken apart here before anything is believed; the signature is then checked with a key that was parsed once, and
//! with that key's algorithm: what the header says must be the same, and chooses nothing. Time is never read: what `iat` or
//! `exp` mean is for the callers, at the instant that they are given.

use aws_lc_rs::signature::ParsedPublicKey;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Secret, alg::Algorithm};
use jsonwebtoken::Header;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{ec::KeyError, private::Sign, strict};

/// Header members that would let a sender choose the key, or that change what the signature means. None is ever honoured.
const REFUSED: [&str; 9] = ["crit", "b64", "jku", "x5u", "x5c", "x5t", "x5t#S256", "enc", "zip"];

/// Why a token was not even looked at further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Too long.
    #[error("the token is longer than {0} bytes")]
    TooLong(usize),
    /// Not three base64url parts with JSON objects, no member twice.
    #[error("the token is not a signed JWT in compact form")]
    Malformed,
    /// Another `typ`: a token of another kind.
    #[error("`typ` must be `{0}`")]
    Type(&'static str),
    /// An `alg` that is never believed, or not that of the key.
    #[error("`alg` is not that of the key")]
    Algorithm,
    /// A header member that is never honoured.
    #[error("the header member `{0}` is not accepted")]
    Header(&'static str),
    /// Signed by another key, or changed since.
    #[error("the signature does not verify")]
    Signature,
}

/// A public key to verify with, parsed once, and the one algorithm that it is for (RFC 8725 §3.1).
pub(crate) struct Verifier {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl Verifier {
    /// A key for one algorithm.
    pub(crate) const fn new(algorithm: Algorithm, key: ParsedPublicKey) -> Self {
        Self { algorithm, key }
    }

    /// Whether this key signed `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), JwsError> {
        self.key.verify_sig(message, signature).map_err(|_| JwsError::Signature)
    }
}

/// A token taken apart. Nothing in it is verified yet.
pub(crate) struct Unverified<'a> {
    header: Map<String, Value>,
    message: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Takes `token` apart and checks all of its header that needs no key.
    pub(crate) fn parse(token: &'a str, typ: &'static str, longest: usize) -> Result<Self, JwsError> {
        let unverified = Self::open(token, longest)?;
        // RFC 8725 §3.11: the kind is compared whole; no `application/` in front (RFC 7515 §4.1.9 lets senders drop it, and ours do).
        if !unverified.text("typ").is_some_and(|t| t.eq_ignore_ascii_case(typ)) {
            return Err(JwsError::Type(typ));
        }
        if unverified.algorithm().is_none() {
            return Err(JwsError::Algorithm);
        }
        Ok(unverified)
    }

    /// Takes `token` apart, of whatever kind and algorithm: both are for the caller to check.
    pub(crate) fn open(token: &'a str, longest: usize) -> Result<Self, JwsError> {
        Self::open_with(token, longest, &[])
    }

    /// As [`Unverified::open`], of an issuer whose tokens have header members that are not read here, and harm nobody.
    pub(crate) fn open_with(token: &'a str, longest: usize, unread: &[&str]) -> Result<Self, JwsError> {
        if token.len() > longest {
            return Err(JwsError::TooLong(longest));
        }
        let (message, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(JwsError::Malformed)?;
        // A fourth part would hide in one of the three; the alphabet of base64url has no dot.
        let header: Map<String, Value> = read(header)?;
        if let Some(name) = REFUSED.into_iter().find(|name| header.contains_key(*name) && !unread.contains(name)) {
            return Err(JwsError::Header(name));
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwsError::Malformed)?;
        Ok(Self { header, message, payload, signature })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    /// A header member that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.header(name).and_then(Value::as_str)
    }

    /// The algorithm that the header names, if it is one of ours. It chooses nothing.
    fn algorithm(&self) -> Option<Algorithm> {
        self.text("alg").and_then(Algorithm::parse)
    }

    /// What is signed: header and claims as they were sent.
    pub(crate) const fn message(&self) -> &'a str {
        self.message
    }

    /// Whether `key` signed it.
    pub(crate) fn is_signed_by(&self, key: &ParsedPublicKey) -> bool {
        key.verify_sig(self.message.as_bytes(), &self.signature).is_ok()
    }

    /// The claims, if `key` signed them, and the header says so with the key's own algorithm.
    pub(crate) fn verified<T: DeserializeOwned>(self, key: &Verifier) -> Result<T, JwsError> {
        if self.algorithm() != Some(key.algorithm) {
            return Err(JwsError::Algorithm);
        }
        key.verify(self.message.as_bytes(), &self.signature)?;
        read(self.payload)
    }

    /// The claims, which anybody may have written: for finding the key that they must be signed with, and nothing else.
    pub(crate) fn unverified<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        read(self.payload)
    }
}

fn read<T: DeserializeOwned>(part: &str) -> Result<T, JwsError> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed)?;
    strict::from_slice(&json).map_err(|_| JwsError::Malformed)
}

/// A header with this `typ` and ES256.
pub(crate) fn header(typ: &str) -> Header {
    header_of(Algorithm::Es256, typ)
}

/// A header with this `alg` and `typ`.
pub(crate) fn header_of(algorithm: Algorithm, typ: &str) -> Header {
    let alg = match algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
    };
    Header { typ: Some(typ.to_owned()), ..Header::new(alg) }
}

/// Signs in compact form. `jsonwebtoken::encode` would parse the private key again at each call.
pub(crate) fn sign(key: &impl Sign, header: &Header, claims: &impl Serialize) -> Result<Secret, KeyError> {
    let part = |json: Result<Vec<u8>, serde_json::Error>| json.map(|j| URL_SAFE_NO_PAD.encode(j)).map_err(|_| KeyError::Library);
    let mut token = part(serde_json::to_vec(header))?;
    token.push('.');
    token.push_str(&part(serde_json::to_vec(claims))?);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(Secret::new(token))
}
