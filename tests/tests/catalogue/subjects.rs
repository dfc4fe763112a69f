//! Forged, changed and mistaken subject tokens, by the client that may exchange the real one (RFC 8725).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_testkit::{Forger, forge};
use futures::FutureExt as _;
use serde_json::{Value, json};

use crate::row::{Family, Go as _, INVALID_REQUEST, Row, Tried, attack, nothing, row};
use crate::stage::Stage;

const LINE: &str = "token.exchange";

pub fn family() -> Family {
    Family {
        room: "subjects",
        title: "A subject token is forged",
        beside: "the gateway's exchange of the real one",
        prepare: nothing,
        legitimate: |s| s.pass_on().go(),
        rows: [signature(), keys(), header(), claims(), form()].into_iter().flatten().map(|row| row.told(LINE)).collect(),
    }
}

/// The parent with this header, signed by `by`.
fn with_header(s: &Stage, by: &Forger, name: &str, value: Value) -> Tried<'static> {
    let (header, claims) = s.changed(|header, _| header[name] = value);
    s.subject(&by.sign(header, claims)).go()
}

/// What signs could be believed by mistake.
fn unsigned(s: &Stage, alg: &str) -> Tried<'static> {
    let (header, claims) = s.changed(|header, _| header["alg"] = alg.into());
    s.subject(&forge::unsigned(header, claims)).go()
}

fn mac(s: &Stage, key: &[u8]) -> Tried<'static> {
    let (header, claims) = s.changed(|header, _| header["alg"] = "HS256".into());
    s.subject(&forge::with_mac(key, header, claims)).go()
}

fn signature() -> Vec<Row> {
    vec![
        row("`alg` none", "RFC 8725 §2.1, §3.1", INVALID_REQUEST, |s| unsigned(s, "none")),
        row("`alg` nOnE", "RFC 8725 §2.1, §3.1", INVALID_REQUEST, |s| unsigned(s, "nOnE")),
        row("`alg` empty", "RFC 8725 §3.1", INVALID_REQUEST, |s| unsigned(s, "")),
        row("no signature under the real `alg`", "RFC 8725 §3.3", INVALID_REQUEST, |s| unsigned(s, "ES256")),
        row("`alg` none before the real signature", "RFC 8725 §2.1", INVALID_REQUEST, |s| with_header(s, &s.ours, "alg", "none".into())),
        row("`alg` in an array", "RFC 7515 §4.1.1", INVALID_REQUEST, |s| with_header(s, &s.ours, "alg", json!(["ES256"]))),
        row("HS256 with the published key as secret", "RFC 8725 §2.1, §3.1", INVALID_REQUEST, |s| mac(s, s.ours.jwk().to_string().as_bytes())),
        row("HS256 with a coordinate of the key as secret", "RFC 8725 §2.1", INVALID_REQUEST, |s| {
            mac(s, s.ours.jwk()["x"].as_str().unwrap_or_default().as_bytes())
        }),
        row("HS256 with an empty secret", "RFC 8725 §2.1, §3.5", INVALID_REQUEST, |s| mac(s, b"")),
        row("RS256 over a signature of ES256", "RFC 8725 §3.1", INVALID_REQUEST, |s| with_header(s, &s.ours, "alg", "RS256".into())),
        row("ES384 over a signature of ES256", "RFC 8725 §3.1", INVALID_REQUEST, |s| with_header(s, &s.ours, "alg", "ES384".into())),
        row("a signature of zeros", "RFC 8725 §3.3", INVALID_REQUEST, |s| {
            let message = s.parent.rsplit_once('.').map_or("", |(message, _)| message);
            s.subject(&format!("{message}.{}", "A".repeat(86))).go()
        }),
        row("a signature cut short", "RFC 8725 §3.3", INVALID_REQUEST, |s| s.subject(&s.parent[..s.parent.len() - 4]).go()),
        row("a signature with bits that don't count", "RFC 4648 §3.5", INVALID_REQUEST, |s| {
            // The last of 86 letters carries two bits; the other four must be zero.
            let (rest, last) = s.parent.split_at(s.parent.len() - 1);
            let next = char::from(last.as_bytes()[0] + 1);
            s.subject(&format!("{rest}{next}")).go()
        }),
        row("other claims under the real signature", "RFC 8725 §3.3", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, claims| claims["scope"] = "order:read order:refund order:audit".into());
            let forged = forge::unsigned(header, claims);
            s.subject(&format!("{forged}{}", s.parent.rsplit('.').next().unwrap_or_default())).go()
        }),
        row("the real claims, signed by somebody else", "RFC 8725 §3.3", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, _| {});
            s.subject(&s.theirs.sign(header, claims)).go()
        }),
    ]
}

fn keys() -> Vec<Row> {
    let kid = |value: Value| attack(move |s| with_header(s, &s.theirs, "kid", value.clone()));
    vec![
        row("`kid` of a key that nobody published", "RFC 8725 §2.9, §3.10", INVALID_REQUEST, kid("their-key".into())),
        row("`kid` that is a path", "RFC 8725 §2.9, §3.10", INVALID_REQUEST, kid("../../../../dev/null".into())),
        row("`kid` that is SQL", "RFC 8725 §2.9, §3.10", INVALID_REQUEST, kid("' OR '1'='1".into())),
        row("`kid` that is an address", "RFC 8725 §2.9, §3.10", INVALID_REQUEST, kid("https://evil.example/key".into())),
        row("`kid` that is a number", "RFC 7515 §4.1.4", INVALID_REQUEST, kid(0.into())),
        row("no `kid`, and the service's own signature", "RFC 9068 §2.1", INVALID_REQUEST, |s| {
            let (mut header, claims) = s.changed(|_, _| {});
            header.as_object_mut().expect("an object").remove("kid");
            s.subject(&s.ours.sign(header, claims)).go()
        }),
        row("`jwk`: the key to verify with comes along", "RFC 8725 §3.10, RFC 7515 §4.1.3", INVALID_REQUEST, |s| {
            with_header(s, &s.theirs, "jwk", s.theirs.jwk())
        }),
        row("`jwk` beside the service's own signature", "RFC 8725 §3.10", INVALID_REQUEST, |s| with_header(s, &s.ours, "jwk", s.theirs.jwk())),
        row("`jku`: the keys to verify with are elsewhere", "RFC 8725 §3.10", INVALID_REQUEST, |s| {
            with_header(s, &s.ours, "jku", "https://evil.example/jwks.json".into())
        }),
        row("`x5u`: the certificate to verify with is elsewhere", "RFC 8725 §3.10", INVALID_REQUEST, |s| {
            with_header(s, &s.ours, "x5u", "https://evil.example/cert.pem".into())
        }),
        row("`x5c`: the certificate to verify with comes along", "RFC 8725 §3.10", INVALID_REQUEST, |s| with_header(s, &s.ours, "x5c", json!(["MIIB"]))),
    ]
}

fn header() -> Vec<Row> {
    let typ = |value: Value| attack(move |s| with_header(s, &s.ours, "typ", value.clone()));
    vec![
        row("`crit` names what nobody knows", "RFC 7515 §4.1.11", INVALID_REQUEST, |s| with_header(s, &s.ours, "crit", json!(["exp"]))),
        row("`crit` is empty", "RFC 7515 §4.1.11", INVALID_REQUEST, |s| with_header(s, &s.ours, "crit", json!([]))),
        row("`b64`: the payload is not encoded", "RFC 7797 §6", INVALID_REQUEST, |s| with_header(s, &s.ours, "b64", false.into())),
        row("`zip`: the payload is compressed", "RFC 8725 §3.6", INVALID_REQUEST, |s| with_header(s, &s.ours, "zip", "DEF".into())),
        row("`enc`: it claims to be encrypted", "RFC 8725 §2.3", INVALID_REQUEST, |s| with_header(s, &s.ours, "enc", "A128GCM".into())),
        row("`typ` JWT", "RFC 8725 §3.11, RFC 9068 §4", INVALID_REQUEST, typ("JWT".into())),
        row("`typ` dpop+jwt", "RFC 8725 §3.11", INVALID_REQUEST, typ("dpop+jwt".into())),
        row("`typ` of a logout token", "RFC 8725 §3.11", INVALID_REQUEST, typ("logout+jwt".into())),
        row("`typ` null", "RFC 8725 §3.11", INVALID_REQUEST, typ(Value::Null)),
        row("no `typ`", "RFC 9068 §4", INVALID_REQUEST, |s| {
            let (mut header, claims) = s.changed(|_, _| {});
            header.as_object_mut().expect("an object").remove("typ");
            s.subject(&s.ours.sign(header, claims)).go()
        }),
        row("two `alg` in the header", "RFC 7515 §4", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, _| {});
            s.subject(&s.ours.sign(header.to_string().replacen('{', "{\"alg\":\"none\",", 1), claims)).go()
        }),
    ]
}

fn changed(name: &'static str, value: Value) -> impl for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static {
    move |s| s.subject(&s.resigned(|_, claims| claims[name] = value.clone())).go()
}

/// What the service's own key signed by a mistake that is not known yet.
fn claims() -> Vec<Row> {
    let deep = |n: usize| (0..n).fold(json!({ "sub": "gateway-api" }), |act, _| json!({ "sub": "gateway-api", "act": act }));
    let time =
        |name: &'static str, by: i64| attack(move |s| s.subject(&s.resigned(|_, claims| claims[name] = (claims[name].as_i64().unwrap_or(0) + by).into())).go());
    let without = |name: &'static str| {
        attack(move |s| {
            let token = s.resigned(|_, claims| drop(claims.as_object_mut().and_then(|c| c.remove(name))));
            s.subject(&token).go()
        })
    };
    vec![
        row("two `sub` in the claims", "RFC 7519 §4", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, _| {});
            s.subject(&s.ours.sign(header, claims.to_string().replacen('{', "{\"sub\":\"cus_1\",", 1))).go()
        }),
        row("two `sub`, one spelled with an escape, deep inside", "RFC 8259 §4", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, _| {});
            s.subject(&s.ours.sign(header, claims.to_string().replacen("\"act\":{", "\"act\":{\"\\u0073ub\":\"x\",", 1))).go()
        }),
        row("issuer mix-up: another issuer", "RFC 8725 §3.8, RFC 9700 §4.4", INVALID_REQUEST, changed("iss", "https://evil.example".into())),
        row("issuer mix-up: the issuer with a slash behind", "RFC 8725 §3.8, RFC 8414 §3.3", INVALID_REQUEST, |s| {
            let slash = format!("{}/", s.world.issuer);
            s.subject(&s.resigned(|_, claims| claims["iss"] = slash.into())).go()
        }),
        row("no issuer", "RFC 9068 §2.2", INVALID_REQUEST, without("iss")),
        row(
            "audience confusion: two audiences",
            "RFC 8725 §3.9",
            INVALID_REQUEST,
            changed("aud", json!(["https://api.acme.example/gateway", "https://api.acme.example/ledger"])),
        ),
        row("no audience", "RFC 8725 §3.9", INVALID_REQUEST, without("aud")),
        row("expired a moment ago", "RFC 7519 §4.1.4", INVALID_REQUEST, |s| {
            let past = |claims: &mut Value| ["iat", "nbf", "exp"].into_iter().for_each(|name| claims[name] = (claims[name].as_i64().unwrap_or(0) - 300).into());
            s.subject(&s.resigned(|_, claims| past(claims))).go()
        }),
        row("ends before it begins", "RFC 7519 §4.1.4", INVALID_REQUEST, time("exp", -301)),
        row("lives for a year", "RFC 8693 §5, RFC 9700 §2.2", INVALID_REQUEST, time("exp", 31_536_000)),
        row("never expires", "RFC 9068 §2.2", INVALID_REQUEST, without("exp")),
        row("expires at the end of all numbers", "RFC 7519 §2", INVALID_REQUEST, changed("exp", i64::MAX.into())),
        row("expiry as text", "RFC 7519 §2", INVALID_REQUEST, changed("exp", "4000000000".into())),
        row("not yet valid", "RFC 7519 §4.1.5", INVALID_REQUEST, |s| {
            let ahead = s.now() + 100;
            s.subject(&s.resigned(|_, claims| (claims["iat"], claims["nbf"], claims["exp"]) = (ahead.into(), ahead.into(), (ahead + 100).into()))).go()
        }),
        row("`act` of six actors", "RFC 8693 §4.1, docs/decisions/0012", INVALID_REQUEST, changed("act", deep(5))),
        row("`act` of three hundred actors", "RFC 8693 §4.1, RFC 8259 §9", INVALID_REQUEST, changed("act", deep(120))),
        row("`act` as text", "RFC 8693 §4.1", INVALID_REQUEST, changed("act", "gateway-api".into())),
        row("`act` as a list", "RFC 8693 §4.1", INVALID_REQUEST, changed("act", json!([{ "sub": "gateway-api" }]))),
        row("`act` without a name", "RFC 8693 §4.1", INVALID_REQUEST, changed("act", json!({ "act": { "sub": "gateway-api" } }))),
        row("`act` with a scope of its own", "RFC 8693 §4.1", INVALID_REQUEST, changed("act", json!({ "sub": "gateway-api", "scope": "order:audit" }))),
        row("washing: `act` was taken out", "RFC 8693 §4.1, keycloak #52691", INVALID_REQUEST, without("act")),
        row("`may_act` names somebody else", "RFC 8693 §4.4", INVALID_REQUEST, changed("may_act", json!({ "sub": "ledger-api" }))),
        row(
            "a token that was never minted, signed by the service",
            "RFC 9068 §4",
            INVALID_REQUEST,
            changed("jti", "tok_01940000000070008000000000000001".into()),
        ),
        row("no `jti`", "RFC 9068 §2.2", INVALID_REQUEST, without("jti")),
    ]
}

fn form() -> Vec<Row> {
    vec![
        row("five parts, as if it were encrypted", "RFC 7516 §9", INVALID_REQUEST, |s| s.subject(&format!("{}.AAAA.AAAA", s.parent)).go()),
        row("a fourth part", "RFC 7515 §7.1", INVALID_REQUEST, |s| s.subject(&format!("{}.AAAA", s.parent)).go()),
        row("as JSON, with a header that nobody signed", "RFC 7515 §7.2", INVALID_REQUEST, |s| {
            let part = |at: usize| s.parent.split('.').nth(at).unwrap_or_default();
            s.subject(&json!({ "protected": part(0), "payload": part(1), "signature": part(2), "header": { "kid": "x" } }).to_string()).go()
        }),
        row("base64 with padding", "RFC 7515 §2", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, _| {});
            let signature = s.parent.rsplit('.').next().unwrap_or_default();
            s.subject(&format!("{}.{}.{signature}", STANDARD.encode(header.to_string()), STANDARD.encode(claims.to_string()))).go()
        }),
        row("a space before it", "RFC 7515 §7.1", INVALID_REQUEST, |s| s.subject(&format!(" {}", s.parent)).go()),
        row("a signed answer of introspection", "RFC 9701 §8.1, RFC 8725 §3.11", INVALID_REQUEST, |s| {
            async move {
                let signed = s.ask(&s.parent).head("accept", "application/token-introspection+jwt").send().await;
                assert_eq!(signed.body.split('.').count(), 3, "{}", signed.body);
                s.subject(&signed.body).go().await
            }
            .boxed()
        }),
        row("a proof of possession", "RFC 8725 §3.11", INVALID_REQUEST, |s| s.subject(&s.dana.proof("POST", "/oauth/token", None)).go()),
        row("nothing but dots", "RFC 7515 §7.1", INVALID_REQUEST, |s| s.subject("..").go()),
        row("a handle that never was", "RFC 6819 §4.6.3", INVALID_REQUEST, |s| s.subject("csh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").go()),
        row("the machine's own token", "RFC 8693 §5", INVALID_REQUEST, |s| {
            async move {
                let own = s.gateway.own().await;
                s.subject(&own).go().await
            }
            .boxed()
        }),
        row("another company's token for the same customer", "RFC 8693 §5", INVALID_REQUEST, |s| {
            async move {
                let (gina, gus) = (s.world.person("gina").await, s.world.person("gus").await);
                let asked = gina.ask("GX-1", &["profile:read"], 15).await;
                gus.sign(&s.world, &asked).await;
                let (_, warrant) = gina.start(asked.id).await;
                let token = gina.exchange(&warrant).token().await;
                s.settle().await;
                s.subject(&token).go().await
            }
            .boxed()
        }),
    ]
}
