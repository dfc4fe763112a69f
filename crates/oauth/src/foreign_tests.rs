use serde_json::json;

use super::*;
use crate::{
    fixed::{NOW_S, now},
    fixed_clients::Signer,
};

const ISSUER: &str = "https://login.bank.example";
const API: &str = "https://api.example/gateway";

fn expect(typ: &[String]) -> Expect<'_> {
    Expect { issuer: ISSUER, algs: &[Algorithm::Es256], typ, customer: "sub", now: now() }
}

fn good() -> Value {
    json!({ "iss": ISSUER, "sub": "cus_8812", "aud": API, "scope": "orders payments", "iat": NOW_S, "exp": NOW_S + 600, "client_id": "mobile-app", "jti": "1" })
}

fn header(more: &Value) -> Value {
    let mut header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" });
    header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    header
}

struct Bank {
    signer: Signer,
    keys: ForeignKeys,
}

impl Bank {
    fn open() -> Self {
        let signer = Signer::p256();
        // One key is for somebody else, and is no fault of the set.
        let set = json!({ "keys": [{ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA" }, signer.jwk_with(&json!({ "kid": "k1" }))] });
        let keys = ForeignKeys::parse(set.to_string().as_bytes()).unwrap();
        Self { signer, keys }
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        self.signer.forge(&header.to_string(), &claims.to_string())
    }

    fn verify(&self, header_more: &Value, claims: &Value) -> Result<ForeignToken, ForeignError> {
        verify(&self.token(&header(header_more), claims), &self.keys, &expect(&["at+jwt".to_owned()]))
    }
}

#[test]
fn an_access_token_is_read() {
    let bank = Bank::open();
    let token = bank.verify(&json!({}), &good()).unwrap();
    assert_eq!((token.subject.as_str(), token.audience.as_str(), token.scope.len()), ("cus_8812", API, 2));
    assert_eq!((token.issued_at, token.expires_at), (now(), Timestamp::from_secs(NOW_S + 600)));
    let again = bank.verify(&json!({}), &good()).unwrap();
    assert_eq!(again.hash, token.hash, "whatever the signature, what is signed is the same");
    let mut other = good();
    other["jti"] = json!("2");
    assert_ne!(bank.verify(&json!({}), &other).unwrap().hash, token.hash);
    assert_eq!(unverified_issuer(&bank.token(&header(&json!({})), &good())).as_deref(), Some(ISSUER));
}

#[test]
fn forms_that_issuers_have_are_taken() {
    let bank = Bank::open();
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(bank.verify(&json!({ "typ": typ }), &good()).is_ok(), "{typ}");
    }
    assert!(bank.verify(&json!({ "x5t": "a thumbprint" }), &good()).is_ok());
    let rows = [("aud", json!([API])), ("scope", json!(["orders"])), ("iat", json!(1_795_181_527.5)), ("typ", json!("Bearer")), ("token_use", json!("access"))];
    for (name, value) in rows {
        let mut claims = good();
        claims[name] = value;
        assert!(bank.verify(&json!({}), &claims).is_ok(), "{name}");
    }
}

#[test]
fn what_is_wrong_is_refused_by_its_name() {
    use ForeignError as E;
    let claim = |name: &str| E::Claim(name.into());
    let rows: Vec<(&str, Value, ForeignError)> = vec![
        ("iss", json!("https://login.other.example"), claim("iss")),
        ("aud", json!([API, "https://api.example/other"]), E::Audience),
        ("aud", json!([]), E::Audience),
        ("aud", Value::Null, E::Audience),
        ("sub", json!(""), claim("sub")),
        ("sub", json!(8812), claim("sub")),
        ("sub", json!("x".repeat(201)), claim("sub")),
        ("exp", json!(NOW_S), E::Expired),
        ("exp", json!("never"), claim("exp")),
        ("exp", Value::Null, claim("exp")),
        ("iat", json!(NOW_S + 6), E::Ahead),
        ("iat", Value::Null, claim("iat")),
        ("nbf", json!(NOW_S + 6), E::Ahead),
        ("nbf", json!("soon"), claim("nbf")),
        ("nonce", json!("n"), E::IdToken),
        ("at_hash", json!("h"), E::IdToken),
        ("azp", json!(API), E::IdToken),
        ("client_id", json!(API), E::IdToken),
        ("typ", json!("ID"), E::NotAccess),
        ("typ", json!("Refresh"), E::NotAccess),
        ("token_use", json!("id"), E::NotAccess),
        ("events", json!({}), E::NotAccess),
        ("act", json!({ "sub": "somebody" }), E::Acts),
        ("act", Value::Null, E::Acts),
        ("dlg", json!("dlg_1"), E::Acts),
        ("cnf", json!({ "jkt": "x" }), E::Bound),
        ("scope", json!(7), claim("scope")),
        ("scp", json!("orders"), claim("scope")),
        ("may_act", json!("gateway-api"), claim("may_act")),
        ("may_act", json!({ "iss": "https://other.example", "sub": "gateway-api" }), claim("may_act")),
    ];
    let bank = Bank::open();
    for (name, value, error) in rows {
        let mut claims = good();
        claims[name] = value.clone();
        assert_eq!(bank.verify(&json!({}), &claims).unwrap_err(), error, "{name}: {value}");
        assert!(bank.verify(&json!({}), &good()).is_ok());
    }
}

#[test]
fn a_header_chooses_nothing() {
    let bank = Bank::open();
    let stranger = Signer::p256();
    let jwk = stranger.jwk();
    for (more, error) in [
        (json!({ "alg": "none" }), ForeignError::Algorithm),
        (json!({ "alg": "HS256" }), ForeignError::Algorithm),
        (json!({ "alg": "EdDSA" }), ForeignError::Algorithm),
        (json!({ "typ": "JWT" }), ForeignError::Type),
        (json!({ "typ": "id+jwt" }), ForeignError::Type),
        (json!({ "typ": null }), ForeignError::Type),
        (json!({ "kid": "k2" }), ForeignError::UnknownKey),
        (json!({ "jwk": jwk }), JwsError::Header("jwk").into()),
        (json!({ "jku": "https://evil.example" }), JwsError::Header("jku").into()),
        (json!({ "x5u": "https://evil.example" }), JwsError::Header("x5u").into()),
        (json!({ "x5c": [] }), JwsError::Header("x5c").into()),
        (json!({ "crit": ["exp"] }), JwsError::Header("crit").into()),
    ] {
        assert_eq!(bank.verify(&more, &good()).unwrap_err(), error, "{more}");
    }
    let forged = stranger.forge(&header(&json!({})).to_string(), &good().to_string());
    assert_eq!(verify(&forged, &bank.keys, &expect(&["at+jwt".to_owned()])).unwrap_err(), JwsError::Signature.into());
    for not in ["", "a.b", "csh_x", "a.b.c.d"] {
        assert!(unverified_issuer(not).is_none() && verify(not, &bank.keys, &expect(&[])).is_err(), "{not}");
    }
    assert!(ForeignKeys::parse(b"{}").is_err() && ForeignKeys::parse(b"{\"keys\":[],\"keys\":[]}").is_err());
}

#[test]
fn an_issuer_is_believed_about_the_same_token_only() {
    let bank = Bank::open();
    let (token, typ) = (bank.verify(&json!({}), &good()).unwrap(), ["at+jwt".to_owned()]);
    let says = |answer: Value| counts(answer.to_string().as_bytes(), &token, &expect(&typ));
    assert!(says(json!({ "active": true, "sub": "cus_8812", "iss": ISSUER, "aud": API, "exp": NOW_S + 1 })));
    assert!(says(json!({ "active": true, "sub": "cus_8812" })), "what it leaves out the token says itself");
    for (what, answer) in [
        ("not active", json!({ "active": false, "sub": "cus_8812" })),
        ("not a yes", json!({ "active": "true", "sub": "cus_8812" })),
        ("nobody", json!({ "active": true })),
        ("another customer", json!({ "active": true, "sub": "cus_3051" })),
        ("another API", json!({ "active": true, "sub": "cus_8812", "aud": ["x", API] })),
        ("another issuer", json!({ "active": true, "sub": "cus_8812", "iss": "https://login.other.example" })),
        ("over", json!({ "active": true, "sub": "cus_8812", "exp": NOW_S })),
        ("no object", json!([true])),
    ] {
        assert!(!says(answer), "{what}");
    }
}
