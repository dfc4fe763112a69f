use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;
use crate::fixed::{ISSUER, NOW_S, b64, claims, forge, now, parts, unb64};

fn key() -> (SigningKey, KeySet) {
    key_of(Algorithm::Es256)
}

fn key_of(algorithm: Algorithm) -> (SigningKey, KeySet) {
    let key = SigningKey::generate(algorithm).unwrap();
    let set = KeySet::new(&[SigningKey::generate(Algorithm::Es256).unwrap().public_jwk().clone(), key.public_jwk().clone()]).unwrap();
    (key, set)
}

fn expect() -> Expect<'static> {
    Expect { iss: ISSUER, aud: Some("https://api.example/accounts"), now: now(), leeway: Duration::from_secs(5) }
}

fn header(key: &SigningKey, changes: &Value) -> String {
    let mut header = json!({ "typ": AT_JWT, "alg": key.algorithm(), "kid": key.kid() });
    header.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    header.to_string()
}

fn payload() -> String {
    serde_json::to_string(&claims()).unwrap()
}

#[test]
fn a_token_verifies_and_says_what_the_design_says() {
    let (key, set) = key();
    let cnf = Some(Confirmation::Key("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".into()));
    for claims in [claims(), AccessClaims { cnf, embedded: true, ..claims() }, AccessClaims { act: None, case: None, dlg: None, ..claims() }] {
        let token = sign_at_jwt(&key, &claims).unwrap();
        assert_eq!(verify_at_jwt(token.expose(), &set, &expect()).unwrap(), claims);
    }
    let (header, payload) = parts(sign_at_jwt(&key, &claims()).unwrap().expose());
    assert_eq!(header, json!({ "typ": "at+jwt", "alg": "ES256", "kid": key.kid() }));
    assert_eq!(
        payload,
        json!({ "iss": ISSUER, "sub": "cus_8812", "aud": "https://api.example/accounts", "act": { "sub": "usr_2m9kq7" }, "scope": "address:write",
            "client_id": "console", "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 300, "jti": "tok_1", "tenant": "tnt_1", "case": "ZD-4711",
            "dlg": "dlg_1", "txn": "txn_1" })
    );
}

#[test]
fn a_token_that_is_vouched_for_is_judged_all_the_same() {
    let ((key, set), vouched) = (key(), Vouched::default());
    let made = sign_at_jwt_vouched(&key, claims(), &vouched).unwrap();
    let checked = sign_at_jwt(&key, &AccessClaims { jti: "tok_2".into(), ..claims() }).unwrap();
    let verify = |token: &str, set: &KeySet, expect: &Expect<'_>| verify_at_jwt_once(token, set, expect, &vouched);
    for (token, jti) in [(&made, "tok_1"), (&checked, "tok_2"), (&checked, "tok_2")] {
        let token = token.expose();
        assert_eq!(verify(token, &set, &expect()).unwrap().as_ref(), &AccessClaims { jti: jti.into(), ..claims() });
        let later = Expect { now: Timestamp::from_secs(NOW_S + 400), ..expect() };
        assert_eq!(verify(token, &set, &later), Err(JwtError::Expired));
        assert_eq!(verify(token, &set, &Expect { aud: Some("https://api.example/other"), ..expect() }), Err(JwtError::Audience));
        assert_eq!(verify(token, &set, &Expect { iss: "https://other.example", ..expect() }), Err(JwtError::Issuer));
        let (_, others) = key_of(Algorithm::Es256);
        assert_eq!(verify(token, &others, &expect()), Err(JwtError::UnknownKey), "its key is no longer published");
        let (message, signature) = token.rsplit_once('.').unwrap();
        for other in [format!("{message}.{}", "A".repeat(signature.len())), format!("{token}="), message.to_owned()] {
            assert!(verify(&other, &set, &expect()).is_err(), "{other}");
        }
    }
}

#[test]
fn another_library_verifies_it_too() {
    for (algorithm, theirs) in [
        (Algorithm::Es256, jsonwebtoken::Algorithm::ES256),
        (Algorithm::EdDsa, jsonwebtoken::Algorithm::EdDSA),
        (Algorithm::Rs256, jsonwebtoken::Algorithm::RS256),
        (Algorithm::Ps256, jsonwebtoken::Algorithm::PS256),
    ] {
        let (key, _) = key_of(algorithm);
        let token = sign_at_jwt(&key, &claims()).unwrap();
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_str(&key.public_jwk().to_string()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(theirs);
        validation.set_audience(&["https://api.example/accounts"]);
        validation.set_issuer(&[ISSUER]);
        // Its reading of the wall clock stays off, as everywhere.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.required_spec_claims = HashSet::new();
        let read = jsonwebtoken::decode::<AccessClaims>(token.expose(), &jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap();
        assert_eq!((read.claims, read.header.kid.as_deref()), (claims(), Some(key.kid())));
    }
}

#[test]
fn a_key_verifies_with_its_own_algorithm_alone() {
    let keys: Vec<SigningKey> = Algorithm::ALL.into_iter().map(|a| SigningKey::generate(a).unwrap()).collect();
    let public: Vec<_> = keys.iter().map(|k| k.public_jwk().clone()).collect();
    let set = KeySet::new(&public).unwrap();
    for signer in &keys {
        for named in &keys {
            for alg in Algorithm::ALL {
                let token = forge(&signer.private, &header(named, &json!({ "alg": alg })), &payload());
                let verified = verify_at_jwt(&token, &set, &expect());
                let tried = format!("signed with {}, named {}, said to be {alg}", signer.algorithm(), named.algorithm());
                if alg != named.algorithm() {
                    assert_eq!(verified.unwrap_err(), JwsError::Algorithm.into(), "{tried}");
                } else if signer.kid() == named.kid() {
                    assert_eq!(verified.unwrap(), claims(), "{tried}");
                } else {
                    assert_eq!(verified.unwrap_err(), JwsError::Signature.into(), "{tried}");
                }
            }
        }
    }
}

#[test]
fn an_rsa_key_of_one_padding_is_not_believed_with_the_other() {
    for (ours, other) in [(Algorithm::Rs256, Algorithm::Ps256), (Algorithm::Ps256, Algorithm::Rs256)] {
        let (key, set) = key_of(ours);
        let twin = SigningKey::from_pkcs8(other, &key.to_pkcs8()).unwrap();
        for (alg, error) in [(other, JwsError::Algorithm), (ours, JwsError::Signature)] {
            let token = forge(&twin.private, &header(&key, &json!({ "alg": alg })), &payload());
            assert_eq!(verify_at_jwt(&token, &set, &expect()).unwrap_err(), error.into(), "{ours} {alg}");
        }
    }
}

#[test]
fn a_private_key_is_of_one_algorithm() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        for other in Algorithm::ALL {
            let again = SigningKey::from_pkcs8(other, &key.to_pkcs8());
            let rsa = |a| matches!(a, Algorithm::Rs256 | Algorithm::Ps256);
            assert_eq!(again.is_ok(), other == algorithm || rsa(other) && rsa(algorithm), "{algorithm} as {other}");
        }
    }
}

#[test]
fn a_jwt_of_another_kind_is_signed_with_its_typ_and_is_no_access_token() {
    let (key, set) = key();
    let token = sign_jwt(&key, "token-introspection+jwt", &claims()).unwrap();
    let (header, payload) = parts(token.expose());
    assert_eq!(header, json!({ "typ": "token-introspection+jwt", "alg": "ES256", "kid": key.kid() }));
    assert_eq!(payload["jti"], "tok_1");
    assert_eq!(verify_at_jwt(token.expose(), &set, &expect()).unwrap_err(), JwsError::Type(AT_JWT).into());
}

#[test]
fn the_chain_of_rfc_8693_reads_from_outside_in() {
    // RFC 8693 §4.1, figure 8.
    let act: Actor = serde_json::from_str(r#"{"sub":"https://service16.example.com","act":{"sub":"https://service77.example.com"}}"#).unwrap();
    assert_eq!((act.sub.as_str(), act.depth()), ("https://service16.example.com", 2));
    assert_eq!(act.act.as_ref().unwrap().sub, "https://service77.example.com");
    let (key, set) = key();
    let token = sign_at_jwt(&key, &AccessClaims { act: Some(act.clone()), ..claims() }).unwrap();
    assert_eq!(verify_at_jwt(token.expose(), &set, &expect()).unwrap().act, Some(act));
}

#[test]
fn the_header_chooses_neither_algorithm_nor_key() {
    let (key, set) = key();
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    let jwk = serde_json::to_value(other.public_jwk()).unwrap();
    for (changes, error) in [
        (json!({ "alg": "none" }), JwsError::Algorithm.into()),
        (json!({ "alg": "HS256" }), JwsError::Algorithm.into()),
        (json!({ "alg": "ES384" }), JwsError::Algorithm.into()),
        (json!({ "alg": "es256" }), JwsError::Algorithm.into()),
        (json!({ "alg": "RS256" }), JwsError::Algorithm.into()),
        (json!({ "alg": "EdDSA" }), JwsError::Algorithm.into()),
        (json!({ "alg": null }), JwsError::Algorithm.into()),
        (json!({ "typ": "JWT" }), JwsError::Type(AT_JWT).into()),
        (json!({ "typ": "dpop+jwt" }), JwsError::Type(AT_JWT).into()),
        (json!({ "typ": null }), JwsError::Type(AT_JWT).into()),
        (json!({ "jku": "https://evil.example/jwks" }), JwsError::Header("jku").into()),
        (json!({ "x5u": "https://evil.example/x" }), JwsError::Header("x5u").into()),
        (json!({ "x5c": ["AA"] }), JwsError::Header("x5c").into()),
        (json!({ "crit": ["exp"] }), JwsError::Header("crit").into()),
        (json!({ "b64": false }), JwsError::Header("b64").into()),
        (json!({ "zip": "DEF" }), JwsError::Header("zip").into()),
        (json!({ "jwk": jwk }), JwsError::Header("jwk").into()),
        (json!({ "kid": "other" }), JwtError::UnknownKey),
        (json!({ "kid": null }), JwtError::UnknownKey),
        (json!({ "kid": "' OR 1=1" }), JwtError::UnknownKey),
    ] {
        let token = forge(&key.private, &header(&key, &changes), &payload());
        assert_eq!(verify_at_jwt(&token, &set, &expect()).unwrap_err(), error, "{changes}");
    }
    // Signed by a key of one's own under our key's name.
    let token = forge(&other.private, &header(&key, &json!({})), &payload());
    assert_eq!(verify_at_jwt(&token, &set, &expect()).unwrap_err(), JwsError::Signature.into());
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    for algorithm in Algorithm::ALL {
        hmac_is_refused(algorithm);
    }
}

fn hmac_is_refused(algorithm: Algorithm) {
    let (key, set) = key_of(algorithm);
    let jwk = key.public_jwk().to_string();
    let json = serde_json::to_value(key.public_jwk()).unwrap();
    let raw = unb64(json["n"].as_str().or(json["x"].as_str()).unwrap());
    for secret in [jwk.as_bytes(), key.kid().as_bytes(), &raw] {
        let forged = jsonwebtoken::Header { typ: Some(AT_JWT.into()), kid: Some(key.kid().into()), ..jsonwebtoken::Header::default() };
        let token = jsonwebtoken::encode(&forged, &claims(), &jsonwebtoken::EncodingKey::from_secret(secret)).unwrap();
        assert_eq!(verify_at_jwt(&token, &set, &expect()).unwrap_err(), JwsError::Algorithm.into());
        // The same signature under the right algorithm's name.
        let (message, signature) = token.rsplit_once('.').unwrap();
        let payload = message.split_once('.').unwrap().1;
        let relabelled = format!("{}.{payload}.{signature}", b64(header(&key, &json!({}))));
        assert_eq!(verify_at_jwt(&relabelled, &set, &expect()).unwrap_err(), JwsError::Signature.into());
    }
}

#[test]
fn what_is_not_three_clean_parts_is_refused() {
    let (key, set) = key();
    let token = sign_at_jwt(&key, &claims()).unwrap();
    let token = token.expose();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let twice = payload().replacen('{', r#"{"sub":"cus_0001","#, 1);
    let kid = key.kid();
    for bad in [
        String::new(),
        "..".into(),
        message.to_owned(),
        format!("{message}."),
        format!("{token}.x"),
        format!("{message}.x.{signature}"),
        format!("{token}="),
        format!(" {token}"),
        token.replacen('.', "%2E", 1),
        forge(&key.private, &header(&key, &json!({})), &twice),
        forge(&key.private, &format!(r#"{{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#), &payload()),
        forge(&key.private, "[]", &payload()),
        forge(&key.private, &header(&key, &json!({})), "[]"),
        forge(&key.private, &header(&key, &json!({})), &payload().replace(r#""usr_2m9kq7""#, r#""usr_2m9kq7","iss":"x""#)),
        forge(
            &key.private,
            &header(&key, &json!({})),
            &payload().replace(r#""aud":"https://api.example/accounts""#, r#""aud":["https://api.example/accounts","x"]"#),
        ),
    ] {
        let error = verify_at_jwt(&bad, &set, &expect()).unwrap_err();
        assert!(matches!(error, JwtError::Jws(JwsError::Malformed | JwsError::Signature)), "{bad}: {error}");
    }
    assert_eq!(verify_at_jwt(&"a".repeat(MAX_TOKEN + 1), &set, &expect()).unwrap_err(), JwsError::TooLong(MAX_TOKEN).into());
}

#[test]
fn a_changed_bit_anywhere_is_noticed() {
    let (key, set) = key();
    let token = sign_at_jwt(&key, &claims()).unwrap();
    for place in 0..token.expose().len() {
        let mut bytes = token.expose().as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(verify_at_jwt(&changed, &set, &expect()).is_err(), "{place}");
    }
}

#[test]
fn it_is_judged_at_the_given_instant() {
    let (key, set) = key();
    let token = sign_at_jwt(&key, &claims()).unwrap();
    let at = |seconds: i64| verify_at_jwt(token.expose(), &set, &Expect { now: Timestamp::from_secs(NOW_S + seconds), ..expect() }).err();
    assert_eq!((at(-6), at(-5), at(0), at(304), at(305)), (Some(JwtError::NotYet), None, None, None, Some(JwtError::Expired)));
    let later = sign_at_jwt(&key, &AccessClaims { nbf: NOW_S + 6, ..claims() }).unwrap();
    assert_eq!(verify_at_jwt(later.expose(), &set, &expect()).err(), Some(JwtError::NotYet));
    let other = |iss, aud| verify_at_jwt(token.expose(), &set, &Expect { iss, aud, ..expect() }).err();
    assert_eq!(other("http://localhost:4000/", None), Some(JwtError::Issuer));
    assert_eq!(other(ISSUER, Some("https://api.example/")), Some(JwtError::Audience));
    assert_eq!(other(ISSUER, None), None);
}

#[test]
fn a_shape_that_is_not_signed_is_not_believed_either() {
    let (key, set) = key();
    let chain = (0..5).fold(Actor { sub: "a".into(), act: None }, |inner, _| Actor { sub: "a".into(), act: Some(Box::new(inner)) });
    for (claims, error) in [
        (AccessClaims { exp: NOW_S + 301, ..claims() }, JwtError::Lifetime),
        (AccessClaims { exp: NOW_S, ..claims() }, JwtError::Lifetime),
        (AccessClaims { exp: i64::MAX, iat: i64::MIN, ..claims() }, JwtError::Lifetime),
        (AccessClaims { nbf: NOW_S - 1, ..claims() }, JwtError::Lifetime),
        (AccessClaims { nbf: NOW_S + 300, ..claims() }, JwtError::Lifetime),
        (AccessClaims { act: Some(chain), ..claims() }, JwtError::Chain),
        (AccessClaims { act: None, ..claims() }, JwtError::Actor),
        (AccessClaims { case: None, ..claims() }, JwtError::Actor),
        (AccessClaims { dlg: None, ..claims() }, JwtError::Actor),
    ] {
        assert_eq!(sign_at_jwt(&key, &claims).err(), Some(error.clone()));
        let forged = forge(&key.private, &header(&key, &json!({})), &serde_json::to_string(&claims).unwrap());
        assert_eq!(verify_at_jwt(&forged, &set, &expect()).err(), Some(error));
    }
}

#[test]
fn a_key_survives_sealing_and_is_not_printed() {
    let (key, set) = key();
    let again = SigningKey::from_pkcs8(Algorithm::Es256, &key.to_pkcs8()).unwrap();
    assert_eq!(again.kid(), key.kid());
    let token = sign_at_jwt(&again, &claims()).unwrap();
    assert!(verify_at_jwt(token.expose(), &set, &expect()).is_ok());
    assert_eq!(format!("{key:?}"), format!("signing key {}", key.kid()));
}

#[test]
fn a_token_is_bound_to_a_key_or_to_a_certificate_and_never_to_both() {
    let read = |text: &str| serde_json::from_str::<Confirmation>(text).ok();
    // RFC 9449 §6.1 and RFC 8705 §3.1.
    let (jkt, x5t) = ("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2");
    for (bound, text) in
        [(Confirmation::Key(jkt.into()), format!(r#"{{"jkt":"{jkt}"}}"#)), (Confirmation::Certificate(x5t.into()), format!(r#"{{"x5t#S256":"{x5t}"}}"#))]
    {
        assert_eq!(serde_json::to_string(&bound).unwrap(), text);
        assert_eq!(read(&text), Some(bound));
    }
    for bad in ["{}", r#"{"jkt":"a","x5t#S256":"b"}"#, r#"{"jkt":null}"#, r#"{"jwk":{}}"#, r#"{"jkt":"a","more":1}"#, r#""jkt""#, "[]"] {
        assert_eq!(read(bad), None, "{bad}");
    }
}
