//! Clients' keys of each kind, made anew, for tests.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256},
};
use serde_json::{Value, json};

use crate::fixed::b64;

/// A key pair of a client.
pub(crate) enum Signer {
    P256(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
    Rsa(Box<RsaPair>),
}

impl Signer {
    pub(crate) fn p256() -> Self {
        Self::P256(Box::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()))
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Box::new(Ed25519KeyPair::generate().unwrap()))
    }

    pub(crate) fn rsa() -> Self {
        Self::Rsa(Box::new(RsaPair::generate(KeySize::Rsa2048).unwrap()))
    }

    /// The public half, without a name.
    pub(crate) fn jwk(&self) -> Value {
        match self {
            Self::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y) })
            }
            Self::Ed25519(pair) => json!({ "kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref()) }),
            Self::Rsa(pair) => {
                let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
                json!({ "kty": "RSA", "n": b64(n.big_endian_without_leading_zero()), "e": b64(e.big_endian_without_leading_zero()) })
            }
        }
    }

    /// The public half with more members.
    pub(crate) fn jwk_with(&self, more: &Value) -> Value {
        let mut jwk = self.jwk();
        jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        jwk
    }

    /// Signs whatever stands there, with PSS for RSA if `alg` says so.
    pub(crate) fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding = if alg == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }

    /// A compact JWS of any header and payload text.
    pub(crate) fn forge(&self, header: &str, payload: &str) -> String {
        let alg = serde_json::from_str::<Value>(header).ok().and_then(|h| h["alg"].as_str().map(str::to_owned)).unwrap_or_default();
        let message = format!("{}.{}", b64(header), b64(payload));
        let signature = self.sign(&alg, message.as_bytes());
        format!("{message}.{}", b64(signature))
    }
}
