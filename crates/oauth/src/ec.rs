//! P-256 keys: the pair that signs, and the public half as a JWK (RFC 7518 §6.2) with its thumbprint (RFC 7638).

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::alg::Algorithm;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::jws::Verifier;

/// A key that can't be read, made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are not a private key of the algorithm.
    #[error("this is no private key of that algorithm in PKCS#8")]
    Private,
    /// The members are not a public key of the algorithm, or its name is not its thumbprint.
    #[error("this is no public key for signatures of P-256, Ed25519 or RSA with 2048 or 3072 bits that is named by its thumbprint")]
    Public,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed; try again")]
    Library,
}

/// A P-256 key pair, parsed once. The private half never leaves but as PKCS#8.
pub(crate) struct Pair {
    signer: EcdsaKeyPair,
    point: Point,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl Pair {
    /// A new pair, from the library's own random bytes.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let document = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).and_then(|p| p.to_pkcs8v1()).map_err(|_| KeyError::Library)?;
        Self::from_pkcs8(document.as_ref())
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map_err(|_| KeyError::Private)?;
        let point = Point::from_sec1(signer.public_key().as_ref()).ok_or(KeyError::Private)?;
        Ok(Self { signer, point, pkcs8: Zeroizing::new(der.to_vec()) })
    }

    pub(crate) fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    pub(crate) fn point(&self) -> &Point {
        &self.point
    }

    /// `r || s` of 64 bytes (RFC 7518 §3.4).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.signer.sign(&SystemRandom::new(), message).map(|s| s.as_ref().to_vec()).map_err(|_| KeyError::Library)
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P-256 key {}", self.point.thumbprint())
    }
}

/// A public point: both coordinates as a JWK writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) x: String,
    pub(crate) y: String,
}

impl Point {
    fn from_sec1(bytes: &[u8]) -> Option<Self> {
        let (x, y) = bytes.strip_prefix(&[4])?.split_at_checked(32)?;
        (y.len() == 32).then(|| Self { x: URL_SAFE_NO_PAD.encode(x), y: URL_SAFE_NO_PAD.encode(y) })
    }

    /// Checks the lengths (RFC 7518 §6.2.1.2: the full 32 bytes each) and that the point lies on the curve.
    pub(crate) fn new(x: &str, y: &str) -> Result<Self, KeyError> {
        Self::parse(x, y).map(|(point, _)| point)
    }

    /// As [`Point::new`], with the key to verify with.
    pub(crate) fn parse(x: &str, y: &str) -> Result<(Self, Verifier), KeyError> {
        let point = Self { x: x.to_owned(), y: y.to_owned() };
        point.verifier().map(|verifier| (point, verifier))
    }

    /// The key to verify with, parsed once.
    pub(crate) fn verifier(&self) -> Result<Verifier, KeyError> {
        let mut sec1 = vec![4];
        for half in [&self.x, &self.y] {
            let bytes = URL_SAFE_NO_PAD.decode(half).map_err(|_| KeyError::Public)?;
            if bytes.len() != 32 {
                return Err(KeyError::Public);
            }
            sec1.extend(bytes);
        }
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, sec1).map_err(|_| KeyError::Public)?;
        Ok(Verifier::new(Algorithm::Es256, key))
    }

    /// RFC 7638 §3: SHA-256 over the required members in order, base64url.
    pub(crate) fn thumbprint(&self) -> String {
        // The coordinates are base64url, which needs no escaping in JSON.
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x, self.y);
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 9449 §4.2; §6.1 gives its thumbprint.
    fn example() -> Point {
        Point::new("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA").unwrap()
    }

    #[test]
    fn the_thumbprint_of_rfc_9449_holds() {
        assert_eq!(example().thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn a_point_has_full_coordinates_and_lies_on_the_curve() {
        let Point { x, y } = example();
        for (x, y) in [(y.as_str(), x.as_str()), (&x[..42], y.as_str()), (x.as_str(), ""), (x.as_str(), &format!("{y}=")), (&format!("AA{x}"), y.as_str())] {
            assert_eq!(Point::new(x, y), Err(KeyError::Public), "{x} {y}");
        }
    }

    #[test]
    fn a_pair_survives_its_export_and_hides_in_debug() {
        let pair = Pair::generate().unwrap();
        let again = Pair::from_pkcs8(&pair.pkcs8()).unwrap();
        assert_eq!(again.point(), pair.point());
        let signature = again.sign(b"x").unwrap();
        assert_eq!(signature.len(), 64);
        assert!(pair.point().verifier().unwrap().verify(b"x", &signature).is_ok());
        assert!(pair.point().verifier().unwrap().verify(b"y", &signature).is_err());
        assert_eq!(format!("{pair:?}"), format!("P-256 key {}", pair.point().thumbprint()));
        assert_eq!(Pair::from_pkcs8(b"nonsense").unwrap_err(), KeyError::Private);
    }
}
