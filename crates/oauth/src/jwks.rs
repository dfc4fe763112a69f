//! Public keys as a JWK set (RFC 7517), and the set that tokens are verified with.

use std::{collections::BTreeMap, fmt};

use countersign_domain::alg::Algorithm;
use serde::{Deserialize, Serialize};

use crate::{
    ec::{KeyError, Point},
    jws::Verifier,
    okp::OkpPublic,
    rsa::{Padding, RsaPublic},
};

/// The public half of a signing key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). Prints as its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicJwk {
    kty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(rename = "use")]
    key_use: String,
    alg: Algorithm,
    kid: String,
}

impl PublicJwk {
    fn blank(kty: &str, alg: Algorithm, kid: String) -> Self {
        Self { kty: kty.into(), crv: None, x: None, y: None, n: None, e: None, key_use: "sig".into(), alg, kid }
    }

    pub(crate) fn of_ec(point: &Point) -> Self {
        let (x, y) = (Some(point.x.clone()), Some(point.y.clone()));
        Self { crv: Some("P-256".into()), x, y, ..Self::blank("EC", Algorithm::Es256, point.thumbprint()) }
    }

    pub(crate) fn of_okp(public: &OkpPublic) -> Self {
        Self { crv: Some("Ed25519".into()), x: Some(public.x.clone()), ..Self::blank("OKP", Algorithm::EdDsa, public.thumbprint()) }
    }

    pub(crate) fn of_rsa(public: &RsaPublic, alg: Algorithm) -> Self {
        Self { n: Some(public.n.clone()), e: Some(public.e.clone()), ..Self::blank("RSA", alg, public.thumbprint()) }
    }

    /// The key's name: its thumbprint (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm that it is for (RFC 7517 §4.4).
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.alg
    }

    /// The key as its members give it, written anew. Whatever differs from that is not what it says it is.
    fn rebuilt(&self) -> Result<(Self, Verifier), KeyError> {
        let member = |value: &Option<String>| value.clone().ok_or(KeyError::Public);
        match self.alg {
            Algorithm::Es256 => {
                let point = Point::new(&member(&self.x)?, &member(&self.y)?)?;
                Ok((Self::of_ec(&point), point.verifier()?))
            }
            Algorithm::EdDsa => {
                let public = OkpPublic { x: member(&self.x)? };
                Ok((Self::of_okp(&public), public.verifier()?))
            }
            Algorithm::Rs256 | Algorithm::Ps256 => {
                let padding = if self.alg == Algorithm::Ps256 { Padding::Pss } else { Padding::Pkcs1 };
                let public = RsaPublic { n: member(&self.n)?, e: member(&self.e)? };
                Ok((Self::of_rsa(&public, self.alg), public.verifier(padding)?))
            }
        }
    }

    fn verifier(&self) -> Result<Verifier, KeyError> {
        // A `kid` that is not the thumbprint could name two keys, or one key twice.
        let (rebuilt, verifier) = self.rebuilt()?;
        if rebuilt == *self { Ok(verifier) } else { Err(KeyError::Public) }
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

/// Keys to verify with, each parsed once, each for its own algorithm only (RFC 8725 §3.1).
pub struct KeySet(BTreeMap<String, Verifier>);

impl KeySet {
    /// From public keys.
    ///
    /// # Errors
    /// If one of them is not a signature key named by its thumbprint, or two have one name, such as an RSA key for both paddings.
    pub fn new(keys: &[PublicJwk]) -> Result<Self, KeyError> {
        let mut set = BTreeMap::new();
        for key in keys {
            if set.insert(key.kid.clone(), key.verifier()?).is_some() {
                return Err(KeyError::Public);
            }
        }
        Ok(Self(set))
    }

    /// The key of this name.
    pub(crate) fn get(&self, kid: &str) -> Option<&Verifier> {
        self.0.get(kid)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::SigningKey;

    #[test]
    fn a_public_key_reads_back_and_tells_nothing_private() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let text = key.public_jwk().to_string();
            let again: PublicJwk = serde_json::from_str(&text).unwrap();
            assert_eq!(&again, key.public_jwk());
            assert!(KeySet::new(&[again]).unwrap().get(key.kid()).is_some());
            for private in ["d", "p", "q", "dp", "dq", "qi"] {
                assert!(!text.contains(&format!("\"{private}\":")), "{text}");
            }
            let listed = &document(&[key.public_jwk().clone()])["keys"][0];
            assert_eq!((&listed["use"], &listed["alg"]), (&"sig".into(), &algorithm.as_str().into()));
        }
    }

    #[test]
    fn a_key_that_is_not_what_it_says_is_refused() {
        for algorithm in Algorithm::ALL {
            let good = serde_json::to_value(SigningKey::generate(algorithm).unwrap().public_jwk()).unwrap();
            for (member, value) in [("kid", "other"), ("use", "enc"), ("kty", "oct"), ("crv", "P-384"), ("x", "AAAA"), ("n", "AAAA"), ("e", "Aw")] {
                let mut bad = good.clone();
                bad[member] = value.into();
                let key: PublicJwk = serde_json::from_value(bad).unwrap();
                assert_eq!(KeySet::new(&[key]).err(), Some(KeyError::Public), "{algorithm} {member}");
            }
            for other in ["none", "HS256", "ES384"] {
                let mut bad = good.clone();
                bad["alg"] = other.into();
                assert!(serde_json::from_value::<PublicJwk>(bad).is_err(), "{other}");
            }
            for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                let mut bad = good.clone();
                bad["alg"] = other.as_str().into();
                let relabelled = KeySet::new(&[serde_json::from_value(bad).unwrap()]);
                // An RSA key says by `alg` alone which padding it is for.
                assert_eq!(relabelled.is_ok(), good["kty"] == "RSA" && matches!(other, Algorithm::Rs256 | Algorithm::Ps256), "{algorithm} as {other}");
            }
            let mut private = good;
            private["d"] = "x".into();
            assert!(serde_json::from_value::<PublicJwk>(private).is_err());
        }
    }

    #[test]
    fn a_name_stands_for_one_key_and_one_algorithm() {
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let twin = SigningKey::from_pkcs8(Algorithm::Ps256, &key.to_pkcs8()).unwrap();
        assert_eq!(key.kid(), twin.kid());
        assert_eq!(KeySet::new(&[key.public_jwk().clone(), twin.public_jwk().clone()]).err(), Some(KeyError::Public));
    }
}
