//! Backups of the signing keys: a file that holds them sealed under a passphrase.
//!
//! Its bytes are: `CSKEYS` and a version (7), memory in KiB, passes and lanes of Argon2id (4 each), salt (16), nonce (12), the keys
//! as JSON under AES-256-GCM with its tag, SHA-256 of all that (32). The hash tells damage from a wrong passphrase; the head is authenticated.

use argon2::{Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{
    Entropy, Secret, Timestamp,
    alg::Algorithm,
    key::{Key, KeyState},
};
use countersign_oauth::{jwks::PublicJwk, jwt::SigningKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::keys::{KeyRing, KeyRingError, stored, unsealed};

/// Shortest passphrase that is taken, in characters.
pub const MIN_PASSPHRASE: usize = 12;

const MAGIC: &[u8; 6] = b"CSKEYS";
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const HASH_LEN: usize = 32;
/// Magic, version, costs, salt, nonce.
const HEAD_LEN: usize = 7 + 12 + SALT_LEN + NONCE_LEN;
/// RFC 9106 §4, second recommendation, with one lane.
const COSTS: Costs = Costs { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
/// What a file may ask for, so that one made to harm can't.
const MOST: Costs = Costs { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

/// Why a backup can't be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// It is something else.
    #[error("this is no backup of signing keys; name the file that `countersignd keys backup` wrote")]
    Other,
    /// Made by a later version.
    #[error("this backup is of version {0}, which is not known; use a newer program")]
    Version(u8),
    /// Cut off, or changed since.
    #[error("the backup is damaged or cut off, nothing was changed; take another copy of it")]
    Damaged,
    /// Another passphrase.
    #[error("the passphrase is not the one that this backup was made with, nothing was changed")]
    Passphrase,
    /// Too easy to guess.
    #[error("the passphrase is too short; take at least {MIN_PASSPHRASE} characters, such as five random words")]
    Short,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed; try again")]
    Library,
}

#[derive(Debug, Clone, Copy)]
struct Costs {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What a backup holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    /// When it was made.
    pub made_at: Timestamp,
    /// All keys that were known then.
    pub keys: Vec<Kept>,
}

/// A key in a backup.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub algorithm: Algorithm,
    pub state: KeyState,
    pub made_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub active_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub public: PublicJwk,
    /// PKCS#8 in base64url, of a key that signs or will.
    private: Option<String>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.private.zeroize();
    }
}

impl Kept {
    /// Its state and times.
    pub(super) fn key(&self) -> Key {
        Key {
            kid: self.public.kid().to_owned(),
            algorithm: self.algorithm,
            state: self.state,
            made_at: self.made_at,
            due_at: self.due_at,
            active_at: self.active_at,
            retired_at: self.retired_at,
        }
    }

    /// Its private half, if it has one; checked against the public one.
    pub(super) fn signing(&self) -> Result<Option<SigningKey>, BackupError> {
        let Some(private) = &self.private else { return Ok(None) };
        let der = Zeroizing::new(URL_SAFE_NO_PAD.decode(private).map_err(|_| BackupError::Damaged)?);
        let key = SigningKey::from_pkcs8(self.algorithm, &der).map_err(|_| BackupError::Damaged)?;
        if *key.public_jwk() == self.public { Ok(Some(key)) } else { Err(BackupError::Damaged) }
    }
}

impl KeyRing {
    /// All keys in one file, sealed under `passphrase`.
    ///
    /// # Errors
    /// If the store does not answer, a key can't be unsealed, or the passphrase is too short.
    pub async fn backup(&self, passphrase: &Secret) -> Result<Vec<u8>, KeyRingError> {
        if passphrase.expose().chars().count() < MIN_PASSPHRASE {
            return Err(BackupError::Short.into());
        }
        let mut keys = Vec::new();
        for row in stored(&self.0.store).await? {
            let signs = matches!(row.key.state, KeyState::Next | KeyState::Active);
            let private = if signs { Some(URL_SAFE_NO_PAD.encode(unsealed(&self.0.master, &row)?.to_pkcs8())) } else { None };
            let public = serde_json::from_str(&row.public_jwk).map_err(|_| KeyRingError::Corrupt(row.key.kid.clone()))?;
            let Key { algorithm, state, made_at, due_at, active_at, retired_at, .. } = row.key;
            keys.push(Kept { algorithm, state, made_at, due_at, active_at, retired_at, public, private });
        }
        let content = Content { made_at: self.0.clock.now(), keys };
        Ok(seal(&content, passphrase, self.0.entropy.as_ref())?)
    }
}

fn seal(content: &Content, passphrase: &Secret, entropy: &dyn Entropy) -> Result<Vec<u8>, BackupError> {
    let (mut salt, mut nonce) = ([0; SALT_LEN], [0; NONCE_LEN]);
    entropy.fill(&mut salt);
    entropy.fill(&mut nonce);
    let mut file = [MAGIC.as_slice(), &[VERSION]].concat();
    for cost in [COSTS.memory_kib, COSTS.passes, COSTS.lanes] {
        file.extend(cost.to_be_bytes());
    }
    file.extend(salt);
    file.extend(nonce);
    let mut body = Zeroizing::new(serde_json::to_vec(content).map_err(|_| BackupError::Library)?);
    let cipher = cipher(passphrase, &salt, COSTS)?;
    let nonce = Nonce::assume_unique_for_key(nonce);
    cipher.seal_in_place_append_tag(nonce, Aad::from(file.as_slice()), &mut *body).map_err(|_| BackupError::Library)?;
    file.extend_from_slice(&body);
    let hash = Sha256::digest(&file);
    file.extend(hash);
    Ok(file)
}

/// Reads a backup.
pub(super) fn open(file: &[u8], passphrase: &Secret) -> Result<Content, BackupError> {
    match file.split_at_checked(MAGIC.len()) {
        Some((magic, _)) if magic == MAGIC => {}
        _ => return Err(BackupError::Other),
    }
    match file.get(MAGIC.len()) {
        Some(&VERSION) => {}
        Some(&other) => return Err(BackupError::Version(other)),
        None => return Err(BackupError::Damaged),
    }
    let (sealed, hash) = file.len().checked_sub(HASH_LEN).and_then(|at| file.split_at_checked(at)).ok_or(BackupError::Damaged)?;
    let found: [u8; HASH_LEN] = Sha256::digest(sealed).into();
    if found.as_slice() != hash {
        return Err(BackupError::Damaged);
    }
    let (head, body) = sealed.split_at_checked(HEAD_LEN).ok_or(BackupError::Damaged)?;
    let (costs, salt, nonce) = read_head(head).ok_or(BackupError::Damaged)?;
    let mut body = Zeroizing::new(body.to_vec());
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| BackupError::Damaged)?;
    let cipher = cipher(passphrase, salt, costs)?;
    let plain = cipher.open_in_place(nonce, Aad::from(head), &mut body).map_err(|_| BackupError::Passphrase)?;
    serde_json::from_slice(plain).map_err(|_| BackupError::Damaged)
}

/// Costs, salt and nonce of a head, if it asks for no more than it may.
fn read_head(head: &[u8]) -> Option<(Costs, &[u8], &[u8])> {
    let (costs, rest) = head.get(MAGIC.len() + 1..)?.split_at_checked(12)?;
    let (salt, nonce) = rest.split_at_checked(SALT_LEN)?;
    let mut numbers = costs.chunks_exact(4).filter_map(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
    let costs = Costs { memory_kib: numbers.next()?, passes: numbers.next()?, lanes: numbers.next()? };
    let fits = costs.memory_kib <= MOST.memory_kib && costs.passes <= MOST.passes && costs.lanes <= MOST.lanes;
    fits.then_some((costs, salt, nonce))
}

fn cipher(passphrase: &Secret, salt: &[u8], costs: Costs) -> Result<LessSafeKey, BackupError> {
    let params = Params::new(costs.memory_kib, costs.passes, costs.lanes, Some(32)).map_err(|_| BackupError::Damaged)?;
    let mut key = Zeroizing::new([0; 32]);
    let kdf = Argon2::new(argon2::Algorithm::Argon2id, Version::V0x13, params);
    kdf.hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut()).map_err(|_| BackupError::Library)?;
    UnboundKey::new(&AES_256_GCM, key.as_ref()).map(LessSafeKey::new).map_err(|_| BackupError::Library)
}
