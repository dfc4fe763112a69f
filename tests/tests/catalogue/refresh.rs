//! Refresh tokens: each good once, with its own key, for as long as the sign-in lives (RFC 6749 §6, RFC 9700 §4.14).

use std::time::Duration;

use countersign_testkit::{Person, Post, World};
use futures::FutureExt as _;

use crate::row::{Expect, Family, Go as _, INVALID_GRANT, INVALID_PROOF, INVALID_REQUEST, INVALID_SCOPE, Row, UNAUTHORIZED, nothing, row};

const LINE: &str = "session.refuse";

pub fn family() -> Family {
    Family {
        room: "refresh",
        title: "A refresh token is stolen",
        beside: "another agent's refresh",
        prepare: nothing,
        legitimate: |s| {
            async move {
                s.tove = s.tove.refreshed().await;
                vec![s.tove.get("/v1/me").await]
            }
            .boxed()
        },
        rows: rows(),
    }
}

/// A refresh of `whose` at `at`'s console.
fn refresh(at: &Person, whose: &Person) -> Post {
    at.form_for("/oauth/token").with("grant_type", "refresh_token").with("refresh_token", whose.refresh.expose())
}

fn rows() -> Vec<Row> {
    vec![
        row("a refresh token with another console's key", "RFC 9449 §5, RFC 9700 §2.2.2", INVALID_GRANT, |s| refresh(&s.elsewhere, &s.tove).go()).told(LINE),
        row("a refresh token without a proof", "RFC 9449 §5", INVALID_PROOF, |s| {
            let body = refresh(&s.tove, &s.tove).encoded();
            s.world.form("/oauth/token").body(body).go()
        }),
        row("a refresh token at a machine", "RFC 6749 §6, §10.4", UNAUTHORIZED, |s| {
            s.gateway
                .form("/oauth/token")
                .with("grant_type", "refresh_token")
                .with("refresh_token", s.tove.refresh.expose())
                .with("client_id", "gateway-api")
                .go()
        })
        .told("token.issue"),
        row("a refresh token for a scope", "RFC 6749 §6", INVALID_SCOPE, |s| refresh(&s.tove, &s.tove).with("scope", "order:read").go()),
        row("two refresh tokens", "RFC 6749 §3.2", INVALID_REQUEST, |s| refresh(&s.tove, &s.tove).and("refresh_token", s.dana.refresh.expose()).go()),
        row("no refresh token", "RFC 6749 §6", INVALID_REQUEST, |s| refresh(&s.tove, &s.tove).without("refresh_token").go()),
        row("a refresh token that never was", "RFC 6749 §10.10", INVALID_GRANT, |s| {
            refresh(&s.tove, &s.tove).with("refresh_token", "csr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").go()
        }),
        row("a refresh token from two turns ago", "RFC 9700 §4.14.2, RFC 6819 §5.2.2.3", INVALID_GRANT, |s| {
            async move {
                let first = s.world.person("tove").await;
                let third = first.refreshed().await.refreshed().await;
                assert_eq!(third.get("/v1/me").await.status, 200);
                vec![refresh(&first, &first).send().await]
            }
            .boxed()
        }),
        row("what came of a refresh token that was shown again", "RFC 9700 §4.14.2", Expect::Challenged("invalid_token"), |s| {
            async move {
                let first = s.world.person("tove").await;
                let third = first.refreshed().await.refreshed().await;
                refresh(&first, &first).send().await;
                vec![third.get("/v1/me").await]
            }
            .boxed()
        }),
        row("a refresh token of a lost answer, once its successor was used", "RFC 9700 §4.14.2", INVALID_GRANT, |s| {
            async move {
                let first = s.world.person("tove").await;
                let lost = first.refreshed().await;
                let again = first.refreshed().await;
                assert_eq!(again.get("/v1/me").await.status, 200);
                vec![refresh(&lost, &lost).send().await]
            }
            .boxed()
        }),
        row("a refresh token after signing out", "RFC 6819 §5.2.2.4", INVALID_GRANT, |s| {
            async move {
                let tove = s.world.person("tove").await;
                assert_eq!(tove.post("/v1/session/end", &serde_json::json!({})).await.status, 204);
                vec![refresh(&tove, &tove).send().await]
            }
            .boxed()
        }),
        row("a refresh token after it was revoked", "RFC 7009 §2", INVALID_GRANT, |s| {
            async move {
                let tove = s.world.person("tove").await;
                assert_eq!(tove.form_for("/oauth/revoke").with("token", tove.refresh.expose()).send().await.status, 200);
                vec![refresh(&tove, &tove).send().await]
            }
            .boxed()
        }),
        row("a refresh token after twelve hours", "RFC 9700 §4.14.2", INVALID_GRANT, |_| {
            async move {
                let other = World::new().await;
                let tove = other.person("tove").await;
                other.clock.advance(Duration::from_hours(12));
                other.get("/readyz").await;
                let request = countersign_oauth::token::TokenRequest::RefreshToken { refresh_token: tove.refresh.clone(), client_id: "console".into() };
                vec![tove.token(&request).await]
            }
            .boxed()
        }),
        row("a refresh token of somebody who lost every role", "RFC 6749 §10.4", INVALID_GRANT, |s| {
            async move {
                let both = s.world.person("both").await;
                let path = format!("/v1/people/{}", both.me.id);
                let changed = s.ruth.post(&path, &serde_json::json!({ "roles": ["agent"], "groups": [] })).await;
                assert_eq!(changed.status, 200, "{}", changed.body);
                let old = refresh(&both, &both);
                assert_eq!(both.post("/v1/session/end", &serde_json::json!({})).await.status, 204);
                vec![old.send().await]
            }
            .boxed()
        }),
    ]
}
