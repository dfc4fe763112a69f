//! How a client says who it is (RFC 6749 §2.3): by name only, with a secret, or with an assertion that it signed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_domain::Secret;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    error::{ErrorCode, OAuthError},
    form::{Form, decode},
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

/// How a client says who it is, before anything is believed. One way at a time (RFC 6749 §2.3).
#[derive(Debug, Clone, PartialEq)]
pub enum Presented {
    /// By name only: a console, or a client whose connection's certificate proves it (RFC 8705 §2).
    Public(String),
    /// `client_secret_basic`.
    Basic(ClientCredentials),
    /// `client_secret_post`.
    Post(ClientCredentials),
    /// `private_key_jwt` (RFC 7523 §2.2).
    Assertion {
        /// As the body names it beside the assertion, if it does.
        client_id: Option<String>,
        /// What the client signed.
        assertion: Secret,
    },
}

/// `client_assertion_type` of a JWT (RFC 7523 §2.2).
pub const ASSERTION_JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Presented {
    /// Reads the header and the body of a request.
    ///
    /// # Errors
    /// `invalid_request`, if nobody is named or two ways are mixed; `invalid_client`, if the header is no HTTP Basic.
    pub fn read(authorization: Option<&str>, form: &Form) -> Result<Self, OAuthError> {
        let secret = form.secret("client_secret");
        let assertion = form.secret("client_assertion");
        let named = form.get("client_id");
        let two = OAuthError::invalid_request("the client proves itself in two ways at once; choose one (RFC 6749 §2.3)");
        match (authorization, secret, assertion) {
            (Some(header), None, None) => {
                let given = ClientCredentials::from_basic(header)?;
                if named.is_some_and(|id| id != given.client_id) {
                    return Err(OAuthError::invalid_request("`client_id` names another client than the one that proves itself"));
                }
                Ok(Self::Basic(given))
            }
            (None, Some(client_secret), None) => Ok(Self::Post(ClientCredentials { client_id: form.required("client_id")?.to_owned(), client_secret })),
            (None, None, Some(assertion)) => match form.get("client_assertion_type") {
                Some(ASSERTION_JWT) => Ok(Self::Assertion { client_id: named.map(str::to_owned), assertion }),
                _ => Err(OAuthError::invalid_request(format!("`client_assertion_type` must be `{ASSERTION_JWT}`"))),
            },
            (None, None, None) => match named {
                Some(id) => Ok(Self::Public(id.to_owned())),
                None => Err(OAuthError::new(ErrorCode::InvalidClient, "no client is named; send `client_id`, and what proves it")),
            },
            _ => Err(two),
        }
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

    fn presented(authorization: Option<&str>, body: &str) -> Result<Presented, ErrorCode> {
        Presented::read(authorization, &Form::parse(body.as_bytes()).unwrap()).map_err(|e| e.code)
    }

    #[test]
    fn a_client_presents_itself_in_one_way() {
        let credentials = || ClientCredentials { client_id: "gateway-api".into(), client_secret: Secret::new("s".into()) };
        let header = credentials().to_basic();
        let header = Some(header.expose());
        assert_eq!(presented(None, "client_id=console"), Ok(Presented::Public("console".into())));
        assert_eq!(presented(header, "client_id=gateway-api"), Ok(Presented::Basic(credentials())));
        assert_eq!(presented(header, ""), Ok(Presented::Basic(credentials())));
        assert_eq!(presented(None, "client_id=gateway-api&client_secret=s"), Ok(Presented::Post(credentials())));
        let assertion = format!("client_assertion=eyJ&client_assertion_type={ASSERTION_JWT}");
        assert!(matches!(presented(None, &assertion), Ok(Presented::Assertion { client_id: None, .. })));

        assert_eq!(presented(None, ""), Err(ErrorCode::InvalidClient), "nobody");
        assert_eq!(presented(header, "client_id=other"), Err(ErrorCode::InvalidRequest), "somebody else");
        assert_eq!(presented(Some("Bearer x"), "client_id=console"), Err(ErrorCode::InvalidClient), "another scheme");
        assert_eq!(presented(None, "client_secret=s"), Err(ErrorCode::InvalidRequest), "a secret of nobody");
        assert_eq!(presented(None, "client_assertion=eyJ"), Err(ErrorCode::InvalidRequest), "an assertion of no type");
        for two in [(header, "client_secret=s&client_id=gateway-api".to_owned()), (header, assertion.clone()), (None, format!("{assertion}&client_secret=s"))] {
            assert_eq!(presented(two.0, &two.1), Err(ErrorCode::InvalidRequest), "{}", two.1);
        }
    }

    #[test]
    fn fingerprints_compare() {
        assert!(fingerprints_equal(&[1; 32], &[1; 32]));
        let mut other = [1; 32];
        other[31] = 2;
        assert!(!fingerprints_equal(&[1; 32], &other));
    }
}
