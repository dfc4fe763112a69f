use serde_json::json;

use super::*;
use crate::{fixed::b64, fixed_clients::Signer};

fn set(keys: &[Value]) -> Result<ClientKeys, ClientKeysError> {
    ClientKeys::parse(&json!({ "keys": keys }))
}

fn verifies(keys: &ClientKeys, token: &str) -> Result<(), JwsError> {
    keys.verify(&Unverified::open(token, 4096).unwrap())
}

#[test]
fn a_key_of_each_kind_verifies_what_it_signed_and_nothing_else() {
    let (p256, ed25519, rsa) = (Signer::p256(), Signer::ed25519(), Signer::rsa());
    let keys = set(&[p256.jwk(), ed25519.jwk(), rsa.jwk()]).unwrap();
    for (signer, other, alg) in
        [(&p256, Signer::p256(), "ES256"), (&ed25519, Signer::ed25519(), "EdDSA"), (&rsa, Signer::rsa(), "RS256"), (&rsa, Signer::rsa(), "PS256")]
    {
        let header = json!({ "alg": alg }).to_string();
        let token = signer.forge(&header, "{}");
        assert_eq!(verifies(&keys, &token), Ok(()), "{alg}");
        assert_eq!(verifies(&keys, &other.forge(&header, "{}")), Err(JwsError::Signature), "{alg} by another key");
        let (message, signature) = token.rsplit_once('.').unwrap();
        let changed = format!("{}.{}.{signature}", message.split_once('.').unwrap().0, b64(r#"{"a":1}"#));
        assert_eq!(verifies(&keys, &changed), Err(JwsError::Signature), "{alg} changed");
    }
}

#[test]
fn the_algorithm_must_be_the_key_s_own() {
    let (p256, rsa) = (Signer::p256(), Signer::rsa());
    let keys = set(&[p256.jwk_with(&json!({ "kid": "p" })), rsa.jwk_with(&json!({ "kid": "r", "alg": "PS256" }))]).unwrap();
    assert_eq!(verifies(&keys, &rsa.forge(r#"{"alg":"PS256","kid":"r"}"#, "{}")), Ok(()));
    for (header, why) in [
        (json!({ "alg": "RS256", "kid": "r" }), JwsError::Signature),
        (json!({ "alg": "RS256" }), JwsError::Signature),
        (json!({ "alg": "PS256", "kid": "p" }), JwsError::Signature),
        (json!({ "alg": "none" }), JwsError::Algorithm),
        (json!({ "alg": "HS256", "kid": "r" }), JwsError::Algorithm),
        (json!({ "alg": "RS384", "kid": "r" }), JwsError::Algorithm),
        (json!({ "alg": "ES384", "kid": "p" }), JwsError::Algorithm),
        (json!({ "alg": ["PS256"], "kid": "r" }), JwsError::Algorithm),
        (json!({ "alg": "ps256", "kid": "r" }), JwsError::Algorithm),
        (json!({ "kid": "r" }), JwsError::Algorithm),
        (json!({ "alg": "PS256", "kid": 1 }), JwsError::Header("kid")),
    ] {
        assert_eq!(verifies(&keys, &rsa.forge(&header.to_string(), "{}")), Err(why), "{header}");
    }
}

#[test]
fn a_name_chooses_the_key_and_is_a_hint_for_keys_without_one() {
    let (one, two, nameless) = (Signer::p256(), Signer::p256(), Signer::p256());
    let keys = set(&[one.jwk_with(&json!({ "kid": "one" })), two.jwk_with(&json!({ "kid": "two" })), nameless.jwk()]).unwrap();
    assert_eq!(verifies(&keys, &two.forge(r#"{"alg":"ES256","kid":"two"}"#, "{}")), Ok(()));
    assert_eq!(verifies(&keys, &two.forge(r#"{"alg":"ES256","kid":"one"}"#, "{}")), Err(JwsError::Signature), "the name is another key's");
    assert_eq!(verifies(&keys, &two.forge(r#"{"alg":"ES256"}"#, "{}")), Ok(()));
    assert_eq!(verifies(&keys, &nameless.forge(r#"{"alg":"ES256","kid":"three"}"#, "{}")), Ok(()));
    assert_eq!(verifies(&keys, &two.forge(r#"{"alg":"ES256","kid":"three"}"#, "{}")), Err(JwsError::Signature), "a name that nobody has opens no named key");
    assert_eq!(format!("{keys:?}"), r#"[(Some("one"), "ES256"), (Some("two"), "ES256"), (None, "ES256")]"#);
}

#[test]
fn a_key_that_is_not_for_verifying_is_refused_and_told() {
    type E = ClientKeysError;
    let (p256, ed25519, rsa) = (Signer::p256(), Signer::ed25519(), Signer::rsa());
    let n = rsa.jwk()["n"].clone();
    let x = p256.jwk()["x"].clone();
    let rows = [
        (json!({ "kty": "oct", "k": b64([7; 32]) }), E::Symmetric(2)),
        (p256.jwk_with(&json!({ "d": b64([7; 32]) })), E::Private(2)),
        (rsa.jwk_with(&json!({ "qi": "AQ" })), E::Private(2)),
        (ed25519.jwk_with(&json!({ "d": null })), E::Private(2)),
        (p256.jwk_with(&json!({ "use": "enc" })), E::Use(2)),
        (p256.jwk_with(&json!({ "use": ["sig"] })), E::Use(2)),
        (p256.jwk_with(&json!({ "key_ops": ["encrypt"] })), E::Use(2)),
        (p256.jwk_with(&json!({ "key_ops": "verify" })), E::Use(2)),
        (p256.jwk_with(&json!({ "alg": "ES384" })), E::Use(2)),
        (p256.jwk_with(&json!({ "alg": "RS256" })), E::Use(2)),
        (rsa.jwk_with(&json!({ "alg": "RSA-OAEP" })), E::Use(2)),
        (rsa.jwk_with(&json!({ "alg": null })), E::Use(2)),
        (p256.jwk_with(&json!({ "kid": "" })), E::Kid(2)),
        (p256.jwk_with(&json!({ "kid": "k".repeat(201) })), E::Kid(2)),
        (p256.jwk_with(&json!({ "kid": "first" })), E::Kid(2)),
        (p256.jwk_with(&json!({ "kid": 1 })), E::Kid(2)),
        (json!({ "kty": "EC", "crv": "P-384", "x": x, "y": x }), E::Kind(2)),
        (json!({ "kty": "OKP", "crv": "X25519", "x": x }), E::Kind(2)),
        (json!({ "kty": "RSA", "crv": "P-256", "n": n, "e": "AQAB" }), E::Kind(2)),
        (json!({ "kty": "AKP" }), E::Kind(2)),
        (json!({ "kty": ["EC"] }), E::Malformed(2)),
        (json!({ "x": x }), E::Malformed(2)),
        (json!("key"), E::Malformed(2)),
        (p256.jwk_with(&json!({ "x": p256.jwk()["y"], "y": p256.jwk()["x"] })), E::Malformed(2)),
        (p256.jwk_with(&json!({ "x": "AA" })), E::Malformed(2)),
        (p256.jwk_with(&json!({ "y": null })), E::Malformed(2)),
        (ed25519.jwk_with(&json!({ "x": b64([7; 31]) })), E::Malformed(2)),
        (json!({ "kty": "RSA", "n": b64([0xff; 128]), "e": "AQAB" }), E::RsaSize(2)),
        (json!({ "kty": "RSA", "n": b64([[0x7f; 1].as_slice(), &[0xff; 255]].concat()), "e": "AQAB" }), E::RsaSize(2)),
        (json!({ "kty": "RSA", "n": b64([0xff; 1025]), "e": "AQAB" }), E::RsaSize(2)),
        (json!({ "kty": "RSA", "n": "", "e": "AQAB" }), E::RsaSize(2)),
        (json!({ "kty": "RSA", "n": n, "e": "Aw" }), E::Malformed(2)),
        (json!({ "kty": "RSA", "n": n, "e": "AQAA" }), E::Malformed(2)),
        (json!({ "kty": "RSA", "n": n, "e": "" }), E::Malformed(2)),
        (json!({ "kty": "RSA", "n": n, "e": b64([1; 9]) }), E::Malformed(2)),
        (json!({ "kty": "RSA", "n": b64([[0].as_slice(), &[0xff; 256]].concat()), "e": "AQAB" }), E::Malformed(2)),
    ];
    let first = Signer::p256().jwk_with(&json!({ "kid": "first" }));
    for (jwk, why) in rows {
        assert_eq!(set(&[first.clone(), jwk.clone()]).unwrap_err(), why, "{jwk}");
    }
    for good in [
        p256.jwk_with(&json!({ "use": "sig", "key_ops": ["verify"], "alg": "ES256", "kid": "second", "x5t": "unread" })),
        rsa.jwk_with(&json!({ "alg": "RS256" })),
    ] {
        assert!(set(&[first.clone(), good.clone()]).is_ok(), "{good}");
    }
}

#[test]
fn a_set_has_one_to_eight_keys() {
    let keys: Vec<Value> = (0..9).map(|_| Signer::p256().jwk()).collect();
    assert!(set(&keys[..8]).is_ok());
    assert_eq!(set(&keys).unwrap_err(), ClientKeysError::Count);
    assert_eq!(set(&[]).unwrap_err(), ClientKeysError::Count);
    for bad in [json!([]), json!({}), json!({ "keys": {} }), json!(null), keys[0].clone()] {
        assert_eq!(ClientKeys::parse(&bad).unwrap_err(), ClientKeysError::NotASet, "{bad}");
    }
}
