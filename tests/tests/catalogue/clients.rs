//! A client proves who it is in the one way that it is registered with (RFC 6749 §2.3).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::FutureExt as _;
use serde_json::json;

use crate::row::{Expect, Family, Go as _, INVALID_CLIENT, INVALID_PROOF, INVALID_REQUEST, Row, attack, row};

const LINE: &str = "client.refuse";

pub fn family() -> Family {
    Family {
        room: "clients",
        title: "A client is impersonated",
        beside: "each client's request for its own token, in its own way",
        prepare: |s| {
            async move {
                s.register("body-api", "client_secret_post").await;
                s.register("gone-api", "client_secret_basic").await;
                assert_eq!(s.ruth.post("/v1/clients/gone-api", &json!({ "disabled": true })).await.status, 200);
                s.register("turned-api", "client_secret_basic").await;
                let list = s.ruth.get("/v1/clients").await.json();
                let client = list["items"].as_array().expect("a list").iter().find(|c| c["id"] == "turned-api").expect("it").clone();
                s.ruth.post("/v1/clients/turned-api/secrets", &json!({})).await;
                let dropped = s.ruth.post("/v1/clients/turned-api/secrets/drop", &json!({ "secret": client["secrets"][0]["id"] })).await;
                assert_eq!(dropped.status, 200, "{}", dropped.body);
                s.register_key_api().await;
            }
            .boxed()
        },
        legitimate: |s| {
            let body = s.own().unproved().with("client_id", "body-api").with("client_secret", s.kept("body-api"));
            async move { vec![s.own().send().await, body.send().await] }.boxed()
        },
        rows: [secrets(), names(), ways()].into_iter().flatten().collect(),
    }
}

fn secrets() -> Vec<Row> {
    vec![
        row("another client's secret", "RFC 6819 §4.3.5", INVALID_CLIENT, |s| s.own().basic("gateway-api", &s.ledger.secret).go()).told(LINE),
        row("the secret without its last sign", "RFC 6819 §4.3.5", INVALID_CLIENT, |s| {
            s.own().basic("gateway-api", &s.gateway.secret[..s.gateway.secret.len() - 1]).go()
        })
        .told(LINE),
        row("the secret in capitals", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| s.own().basic("gateway-api", &s.gateway.secret.to_uppercase()).go()).told(LINE),
        row("the secret and a space", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| s.own().basic("gateway-api", &format!("{} ", s.gateway.secret)).go()).told(LINE),
        row("an empty secret", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| s.own().basic("gateway-api", "").go()),
        row("no secret, and a name in the body", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| s.own().unproved().with("client_id", "gateway-api").go()).told(LINE),
        row("nobody at all", "RFC 6749 §2.3", INVALID_CLIENT, |s| s.own().unproved().go()),
        row("a secret that was dropped", "RFC 6819 §5.2.3.6", INVALID_CLIENT, |s| s.own().basic("turned-api", s.kept("turned-api")).go()).told(LINE),
        row("a client that was disabled", "RFC 6819 §5.2.3.6", INVALID_CLIENT, |s| s.own().basic("gone-api", s.kept("gone-api")).go()).told(LINE),
        row("its own token as secret", "RFC 8725 §3.12", INVALID_CLIENT, |s| {
            async move {
                let own = s.gateway.own().await;
                s.own().basic("gateway-api", &own).go().await
            }
            .boxed()
        })
        .told(LINE),
    ]
}

fn names() -> Vec<Row> {
    let named = |name: &'static str| attack(move |s| s.own().basic(name, &s.gateway.secret).go());
    vec![
        row("a client that never was", "RFC 6749 §5.2", INVALID_CLIENT, named("nobody-api")),
        row("a homoglyph: `gаteway-api` with a Cyrillic letter", "RFC 6749 §2.2, RFC 8264 §12.5", INVALID_CLIENT, named("g%D0%B0teway-api")),
        row("the name in capitals", "RFC 6749 §2.2", INVALID_CLIENT, named("Gateway-API")),
        row("the name and a space", "RFC 6749 §2.2", INVALID_CLIENT, named("gateway-api%20")),
        row("the name and a zero byte", "RFC 6749 §2.2", INVALID_CLIENT, named("gateway-api%00")),
        row("a name that is SQL", "RFC 6749 §10.14", INVALID_CLIENT, named("' OR '1'='1")),
        row("a name of 2,000 letters", "RFC 6749 §10.14", INVALID_CLIENT, |s| s.own().basic(&"a".repeat(2000), "x").go()),
        row("a client of another company with this one's secret", "RFC 6819 §4.3.5", INVALID_CLIENT, |s| s.own().basic("globex-api", &s.gateway.secret).go()),
        row("an agent's login and password", "RFC 9700 §2.4", INVALID_CLIENT, |s| s.own().basic("dana", "four words in a row").go()),
        row("the console, which has no secret", "RFC 6749 §2.1", INVALID_CLIENT, |s| s.own().basic("console", "x").go()),
        row("the console asks for itself", "RFC 6749 §4.4", INVALID_PROOF, |s| s.own().unproved().with("client_id", "console").go()),
        row("two names, one proved", "RFC 6749 §2.3.1", INVALID_REQUEST, |s| s.own().with("client_id", "ledger-api").go()),
        row("two names, the proved one in the body", "RFC 6749 §2.3.1", INVALID_REQUEST, |s| {
            s.own().basic("ledger-api", &s.gateway.secret).with("client_id", "gateway-api").go()
        }),
    ]
}

fn ways() -> Vec<Row> {
    let header = |value: &'static str| attack(move |s| s.own().only_head("authorization", value).go());
    vec![
        row("its secret in the body, where the header is registered", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| {
            s.own().unproved().with("client_id", "gateway-api").with("client_secret", &s.gateway.secret).go()
        })
        .told(LINE),
        row("its secret in the header, where the body is registered", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| {
            s.own().basic("body-api", s.kept("body-api")).go()
        })
        .told(LINE),
        row("a secret in the address", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| {
            let query = format!("?client_id=body-api&client_secret={}", s.kept("body-api"));
            s.own().unproved().at_path(&query).go()
        }),
        row("two authentications at once: header and body", "RFC 6749 §2.3", INVALID_REQUEST, |s| s.own().with("client_secret", &s.gateway.secret).go()),
        row("two authentications at once: header and assertion", "RFC 6749 §2.3", INVALID_REQUEST, |s| s.own().with("client_assertion", "e30.e30.AA").go()),
        row("two authentications at once: body and assertion", "RFC 6749 §2.3", INVALID_REQUEST, |s| {
            s.own().unproved().with("client_id", "body-api").with("client_secret", s.kept("body-api")).with("client_assertion", "e30.e30.AA").go()
        }),
        row("two `Authorization` headers", "RFC 9110 §5.3", INVALID_REQUEST, |s| s.own().head("authorization", "Basic bGVkZ2VyLWFwaTp4").go()),
        row("a secret of a client that is registered with a key", "RFC 7591 §2", INVALID_CLIENT, |s| s.own().basic("key-api", "x").go()).told(LINE),
        row("a Bearer token instead", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| {
            async move {
                let own = s.gateway.own().await;
                s.own().only_head("authorization", &format!("Bearer {own}")).go().await
            }
            .boxed()
        }),
        row("HTTP Basic that is not base64", "RFC 7617 §2", INVALID_CLIENT, header("Basic !!!!")),
        row("HTTP Basic without a colon", "RFC 7617 §2", INVALID_CLIENT, |s| {
            s.own().only_head("authorization", &format!("Basic {}", STANDARD.encode("gateway-api"))).go()
        }),
        row("HTTP Basic with a broken escape", "RFC 6749 §2.3.1", INVALID_CLIENT, |s| s.own().basic("gateway-api", "%zz").go()),
        row("HTTP Digest", "RFC 6749 §2.3.1", INVALID_CLIENT, header("Digest username=\"gateway-api\"")),
        row("a wrong secret at introspection", "RFC 7662 §2.1", INVALID_CLIENT, |s| s.ask(&s.parent).basic("gateway-api", "x").go()).told(LINE),
        row("nobody at introspection", "RFC 7662 §2.1, §4", INVALID_CLIENT, |s| s.ask(&s.parent).unproved().go()),
        row("the console at introspection", "RFC 7662 §2.1", INVALID_CLIENT, |s| s.ask(&s.parent).unproved().with("client_id", "console").go()),
        row("a wrong secret at revocation", "RFC 7009 §2.1", INVALID_CLIENT, |s| {
            s.gateway.form("/oauth/revoke").basic("gateway-api", "x").with("token", &s.parent).go()
        })
        .told(LINE),
        row("nobody at revocation", "RFC 7009 §2.1", Expect::Refused(401, "invalid_client"), |s| {
            s.gateway.form("/oauth/revoke").unproved().with("token", &s.parent).go()
        }),
    ]
}
