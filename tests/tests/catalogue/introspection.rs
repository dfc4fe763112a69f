//! Introspection as an oracle: whoever is not the token's own API learns nothing (RFC 7662 §4, RFC 9701 §8).

use countersign_testkit::{Machine, chain::audience, world::CLIENT_SECRET};
use futures::FutureExt as _;
use serde_json::json;

use crate::{
    row::{Expect, Family, Go as _, Row, Tried, row},
    stage::Stage,
};

const LINE: &str = "token.refuse";

pub fn family() -> Family {
    Family {
        room: "introspection",
        title: "Introspection is asked by the wrong one",
        beside: "the gateway's question about its token",
        prepare: |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                s.kept.insert("child", child);
            }
            .boxed()
        },
        legitimate: |s| s.ask(&s.parent).go(),
        rows: rows(),
    }
}

fn asked(by: &Machine, token: &str) -> Tried<'static> {
    by.form("/oauth/introspect").with("token", token).go()
}

fn rows() -> Vec<Row> {
    let inactive = |name: &'static str, section: &'static str, attack: for<'a> fn(&'a mut Stage) -> Tried<'a>| row(name, section, Expect::Inactive, attack);
    vec![
        inactive("a stranger asks about a token", "RFC 7662 §4", |s| asked(&s.stranger, &s.parent)),
        inactive("the next API asks about a token that it was not called with", "RFC 7662 §4", |s| asked(&s.ledger, &s.parent)),
        inactive("the API before asks about the child", "RFC 7662 §4", |s| asked(&s.gateway, s.kept("child"))),
        inactive("another company asks", "RFC 7662 §4", |s| s.ask(&s.parent).basic("globex-api", CLIENT_SECRET).go()),
        inactive("a stranger asks, and says what kind it is", "RFC 7662 §2.1", |s| {
            s.stranger.form("/oauth/introspect").with("token", &s.parent).with("token_type_hint", "access_token").go()
        }),
        inactive("a token that was never signed", "RFC 7662 §4", |s| {
            let (header, claims) = s.changed(|_, _| {});
            s.ask(&s.theirs.sign(header, claims)).go()
        }),
        inactive("a token without its last two signs", "RFC 7662 §4", |s| s.ask(&s.parent[..s.parent.len() - 2]).go()),
        inactive("a token with one sign more", "RFC 7662 §4", |s| s.ask(&format!("{}A", s.parent)).go()),
        inactive("a token with a space before it", "RFC 7662 §4", |s| s.ask(&format!(" {}", s.parent)).go()),
        inactive("only the `jti` of a token", "RFC 7662 §4", |s| {
            let jti = countersign_testkit::forge::claims(&s.parent)["jti"].as_str().unwrap_or_default().to_owned();
            s.ask(&jti).go()
        }),
        inactive("a token of the service's key that was never minted", "RFC 7662 §4", |s| {
            let token = s.resigned(|_, claims| claims["jti"] = "tok_01940000000070008000000000000001".into());
            s.ask(&token).go()
        }),
        inactive("a token with `alg` none", "RFC 8725 §3.1", |s| {
            let (header, claims) = s.changed(|header, _| header["alg"] = "none".into());
            s.ask(&countersign_testkit::forge::unsigned(header, claims)).go()
        }),
        inactive("a console's access token", "RFC 7662 §4", |s| s.ask(s.dana.access.expose()).go()),
        inactive("a handle that was guessed", "RFC 7662 §4", |s| s.ask("csh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").go()),
        inactive("a token that was given back, at its API", "RFC 7009 §2", |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                assert_eq!(s.gateway.revoke(&child).await.status, 200);
                s.settle().await;
                asked(&s.ledger, &child).await
            }
            .boxed()
        })
        .told(LINE),
        inactive("a stranger asks about a token that was given back", "RFC 7662 §4", |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                assert_eq!(s.gateway.revoke(&child).await.status, 200);
                s.settle().await;
                asked(&s.stranger, &child).await
            }
            .boxed()
        }),
        row("a stranger asks, and wants it signed", "RFC 9701 §5, §8", Expect::InactiveSigned, |s| {
            s.stranger.form("/oauth/introspect").with("token", &s.parent).head("accept", "application/token-introspection+jwt").go()
        }),
        inactive("a token of a delegation that was ended since", "RFC 7662 §2.2, docs/decisions/0003", |s| {
            async move {
                let (old, dlg) = (s.parent.clone(), countersign_testkit::forge::claims(&s.parent)["dlg"].as_str().expect("a delegation").to_owned());
                assert_eq!(s.dana.post(&format!("/v1/delegations/{dlg}/end"), &json!({})).await.status, 200);
                let (dana, warrant) = s.world.acting_at("gateway", &["order:read", "order:refund"]).await;
                s.parent = dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
                (s.dana, s.warrant) = (dana, warrant);
                s.settle().await;
                s.ask(&old).go().await
            }
            .boxed()
        })
        .told(LINE),
    ]
}
