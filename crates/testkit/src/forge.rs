//! Signed tokens that nobody honest makes: any header, any claims, any signature (RFC 7515 §7.1).
//!
//! What is written here is text, not a type: half of the attacks on JWTs are things that a type would not hold.

use std::fmt::Display;

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A P-256 key with which anything is signed.
pub struct Forger(EcdsaKeyPair);

impl Forger {
    /// With a key that nobody else knows.
    #[must_use]
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    /// With somebody's key, as PKCS#8 in DER.
    #[must_use]
    pub fn with(pkcs8: &[u8]) -> Self {
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).expect("a key of P-256"))
    }

    /// The public half as a JWK (RFC 7517).
    #[must_use]
    pub fn jwk(&self) -> Value {
        // Uncompressed: a byte that says so, then both coordinates.
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
    }

    /// A JWS of this header and these claims, whatever they are.
    #[must_use]
    pub fn sign(&self, header: impl Display, claims: impl Display) -> String {
        let message = message(header, claims);
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Default for Forger {
    fn default() -> Self {
        Self::new()
    }
}

fn message(header: impl Display, claims: impl Display) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", part(header.to_string()), part(claims.to_string()))
}

/// A JWS that nobody signed (RFC 7515 §8): `alg` none is what its header may say.
#[must_use]
pub fn unsigned(header: impl Display, claims: impl Display) -> String {
    format!("{}.", message(header, claims))
}

/// A JWS with a HMAC of SHA-256 under `key`.
#[must_use]
pub fn with_mac(key: &[u8], header: impl Display, claims: impl Display) -> String {
    let message = message(header, claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The header of a JWS. Nothing is verified.
#[must_use]
pub fn header(token: &str) -> Value {
    part(token, 0)
}

/// The claims of a JWS. Nothing is verified.
#[must_use]
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}
