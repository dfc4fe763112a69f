//! Ed25519 keys (RFC 8037): the pair that signs, and the public half with its thumbprint.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::alg::Algorithm;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{ec::KeyError, jws::Verifier};

/// An Ed25519 key pair, parsed once.
pub(crate) struct OkpPair {
    signer: Ed25519KeyPair,
    public: OkpPublic,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl OkpPair {
    /// A new pair, from the library's own random bytes.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let document = Ed25519KeyPair::generate().and_then(|p| p.to_pkcs8v1()).map_err(|_| KeyError::Library)?;
        Self::from_pkcs8(document.as_ref())
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let signer = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| KeyError::Private)?;
        let public = OkpPublic { x: URL_SAFE_NO_PAD.encode(signer.public_key().as_ref()) };
        Ok(Self { signer, public, pkcs8: Zeroizing::new(der.to_vec()) })
    }

    pub(crate) fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    pub(crate) fn public(&self) -> &OkpPublic {
        &self.public
    }

    /// RFC 8032 §5.1.6: 64 bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.signer.try_sign(message).map(|s| s.as_ref().to_vec()).map_err(|_| KeyError::Library)
    }
}

/// A public key as a JWK writes it (RFC 8037 §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OkpPublic {
    pub(crate) x: String,
}

impl OkpPublic {
    /// The key to verify with, parsed once.
    pub(crate) fn verifier(&self) -> Result<Verifier, KeyError> {
        let x = URL_SAFE_NO_PAD.decode(&self.x).map_err(|_| KeyError::Public)?;
        if x.len() != 32 {
            return Err(KeyError::Public);
        }
        Ok(Verifier::new(Algorithm::EdDsa, ParsedPublicKey::new(&ED25519, x).map_err(|_| KeyError::Public)?))
    }

    /// RFC 7638 with the members of RFC 8037 §2.
    pub(crate) fn thumbprint(&self) -> String {
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x);
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 8037 appendix A.2; A.3 gives its thumbprint.
    #[test]
    fn the_thumbprint_of_rfc_8037_holds() {
        let public = OkpPublic { x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".into() };
        assert_eq!(public.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert!(public.verifier().is_ok());
    }

    /// The signature of RFC 8037 appendix A.4.
    #[test]
    fn the_signature_of_rfc_8037_verifies() {
        let public = OkpPublic { x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".into() };
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        assert!(public.verifier().unwrap().verify(message, &signature).is_ok());
        assert!(public.verifier().unwrap().verify(b"other", &signature).is_err());
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        for bad in ["", "AAAA", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURoA"] {
            assert!(OkpPublic { x: bad.into() }.verifier().is_err(), "{bad}");
        }
        assert!(OkpPair::from_pkcs8(b"nonsense").is_err());
    }
}
