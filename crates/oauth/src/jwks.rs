//! Public keys as a JWK set (RFC 7517), and the set that tokens are verified with.

use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;
use serde::{Deserialize, Serialize};

use crate::ec::{KeyError, Point};

/// The public half of a signing key (RFC 7517 §4, RFC 7518 §6.2). Prints as its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicJwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    #[serde(rename = "use")]
    key_use: String,
    alg: String,
    kid: String,
}

impl PublicJwk {
    pub(crate) fn of(point: &Point) -> Self {
        let (x, y) = (point.x.clone(), point.y.clone());
        Self { kty: "EC".into(), crv: "P-256".into(), x, y, key_use: "sig".into(), alg: "ES256".into(), kid: point.thumbprint() }
    }

    /// The key's name: its thumbprint (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    fn verifier(&self) -> Result<ParsedPublicKey, KeyError> {
        let point = Point::new(&self.x, &self.y)?;
        let ours = [(&self.kty, "EC"), (&self.crv, "P-256"), (&self.key_use, "sig"), (&self.alg, "ES256")];
        // A `kid` that is not the thumbprint could name two keys, or one key twice.
        if ours.iter().any(|(is, should)| is != should) || point.thumbprint() != self.kid {
            return Err(KeyError::Public);
        }
        point.verifier()
    }
}

impl fmt::Display for PublicJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// The document at `jwks_uri` (RFC 7517 §5).
#[must_use]
pub fn document(keys: &[PublicJwk]) -> serde_json::Value {
    serde_json::json!({ "keys": keys })
}

/// Keys to verify with, each parsed once.
pub struct KeySet(Vec<(String, ParsedPublicKey)>);

impl KeySet {
    /// From public keys.
    ///
    /// # Errors
    /// If one of them is not a P-256 signature key named by its thumbprint.
    pub fn new(keys: &[PublicJwk]) -> Result<Self, KeyError> {
        keys.iter().map(|key| Ok((key.kid.clone(), key.verifier()?))).collect::<Result<_, _>>().map(Self)
    }

    /// The key of this name.
    pub(crate) fn get(&self, kid: &str) -> Option<&ParsedPublicKey> {
        self.0.iter().find(|(name, _)| name == kid).map(|(_, key)| key)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(kid, _)| kid)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::SigningKey;

    #[test]
    fn a_public_key_reads_back_and_tells_nothing_private() {
        let key = SigningKey::generate().unwrap();
        let text = key.public_jwk().to_string();
        let again: PublicJwk = serde_json::from_str(&text).unwrap();
        assert_eq!(&again, key.public_jwk());
        assert!(KeySet::new(&[again]).unwrap().get(key.kid()).is_some());
        assert!(!text.contains("\"d\""), "{text}");
        assert_eq!(document(&[key.public_jwk().clone()])["keys"][0]["use"], "sig");
    }

    #[test]
    fn a_key_that_is_not_what_it_says_is_refused() {
        let good = serde_json::to_value(SigningKey::generate().unwrap().public_jwk()).unwrap();
        for (member, value) in [("kid", "other"), ("alg", "ES384"), ("use", "enc"), ("crv", "P-384"), ("x", "AAAA")] {
            let mut bad = good.clone();
            bad[member] = value.into();
            let key: PublicJwk = serde_json::from_value(bad).unwrap();
            assert_eq!(KeySet::new(&[key]).err(), Some(KeyError::Public), "{member}");
        }
        let mut private = good;
        private["d"] = "x".into();
        assert!(serde_json::from_value::<PublicJwk>(private).is_err());
    }
}
