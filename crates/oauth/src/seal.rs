//! Private keys at rest: sealed with AES-256-GCM under a master key that is kept elsewhere.
//!
//! Not for volume: nonces are random, which is safe for the few keys that a service ever makes (NIST SP 800-38D §8.3).

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Entropy, Secret};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const FINGERPRINT_LEN: usize = 16;
const HEAD_LEN: usize = 1 + FINGERPRINT_LEN + NONCE_LEN;

/// Why something can't be sealed or unsealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The master key is not 32 bytes.
    #[error("a master key is 32 bytes in base64url without padding")]
    MasterKey,
    /// Sealed by a later version.
    #[error("this was sealed in version {0}, which is not known; use a newer program")]
    Version(u8),
    /// Sealed under another master key.
    #[error("this was sealed under another master key; give the one that it was sealed with")]
    WrongKey,
    /// Changed since, cut off, or sealed for something else.
    #[error("what was sealed has been changed, or was sealed for another purpose; restore it from a backup")]
    Tampered,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed; try again")]
    Library,
}

/// The key that seals keys. Wiped when dropped, never printed.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    fingerprint: [u8; FINGERPRINT_LEN],
}

impl MasterKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let hash = Sha256::new().chain_update("countersign master key v1").chain_update([0]).chain_update(bytes.as_ref()).finalize();
        let mut fingerprint = [0; FINGERPRINT_LEN];
        fingerprint.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Self { bytes, fingerprint }
    }

    /// A new one.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut());
        Self::new(bytes)
    }

    /// From what [`MasterKey::to_text`] wrote.
    ///
    /// # Errors
    /// [`SealError::MasterKey`].
    pub fn from_text(text: &Secret) -> Result<Self, SealError> {
        let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.expose().trim()).map_err(|_| SealError::MasterKey)?);
        let bytes: [u8; 32] = decoded.as_slice().try_into().map_err(|_| SealError::MasterKey)?;
        Ok(Self::new(Zeroizing::new(bytes)))
    }

    /// For a keychain or a file that only the service reads: base64url.
    #[must_use]
    pub fn to_text(&self) -> Secret {
        Secret::new(URL_SAFE_NO_PAD.encode(self.bytes.as_ref()))
    }

    /// Seals `plain` for one purpose and key name; both must be given again to unseal.
    ///
    /// The result is: version (1 byte), fingerprint of the master key (16), nonce (12), ciphertext, tag (16).
    ///
    /// # Errors
    /// If the library fails.
    pub fn seal(&self, purpose: &str, kid: &str, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        let mut body = Zeroizing::new(Vec::with_capacity(plain.len() + AES_256_GCM.tag_len()));
        body.extend_from_slice(plain);
        let aad = self.aad(purpose, kid);
        self.cipher()?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut *body).map_err(|_| SealError::Library)?;
        let mut out = vec![VERSION];
        out.extend(self.fingerprint);
        out.extend(nonce);
        out.extend_from_slice(&body);
        Ok(out)
    }

    /// Unseals what was sealed for this purpose and key name.
    ///
    /// # Errors
    /// Tells a wrong master key from tampering.
    pub fn unseal(&self, purpose: &str, kid: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        match sealed.first() {
            Some(&VERSION) => {}
            Some(&other) => return Err(SealError::Version(other)),
            None => return Err(SealError::Tampered),
        }
        let (head, body) = sealed.split_at_checked(HEAD_LEN).ok_or(SealError::Tampered)?;
        let (fingerprint, nonce) = head.split_at_checked(1 + FINGERPRINT_LEN).ok_or(SealError::Tampered)?;
        if fingerprint.get(1..) != Some(self.fingerprint.as_slice()) {
            return Err(SealError::WrongKey);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Tampered)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self.cipher()?.open_in_place(nonce, Aad::from(self.aad(purpose, kid)), &mut body).map_err(|_| SealError::Tampered)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// A key for something else than sealing, the same wherever this master key is (HKDF, RFC 5869).
    ///
    /// # Errors
    /// If the library fails.
    pub fn derive(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let (salt, info) = (Salt::new(HKDF_SHA256, b"countersign derived key v1"), [purpose.as_bytes()]);
        let mut key = Zeroizing::new([0; 32]);
        let extracted = salt.extract(self.bytes.as_ref());
        extracted.expand(&info, HKDF_SHA256).and_then(|okm| okm.fill(key.as_mut())).map_err(|_| SealError::Library)?;
        Ok(key)
    }

    fn cipher(&self) -> Result<LessSafeKey, SealError> {
        UnboundKey::new(&AES_256_GCM, self.bytes.as_ref()).map(LessSafeKey::new).map_err(|_| SealError::Library)
    }

    /// All that is bound to the ciphertext. Lengths stand before the texts, so that no two pairs give the same bytes.
    fn aad(&self, purpose: &str, kid: &str) -> Vec<u8> {
        let mut aad = vec![VERSION];
        aad.extend(self.fingerprint);
        for text in [purpose, kid] {
            aad.extend((text.len() as u64).to_be_bytes());
            aad.extend(text.as_bytes());
        }
        aad
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[master key]")
    }
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
