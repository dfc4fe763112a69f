//! It dies with its reason: whatever a token stood on goes, and the next exchange and introspection are refused at once.

use std::time::Duration;

use countersign_api::delegation::DelegationView;
use countersign_domain::{Secret, delegation::EndReason};
use countersign_testkit::{Person, World, world::Db};
use serde_json::json;

struct Acting {
    dana: Person,
    sana: Person,
    delegation: DelegationView,
    warrant: Secret,
    token: String,
}

async fn acting(world: &World) -> Acting {
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
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
