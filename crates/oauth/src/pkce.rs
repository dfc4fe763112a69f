//! Proof Key for Code Exchange (RFC 7636), S256 only, and the match code that a person compares on two screens.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Entropy, Secret};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The only `code_challenge_method` (RFC 7636 §4.3): `plain` would prove nothing.
pub const S256: &str = "S256";

/// The 32 signs of a match code: no 0, O, 1 or I.
const SIGNS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A `code_challenge`: SHA-256 of a verifier, base64url (RFC 7636 §4.2). Not secret.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge(String);

/// A text that is not a `code_challenge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code challenge is 32 bytes in base64url without padding")]
pub struct ChallengeError;

impl Challenge {
    /// The challenge of a verifier.
    #[must_use]
    pub fn of(verifier: &Secret) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose())))
    }

    /// Reads a challenge; only one spelling counts.
    ///
    /// # Errors
    /// If it is not 32 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, ChallengeError> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(ChallengeError),
        }
    }

    /// As it goes over the wire and into the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Challenge {
    type Error = ChallengeError;

    fn try_from(text: String) -> Result<Self, ChallengeError> {
        Self::parse(&text)
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        challenge.0
    }
}

/// A new verifier of 256 random bits (RFC 7636 §4.1).
#[must_use]
pub fn new_verifier(entropy: &dyn Entropy) -> Secret {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    entropy.fill(bytes.as_mut());
    Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()))
}

/// Whether `verifier` is what `challenge` was made of (RFC 7636 §4.6), and well formed (§4.1: 43 to 128 unreserved characters).
#[must_use]
pub fn verify(verifier: &Secret, challenge: &Challenge) -> bool {
    let text = verifier.expose().as_bytes();
    let unreserved = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
    (43..=128).contains(&text.len()) && text.iter().all(unreserved) && bool::from(Challenge::of(verifier).0.as_bytes().ct_eq(challenge.0.as_bytes()))
}

/// Eight signs that console and page both show, so that a person sees that the page belongs to their console: `KX47-9QTE`.
#[must_use]
pub fn match_code(challenge: &Challenge) -> String {
    let hash = Sha256::new().chain_update("countersign match code v1").chain_update([0]).chain_update(&challenge.0).finalize();
    let bits = hash.iter().take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut out = String::with_capacity(9);
    for place in (0..8_u32).rev() {
        let sign = SIGNS.get(usize::try_from(bits >> (5 * place) & 31).unwrap_or_default());
        out.extend(sign.copied().map(char::from));
        if place == 4 {
            out.push('-');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert_eq!(Challenge::of(&secret(VERIFIER)), challenge);
        assert!(verify(&secret(VERIFIER), &challenge));
        assert!(!verify(&secret(&VERIFIER.replace('d', "e")), &challenge));
        assert!(!verify(&secret(CHALLENGE), &challenge), "the challenge itself proves nothing");
    }

    #[test]
    fn a_verifier_has_its_length_and_alphabet() {
        for (text, good) in [("a".repeat(42), false), ("a".repeat(43), true), ("~".repeat(128), true), ("a".repeat(129), false), ("a+".repeat(30), false)] {
            assert_eq!(verify(&secret(&text), &Challenge::of(&secret(&text))), good, "{text}");
        }
    }

    #[test]
    fn a_challenge_has_one_spelling() {
        // The last sign holds four bits; `N` decodes to the same bytes in a careless reader.
        for bad in ["", "abc", &CHALLENGE.replace("cM", "cN"), &format!("{CHALLENGE}="), &CHALLENGE.replace('-', "+")] {
            assert_eq!(Challenge::parse(bad), Err(ChallengeError), "{bad}");
        }
    }

    #[test]
    fn a_match_code_can_be_read_aloud() {
        let code = match_code(&Challenge::parse(CHALLENGE).unwrap());
        assert_eq!(code.len(), 9);
        assert_eq!(code.as_bytes()[4], b'-');
        assert!(code.bytes().filter(|b| *b != b'-').all(|b| SIGNS.contains(&b)), "{code}");
        assert_ne!(code, match_code(&Challenge::of(&secret(CHALLENGE))));
    }
}
