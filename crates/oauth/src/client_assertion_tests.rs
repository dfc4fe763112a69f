use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    fixed::{ISSUER, NOW_S, b64, now},
    fixed_clients::Signer,
};

const CLIENT: &str = "billing-api";
const TOKEN_ENDPOINT: &str = "http://localhost:4000/oauth/token";
const JTI: &str = "a-jti-of-18-chars.";

fn expect() -> Expect<'static> {
    Expect { client_id: CLIENT, issuer: ISSUER, token_endpoint_allowed: None, now: now() }
}

fn claims() -> Value {
    json!({ "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": JTI, "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 60 })
}

fn changed(mut value: Value, with: &Value) -> Value {
    value.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

/// A client with a key, and the set that it registered.
struct Client {
    signer: Signer,
    keys: ClientKeys,
}

impl Client {
    fn of(signer: Signer) -> Self {
        let keys = ClientKeys::parse(&json!({ "keys": [signer.jwk_with(&json!({ "kid": "k1" }))] })).unwrap();
        Self { signer, keys }
    }

    fn new() -> Self {
        Self::of(Signer::p256())
    }

    fn try_at(&self, header: &Value, claims: &Value, expect: &Expect<'_>) -> Result<Assertion, AssertionError> {
        verify(&self.signer.forge(&header.to_string(), &claims.to_string()), &self.keys, expect)
    }

    fn with_claims(&self, claims: &Value) -> Result<Assertion, AssertionError> {
        self.try_at(&json!({ "alg": "ES256" }), claims, &expect())
    }

    fn with_header(&self, more: &Value) -> Result<Assertion, AssertionError> {
        self.try_at(&changed(json!({ "alg": "ES256" }), more), &claims(), &expect())
    }
}

#[test]
fn a_client_proves_itself_with_each_algorithm() {
    for (signer, alg) in [(Signer::p256(), "ES256"), (Signer::ed25519(), "EdDSA"), (Signer::rsa(), "RS256"), (Signer::rsa(), "PS256")] {
        let client = Client::of(signer);
        for header in [json!({ "alg": alg }), json!({ "alg": alg, "kid": "k1", "typ": "JWT" }), json!({ "alg": alg, "typ": "client-authentication+jwt" })] {
            let held = client.try_at(&header, &claims(), &expect()).unwrap();
            assert_eq!((held.client_id.as_str(), held.expires_at), (CLIENT, Timestamp::from_secs(NOW_S + 65)), "{header}");
        }
    }
    assert_eq!(algorithms(), ["ES256", "EdDSA", "RS256", "PS256"]);
}

#[test]
fn the_header_is_held_to_the_letter() {
    let client = Client::new();
    for (header, why) in [
        (json!({ "alg": "none" }), JwsError::Algorithm.into()),
        (json!({ "alg": "HS256" }), JwsError::Algorithm.into()),
        (json!({ "alg": "RS256" }), JwsError::Signature.into()),
        (json!({ "kid": "k2" }), JwsError::Signature.into()),
        (json!({ "crit": ["exp"] }), JwsError::Header("crit").into()),
        (json!({ "b64": false }), JwsError::Header("b64").into()),
        (json!({ "jku": "https://evil.example/jwks" }), JwsError::Header("jku").into()),
        (json!({ "x5u": "https://evil.example/cert" }), JwsError::Header("x5u").into()),
        (json!({ "x5c": ["AA"] }), JwsError::Header("x5c").into()),
        (json!({ "jwk": client.signer.jwk() }), JwsError::Header("jwk").into()),
        (json!({ "zip": "DEF" }), JwsError::Header("zip").into()),
        (json!({ "typ": "at+jwt" }), AssertionError::Type),
        (json!({ "typ": "dpop+jwt" }), AssertionError::Type),
        (json!({ "typ": "token-introspection+jwt" }), AssertionError::Type),
        (json!({ "typ": "logout+jwt" }), AssertionError::Type),
        (json!({ "typ": "application/client-authentication+jwt" }), AssertionError::Type),
        (json!({ "typ": "" }), AssertionError::Type),
        (json!({ "typ": null }), AssertionError::Type),
    ] {
        assert_eq!(client.with_header(&header).unwrap_err(), why, "{header}");
        assert!(client.with_header(&json!({})).is_ok());
    }
}

#[test]
fn the_claims_are_held_to_this_client_service_and_time() {
    let client = Client::new();
    let malformed = || AssertionError::from(JwsError::Malformed);
    for (claim, why) in [
        (json!({ "iss": "other-api" }), AssertionError::Client),
        (json!({ "sub": "other-api" }), AssertionError::Client),
        (json!({ "iss": "other-api", "sub": "other-api" }), AssertionError::Client),
        (json!({ "iss": "Billing-api", "sub": "Billing-api" }), AssertionError::Client),
        (json!({ "aud": TOKEN_ENDPOINT }), AssertionError::Audience),
        (json!({ "aud": [ISSUER, TOKEN_ENDPOINT] }), AssertionError::Audience),
        (json!({ "aud": [ISSUER, "https://other.example"] }), AssertionError::Audience),
        (json!({ "aud": [ISSUER, ISSUER] }), AssertionError::Audience),
        (json!({ "aud": [] }), AssertionError::Audience),
        (json!({ "aud": [[ISSUER]] }), AssertionError::Audience),
        (json!({ "aud": {} }), AssertionError::Audience),
        (json!({ "aud": null }), AssertionError::Audience),
        (json!({ "aud": format!("{ISSUER}/") }), AssertionError::Audience),
        (json!({ "aud": "HTTP://localhost:4000" }), AssertionError::Audience),
        (json!({ "aud": "https://other.example" }), AssertionError::Audience),
        (json!({ "exp": NOW_S - 5 }), AssertionError::Expired),
        (json!({ "exp": 0 }), AssertionError::Expired),
        (json!({ "exp": i64::MIN }), AssertionError::Expired),
        (json!({ "exp": NOW_S + 306 }), AssertionError::TooLong),
        (json!({ "exp": NOW_S + 3600 }), AssertionError::TooLong),
        (json!({ "exp": i64::MAX }), AssertionError::TooLong),
        (json!({ "exp": u64::MAX }), malformed()),
        (json!({ "exp": 1e300 }), malformed()),
        (json!({ "exp": (NOW_S + 60).to_string() }), malformed()),
        (json!({ "exp": null }), malformed()),
        (json!({ "iat": NOW_S + 6 }), AssertionError::Ahead),
        (json!({ "nbf": NOW_S + 6 }), AssertionError::Ahead),
        (json!({ "iat": "now" }), malformed()),
        (json!({ "jti": "7-chars" }), AssertionError::Jti),
        (json!({ "jti": "x".repeat(201) }), AssertionError::Jti),
        (json!({ "jti": 12_345_678 }), malformed()),
    ] {
        assert_eq!(client.with_claims(&changed(claims(), &claim)).unwrap_err(), why, "{claim}");
        assert!(client.with_claims(&claims()).is_ok());
    }
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        assert_eq!(client.with_claims(&without(claims(), name)).unwrap_err(), malformed(), "no {name}");
    }
}

#[test]
fn what_libraries_do_within_the_rules_is_taken() {
    let client = Client::new();
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century are exact")]
    let fraction = NOW_S as f64 + 30.75;
    for claim in [
        json!({ "aud": [ISSUER] }),
        json!({ "exp": NOW_S + 305 }),
        json!({ "exp": NOW_S - 4 }),
        json!({ "exp": fraction }),
        json!({ "iat": NOW_S + 5, "nbf": NOW_S - 3600 }),
        json!({ "jti": "8-chars." }),
        json!({ "more": { "unread": [1] } }),
    ] {
        assert!(client.with_claims(&changed(claims(), &claim)).is_ok(), "{claim}");
    }
    for name in ["iat", "nbf"] {
        assert!(client.with_claims(&without(claims(), name)).is_ok(), "no {name}");
    }
    let odd = client.with_claims(&changed(claims(), &json!({ "exp": fraction }))).unwrap();
    assert_eq!(odd.expires_at, Timestamp::from_secs(NOW_S + 35));
}

#[test]
fn the_token_endpoint_is_an_audience_only_where_the_registration_says_so() {
    let client = Client::new();
    let allowed = Expect { token_endpoint_allowed: Some(TOKEN_ENDPOINT), ..expect() };
    let at = |aud: Value| client.try_at(&json!({ "alg": "ES256" }), &changed(claims(), &json!({ "aud": aud })), &allowed);
    for good in [json!(TOKEN_ENDPOINT), json!([TOKEN_ENDPOINT]), json!(ISSUER)] {
        assert!(at(good.clone()).is_ok(), "{good}");
    }
    for bad in [json!([ISSUER, TOKEN_ENDPOINT]), json!("http://localhost:4000/oauth/introspect"), json!(null), json!("")] {
        assert_eq!(at(bad.clone()).unwrap_err(), AssertionError::Audience, "{bad}");
    }
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let client = Client::new();
    let twice = claims().to_string().replacen('{', r#"{"sub":"other-api","#, 1);
    assert_eq!(verify(&client.signer.forge(r#"{"alg":"ES256"}"#, &twice), &client.keys, &expect()).unwrap_err(), JwsError::Malformed.into());
    let token = client.signer.forge(r#"{"alg":"none","alg":"ES256"}"#, &claims().to_string());
    assert_eq!(verify(&token, &client.keys, &expect()).unwrap_err(), JwsError::Malformed.into());
}

#[test]
fn what_is_cut_changed_stretched_or_too_long_is_refused() {
    let client = Client::new();
    let token = client.signer.forge(r#"{"alg":"ES256"}"#, &claims().to_string());
    assert!(verify(&token, &client.keys, &expect()).is_ok());
    let (message, _) = token.rsplit_once('.').unwrap();
    for bad in [
        format!("{message}."),
        message.to_owned(),
        format!("{token}."),
        format!("{token}.x"),
        format!(" {token}"),
        format!("{token}="),
        String::new(),
        "..".into(),
    ] {
        assert!(verify(&bad, &client.keys, &expect()).is_err(), "{bad}");
    }
    let long = changed(claims(), &json!({ "more": "x".repeat(MAX_ASSERTION) }));
    assert_eq!(client.with_claims(&long).unwrap_err(), JwsError::TooLong(MAX_ASSERTION).into());
    assert!(matches!(
        verify(&Client::new().signer.forge(r#"{"alg":"ES256"}"#, &claims().to_string()), &client.keys, &expect()),
        Err(AssertionError::Jws(JwsError::Signature))
    ));
}

#[test]
fn an_assertion_is_remembered_by_client_and_jti() {
    let client = Client::new();
    let hash = |claim: &Value, expect: &Expect<'_>| client.try_at(&json!({ "alg": "ES256" }), &changed(claims(), claim), expect).unwrap().jti_hash;
    assert_eq!(hash(&json!({}), &expect()), hash(&json!({ "exp": NOW_S + 61 }), &expect()));
    assert_ne!(hash(&json!({}), &expect()), hash(&json!({ "jti": "another-jti" }), &expect()));
    let other = Expect { client_id: "other-api", ..expect() };
    assert_ne!(hash(&json!({}), &expect()), hash(&json!({ "iss": "other-api", "sub": "other-api" }), &other), "nobody uses up another's");
}

#[test]
fn the_client_is_found_before_anything_is_verified() {
    let client = Client::new();
    let found = |claims: &Value| unverified_client_id(&client.signer.forge(r#"{"alg":"ES256"}"#, &claims.to_string()));
    assert_eq!(found(&claims()).as_deref(), Some(CLIENT));
    for claim in [
        json!({ "iss": "other-api" }),
        json!({ "sub": 1, "iss": 1 }),
        json!({ "sub": "", "iss": "" }),
        json!({ "sub": "a b", "iss": "a b" }),
        json!({ "sub": "x".repeat(65), "iss": "x".repeat(65) }),
    ] {
        assert_eq!(found(&changed(claims(), &claim)), None, "{claim}");
    }
    assert_eq!(unverified_client_id(&client.signer.forge(r#"{"alg":"ES256","crit":["a"]}"#, &claims().to_string())), None);
}

#[test]
fn type_and_assertion_go_together() {
    assert_eq!(presented(None, None), Ok(None));
    assert_eq!(presented(Some(TYPE_JWT_BEARER), Some("a.b.c")), Ok(Some("a.b.c")));
    for (kind, assertion, code) in [
        (Some(TYPE_JWT_BEARER), None, ErrorCode::InvalidRequest),
        (None, Some("a.b.c"), ErrorCode::InvalidRequest),
        (Some("urn:ietf:params:oauth:client-assertion-type:saml2-bearer"), Some("a.b.c"), ErrorCode::InvalidClient),
    ] {
        assert_eq!(presented(kind, assertion).unwrap_err().code, code, "{kind:?}");
    }
    let error = OAuthError::from(AssertionError::Expired);
    assert_eq!((error.code, error.status()), (ErrorCode::InvalidClient, 401));
}

proptest! {
    #[test]
    fn no_header_or_claims_make_it_panic(header in any::<Vec<u8>>(), claims in any::<Vec<u8>>(), text in ".{0,200}") {
        let client = Client::new();
        let token = format!("{}.{}.{}", b64(header), b64(claims), b64([0; 64]));
        prop_assert!(verify(&token, &client.keys, &expect()).is_err());
        prop_assert!(verify(&text, &client.keys, &expect()).is_err());
        prop_assert_eq!(unverified_client_id(&text), None);
    }
}
