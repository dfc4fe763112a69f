//! Starting: only what is signed, once, by whom it was signed for, in time.

use std::time::Duration;

use countersign_api::request::RequestState;
use countersign_domain::Code;
use countersign_testkit::{Db, World, person::started};
use serde_json::json;

fn start_of(id: countersign_domain::RequestId) -> String {
    format!("/v1/requests/{id}/start")
}

#[tokio::test]
async fn without_a_signature_or_with_too_few_nothing_starts() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let one = dana.ask("ZD-4711", &["address:write"], 15).await;
    assert_eq!(dana.post(&start_of(one.id), &json!({})).await.rules(), ["rail:not-signed"]);
    let two = dana.ask("ZD-4702", &["export:create"], 15).await;
    sana.sign(&world, &two).await;
    assert_eq!(dana.post(&start_of(two.id), &json!({})).await.rules(), ["rail:not-signed"]);
}

#[tokio::test]
async fn another_agent_approver_or_tenant_starts_nothing() {
    let world = World::new().await;
    let (dana, tove, sana, gina, both) =
        (world.person("dana").await, world.person("tove").await, world.person("sana").await, world.person("gina").await, world.person("both").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(&world, &asked).await;
    assert_eq!(tove.post(&start_of(asked.id), &json!({})).await.code(), Code::NotFound);
    assert_eq!(gina.post(&start_of(asked.id), &json!({})).await.code(), Code::NotFound);
    assert_eq!(sana.post(&start_of(asked.id), &json!({})).await.code(), Code::Forbidden);
    assert_eq!(both.post(&start_of(asked.id), &json!({})).await.code(), Code::Forbidden);
    dana.start(asked.id).await;
}

#[tokio::test]
async fn a_request_runs_out_unsigned_and_unstarted() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let unsigned = dana.ask("ZD-4711", &["address:write"], 15).await;
    let signed = dana.ask("ZD-4702", &["address:write"], 15).await;
    sana.sign(&world, &signed).await;
    // Between its end and the background's noticing it, it is over all the same.
    world.clock.advance(Duration::from_secs(60 * 60 + 1));
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    assert_eq!(dana.post(&start_of(signed.id), &json!({})).await.code(), Code::Lapsed);
    assert!(sana.prove_with(&world, unsigned.id, unsigned.digest, countersign_testkit::world::PASSWORD).await.is_err());
    world.engine().lapse_due().await.unwrap();
    assert_eq!(dana.look(unsigned.id).await.state, RequestState::Lapsed);
    assert_eq!(dana.look(signed.id).await.state, RequestState::Lapsed);
}

#[tokio::test]
async fn two_starts_at_once_make_one_delegation() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let (dana, sana) = (world.person("dana").await, world.person("sana").await);
        let elsewhere = world.person("dana").await;
        let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
        sana.sign(&world, &asked).await;
        let (path, body) = (start_of(asked.id), json!({}));
        let (one, other) = tokio::join!(dana.post(&path, &body), elsewhere.post(&path, &body));
        let statuses = [one.status, other.status];
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
        assert_eq!(dana.get("/v1/delegations").await.json()["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_console_acts_for_one_customer_at_a_time() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let first = dana.ask("ZD-4711", &["address:write"], 15).await;
    let second = dana.ask("ZD-4702", &["address:write"], 15).await;
    sana.sign(&world, &first).await;
    sana.sign(&world, &second).await;
    dana.start(first.id).await;
    assert_eq!(dana.post(&start_of(second.id), &json!({})).await.rules(), ["rail:one-at-a-time"]);
    world.clock.advance(Duration::from_mins(15));
    // Past ten minutes the access token is over too: the same console gets the next one.
    dana.refreshed().await.start(second.id).await;
}

#[tokio::test]
async fn a_start_whose_answer_was_lost_is_sent_again_and_replaces_the_warrant() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(&world, &asked).await;
    let (delegation, lost) = dana.start(asked.id).await;
    let (again, warrant) = started(&dana.post(&start_of(asked.id), &json!({})).await);
    assert_eq!((delegation.id, delegation.ends_at), (again.id, again.ends_at), "the clock runs on");
    assert_eq!(dana.exchange(&lost).send().await.error(), "invalid_request");
    dana.exchange(&warrant).token().await;
}

#[tokio::test]
async fn a_console_opened_again_takes_its_delegation_over_and_the_old_warrant_is_dead() {
    let world = World::new().await;
    let (dana, sana, tove) = (world.person("dana").await, world.person("sana").await, world.person("tove").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.sign(&world, &asked).await;
    let (delegation, old) = dana.start(asked.id).await;
    let path = format!("/v1/delegations/{}/warrant", delegation.id);
    assert_eq!(tove.post(&path, &json!({})).await.code(), Code::NotFound);
    let elsewhere = world.person("dana").await;
    let (_, new) = started(&elsewhere.post(&path, &json!({})).await);
    assert_eq!(dana.exchange(&old).send().await.error(), "invalid_request");
    assert_eq!(dana.exchange(&new).send().await.error(), "invalid_request", "the warrant is bound to the other console's key");
    elsewhere.exchange(&new).token().await;
}

#[tokio::test]
async fn a_case_closed_or_given_away_between_signing_and_starting_stops_the_start() {
    let world = World::new().await;
    let (dana, sana, ruth, tove) = (world.person("dana").await, world.person("sana").await, world.person("ruth").await, world.person("tove").await);
    let first = dana.ask("ZD-4711", &["address:write"], 15).await;
    let second = dana.ask("ZD-4702", &["address:write"], 15).await;
    sana.sign(&world, &first).await;
    sana.sign(&world, &second).await;
    assert_eq!(ruth.post(&format!("/v1/cases/{}/close", first.case.id), &json!({})).await.status, 200);
    let body = json!({ "assignee": tove.me.id });
    assert_eq!(ruth.post(&format!("/v1/cases/{}/assign", second.case.id), &body).await.status, 200);
    for request in [first, second] {
        assert!(dana.post(&start_of(request.id), &json!({})).await.status >= 400);
        assert_eq!(dana.look(request.id).await.state, RequestState::Lapsed);
    }
}

#[tokio::test]
async fn signing_and_withdrawing_at_once_leave_no_signed_request_that_was_withdrawn() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let (dana, sana) = (world.person("dana").await, world.person("sana").await);
        for _ in 0..4 {
            let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
            sana.prove(&world, &asked).await;
            let withdraw = format!("/v1/requests/{}/withdraw", asked.id);
            let body = json!({});
            let (signed, withdrawn) = tokio::join!(sana.review(&asked, countersign_domain::review::Decision::Sign, None), dana.post(&withdraw, &body));
            assert_eq!(withdrawn.status, 200, "a signed request can be withdrawn too: {}", withdrawn.body);
            assert!(signed.status == 200 || signed.rules().contains(&"rail:not-waiting".into()), "{}", signed.body);
            assert_eq!(dana.look(asked.id).await.state, RequestState::Withdrawn);
            assert!(dana.post(&start_of(asked.id), &json!({})).await.status >= 400);
        }
    }
}
