//! RSA keys of 2048 or 3072 bits (RFC 7518 §3.3, §3.5): the pair that signs, and the public half with its thumbprint.
//!
//! A pair belongs to one algorithm, PKCS#1 v1.5 or PSS, and never signs with the other (RFC 8017 §5, RFC 8725 §3.1).

use aws_lc_rs::{
    encoding::AsDer as _,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, RsaParameters,
        RsaPublicKeyComponents,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::alg::Algorithm;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{ec::KeyError, jws::Verifier};

/// Bytes of a modulus that is taken: 2048 and 3072 bits.
const SIZES: [usize; 2] = [256, 384];
/// 65537, as a JWK writes it. No other exponent is taken.
const EXPONENT: &str = "AQAB";

/// How an algorithm pads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    /// RS256.
    Pkcs1,
    /// PS256, with a salt as long as the hash.
    Pss,
}

impl Padding {
    fn algorithm(self) -> Algorithm {
        match self {
            Self::Pkcs1 => Algorithm::Rs256,
            Self::Pss => Algorithm::Ps256,
        }
    }

    fn signing(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Pkcs1 => &RSA_PKCS1_SHA256,
            Self::Pss => &RSA_PSS_SHA256,
        }
    }

    fn verifying(self) -> &'static RsaParameters {
        match self {
            Self::Pkcs1 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Pss => &RSA_PSS_2048_8192_SHA256,
        }
    }
}

/// An RSA key pair, parsed once.
pub(crate) struct RsaPair {
    signer: RsaKeyPair,
    padding: Padding,
    public: RsaPublic,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl RsaPair {
    /// A new pair of 2048 bits, from the library's own random bytes. Takes up to a second.
    pub(crate) fn generate(padding: Padding) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Library)?;
        let der = pair.as_der().map_err(|_| KeyError::Library)?;
        Self::from_pkcs8(padding, der.as_ref())
    }

    pub(crate) fn from_pkcs8(padding: Padding, der: &[u8]) -> Result<Self, KeyError> {
        let signer = RsaKeyPair::from_pkcs8(der).map_err(|_| KeyError::Private)?;
        let half = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        let public = RsaPublic {
            n: half(signer.public_key().modulus().big_endian_without_leading_zero()),
            e: half(signer.public_key().exponent().big_endian_without_leading_zero()),
        };
        public.verifier(padding).map_err(|_| KeyError::Private)?;
        Ok(Self { signer, padding, public, pkcs8: Zeroizing::new(der.to_vec()) })
    }

    pub(crate) fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    pub(crate) fn public(&self) -> &RsaPublic {
        &self.public
    }

    pub(crate) fn padding(&self) -> Padding {
        self.padding
    }

    /// As long as the modulus.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.signer.public_modulus_len()];
        self.signer.sign(self.padding.signing(), &SystemRandom::new(), message, &mut signature).map_err(|_| KeyError::Library)?;
        Ok(signature)
    }
}

/// A public key as a JWK writes it (RFC 7518 §6.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaPublic {
    pub(crate) n: String,
    pub(crate) e: String,
}

impl RsaPublic {
    /// The key to verify with, parsed once.
    pub(crate) fn verifier(&self, padding: Padding) -> Result<Verifier, KeyError> {
        let n = URL_SAFE_NO_PAD.decode(&self.n).map_err(|_| KeyError::Public)?;
        // RFC 7518 §6.3.1.1: no zero in front, which would give one key two names.
        if !SIZES.contains(&n.len()) || n.first().is_none_or(|first| *first < 0x80) || self.e != EXPONENT {
            return Err(KeyError::Public);
        }
        let components = RsaPublicKeyComponents { n, e: vec![1, 0, 1] };
        let key = components.to_parsed_public_key(padding.verifying()).map_err(|_| KeyError::Public)?;
        Ok(Verifier::new(padding.algorithm(), key))
    }

    /// RFC 7638 §3.2.
    pub(crate) fn thumbprint(&self) -> String {
        let canonical = format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, self.e, self.n);
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 7638 §3.1, with its thumbprint.
    fn example() -> RsaPublic {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        RsaPublic { n: n.into(), e: EXPONENT.into() }
    }

    #[test]
    fn the_thumbprint_of_rfc_7638_holds() {
        assert_eq!(example().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert!(example().verifier(Padding::Pkcs1).is_ok());
    }

    #[test]
    fn a_key_that_is_short_padded_or_odd_is_refused() {
        let RsaPublic { n, e } = example();
        for (n, e) in [(n.as_str(), "Aw"), (n.as_str(), "AAEAAQ"), (&n[..171], e.as_str()), (&format!("AAAA{n}"), e.as_str()), ("", e.as_str())] {
            assert!(RsaPublic { n: n.into(), e: e.into() }.verifier(Padding::Pss).is_err(), "{n} {e}");
        }
        assert!(RsaPair::from_pkcs8(Padding::Pss, b"nonsense").is_err());
    }

    #[test]
    fn one_padding_never_verifies_as_the_other() {
        let pair = RsaPair::generate(Padding::Pkcs1).unwrap();
        let other = RsaPair::from_pkcs8(Padding::Pss, &pair.pkcs8()).unwrap();
        let verifies = |padding, signature: &[u8]| pair.public().verifier(padding).unwrap().verify(b"x", signature).is_ok();
        let (pkcs1, pss) = (pair.sign(b"x").unwrap(), other.sign(b"x").unwrap());
        assert_eq!((verifies(Padding::Pkcs1, &pkcs1), verifies(Padding::Pss, &pkcs1)), (true, false));
        assert_eq!((verifies(Padding::Pkcs1, &pss), verifies(Padding::Pss, &pss)), (false, true));
    }
}
