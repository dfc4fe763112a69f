//! Proofs of possession at the token endpoint (RFC 9449 §4.3, §11): each check, one by one, with the console's real key.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign_testkit::{Forger, forge};
use futures::FutureExt as _;
use serde_json::{Value, json};

use crate::{
    row::{Expect, Family, Go as _, INVALID_PROOF, INVALID_SCOPE, Row, Tried, USE_NONCE, attack, nothing, row},
    stage::Stage,
};

const TOKEN: &str = "/oauth/token";

pub fn family() -> Family {
    Family {
        room: "proofs",
        title: "A proof of possession is forged or replayed",
        beside: "the agent's own exchange with a new proof",
        prepare: nothing,
        legitimate: |s| s.exchange().go(),
        rows: [signature(), keys(), claims(), nonces(), replays()].into_iter().flatten().collect(),
    }
}

/// Header and claims of a good proof of dana's key, and the key.
fn good(s: &Stage) -> (Value, Value, Forger) {
    static JTI: AtomicU32 = AtomicU32::new(1);
    let jti = format!("jti-of-a-proof-{:08}", JTI.fetch_add(1, Ordering::SeqCst));
    let key = Forger::with(&s.dana.key.to_pkcs8());
    let claims = json!({ "jti": jti, "htm": "POST", "htu": format!("{}{TOKEN}", s.world.issuer), "iat": s.now(), "nonce": s.dana.nonce(TOKEN) });
    (json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() }), claims, key)
}

fn with(s: &Stage, proof: &str) -> Tried<'static> {
    s.exchange().proof(Some(proof.to_owned())).go()
}

/// A proof with something changed, signed with dana's real key.
fn changed(s: &Stage, change: impl FnOnce(&mut Value, &mut Value)) -> Tried<'static> {
    let (mut header, mut claims, key) = good(s);
    change(&mut header, &mut claims);
    with(s, &key.sign(header, claims))
}

fn signature() -> Vec<Row> {
    let header = |name: &'static str, value: Value| attack(move |s| changed(s, |header, _| header[name] = value.clone()));
    vec![
        row("a proof with `alg` none", "RFC 9449 §4.3, §11.6", INVALID_PROOF, |s| {
            let (mut header, claims, _) = good(s);
            header["alg"] = "none".into();
            with(s, &forge::unsigned(header, claims))
        }),
        row("a proof with HS256 under its own `jwk`", "RFC 9449 §11.6", INVALID_PROOF, |s| {
            let (mut header, claims, _) = good(s);
            header["alg"] = "HS256".into();
            with(s, &forge::with_mac(header["jwk"].to_string().as_bytes(), &header, claims))
        }),
        row("a proof signed by another key than its `jwk`", "RFC 9449 §4.3", INVALID_PROOF, |s| {
            let (header, claims, _) = good(s);
            with(s, &s.theirs.sign(header, claims))
        }),
        row("a proof called a JWT", "RFC 9449 §4.3, §11.5", INVALID_PROOF, header("typ", "JWT".into())),
        row("a proof called an access token", "RFC 9449 §11.5, RFC 8725 §3.11", INVALID_PROOF, header("typ", "at+jwt".into())),
        row("a proof with `crit`", "RFC 7515 §4.1.11", INVALID_PROOF, header("crit", json!(["jti"]))),
        row("a proof with two `htm`", "RFC 7519 §4", INVALID_PROOF, |s| {
            let (header, claims, key) = good(s);
            with(s, &key.sign(header, claims.to_string().replacen('{', "{\"htm\":\"POST\",", 1)))
        }),
        row("a proof that is none", "RFC 9449 §4.3", INVALID_PROOF, |s| with(s, "e30.e30.e30")),
        row("a proof of 5 KB", "RFC 6819 §4.4.1.11", INVALID_PROOF, |s| changed(s, |_, claims| claims["pad"] = "x".repeat(4000).into())),
        row("a customer's token as proof", "RFC 9449 §11.5, RFC 8725 §3.11", INVALID_PROOF, |s| with(s, &s.parent.clone())),
        row("two proofs", "RFC 9449 §4.3", INVALID_PROOF, |s| s.exchange().and_proof(s.dana.proof("POST", TOKEN, None)).go()),
    ]
}

fn keys() -> Vec<Row> {
    let jwk = |name: &'static str, value: Value| attack(move |s| changed(s, |header, _| header["jwk"][name] = value.clone()));
    vec![
        row("a proof without a key", "RFC 9449 §4.2", INVALID_PROOF, |s| changed(s, |header, _| drop(header.as_object_mut().and_then(|h| h.remove("jwk"))))),
        row("a proof that shows its private key", "RFC 9449 §4.3", INVALID_PROOF, jwk("d", "AAAA".into())),
        row("a proof with a symmetric key", "RFC 9449 §4.3", INVALID_PROOF, |s| changed(s, |header, _| header["jwk"] = json!({ "kty": "oct", "k": "AAAA" }))),
        row("a proof with a key of another curve", "RFC 9449 §4.3", INVALID_PROOF, jwk("crv", "P-384".into())),
        row("a proof with a point that is not on the curve", "RFC 8725 §3.4", INVALID_PROOF, jwk("y", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE".into())),
        row("a proof with the point at infinity", "RFC 8725 §3.4", INVALID_PROOF, |s| {
            let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
            changed(s, |header, _| (header["jwk"]["x"], header["jwk"]["y"]) = (zero.into(), zero.into()))
        }),
        row("a proof that names its key by `kid` alone", "RFC 9449 §4.2", INVALID_PROOF, |s| {
            let kid = s.dana.key.jkt();
            changed(s, |header, _| *header = json!({ "typ": "dpop+jwt", "alg": "ES256", "kid": kid }))
        }),
        row("a proof whose key is at an address", "RFC 8725 §3.10", INVALID_PROOF, |s| {
            changed(s, |header, _| header["jku"] = "https://evil.example/jwks.json".into())
        }),
    ]
}

fn claims() -> Vec<Row> {
    let claim = |name: &'static str, value: Value| attack(move |s| changed(s, |_, claims| claims[name] = value.clone()));
    let without = |name: &'static str| attack(move |s| changed(s, |_, claims| drop(claims.as_object_mut().and_then(|c| c.remove(name)))));
    let time = |by: i64| {
        attack(move |s| {
            let at = s.now() + by;
            changed(s, |_, claims| claims["iat"] = at.into())
        })
    };
    vec![
        row("a proof for another method", "RFC 9449 §4.3", INVALID_PROOF, claim("htm", "GET".into())),
        row("a proof for the method in small letters", "RFC 9449 §4.2, RFC 9110 §9.1", INVALID_PROOF, claim("htm", "post".into())),
        row("a proof for another endpoint", "RFC 9449 §4.3", INVALID_PROOF, |s| s.exchange().proof(Some(s.dana.proof("POST", "/oauth/revoke", None))).go()),
        row("a proof for another service", "RFC 9449 §11.1", INVALID_PROOF, claim("htu", "https://evil.example/oauth/token".into())),
        row("a proof for a relative address", "RFC 9449 §4.2", INVALID_PROOF, claim("htu", TOKEN.into())),
        row("a proof for an address with a name in it", "RFC 3986 §3.2.1", INVALID_PROOF, |s| {
            let htu = s.world.issuer.replace("http://", "http://x@") + TOKEN;
            changed(s, |_, claims| claims["htu"] = htu.into())
        }),
        row("a proof without `htu`", "RFC 9449 §4.2", INVALID_PROOF, without("htu")),
        row("a proof without `htm`", "RFC 9449 §4.2", INVALID_PROOF, without("htm")),
        row("a proof without `iat`", "RFC 9449 §4.2", INVALID_PROOF, without("iat")),
        row("a proof without `jti`", "RFC 9449 §4.2", INVALID_PROOF, without("jti")),
        row("a proof with a `jti` that is guessed", "RFC 9449 §4.2", INVALID_PROOF, claim("jti", "1".into())),
        row("a proof of yesterday", "RFC 9449 §11.1", INVALID_PROOF, time(-86_400)),
        row("a proof made ahead", "RFC 9449 §11.2", INVALID_PROOF, time(600)),
        row("a proof of the last second of time", "RFC 7519 §2", INVALID_PROOF, claim("iat", i64::MAX.into())),
    ]
}

fn nonces() -> Vec<Row> {
    let nonce = |value: Value| attack(move |s| changed(s, |_, claims| claims["nonce"] = value.clone()));
    vec![
        row("a proof without the service's nonce", "RFC 9449 §8, §11.2", USE_NONCE, nonce(Value::Null)),
        row("a proof with a nonce that was made up", "RFC 9449 §11.3", USE_NONCE, nonce("AAAAAAAAAAAAAAAAAAAAAA".into())),
        row("a proof with an empty nonce", "RFC 9449 §11.3", USE_NONCE, nonce("".into())),
        row("a proof with a nonce that is a number", "RFC 9449 §8.1", INVALID_PROOF, nonce(1.into())),
        row("a proof with the nonce of calls", "RFC 9449 §9", USE_NONCE, |s| {
            let nonce = s.dana.nonce("/v1/me");
            changed(s, |_, claims| claims["nonce"] = nonce.into())
        }),
    ]
}

fn replays() -> Vec<Row> {
    const ONCE: Expect = Expect::Once(400, "invalid_dpop_proof");
    vec![
        row("a proof shown again", "RFC 9449 §11.1", ONCE, |s| {
            let proof = s.dana.proof("POST", TOKEN, None);
            async move { vec![s.exchange().proof(Some(proof.clone())).send().await, s.exchange().proof(Some(proof)).send().await] }.boxed()
        })
        .told("token.exchange"),
        row("a proof that was used up by a refused request", "RFC 9449 §11.1", INVALID_PROOF, |s| {
            let proof = s.dana.proof("POST", TOKEN, None);
            async move {
                let refused = s.exchange().with("scope", "order:audit").proof(Some(proof.clone())).send().await;
                assert_eq!(INVALID_SCOPE.missed(&[refused]), None);
                s.settle().await;
                vec![s.exchange().proof(Some(proof)).send().await]
            }
            .boxed()
        })
        .told("token.exchange"),
        row("a proof of the token endpoint at revocation", "RFC 9449 §4.3", INVALID_PROOF, |s| {
            let proof = s.dana.proof("POST", TOKEN, None);
            s.dana.form_for("/oauth/revoke").only_head("dpop", &proof).with("token", s.dana.refresh.expose()).go()
        }),
        row("one `jti` under two keys: nobody uses up another's", "RFC 9449 §11.1", ONCE, |s| {
            let (header, claims, key) = good(s);
            let mut other = header.clone();
            other["jwk"] = s.theirs.jwk();
            let (first, mine) = (s.theirs.sign(other, &claims), key.sign(header, &claims));
            async move {
                // With the attacker's key first, which is refused for another reason; then dana's own; then once more.
                let refused = s.exchange().proof(Some(first)).send().await;
                assert_eq!(refused.error(), "invalid_request", "{}", refused.body);
                vec![s.exchange().proof(Some(mine.clone())).send().await, s.exchange().proof(Some(mine)).send().await]
            }
            .boxed()
        })
        .told("token.exchange"),
    ]
}
