//! It dies with its reason: whatever a token stood on goes, and the next exchange and introspection are refused at once.

use std::time::Duration;

use countersign_api::delegation::DelegationView;
use countersign_domain::{Secret, contract::Contract, delegation::EndReason};
use countersign_oauth::{dpop::DpopKey, token::TokenRequest};
use countersign_testkit::{
    Person, World, accounts_contract,
    person::started,
    world::{Db, PASSWORD},
};
use serde_json::json;

struct Acting {
    dana: Person,
    sana: Person,
    delegation: DelegationView,
    warrant: Secret,
    token: String,
}

async fn acting(world: &World) -> Acting {
    acting_as(world, world.person("dana").await).await
}

async fn acting_as(world: &World, dana: Person) -> Acting {
    let sana = world.person("sana").await;
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(world, &asked).await;
    let (delegation, warrant) = dana.start(asked.id).await;
    let token = dana.exchange(&warrant).token().await;
    assert_eq!(world.introspect(&token).await.json()["active"], true);
    Acting { dana, sana, delegation, warrant, token }
}

impl Acting {
    async fn is_over(&self, world: &World, reason: Option<EndReason>) {
        assert_eq!(world.introspect(&self.token).await.json(), json!({ "active": false }), "a token that somebody kept by hand");
        let refused = self.dana.exchange(&self.warrant).send().await;
        assert!(refused.status >= 400, "{}", refused.body);
        if let Some(reason) = reason {
            let auditor = world.person("ines").await;
            let view: DelegationView = auditor.get(&format!("/v1/delegations/{}", self.delegation.id)).await.view();
            assert_eq!((view.live, view.ended.map(|e| e.reason)), (false, Some(reason)));
        }
        // Nothing of it comes back by taking it over.
        let again = self.dana.post(&format!("/v1/delegations/{}/warrant", self.delegation.id), &json!({})).await;
        assert!(again.status >= 400, "{}", again.body);
    }
}

#[tokio::test]
async fn the_case_is_closed() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let acting = acting(&world).await;
        let (ruth, imre) = (world.person("ruth").await, world.person("imre").await);
        let close = format!("/v1/cases/{}/close", acting.delegation.case.id);
        assert!(acting.dana.post(&close, &json!({})).await.status == 403, "not by the agent");
        assert_eq!(imre.post(&close, &json!({})).await.status, 200);
        acting.is_over(&world, Some(EndReason::CaseClosed)).await;
        // Opening it again brings nothing back.
        assert_eq!(ruth.post(&format!("/v1/cases/{}/reopen", acting.delegation.case.id), &json!({})).await.status, 200);
        acting.is_over(&world, Some(EndReason::CaseClosed)).await;
    }
}

#[tokio::test]
async fn the_case_is_given_to_somebody_else() {
    let world = World::new().await;
    let acting = acting(&world).await;
    let (ruth, tove) = (world.person("ruth").await, world.person("tove").await);
    let assign = format!("/v1/cases/{}/assign", acting.delegation.case.id);
    assert_eq!(ruth.post(&assign, &json!({ "assignee": tove.me.id })).await.status, 200);
    acting.is_over(&world, Some(EndReason::CaseReassigned)).await;
}

#[tokio::test]
async fn the_agent_ends_it() {
    let world = World::new().await;
    let acting = acting(&world).await;
    let end = format!("/v1/delegations/{}/end", acting.delegation.id);
    let tove = world.person("tove").await;
    assert_eq!(tove.post(&end, &json!({})).await.status, 404);
    assert_eq!(acting.dana.post(&end, &json!({})).await.status, 200);
    acting.is_over(&world, Some(EndReason::Agent)).await;
    assert_eq!(acting.dana.post(&end, &json!({})).await.status, 409, "once");
}

#[tokio::test]
async fn a_signature_is_taken_back() {
    let world = World::new().await;
    let acting = acting(&world).await;
    let unsign = format!("/v1/requests/{}/unsign", acting.delegation.request);
    let imre = world.person("imre").await;
    assert_eq!(imre.post(&unsign, &json!({})).await.status, 409, "only one's own");
    assert_eq!(acting.sana.post(&unsign, &json!({})).await.status, 200);
    acting.is_over(&world, Some(EndReason::SignatureWithdrawn)).await;
}

#[tokio::test]
async fn the_time_is_over() {
    let world = World::new().await;
    let acting = acting(&world).await;
    world.clock.advance(Duration::from_mins(15));
    let acting = Acting { dana: acting.dana.refreshed().await, ..acting };
    acting.is_over(&world, Some(EndReason::TimeOver)).await;
    world.engine().lapse_due().await.unwrap();
    acting.is_over(&world, Some(EndReason::TimeOver)).await;
}

#[tokio::test]
async fn the_agent_signs_out_or_loses_their_role() {
    let world = World::new().await;
    let first = acting(&world).await;
    assert_eq!(first.dana.post("/v1/session/end", &json!({})).await.status, 204);
    first.is_over(&world, Some(EndReason::SignedOut)).await;

    let world = World::new().await;
    let second = acting(&world).await;
    let ruth = world.person("ruth").await;
    let path = format!("/v1/people/{}", second.dana.me.id);
    assert_eq!(ruth.post(&path, &json!({ "roles": ["approver"], "groups": [] })).await.status, 200);
    second.is_over(&world, Some(EndReason::RoleLost)).await;
}

#[tokio::test]
async fn the_service_ends_the_sign_in() {
    for db in [Db::Sqlite, Db::Postgres] {
        // A refresh token that was used before: somebody has a copy.
        let world = World::on(db).await;
        let first = acting(&world).await;
        let next = first.dana.refreshed().await.refreshed().await;
        assert_eq!(world.introspect(&first.token).await.json()["active"], true, "as long as each is used once");
        let used = TokenRequest::RefreshToken { refresh_token: first.dana.refresh.clone(), client_id: "console".into() };
        assert_eq!(first.dana.token(&used).await.error(), "invalid_grant");
        assert_eq!(next.get("/v1/me").await.status, 401);
        first.is_over(&world, Some(EndReason::SignedOut)).await;
        let lines = world.trail(&world.person("ines").await).await;
        let ended: Vec<_> = lines.iter().filter(|l| l["kind"] == "delegation.end").map(|l| (l["actor"]["kind"].clone(), l["code"].clone())).collect();
        assert_eq!(ended, [(json!("service"), json!("signed_out"))]);

        // A new password, by an admin's link.
        let world = World::on(db).await;
        let second = acting(&world).await;
        let ruth = world.person("ruth").await;
        let invited = ruth.post(&format!("/v1/people/{}/invite", second.dana.me.id), &json!({})).await;
        assert_eq!(world.introspect(&second.token).await.json()["active"], true, "the link alone ends nothing");
        let link = invited.json()["link"].as_str().unwrap().to_owned();
        let path = link.strip_prefix(&world.issuer).unwrap();
        let mut browser = world.browser();
        let page = browser.open(path).await;
        let joined = browser.send(path, &page, &[("password", PASSWORD), ("again", PASSWORD)]).await;
        assert!(joined.status < 400, "{}", joined.body);
        second.is_over(&world, Some(EndReason::SignedOut)).await;
    }
}

#[tokio::test]
async fn a_sign_in_that_began_by_a_code_that_is_shown_again() {
    let world = World::new().await;
    let key = DpopKey::generate().unwrap();
    let code = Person::code(&world, "dana", PASSWORD).await;
    let dana = Person::redeemed(&world, "dana", key, &code).await;
    let acting = acting_as(&world, dana).await;
    assert_eq!(acting.dana.token(&code).await.error(), "invalid_grant");
    acting.is_over(&world, Some(EndReason::SignedOut)).await;
}

#[tokio::test]
async fn the_time_of_the_sign_in_is_over() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    world.clock.advance(Duration::from_hours(12).saturating_sub(Duration::from_mins(3)));
    let acting = acting_as(&world, dana.refreshed().await).await;
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(world.introspect(&acting.token).await.json()["active"], true);
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(world.introspect(&acting.token).await.json(), json!({ "active": false }));
    // Who signs in again takes over what goes on.
    let again = world.person("dana").await;
    let (_, warrant) = started(&again.post(&format!("/v1/delegations/{}/warrant", acting.delegation.id), &json!({})).await);
    assert_eq!(world.introspect(&again.exchange(&warrant).token().await).await.json()["active"], true);
}

#[tokio::test]
async fn the_console_gives_back_what_it_got() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let first = acting(&world).await;
        let tove = world.person("tove").await;
        let revoke = |who: &Person, token: &str| who.form_for("/oauth/revoke").with("token", token).send();
        let active = |token: String| {
            let world = &world;
            async move { world.introspect(&token).await.json()["active"] == true }
        };
        // With another console's key it is nobody's, and says so to nobody (RFC 7009 §2.2).
        for token in [&first.token, &first.warrant.expose().to_owned(), &first.dana.access.expose().to_owned()] {
            assert_eq!(revoke(&tove, token).await.status, 200);
            assert!(active(first.token.clone()).await);
        }
        let sister = first.dana.exchange(&first.warrant).token().await;
        assert_eq!(revoke(&first.dana, &first.token).await.status, 200);
        assert!(!active(first.token.clone()).await);
        assert!(active(sister.clone()).await, "its sister lives");
        assert!(active(first.dana.exchange(&first.warrant).token().await).await, "and the warrant");
        let lines = world.trail(&world.person("ines").await).await;
        let line = lines.iter().rfind(|l| l["kind"] == "token.revoke").expect("a line");
        assert_eq!((&line["actor"]["name"], &line["decision"], &line["case"].is_null()), (&json!("dana"), &json!("ended"), &false), "{line}");

        assert_eq!(revoke(&first.dana, first.warrant.expose()).await.status, 200);
        assert!(!active(sister).await);
        first.is_over(&world, Some(EndReason::Agent)).await;

        let second = acting(&world).await;
        assert_eq!(revoke(&second.dana, second.dana.access.expose()).await.status, 200);
        assert_eq!(second.dana.get("/v1/me").await.status, 401);
        second.is_over(&world, Some(EndReason::SignedOut)).await;
    }
}

#[tokio::test]
async fn the_contract_no_longer_takes_what_was_signed() {
    let world = World::new().await;
    let engine = world.engine();
    let first = acting(&world).await;
    let moved = Contract { audience: "https://api.acme.example/elsewhere".into(), ..accounts_contract("accounts-api") };
    engine.contract_register(world.acme, moved.clone()).await.unwrap();
    for target in [moved.audience.as_str(), "https://api.acme.example/accounts"] {
        let refused = first.dana.exchange(&first.warrant).with("audience", target).send().await;
        assert_eq!((refused.status, refused.json()["countersign_code"].as_str()), (400, Some("rail:audience")), "{}", refused.body);
    }
    assert_eq!(world.introspect(&first.token).await.json(), json!({ "active": false }));
    engine.contract_register(world.acme, accounts_contract("accounts-api")).await.unwrap();
    assert_eq!(world.introspect(&first.token).await.json()["active"], true, "under the name that was signed");

    // What was signed meanwhile lasts no longer than the API allows when it starts.
    assert_eq!(first.dana.post(&format!("/v1/delegations/{}/end", first.delegation.id), &json!({})).await.status, 200);
    let asked = first.dana.ask("ZD-4711", &["address:write"], 15).await;
    first.sana.sign(&world, &asked).await;
    engine.contract_register(world.acme, moved).await.unwrap();
    let early = first.dana.post(&format!("/v1/requests/{}/start", asked.id), &json!({})).await;
    assert_eq!((early.status, early.rules()), (403, vec!["rail:audience".to_owned()]), "{}", early.body);
    engine.contract_register(world.acme, Contract { max_minutes: 5, ..accounts_contract("accounts-api") }).await.unwrap();
    let (delegation, _) = first.dana.start(asked.id).await;
    assert_eq!(delegation.ends_at.since(delegation.started_at), Duration::from_mins(5));
}

#[tokio::test]
async fn the_signer_no_longer_may_sign() {
    let world = World::new().await;
    let acting = acting(&world).await;
    let ruth = world.person("ruth").await;
    let path = format!("/v1/people/{}", acting.sana.me.id);
    assert_eq!(ruth.post(&path, &json!({ "roles": ["approver"], "groups": [] })).await.status, 200);
    assert_eq!(world.introspect(&acting.token).await.json(), json!({ "active": false }));
    assert_eq!(acting.dana.exchange(&acting.warrant).send().await.error(), "invalid_request");
}

#[tokio::test]
async fn closing_and_exchanging_at_once_leave_no_live_token() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let acting = acting(&world).await;
        let ruth = world.person("ruth").await;
        let close = format!("/v1/cases/{}/close", acting.delegation.case.id);
        let body = json!({});
        let exchanges = futures::future::join_all((0..6).map(|_| acting.dana.exchange(&acting.warrant).send()));
        let (closed, exchanged) = tokio::join!(ruth.post(&close, &body), exchanges);
        assert_eq!(closed.status, 200, "{}", closed.body);
        for answer in exchanged {
            if answer.status == 200 {
                let token = answer.json()["access_token"].as_str().unwrap().to_owned();
                assert_eq!(world.introspect(&token).await.json(), json!({ "active": false }));
            }
        }
        // In the trail, nothing is minted after the end.
        let lines = world.trail(&world.person("ines").await).await;
        let end = lines.iter().position(|l| l["kind"] == "delegation.end").expect("an end");
        let minted_after = lines.iter().skip(end).filter(|l| l["kind"] == "token.exchange" && l["decision"] == "allowed").count();
        assert_eq!(minted_after, 0);
    }
}

#[tokio::test]
async fn an_ended_request_can_not_be_signed_or_started_again() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    assert_eq!(dana.post(&format!("/v1/requests/{}/withdraw", asked.id), &json!({})).await.status, 200);
    assert!(sana.prove_with(&world, asked.id, asked.digest, countersign_testkit::world::PASSWORD).await.is_err());
    assert!(sana.review(&asked, countersign_domain::review::Decision::Sign, None).await.rules().contains(&"rail:not-waiting".into()));
    assert!(dana.post(&format!("/v1/requests/{}/start", asked.id), &json!({})).await.status >= 400);
}
