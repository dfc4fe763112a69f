//! Tokens, assertions and proofs. The input is a header and claims with a zero byte between them, which a real key signs: what is
//! tried is all that stands behind the signature. Without a zero byte it is a whole token.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Secret, Timestamp};
use countersign_oauth::{
    client_assertion::{self, ClientKeys},
    dpop::{Dpop, Expect as ExpectProof, IAT_WITHIN},
    jwt::{Expect, MAX_ACTORS, MAX_LIFETIME_S, sign_at_jwt, verify_at_jwt},
    nonce::{Nonces, SLOT},
};
use serde_json::Value;

use crate::{keys, second};

const ISSUER: &str = "https://countersign.example";
/// When all laws are tried.
pub(super) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
/// What no header of a token may have.
pub(super) const REFUSED: [&str; 9] = ["crit", "b64", "jku", "x5u", "x5c", "x5t", "x5t#S256", "enc", "zip"];

/// The token that an input stands for.
pub(super) fn token(data: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Option<String> {
    let parts = data.iter().position(|b| *b == 0).and_then(|at| data.split_at_checked(at));
    match parts {
        Some((header, claims)) => Some(keys::signed(header, &claims[1..], sign)),
        None => std::str::from_utf8(data).ok().map(str::to_owned),
    }
}

/// Header and claims of a token that was believed: each member stands once.
pub(super) fn parts(token: &str) -> (Value, Value) {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let read = |part: &str| second::once(&URL_SAFE_NO_PAD.decode(part).expect("base64url"));
    (read(parts[0]), read(parts[1]))
}

/// What a token that was believed must look like: each member once, and none that chooses a key.
fn strict(token: &str) -> Value {
    let (header, _) = parts(token);
    assert!(REFUSED.iter().all(|name| header.get(name).is_none()), "{header}");
    header
}

/// Access tokens (RFC 9068).
pub fn access(data: &[u8]) -> bool {
    let Some(token) = token(data, keys::by_service) else { return false };
    let expect = Expect { iss: ISSUER, aud: None, now: NOW, leeway: Duration::ZERO };
    let Ok(claims) = verify_at_jwt(&token, &keys::SET, &expect) else { return false };
    let header = strict(&token);
    assert_eq!((&header["alg"], &header["kid"]), (&"EdDSA".into(), &keys::SIGNING.kid().into()));
    assert!(header["typ"].as_str().is_some_and(|t| t.eq_ignore_ascii_case("at+jwt")) && header.get("jwk").is_none());
    assert_eq!(claims.iss, ISSUER);
    assert!(claims.iat <= claims.nbf && claims.nbf <= NOW.unix_secs() && claims.exp > NOW.unix_secs() && claims.exp - claims.iat <= MAX_LIFETIME_S);
    assert!(claims.act.as_ref().is_none_or(|a| a.depth() <= MAX_ACTORS));
    // A case stands beside its delegation and whoever acts on it. Without one, services may act for a customer who was present, and no person.
    assert_eq!(claims.case.is_some(), claims.dlg.is_some());
    let mut actors = std::iter::successors(claims.act.as_ref(), |a| a.act.as_deref());
    assert!(if claims.case.is_some() { claims.act.is_some() } else { actors.all(|a| !a.sub.contains('_')) }, "{:?}", claims.act);
    // What was read is what is signed again.
    let again = sign_at_jwt(&keys::SIGNING, &claims).expect("it can be signed");
    assert_eq!(verify_at_jwt(again.expose(), &keys::SET, &expect), Ok(claims.clone()));
    let later = Expect { now: Timestamp::from_secs(claims.exp), ..expect.clone() };
    assert!(verify_at_jwt(&token, &keys::SET, &later).is_err(), "it ends at `exp`");
    let elsewhere = Expect { aud: Some("https://elsewhere.example"), ..expect };
    assert_eq!(verify_at_jwt(&token, &keys::SET, &elsewhere).is_ok(), claims.aud == "https://elsewhere.example");
    true
}

/// Client assertions (RFC 7523).
pub fn assertion(data: &[u8]) -> bool {
    let Some(token) = token(data, keys::by_client) else { return false };
    let named = client_assertion::unverified_client_id(&token);
    let registered = ClientKeys::parse(&keys::client_jwks()).expect("keys");
    let expect = client_assertion::Expect { client_id: "key-api", issuer: ISSUER, token_endpoint_allowed: None, now: NOW };
    let Ok(good) = client_assertion::verify(&token, &registered, &expect) else { return false };
    let header = strict(&token);
    assert!(header.get("jwk").is_none() && header["alg"] == "EdDSA", "{header}");
    assert_eq!((named.as_deref(), good.client_id.as_str()), (Some("key-api"), "key-api"));
    assert!(good.expires_at > NOW && good.expires_at <= NOW + client_assertion::MAX_AHEAD + client_assertion::LEEWAY + client_assertion::LEEWAY);
    let later = client_assertion::Expect { now: good.expires_at, ..expect.clone() };
    assert!(client_assertion::verify(&token, &registered, &later).is_err(), "what need not be remembered any more is refused");
    let other = client_assertion::Expect { issuer: "https://elsewhere.example", ..expect };
    assert!(client_assertion::verify(&token, &registered, &other).is_err());
    true
}

/// Proofs of possession (RFC 9449). A nonce that is good stands wherever `NONCE` does.
pub fn proof(data: &[u8]) -> bool {
    let nonces = Nonces::new(&[3; 32]);
    let current = nonces.current(NOW);
    let data = replaced(data, b"NONCE", current.as_bytes());
    let Some(token) = token(&data, keys::by_console) else { return false };
    let access = Secret::new("csa_x".into());
    let expect = ExpectProof { htm: "POST", htu: "https://countersign.example/oauth/token", ath: None, nonces: &nonces, now: NOW };
    let bound = ExpectProof { ath: Some(&access), ..expect.clone() };
    let checked = Dpop::check(&token, &expect);
    if Dpop::check(&token, &bound).is_ok() {
        assert!(checked.is_ok(), "what holds beside a token holds without it");
    }
    let Ok(good) = checked else { return false };
    let header = strict(&token);
    assert!(header["jwk"].get("d").is_none() && header["jwk"]["x"] == keys::console_jwk()["x"], "{header}");
    assert!(good.expires_at > NOW && good.expires_at <= NOW + IAT_WITHIN + IAT_WITHIN);
    let later = ExpectProof { now: good.expires_at, ..expect.clone() };
    assert!(Dpop::check(&token, &later).is_err(), "what need not be remembered any more is refused");
    for (htm, htu) in [("GET", expect.htu), ("POST", "https://countersign.example/oauth/revoke"), ("POST", "https://countersign.example/oauth/token/")] {
        let fresh = Nonces::new(&[3; 32]);
        assert!(Dpop::check(&token, &ExpectProof { htm, htu, nonces: &fresh, ..expect.clone() }).is_err(), "{htm} {htu}");
    }
    true
}

fn replaced(data: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    match data.windows(what.len()).position(|w| w == what) {
        Some(at) => [&data[..at], with, &data[at + what.len()..]].concat(),
        None => data.to_vec(),
    }
}

/// Nonces: nothing is good but what was handed out for this slot or the one before.
pub fn nonce(data: &[u8]) -> bool {
    let Some((slot, text)) = data.split_first() else { return false };
    let nonces = Nonces::new(&[3; 32]);
    let now = NOW + SLOT * u32::from(*slot);
    let before = Nonces::new(&[3; 32]).current(Timestamp::from_secs(now.unix_secs() - 300));
    let handed = [nonces.current(now), before];
    for given in &handed {
        let good = nonces.check(given, now).expect("what was handed out is good");
        assert!(good.ends_at > now && good.ends_at <= now + SLOT + SLOT);
    }
    if let Ok(text) = std::str::from_utf8(text) {
        assert_eq!(nonces.check(text, now).is_some(), handed.iter().any(|h| h == text), "{text}");
    }
    true
}
