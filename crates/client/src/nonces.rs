//! The newest nonce of the service for each of the two places where proofs of the key are shown (RFC 9449 §8, §9).

use std::sync::{Mutex, PoisonError};

use countersign_oauth::{challenge, nonce};
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// Where a proof is shown. Nonces of one are not good at the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The token endpoint.
    Token,
    /// Every operation.
    Call,
}

/// What was handed out last. No secret: a nonce is of use only to who has the key.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    token: Mutex<Option<String>>,
    call: Mutex<Option<String>>,
}

impl Nonces {
    fn at(&self, door: Door) -> &Mutex<Option<String>> {
        match door {
            Door::Token => &self.token,
            Door::Call => &self.call,
        }
    }

    /// The newest one.
    pub(crate) fn newest(&self, door: Door) -> Option<String> {
        self.at(door).lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes note of the one that an answer hands out, if it does.
    pub(crate) fn note(&self, door: Door, headers: &HeaderMap) {
        if let Some(nonce) = handed(headers) {
            *self.at(door).lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
        }
    }
}

/// RFC 9449 §8.1: `NQCHAR`s, of which a reasonable number is taken.
fn handed(headers: &HeaderMap) -> Option<&str> {
    let nonce = headers.get(nonce::HEADER)?.to_str().ok()?;
    let char = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    ((1..=256).contains(&nonce.len()) && nonce.bytes().all(char)).then_some(nonce)
}

/// Whether a refused call is to be sent again with the nonce that came with the refusal (RFC 9449 §9).
pub(crate) fn wanted(status: u16, headers: &HeaderMap) -> bool {
    let told = |value: &reqwest::header::HeaderValue| value.to_str().is_ok_and(challenge::wants_nonce);
    status == 401 && handed(headers).is_some() && headers.get_all(WWW_AUTHENTICATE).iter().any(told)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(nonce: &str, challenge: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(nonce::HEADER, HeaderValue::from_str(nonce).unwrap());
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_str(challenge).unwrap());
        headers
    }

    #[test]
    fn the_newest_nonce_is_kept_for_each_door() {
        let nonces = Nonces::default();
        assert_eq!(nonces.newest(Door::Token), None);
        nonces.note(Door::Token, &headers("one", ""));
        nonces.note(Door::Call, &headers("two", ""));
        nonces.note(Door::Token, &headers("three", ""));
        nonces.note(Door::Token, &HeaderMap::new());
        for bad in ["", "a b", "\"", &"x".repeat(257)] {
            nonces.note(Door::Token, &headers(bad, ""));
        }
        assert_eq!((nonces.newest(Door::Token).as_deref(), nonces.newest(Door::Call).as_deref()), (Some("three"), Some("two")));
    }

    #[test]
    fn only_a_refusal_that_asks_for_a_nonce_and_brings_one_is_tried_again() {
        // The example of RFC 9449 §9.
        let asks = r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof""#;
        assert!(wanted(401, &headers("eyJ7S_zG.eyJH0-Z.HX4w-7v", asks)));
        assert!(!wanted(403, &headers("n", asks)) && !wanted(401, &headers("", asks)));
        assert!(!wanted(401, &headers("n", r#"DPoP error="invalid_dpop_proof""#)));
        assert!(!wanted(401, &headers("n", r#"DPoP error="invalid_token", error_description="not use_dpop_nonce""#)));
    }
}
