//! Parameters as `application/x-www-form-urlencoded`, read strictly: in a body or in a query.
//!
//! A repeated parameter is refused (RFC 6749 §3.1 and §3.2), an empty one counts as omitted, an unknown one is ignored. Text that is
//! not UTF-8 or not properly escaped is refused rather than mended, so that no two readers see different values.

use std::fmt;

use countersign_domain::Secret;
use zeroize::Zeroizing;

use crate::error::{ErrorCode, OAuthError};

/// Bytes of a whole form.
pub const MAX_FORM: usize = 16 * 1024;
/// Bytes of one value.
pub const MAX_VALUE: usize = 8 * 1024;
const MAX_NAME: usize = 64;
const MAX_PAIRS: usize = 48;

/// Parameters, each at most once. Values are wiped when dropped and never printed.
#[derive(Default)]
pub struct Form(Vec<(String, Zeroizing<String>)>);

impl Form {
    /// Reads a body or a query (without its `?`).
    ///
    /// # Errors
    /// `invalid_request`; `invalid_target` for a repeated `audience` or `resource`, which RFC 8693 §2.1 allows and we do not grant.
    pub fn parse(text: &[u8]) -> Result<Self, OAuthError> {
        if text.len() > MAX_FORM {
            return Err(OAuthError::invalid_request(format!("the parameters are longer than {MAX_FORM} bytes; send less")));
        }
        let mut form = Self::default();
        for pair in text.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            form.push(name.as_str(), value)?;
        }
        form.0.retain(|(_, value)| !value.is_empty());
        Ok(form)
    }

    fn push(&mut self, name: &str, value: Zeroizing<String>) -> Result<(), OAuthError> {
        if name.is_empty() || name.len() > MAX_NAME || self.0.len() >= MAX_PAIRS {
            return Err(OAuthError::invalid_request("there are too many parameters, or one without a name or with too long a one"));
        }
        if self.0.iter().any(|(known, _)| known == name) {
            return Err(match name {
                "audience" | "resource" => OAuthError::new(ErrorCode::InvalidTarget, format!("`{name}` was sent more than once; ask for one API at a time")),
                _ => OAuthError::invalid_request(format!("`{name}` was sent more than once")),
            });
        }
        if value.len() > MAX_VALUE {
            return Err(OAuthError::invalid_request(format!("`{name}` is longer than {MAX_VALUE} bytes")));
        }
        if value.chars().any(char::is_control) {
            return Err(OAuthError::invalid_request(format!("`{name}` holds a control character")));
        }
        self.0.push((name.to_owned(), value));
        Ok(())
    }

    /// The value of `name`, if it was sent and is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// `invalid_request`, if it was not sent or is empty.
    pub fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::invalid_request(format!("`{name}` is missing")))
    }

    /// The value of `name` as a secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.get(name).map(|value| Secret::new(value.to_owned()))
    }

    /// The value of `name` as a secret.
    ///
    /// # Errors
    /// `invalid_request`, if it was not sent or is empty.
    pub fn required_secret(&self, name: &str) -> Result<Secret, OAuthError> {
        self.required(name).map(|value| Secret::new(value.to_owned()))
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Writes parameters the way [`Form::parse`] reads them. The body holds secrets, so it is one.
pub(crate) fn write(pairs: &[(&str, &str)]) -> Secret {
    let mut out = String::with_capacity(pairs.iter().map(|(n, v)| n.len() + 3 * v.len() + 2).sum());
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
    }
    Secret::new(out)
}

/// Undoes the escaping of a name or value (also used for the halves of HTTP Basic, RFC 6749 §2.3.1).
pub(crate) fn decode(text: &[u8]) -> Result<Zeroizing<String>, OAuthError> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = bytes.next().zip(bytes.next()).and_then(|(high, low)| Some(hex(*high)? << 4 | hex(*low)?));
                digits.ok_or_else(|| OAuthError::invalid_request("a `%` is not followed by two hex digits"))?
            }
            other => other,
        });
    }
    // Checked before the bytes move, so that the failing copy is wiped as well.
    if std::str::from_utf8(&out).is_err() {
        return Err(OAuthError::invalid_request("the parameters are not UTF-8"));
    }
    Ok(Zeroizing::new(String::from_utf8(std::mem::take(&mut *out)).unwrap_or_default()))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
