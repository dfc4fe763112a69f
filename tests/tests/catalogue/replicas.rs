//! The same again at another replica, or after a restart (RFC 9449 §11.1, docs/decisions/0006).

use countersign_oauth::token::TokenRequest;
use countersign_testkit::{Person, Post, world::PASSWORD};
use futures::FutureExt as _;

use crate::{
    row::{Expect, Family, Go as _, INVALID_GRANT, Row, nothing, row},
    stage::Stage,
};

const ONCE: Expect = Expect::Once(400, "invalid_dpop_proof");

pub fn family() -> Family {
    Family {
        room: "replicas",
        title: "The same is shown to a replica, or after a restart",
        beside: "the agent's own exchange",
        prepare: nothing,
        legitimate: |s| s.exchange().go(),
        rows: rows(),
    }
}

/// What redeems a code of tove's, at her console.
async fn code(s: &Stage) -> impl Fn(&Person) -> Post + use<> {
    let request = Person::code(&s.world, "tove", PASSWORD).await;
    move |at: &Person| {
        let TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, .. } = &request else { unreachable!("it is a code") };
        let form = at.form_for("/oauth/token").with("grant_type", "authorization_code").with("code", code.expose());
        form.with("redirect_uri", redirect_uri.as_str()).with("code_verifier", code_verifier.expose())
    }
}

fn rows() -> Vec<Row> {
    vec![
        row("an exchange's proof at another replica", "RFC 9449 §11.1", ONCE, |s| {
            async move {
                let (replica, proof) = (s.world.replica().await, s.dana.proof("POST", "/oauth/token", None));
                let first = s.exchange().proof(Some(proof.clone())).send().await;
                vec![first, s.exchange().proof(Some(proof)).at(&replica.address).send().await]
            }
            .boxed()
        })
        .told("token.exchange"),
        row("an exchange's proof after a restart", "RFC 9449 §11.1", ONCE, |s| {
            async move {
                let proof = s.dana.proof("POST", "/oauth/token", None);
                let first = s.exchange().proof(Some(proof.clone())).send().await;
                s.world.restart().await;
                vec![first, s.exchange().proof(Some(proof)).send().await]
            }
            .boxed()
        })
        .told("token.exchange"),
        row("a call's proof at another replica", "RFC 9449 §11.1, §9", Expect::Challenged("use_dpop_nonce"), |s| {
            async move {
                let replica = s.world.replica().await;
                s.dana.get("/v1/me").await;
                let proof = s.dana.proof("GET", "/v1/me", Some(&s.dana.access));
                assert_eq!(s.dana.show(&s.world.issuer, "/v1/me", std::slice::from_ref(&proof)).await.status, 200);
                vec![s.dana.show(&replica.address, "/v1/me", &[proof]).await]
            }
            .boxed()
        }),
        row("a call's proof after a restart", "RFC 9449 §11.1, §9", Expect::Challenged("use_dpop_nonce"), |s| {
            async move {
                s.dana.get("/v1/me").await;
                let proof = s.dana.proof("GET", "/v1/me", Some(&s.dana.access));
                assert_eq!(s.dana.show(&s.world.issuer, "/v1/me", std::slice::from_ref(&proof)).await.status, 200);
                s.world.restart().await;
                vec![s.dana.show(&s.world.issuer, "/v1/me", &[proof]).await]
            }
            .boxed()
        }),
        row("a code at another replica", "RFC 6749 §4.1.2", Expect::Once(400, "invalid_grant"), |s| {
            async move {
                let (replica, redeem) = (s.world.replica().await, code(s).await);
                vec![redeem(&s.tove).send().await, redeem(&s.tove).at(&replica.address).send().await]
            }
            .boxed()
        }),
        row("a code after a restart", "RFC 6749 §4.1.2", Expect::Once(400, "invalid_grant"), |s| {
            async move {
                let redeem = code(s).await;
                let first = redeem(&s.tove).send().await;
                s.world.restart().await;
                vec![first, redeem(&s.tove).send().await]
            }
            .boxed()
        }),
        row("an old refresh token after a restart", "RFC 9700 §4.14.2", INVALID_GRANT, |s| {
            async move {
                let first = s.world.person("tove").await;
                first.refreshed().await.refreshed().await;
                s.world.restart().await;
                let form = first.form_for("/oauth/token").with("grant_type", "refresh_token").with("refresh_token", first.refresh.expose());
                vec![form.send().await]
            }
            .boxed()
        }),
        row("a token that was given back at one replica, at another", "RFC 7009 §2", Expect::Refused(400, "invalid_request"), |s| {
            async move {
                let replica = s.world.replica().await;
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                assert_eq!(s.gateway.revoke(&child).await.status, 200);
                s.settle().await;
                vec![s.passed_on_by(&s.ledger, &child, "bank").at(&replica.address).send().await]
            }
            .boxed()
        })
        .told("token.exchange"),
    ]
}
