//! `private_key_jwt`: assertions that are forged, mistaken, for somebody else, too long-lived, or shown twice (RFC 7521, RFC 7523).

use std::sync::atomic::{AtomicU32, Ordering};

use countersign_oauth::client_assertion::TYPE_JWT_BEARER;
use countersign_testkit::{Answer, Post, forge};
use futures::FutureExt as _;
use serde_json::{Value, json};

use crate::{
    row::{Expect, Family, Go as _, INVALID_CLIENT, INVALID_REQUEST, Row, Tried, attack, row},
    stage::Stage,
};

const LINE: &str = "client.refuse";

pub fn family() -> Family {
    Family {
        room: "assertions",
        title: "A client assertion is forged or replayed",
        beside: "a machine's request for its own token with a new assertion",
        prepare: |s| async move { s.register_key_api().await }.boxed(),
        legitimate: |s| with(s, &assertion(s)).go(),
        rows: [signature(), claims(), form(), replays()].into_iter().flatten().collect(),
    }
}

/// Header and claims of a good assertion of `key-api`.
pub fn good(s: &Stage) -> (Value, Value) {
    static JTI: AtomicU32 = AtomicU32::new(1);
    let jti = format!("assertion-{}", JTI.fetch_add(1, Ordering::SeqCst));
    let header = json!({ "alg": "ES256", "typ": "client-authentication+jwt", "kid": "app-1" });
    (header, json!({ "iss": "key-api", "sub": "key-api", "aud": s.world.issuer, "exp": s.now() + 60, "iat": s.now(), "jti": jti }))
}

/// A good assertion.
pub fn assertion(s: &Stage) -> String {
    let (header, claims) = good(s);
    s.app.sign(header, claims)
}

/// A request for a token of its own with this assertion.
pub fn with(s: &Stage, assertion: &str) -> Post {
    let form = s.world.form("/oauth/token").with("grant_type", "client_credentials");
    form.with("client_assertion_type", TYPE_JWT_BEARER).with("client_assertion", assertion)
}

fn changed(s: &Stage, change: impl FnOnce(&mut Value, &mut Value)) -> Tried<'static> {
    let (mut header, mut claims) = good(s);
    change(&mut header, &mut claims);
    with(s, &s.app.sign(header, claims)).go()
}

fn signature() -> Vec<Row> {
    let header = |name: &'static str, value: Value| attack(move |s| changed(s, |header, _| header[name] = value.clone()));
    vec![
        row("an assertion with `alg` none", "RFC 8725 §3.1, RFC 7523 §3", INVALID_CLIENT, |s| {
            let (mut header, claims) = good(s);
            header["alg"] = "none".into();
            with(s, &forge::unsigned(header, claims)).go()
        })
        .told(LINE),
        row("an assertion with HS256 under the registered public key", "RFC 8725 §2.1", INVALID_CLIENT, |s| {
            let (mut header, claims) = good(s);
            header["alg"] = "HS256".into();
            with(s, &forge::with_mac(s.app.jwk().to_string().as_bytes(), header, claims)).go()
        })
        .told(LINE),
        row("an assertion that somebody else signed", "RFC 7523 §3", INVALID_CLIENT, |s| {
            let (header, claims) = good(s);
            with(s, &s.theirs.sign(header, claims)).go()
        })
        .told(LINE),
        row("an assertion that the service's own key signed", "RFC 7523 §3", INVALID_CLIENT, |s| {
            let (header, claims) = good(s);
            with(s, &s.ours.sign(header, claims)).go()
        })
        .told(LINE),
        row("`jwk` in an assertion: the key comes along", "RFC 8725 §3.10", INVALID_CLIENT, |s| {
            let (mut header, claims) = good(s);
            header["jwk"] = s.theirs.jwk();
            with(s, &s.theirs.sign(header, claims)).go()
        })
        .told(LINE),
        row("`jku` in an assertion", "RFC 8725 §3.10", INVALID_CLIENT, header("jku", "https://evil.example/jwks.json".into())),
        row("`x5u` in an assertion", "RFC 8725 §3.10", INVALID_CLIENT, header("x5u", "https://evil.example/cert.pem".into())),
        row("`crit` in an assertion", "RFC 7515 §4.1.11", INVALID_CLIENT, header("crit", json!(["exp"]))),
        row("`kid` as a list in an assertion", "RFC 7515 §4.1.4", INVALID_CLIENT, header("kid", json!(["app-1"]))).told(LINE),
        row("an assertion called an access token", "RFC 8725 §3.11", INVALID_CLIENT, header("typ", "at+jwt".into())).told(LINE),
        row("an assertion called a proof", "RFC 8725 §3.11", INVALID_CLIENT, header("typ", "dpop+jwt".into())).told(LINE),
    ]
}

fn claims() -> Vec<Row> {
    let claim = |name: &'static str, value: Value| attack(move |s| changed(s, |_, claims| claims[name] = value.clone()));
    let without = |name: &'static str| attack(move |s| changed(s, |_, claims| drop(claims.as_object_mut().and_then(|c| c.remove(name)))));
    let time = |name: &'static str, by: i64| {
        attack(move |s| {
            let at = s.now() + by;
            changed(s, |_, claims| claims[name] = at.into())
        })
    };
    vec![
        row("an assertion of one client as another's", "RFC 7523 §3", INVALID_CLIENT, |s| {
            changed(s, |_, c| (c["iss"], c["sub"]) = ("gateway-api".into(), "gateway-api".into()))
        })
        .told(LINE),
        row("an assertion issued by one and about another", "RFC 7523 §3", INVALID_CLIENT, claim("sub", "gateway-api".into())),
        row("an assertion beside another client's name", "RFC 7521 §4.2", INVALID_CLIENT, |s| with(s, &assertion(s)).with("client_id", "twin-api").go()),
        row("an assertion for another service", "RFC 7523 §3, RFC 9700 §4.4", INVALID_CLIENT, claim("aud", "https://other.example".into())).told(LINE),
        row("an assertion for two services", "RFC 8725 §3.9", INVALID_CLIENT, |s| {
            let issuer = s.world.issuer.clone();
            changed(s, |_, claims| claims["aud"] = json!([issuer, "https://other.example"]))
        })
        .told(LINE),
        row("an assertion for the endpoint's address", "RFC 7523 §3, CVE-2025-27370", INVALID_CLIENT, |s| {
            let endpoint = format!("{}/oauth/token", s.world.issuer);
            changed(s, |_, claims| claims["aud"] = endpoint.into())
        })
        .told(LINE),
        row("an assertion for the issuer with a slash", "RFC 8725 §3.9", INVALID_CLIENT, |s| {
            let issuer = format!("{}/", s.world.issuer);
            changed(s, |_, claims| claims["aud"] = issuer.into())
        })
        .told(LINE),
        row("an assertion for nobody", "RFC 7523 §3", INVALID_CLIENT, without("aud")),
        row("an assertion that has expired", "RFC 7523 §3", INVALID_CLIENT, time("exp", -10)).told(LINE),
        row("an assertion for a day", "RFC 7523 §3", INVALID_CLIENT, time("exp", 86_400)).told(LINE),
        row("an assertion that never expires", "RFC 7523 §3", INVALID_CLIENT, without("exp")),
        row("an assertion that expires at infinity", "RFC 7519 §2", INVALID_CLIENT, |s| {
            let (header, claims) = good(s);
            let exp = claims["exp"].to_string();
            with(s, &s.app.sign(header, claims.to_string().replace(&exp, "1e300"))).go()
        })
        .told(LINE),
        row("an assertion from the future", "RFC 7523 §3", INVALID_CLIENT, time("iat", 60)).told(LINE),
        row("an assertion that is not yet valid", "RFC 7523 §3", INVALID_CLIENT, time("nbf", 60)).told(LINE),
        row("an assertion without `jti`", "RFC 7523 §3, RFC 7521 §4.2", INVALID_CLIENT, without("jti")),
        row("an assertion with a `jti` of one letter", "RFC 7519 §4.1.7", INVALID_CLIENT, claim("jti", "x".into())).told(LINE),
        row("two `sub` in an assertion", "RFC 7519 §4", INVALID_CLIENT, |s| {
            let (header, claims) = good(s);
            with(s, &s.app.sign(header, claims.to_string().replacen('{', "{\"sub\":\"gateway-api\",", 1))).go()
        }),
    ]
}

fn form() -> Vec<Row> {
    vec![
        row("an assertion of another type", "RFC 7521 §4.2", INVALID_REQUEST, |s| {
            with(s, &assertion(s)).with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer").go()
        }),
        row("an assertion of no type", "RFC 7521 §4.2", INVALID_REQUEST, |s| with(s, &assertion(s)).without("client_assertion_type").go()),
        row("a type without an assertion", "RFC 7521 §4.2", INVALID_CLIENT, |s| with(s, "").with("client_id", "key-api").go()).told(LINE),
        row("two assertions", "RFC 6749 §3.2", INVALID_REQUEST, |s| with(s, &assertion(s)).and("client_assertion", &assertion(s)).go()),
        row("a token of the service as assertion", "RFC 8725 §3.11", INVALID_CLIENT, |s| with(s, &s.parent).go()),
        row("a proof as assertion", "RFC 8725 §3.11", INVALID_CLIENT, |s| with(s, &s.dana.proof("POST", "/oauth/token", None)).go()),
        row("an assertion of 5 KB", "RFC 6819 §4.4.1.11", INVALID_CLIENT, |s| changed(s, |_, claims| claims["pad"] = "x".repeat(4000).into())),
    ]
}

async fn both(first: Post, second: Post) -> Vec<Answer> {
    vec![first.send().await, second.send().await]
}

fn replays() -> Vec<Row> {
    const ONCE: Expect = Expect::Once(401, "invalid_client");
    vec![
        row("an assertion shown again", "RFC 7523 §3, RFC 6819 §4.6.2", ONCE, |s| {
            let assertion = assertion(s);
            both(with(s, &assertion), with(s, &assertion)).boxed()
        })
        .told(LINE),
        row("an assertion shown again at introspection", "RFC 7523 §3", ONCE, |s| {
            let assertion = assertion(s);
            let again = s.world.form("/oauth/introspect").with("token", &s.parent);
            both(with(s, &assertion), again.with("client_assertion_type", TYPE_JWT_BEARER).with("client_assertion", &assertion)).boxed()
        })
        .told(LINE),
        row("an assertion that was used up by a refused request", "RFC 7523 §3", INVALID_CLIENT, |s| {
            let assertion = assertion(s);
            let (refused, again) = (with(s, &assertion).with("audience", "https://api.acme.example/ledger"), with(s, &assertion));
            async move {
                assert_eq!(refused.send().await.status, 400);
                vec![again.send().await]
            }
            .boxed()
        })
        .told("token.issue")
        .told(LINE),
        row("one assertion in eight requests at once", "RFC 7523 §3", ONCE, |s| {
            let assertion = assertion(s);
            let posts: Vec<_> = (0..8).map(|_| with(s, &assertion).send()).collect();
            futures::future::join_all(posts).boxed()
        })
        .told(LINE),
        row("an assertion shown again to a replica", "RFC 7523 §3", ONCE, |s| {
            async move {
                let replica = s.world.replica().await;
                let assertion = assertion(s);
                both(with(s, &assertion), with(s, &assertion).at(&replica.address)).await
            }
            .boxed()
        })
        .told(LINE),
        row("an assertion shown again after a restart", "RFC 7523 §3", ONCE, |s| {
            async move {
                let assertion = assertion(s);
                let first = with(s, &assertion).send().await;
                s.world.restart().await;
                vec![first, with(s, &assertion).send().await]
            }
            .boxed()
        })
        .told(LINE),
    ]
}
