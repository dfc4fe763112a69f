//! Revocation by whoever may not: it tells nothing, and ends nothing (RFC 7009 §2.1, §5).

use countersign_testkit::Machine;
use futures::FutureExt as _;

use crate::row::{Expect, Family, Go as _, INVALID_PROOF, Row, Tried, UNAUTHORIZED, row};

pub fn family() -> Family {
    Family {
        room: "revocation",
        title: "A token is revoked by the wrong one",
        beside: "the question of each API about its token, and the other agent's sign-in",
        prepare: |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                s.kept.insert("child", child);
            }
            .boxed()
        },
        legitimate: |s| async move { vec![s.ask(&s.parent).send().await, s.ledger.introspect(s.kept("child")).await, s.tove.get("/v1/me").await] }.boxed(),
        rows: rows(),
    }
}

fn revoke(by: &Machine, token: &str) -> Tried<'static> {
    by.form("/oauth/revoke").with("token", token).go()
}

fn rows() -> Vec<Row> {
    const LINE: &str = "token.revoke";
    vec![
        row("the API that was called revokes what another got", "RFC 7009 §2.1", UNAUTHORIZED, |s| revoke(&s.ledger, s.kept("child"))).told(LINE),
        row("a stranger revokes a token", "RFC 7009 §2.1", UNAUTHORIZED, |s| revoke(&s.stranger, &s.parent)).told(LINE),
        row("the gateway revokes what the console got", "RFC 7009 §2.1", UNAUTHORIZED, |s| revoke(&s.gateway, &s.parent)).told(LINE),
        row("another company revokes a token", "RFC 7009 §2.1", Expect::Nothing, |s| {
            s.gateway.form("/oauth/revoke").basic("globex-api", countersign_testkit::world::CLIENT_SECRET).with("token", &s.parent).go()
        }),
        row("a forged token is revoked", "RFC 7009 §2.2", Expect::Nothing, |s| {
            let (header, claims) = s.changed(|_, _| {});
            revoke(&s.gateway, &s.theirs.sign(header, claims))
        }),
        row("a machine revokes an agent's refresh token", "RFC 7009 §2.1", Expect::Nothing, |s| revoke(&s.gateway, s.tove.refresh.expose())),
        row("a machine revokes an agent's access token", "RFC 7009 §2.1", Expect::Nothing, |s| revoke(&s.gateway, s.tove.access.expose())),
        row("an agent revokes another's refresh token", "RFC 7009 §2.1, RFC 9449 §5", Expect::Nothing, |s| {
            s.dana.form_for("/oauth/revoke").with("token", s.tove.refresh.expose()).go()
        }),
        row("an agent revokes what another got for a customer", "RFC 7009 §2.1", Expect::Nothing, |s| {
            s.tove.form_for("/oauth/revoke").with("token", &s.parent).go()
        }),
        row("a refresh token is revoked without a proof", "RFC 9449 §5", INVALID_PROOF, |s| {
            s.world.form("/oauth/revoke").with("client_id", "console").with("token", s.tove.refresh.expose()).go()
        }),
        row("a machine revokes another machine's own token", "RFC 7009 §2.1", Expect::Nothing, |s| {
            async move {
                let own = s.gateway.own().await;
                let answers = revoke(&s.ledger, &own).await;
                let acts = s.pass_on().with("actor_token", &own).with("actor_token_type", countersign_oauth::token::TYPE_ACCESS_TOKEN).send().await;
                assert_eq!(acts.status, 200, "it lives: {}", acts.body);
                s.settle().await;
                answers
            }
            .boxed()
        }),
        row("a wrong hint about its kind protects no token", "RFC 7009 §2.1", Expect::Inactive, |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                let revoked = s.gateway.form("/oauth/revoke").with("token", &child).with("token_type_hint", "refresh_token").send().await;
                assert_eq!(revoked.status, 200, "{}", revoked.body);
                s.settle().await;
                s.ledger.form("/oauth/introspect").with("token", &child).go().await
            }
            .boxed()
        })
        .told("token.refuse"),
    ]
}
