use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixed::{NOW_S, b64, forge, now, parts};

const HTU: &str = "http://localhost:4000/oauth/token";
const JTI: &str = "e1j3V_bKic8-LAEB";

fn nonces() -> &'static Nonces {
    static NONCES: LazyLock<Nonces> = LazyLock::new(|| Nonces::new(&[7; 32]));
    &NONCES
}

fn expect() -> Expect<'static> {
    Expect { htm: "POST", htu: HTU, ath: None, nonces: nonces(), now: now() }
}

/// A proof with the nonce of now.
fn made(key: &DpopKey, htu: &str, access_token: Option<&Secret>, jti: &str, at: Timestamp) -> String {
    let nonce = nonces().current(now());
    key.proof(&Proving { htm: "POST", htu, access_token, nonce: Some(&nonce) }, jti, at).unwrap()
}

fn check(proof: &str) -> Result<Proof, DpopError> {
    Dpop::check(proof, &expect())
}

/// A proof whose header and claims have been changed before it was signed.
fn changed(key: &DpopKey, header: &Value, claims: &Value) -> String {
    let (mut h, mut c) = parts(&made(key, HTU, None, JTI, now()));
    h.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
    c.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    forge(&key.pair, &h.to_string(), &c.to_string())
}

fn with_header(header: &Value) -> Result<Proof, DpopError> {
    check(&changed(&DpopKey::generate().unwrap(), header, &json!({})))
}

fn with_claims(claims: &Value) -> Result<Proof, DpopError> {
    check(&changed(&DpopKey::generate().unwrap(), &json!({}), claims))
}

#[test]
fn a_proof_holds_and_looks_as_the_rfc_shows_it() {
    let key = DpopKey::generate().unwrap();
    let proof = made(&key, &format!("{HTU}?a=1#b"), None, JTI, now());
    let held = check(&proof).unwrap();
    assert_eq!((held.jkt.as_str(), held.expires_at), (key.jkt().as_str(), Timestamp::from_secs(NOW_S + 300)));
    // RFC 9449 §4.2, figure 2 and 3.
    let (header, claims) = parts(&proof);
    let jwk = header["jwk"].as_object().unwrap();
    assert_eq!((&header["typ"], &header["alg"], header.as_object().unwrap().len()), (&json!("dpop+jwt"), &json!("ES256"), 3));
    assert_eq!((jwk.len(), &jwk["kty"], &jwk["crv"]), (4, &json!("EC"), &json!("P-256")));
    assert_eq!(claims, json!({ "jti": JTI, "htm": "POST", "htu": HTU, "iat": NOW_S, "nonce": nonces().current(now()) }));
}

#[test]
fn the_proof_printed_in_rfc_9449_holds_at_its_time_but_for_the_nonce() {
    // §4.2, figure 1; its key's thumbprint is tried in `ec`.
    let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    let own = Nonces::new(&[7; 32]);
    let expect = Expect { htm: "POST", htu: "https://server.example.com/token", ath: None, nonces: &own, now: Timestamp::from_secs(1_562_262_616) };
    // The nonce is looked at last: everything else is as it should be.
    assert_eq!(Dpop::check(proof, &expect).unwrap_err(), DpopError::Nonce);
    // The access token and `ath` of the example in §7.1.
    assert_eq!(ath(&Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU".into())), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

#[test]
fn the_header_is_held_to_the_letter() {
    for (header, error) in [
        (json!({ "alg": "none" }), JwsError::Algorithm.into()),
        (json!({ "alg": "HS256" }), JwsError::Algorithm.into()),
        (json!({ "alg": "EdDSA" }), JwsError::Algorithm.into()),
        (json!({ "typ": "JWT" }), JwsError::Type(DPOP_JWT).into()),
        (json!({ "typ": "at+jwt" }), JwsError::Type(DPOP_JWT).into()),
        (json!({ "crit": ["jwk"] }), JwsError::Header("crit").into()),
        (json!({ "x5c": ["AA"] }), JwsError::Header("x5c").into()),
        (json!({ "jku": "https://evil.example" }), JwsError::Header("jku").into()),
        (json!({ "jwk": null }), DpopError::Key),
        (json!({ "jwk": { "kty": "oct" } }), DpopError::Key),
        (json!({ "jwk": { "kty": "oct", "k": "AA" } }), DpopError::PrivateKey),
        (json!({ "jwk": { "kty": "RSA", "n": "AA", "e": "AQAB" } }), DpopError::Key),
        (json!({ "jwk": { "kty": "EC", "crv": "P-256", "x": b64([1; 32]), "y": b64([1; 32]) } }), DpopError::Key),
    ] {
        assert_eq!(with_header(&header).unwrap_err(), error, "{header}");
    }
}

#[test]
fn a_private_key_in_the_header_is_refused_though_it_signs() {
    let key = DpopKey::generate().unwrap();
    let mut jwk = parts(&made(&key, HTU, None, JTI, now())).0["jwk"].clone();
    assert!(check(&changed(&key, &json!({ "jwk": jwk }), &json!({}))).is_ok());
    for member in PRIVATE {
        jwk[member] = "AA".into();
        assert_eq!(check(&changed(&key, &json!({ "jwk": jwk }), &json!({}))).unwrap_err(), DpopError::PrivateKey, "{member}");
        jwk.as_object_mut().unwrap().remove(member);
    }
    let other = parts(&made(&DpopKey::generate().unwrap(), HTU, None, JTI, now())).0["jwk"].clone();
    assert_eq!(check(&changed(&key, &json!({ "jwk": other }), &json!({}))).unwrap_err(), JwsError::Signature.into());
}

#[test]
fn the_claims_are_held_to_the_call() {
    for (claims, error) in [
        (json!({ "htm": "GET" }), DpopError::Method),
        (json!({ "htm": "post" }), DpopError::Method),
        (json!({ "htu": "http://localhost:4000/oauth/introspect" }), DpopError::Address),
        (json!({ "htu": "https://localhost:4000/oauth/token" }), DpopError::Address),
        (json!({ "htu": "http://localhost/oauth/token" }), DpopError::Address),
        (json!({ "htu": "http://evil.example/oauth/token" }), DpopError::Address),
        (json!({ "htu": "http://a@localhost:4000/oauth/token" }), DpopError::Address),
        (json!({ "htu": "http:\\\\localhost:4000/oauth/token" }), DpopError::Address),
        (json!({ "htu": "http://localhost:4000/oauth/tok\ten" }), DpopError::Address),
        (json!({ "htu": "" }), DpopError::Address),
        (json!({ "jti": "short" }), DpopError::Jti),
        (json!({ "jti": "x".repeat(201) }), DpopError::Jti),
        (json!({ "iat": NOW_S - 300 }), DpopError::Stale),
        (json!({ "iat": NOW_S + 301 }), DpopError::Ahead),
        (json!({ "iat": i64::MAX }), DpopError::Ahead),
        (json!({ "iat": i64::MIN }), DpopError::Stale),
        (json!({ "iat": "now" }), JwsError::Malformed.into()),
        (json!({ "iat": null }), JwsError::Malformed.into()),
        (json!({ "jti": null }), JwsError::Malformed.into()),
        (json!({ "htu": ["http://localhost:4000/oauth/token"] }), JwsError::Malformed.into()),
        (json!({ "nonce": null }), DpopError::Nonce),
        (json!({ "nonce": "" }), DpopError::Nonce),
        (json!({ "nonce": "made-up-and-of-22-char" }), DpopError::Nonce),
        (json!({ "nonce": Nonces::new(&[8; 32]).current(now()) }), DpopError::Nonce),
        (json!({ "nonce": Nonces::new(&[7; 32]).current(Timestamp::from_secs(NOW_S - 600)) }), DpopError::Nonce),
        (json!({ "nonce": 1 }), JwsError::Malformed.into()),
    ] {
        assert_eq!(with_claims(&claims).unwrap_err(), error, "{claims}");
    }
    for good in [json!({ "iat": NOW_S - 299 }), json!({ "iat": NOW_S + 300 }), json!({ "more": [1] })] {
        assert!(with_claims(&good).is_ok(), "{good}");
    }
}

#[test]
fn the_access_token_beside_it_is_bound() {
    let key = DpopKey::generate().unwrap();
    let (token, other) = (Secret::new("csa_one".into()), Secret::new("csa_two".into()));
    let at_resource = Expect { ath: Some(&token), ..expect() };
    let made_for = |token| made(&key, HTU, token, JTI, now());
    assert!(Dpop::check(&made_for(Some(&token)), &at_resource).is_ok());
    assert_eq!(Dpop::check(&made_for(Some(&other)), &at_resource).unwrap_err(), DpopError::AccessToken);
    assert_eq!(Dpop::check(&made_for(None), &at_resource).unwrap_err(), DpopError::AccessToken);
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let key = DpopKey::generate().unwrap();
    let (header, claims) = parts(&made(&key, HTU, None, JTI, now()));
    let twice = claims.to_string().replacen('{', r#"{"htm":"GET","#, 1);
    assert_eq!(check(&forge(&key.pair, &header.to_string(), &twice)).unwrap_err(), JwsError::Malformed.into());
    let twice = header.to_string().replacen(r#""crv""#, r#""crv":"P-384","crv""#, 1);
    assert_eq!(check(&forge(&key.pair, &twice, &claims.to_string())).unwrap_err(), JwsError::Malformed.into());
}

#[test]
fn a_proof_is_remembered_by_key_and_jti() {
    let (one, two) = (DpopKey::generate().unwrap(), DpopKey::generate().unwrap());
    let hash = |key: &DpopKey, jti: &str, at| check(&made(key, HTU, None, jti, at)).unwrap().jti_hash;
    assert_eq!(hash(&one, JTI, now()), hash(&one, JTI, Timestamp::from_secs(NOW_S - 1)));
    assert_ne!(hash(&one, JTI, now()), hash(&two, JTI, now()), "nobody uses up another's");
    assert_ne!(hash(&one, JTI, now()), hash(&one, "another-jti-of-16", now()));
}

#[test]
fn addresses_are_compared_in_normal_form() {
    let same = ["http://localhost:4000/a~b", "HTTP://LOCALHOST:4000/a%7eb", "http://localhost:4000/x/../a%7Eb?q=1#f", "http://localhost:4000/./%61~b"];
    for text in same {
        assert_eq!(address(text), address(same[0]), "{text}");
    }
    assert_eq!(address("https://api.example"), address("https://API.example:443/"));
    for (one, two) in [
        ("http://h/a", "http://h/a/"),
        ("http://h/a", "http://h/A"),
        ("http://h/a%2Fb", "http://h/a/b"),
        ("http://h/a%252Fb", "http://h/a%2Fb"),
        ("http://h:80/a", "http://h:81/a"),
    ] {
        assert_ne!(address(one), address(two), "{one} {two}");
    }
    assert_eq!(address("http://h/a%2fb"), address("http://h/a%2Fb"));
    for bad in ["ftp://h/a", "/a", "http:/h/a", "http://h/%", "http://h/%zz", "http://h/\u{e4}", "http://u:p@h/"] {
        assert_eq!(address(bad), None, "{bad}");
    }
}

#[test]
fn a_key_survives_the_keychain_and_is_not_printed() {
    let key = DpopKey::generate().unwrap();
    let again = DpopKey::from_pkcs8(&key.to_pkcs8()).unwrap();
    assert_eq!(again.jkt(), key.jkt());
    assert!(check(&made(&again, HTU, None, JTI, now())).is_ok());
    assert_eq!(format!("{key:?}"), format!("DPoP key {}", key.jkt()));
}

#[test]
fn a_proof_counts_no_longer_than_its_nonce_whatever_it_says_of_itself() {
    let key = DpopKey::generate().unwrap();
    let own = Nonces::new(&[9; 32]);
    let nonce = own.current(now());
    let ahead = Timestamp::from_secs(NOW_S + 290);
    let proof = key.proof(&Proving { htm: "POST", htu: HTU, access_token: None, nonce: Some(&nonce) }, JTI, ahead).unwrap();
    let held = Dpop::check(&proof, &Expect { nonces: &own, ..expect() }).unwrap();
    assert_eq!((held.expires_at, held.nonce.next), (held.nonce.ends_at, None));
    let later = |now: Timestamp| Dpop::check(&proof, &Expect { nonces: &own, now, ..expect() });
    assert!(later(held.nonce.ends_at.before(Duration::from_secs(1))).unwrap().nonce.next.is_some());
    assert_eq!(later(held.nonce.ends_at).unwrap_err(), DpopError::Nonce);
}

#[test]
fn a_refusal_says_what_to_do() {
    let error = OAuthError::from(DpopError::Nonce);
    assert_eq!((error.code, error.status()), (ErrorCode::UseDpopNonce, 400));
    let error = OAuthError::from(DpopError::Stale);
    assert_eq!((error.code, error.status()), (ErrorCode::InvalidDpopProof, 400));
    assert!(error.description.contains("compare the clocks"), "{error}");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        prop_assert!(check(&text).is_err());
    }

    #[test]
    fn no_header_or_claims_make_it_panic(header in any::<Vec<u8>>(), claims in any::<Vec<u8>>()) {
        let text = format!("{}.{}.{}", b64(header), b64(claims), b64([0; 64]));
        prop_assert!(check(&text).is_err());
    }

    #[test]
    fn normalising_twice_changes_nothing(path in "(/|%2[eEfF]|%7e|[a-z.~]){0,20}") {
        if let Some(once) = address(&format!("http://h/{path}")) {
            prop_assert_eq!(address(&once), Some(once));
        }
    }
}
