//! Canonical bytes (RFC 8785), digests over them, and salted commitments that stand for personal text.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::instant::Entropy;

/// SHA-256 of something, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS, utoipa::ToSchema)]
#[ts(type = "string")]
#[schema(value_type = String)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Over `bytes`, under a label that keeps digests of different things apart.
    #[must_use]
    pub fn of(label: &str, bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update(label).chain_update([0]).chain_update(bytes).finalize().into())
    }

    /// Over the canonical form of `value`.
    ///
    /// # Errors
    /// If `value` has no JSON form.
    pub fn of_canonical<T: Serialize>(label: &str, value: &T) -> Result<Self, serde_json::Error> {
        Ok(Self::of(label, &bytes(value)?))
    }

    /// As a store keeps it.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From what a store keeps.
    #[must_use]
    pub fn from_slice(slice: &[u8]) -> Option<Self> {
        slice.try_into().ok().map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hex digits")]
pub struct DigestError;

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let mut out = [0; 32];
        hex::decode_to_slice(text, &mut out).map_err(|_| DigestError)?;
        let digest = Self(out);
        if digest.to_string() == text { Ok(digest) } else { Err(DigestError) }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

/// The bytes that a digest is taken over: JSON as RFC 8785 writes it.
///
/// # Errors
/// If `value` has no JSON form.
pub fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json_canonicalizer::to_vec(value)
}

/// Personal text beside the commitment that stands for it: the text and salt can be erased, the commitment stays.
#[derive(Clone, PartialEq, Eq)]
pub struct Committed {
    /// What a person wrote.
    pub text: String,
    /// 256 random bits, so that the commitment tells nothing about a short text.
    pub salt: [u8; 32],
}

impl Committed {
    /// Commits to `text` under a fresh salt.
    #[must_use]
    pub fn new(text: String, entropy: &dyn Entropy) -> Self {
        let mut salt = [0; 32];
        entropy.fill(&mut salt);
        Self { text, salt }
    }

    /// What stands in canonical forms and events instead of the text.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        let mut salted = self.salt.to_vec();
        salted.extend_from_slice(self.text.as_bytes());
        Digest::of("countersign text v1", &salted)
    }
}

impl fmt::Debug for Committed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "committed {}", self.commitment())
    }
}
