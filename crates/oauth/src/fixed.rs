//! What the tests of several modules start from.

use std::sync::atomic::{AtomicU8, Ordering};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Entropy, Timestamp};
use serde_json::Value;

use crate::{
    jwt::{AccessClaims, Actor},
    private::Sign,
};

pub(crate) const NOW_S: i64 = 1_795_181_527;
pub(crate) const ISSUER: &str = "http://localhost:4000";

pub(crate) fn now() -> Timestamp {
    Timestamp::from_secs(NOW_S)
}

pub(crate) fn claims() -> AccessClaims {
    AccessClaims {
        iss: ISSUER.into(),
        sub: "cus_8812".into(),
        aud: "https://api.example/accounts".into(),
        act: Some(Actor { sub: "usr_2m9kq7".into(), act: None }),
        may_act: None,
        scope: "address:write".into(),
        client_id: "console".into(),
        iat: NOW_S,
        nbf: NOW_S,
        exp: NOW_S + 300,
        jti: "tok_1".into(),
        tenant: "tnt_1".into(),
        case: Some("ZD-4711".into()),
        dlg: Some("dlg_1".into()),
        txn: "txn_1".into(),
        cnf: None,
        embedded: false,
    }
}

/// Different bytes at each call, the same in each run.
#[derive(Default)]
pub(crate) struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn unb64(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A compact JWS of any header and payload text, signed by `key`.
pub(crate) fn forge(key: &impl Sign, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", b64(header), b64(payload));
    let signature = key.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", b64(signature))
}

/// The header and payload of a token.
pub(crate) fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|p| serde_json::from_slice(&unb64(p)).unwrap_or(Value::Null));
    (parts.next().unwrap(), parts.next().unwrap())
}
