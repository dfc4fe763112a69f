//! Eight at once: whatever is good once is good once (RFC 6819 §5.1.5.4, RFC 9449 §11.1).

use countersign_domain::review::Decision;
use countersign_oauth::token::TokenRequest;
use countersign_testkit::{Person, Post, world::PASSWORD};
use futures::{FutureExt as _, future::join_all};
use serde_json::json;

use crate::row::{Expect, Family, Go as _, Row, nothing, row};

pub fn family() -> Family {
    Family {
        room: "races",
        title: "Eight show the same at once",
        beside: "the agent's own exchange",
        prepare: nothing,
        legitimate: |s| s.exchange().go(),
        rows: rows(),
    }
}

async fn at_once(posts: Vec<Post>) -> Vec<countersign_testkit::Answer> {
    join_all(posts.into_iter().map(Post::send)).await
}

fn rows() -> Vec<Row> {
    vec![
        row("one proof in eight exchanges", "RFC 9449 §11.1", Expect::Once(400, "invalid_dpop_proof"), |s| {
            let proof = s.dana.proof("POST", "/oauth/token", None);
            join_all((0..8).map(|_| s.exchange().proof(Some(proof.clone())).send()).collect::<Vec<_>>()).boxed()
        })
        .told("token.exchange"),
        row("one proof in eight calls", "RFC 9449 §11.1", Expect::Status(401), |s| {
            async move {
                let proof = s.dana.proof("GET", "/v1/me", Some(&s.dana.access));
                let answers = join_all((0..8).map(|_| s.dana.show(&s.world.issuer, "/v1/me", std::slice::from_ref(&proof)))).await;
                let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 200);
                assert_eq!(good.len(), 1, "one wins");
                bad
            }
            .boxed()
        })
        .told("session.refuse"),
        row("one code redeemed by eight", "RFC 6749 §4.1.2", Expect::Once(400, "invalid_grant"), |s| {
            async move {
                let request = Person::code(&s.world, "tove", PASSWORD).await;
                let TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, .. } = &request else { unreachable!("it is a code") };
                let form = || {
                    let form = s.tove.form_for("/oauth/token").with("grant_type", "authorization_code").with("code", code.expose());
                    form.with("redirect_uri", redirect_uri.as_str()).with("code_verifier", code_verifier.expose())
                };
                at_once((0..8).map(|_| form()).collect()).await
            }
            .boxed()
        }),
        row("one request started at four consoles at once", "RFC 6819 §5.1.5.4", Expect::Status(409), |s| {
            async move {
                let (tove, sana) = (s.world.person("tove").await, s.world.person("sana").await);
                let mut form = tove.form("ZD-4690", &["order:read"], 15).await;
                form["api"] = tove.api_called("gateway").await.id.to_string().into();
                let asked: countersign_api::request::RequestView = tove.post("/v1/requests", &form).await.view();
                sana.sign(&s.world, &asked).await;
                let consoles = [tove, s.world.person("tove").await, s.world.person("tove").await, s.world.person("tove").await];
                let (path, body) = (format!("/v1/requests/{}/start", asked.id), json!({}));
                let answers = join_all(consoles.iter().map(|console| console.post(&path, &body))).await;
                let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 200);
                assert_eq!(good.len(), 1, "one wins");
                bad
            }
            .boxed()
        })
        .told("delegation.start"),
        row("one fresh proof in four signatures at once", "RFC 9470 §6, docs/decisions/0004", Expect::Status(409), |s| {
            async move {
                let (tove, sana) = (s.world.person("tove").await, s.world.person("sana").await);
                let asked = tove.ask("ZD-4690", &["profile:read"], 15).await;
                sana.prove(&s.world, &asked).await;
                let answers = join_all((0..4).map(|_| sana.review(&asked, Decision::Sign, None))).await;
                let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 200);
                assert_eq!(good.len(), 1, "one wins");
                bad
            }
            .boxed()
        })
        .told("request.review"),
        row("an invitation taken up by two at once", "RFC 6819 §5.1.5.4", Expect::Page, |s| {
            async move {
                let invited = s.ruth.post("/v1/people", &json!({ "name": "nora", "roles": ["agent"], "groups": [] })).await.json();
                let path = invited["link"].as_str().and_then(|link| link.strip_prefix(&s.world.issuer)).expect("a link").to_owned();
                let (mut one, mut other) = (s.world.browser(), s.world.browser());
                let (page, shown) = (one.open(&path).await, other.open(&path).await);
                let (mine, theirs) = ([("password", PASSWORD), ("again", PASSWORD)], [("password", "other words in a row"), ("again", "other words in a row")]);
                let (first, second) = tokio::join!(one.send(&path, &page, &mine), other.send(&path, &shown, &theirs));
                let (good, bad): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(|a| a.status < 400);
                assert_eq!(good.len(), 1, "one wins");
                bad
            }
            .boxed()
        }),
        row("a token is given back while its child is passed on", "RFC 7009 §2.1", Expect::Inactive, |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                let passing = join_all((0..6).map(|_| s.ledger.pass_on(&child, "bank", &[])));
                let (revoked, passed) = tokio::join!(s.gateway.revoke(&child), passing);
                assert_eq!(revoked.status, 200, "{}", revoked.body);
                let bank = s.world.machine("bank-api");
                let mut answers = vec![s.ledger.introspect(&child).await];
                for minted in passed.iter().filter(|a| a.status == 200) {
                    answers.push(bank.introspect(minted.json()["access_token"].as_str().expect("a token")).await);
                }
                s.settle().await;
                answers
            }
            .boxed()
        }),
    ]
}
