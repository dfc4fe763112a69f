//! How an API proves itself at introspection: HTTP Basic (RFC 6749 §2.3.1, RFC 7617).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_domain::Secret;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    error::{ErrorCode, OAuthError},
    form::decode,
};

const MAX_HEADER: usize = 2048;

/// Who a client says that it is, and its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientCredentials {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
}

impl ClientCredentials {
    /// Reads an `Authorization: Basic …` header, whose halves are escaped like form values (RFC 6749 §2.3.1).
    ///
    /// # Errors
    /// `invalid_client`, always in the same words: what was wrong with a secret is nobody's business.
    pub fn from_basic(authorization: &str) -> Result<Self, OAuthError> {
        read(authorization).ok_or_else(|| OAuthError::new(ErrorCode::InvalidClient, "send the client id and secret with HTTP Basic (`client_secret_basic`)"))
    }

    /// The header that [`ClientCredentials::from_basic`] reads.
    #[must_use]
    pub fn to_basic(&self) -> Secret {
        let escape = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = Zeroizing::new(format!("{}:{}", escape(&self.client_id), escape(self.client_secret.expose())));
        Secret::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
    }
}

fn read(authorization: &str) -> Option<ClientCredentials> {
    if authorization.len() > MAX_HEADER {
        return None;
    }
    let (scheme, rest) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let pair = Zeroizing::new(STANDARD.decode(rest.trim_matches(' ')).ok()?);
    let at = pair.iter().position(|b| *b == b':')?;
    let (id, secret) = pair.split_at_checked(at)?;
    let (id, secret) = (decode(id).ok()?, decode(secret.strip_prefix(b":")?).ok()?);
    if id.is_empty() || secret.is_empty() {
        return None;
    }
    Some(ClientCredentials { client_id: id.as_str().to_owned(), client_secret: Secret::new(secret.as_str().to_owned()) })
}

/// Whether two fingerprints are the same, in a time that does not tell where they differ.
#[must_use]
pub fn fingerprints_equal(kept: &[u8; 32], shown: &[u8; 32]) -> bool {
    kept.ct_eq(shown).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn credentials_read_back_whatever_signs_they_hold() {
        for (id, secret) in [("s6BhdRkqt3", "gX1fBat3bV"), ("api:one", "p:ä%+ &=/w")] {
            let given = ClientCredentials { client_id: id.into(), client_secret: Secret::new(secret.into()) };
            assert_eq!(ClientCredentials::from_basic(given.to_basic().expose()).unwrap(), given);
        }
        // RFC 6749 §2.3.1's own example.
        let example = ClientCredentials::from_basic("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3").unwrap();
        assert_eq!((example.client_id.as_str(), example.client_secret.expose()), ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"));
        assert!(!format!("{example:?}").contains("7Fjfp"));
    }

    #[test]
    fn anything_else_is_refused_in_the_same_words() {
        let bad = ["", "Basic", "Bearer abc", "Basic !!!", &basic("nocolon"), &basic(":secret"), &basic("id:"), &basic("id:%zz"), &basic(&"x".repeat(3000))];
        let told: std::collections::HashSet<_> = bad.iter().map(|b| ClientCredentials::from_basic(b).unwrap_err().to_string()).collect();
        assert_eq!(told.len(), 1);
    }

    #[test]
    fn fingerprints_compare() {
        assert!(fingerprints_equal(&[1; 32], &[1; 32]));
        let mut other = [1; 32];
        other[31] = 2;
        assert!(!fingerprints_equal(&[1; 32], &other));
    }
}
