//! Passwords: Argon2id (RFC 9106), off the async threads.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use countersign_domain::{Entropy, Secret};

use crate::Refusal;

/// Shortest password that is taken.
pub(crate) const MIN_CHARS: usize = 12;
/// Longest password that is taken: hashing has its price.
const MAX_BYTES: usize = 1024;

/// What is checked when a login is not known, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y291bnRlcnNpZ24tbm9ib2R5$ZJ6Vn1kRkjG9wBvZlVvyzk6cTDYVCIPFw0lJ4zGzDYw";

/// Whether a password may be chosen.
pub(crate) fn acceptable(password: &Secret, login: &str) -> Result<(), Refusal> {
    let text = password.expose();
    if text.chars().count() < MIN_CHARS {
        return Err(Refusal::invalid(format!("the password is too short; take at least {MIN_CHARS} characters, such as four words")));
    }
    if text.len() > MAX_BYTES {
        return Err(Refusal::invalid(format!("the password is too long; take at most {MAX_BYTES} bytes")));
    }
    if text.to_lowercase().contains(&login.to_lowercase()) {
        return Err(Refusal::invalid("the password holds your name; take another"));
    }
    Ok(())
}

/// The PHC string to keep.
pub(crate) async fn hash(password: &Secret, entropy: &dyn Entropy) -> Result<String, Refusal> {
    let password = password.clone();
    let mut salt = [0_u8; 16];
    entropy.fill(&mut salt);
    blocking(move || Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt).map(|h| h.to_string()))
        .await?
        .map_err(|e| Refusal::internal("password", &e))
}

/// Whether the password is the one that `phc` was made of; the same work where there is none.
pub(crate) async fn verify(password: &Secret, phc: Option<String>) -> Result<bool, Refusal> {
    if password.expose().len() > MAX_BYTES {
        return Ok(false);
    }
    let password = password.clone();
    let known = phc.is_some();
    let phc = phc.unwrap_or_else(|| NOBODY.to_owned());
    let matches = blocking(move || {
        let parsed = PasswordHash::new(&phc)?;
        Ok::<_, argon2::password_hash::phc::Error>(Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_ok())
    })
    .await?
    .map_err(|e| Refusal::internal("password", &e))?;
    Ok(known && matches)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Refusal::internal("password", &e))
}
