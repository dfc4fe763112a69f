//! The newest nonce of the service (RFC 9449 §8, §9) for the token endpoint and its neighbours, and for calls.

use std::sync::Mutex;

use crate::Answer;

/// What was handed out last at each of the two.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    token: Mutex<Option<String>>,
    call: Mutex<Option<String>>,
}

impl Nonces {
    fn at(&self, path: &str) -> &Mutex<Option<String>> {
        if path.starts_with("/oauth/") { &self.token } else { &self.call }
    }

    pub(crate) fn newest(&self, path: &str) -> Option<String> {
        self.at(path).lock().expect("no test panicked here").clone()
    }

    /// Keeps the nonce that an answer hands out. True if the request is to be sent again with it.
    pub(crate) fn note(&self, path: &str, answer: &Answer) -> bool {
        let handed = answer.header("dpop-nonce");
        if !handed.is_empty() {
            *self.at(path).lock().expect("no test panicked here") = Some(handed.to_owned());
        }
        answer.wants_nonce()
    }
}
