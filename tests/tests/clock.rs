//! A clock that goes back mints nothing and brings nothing back; one that had leapt ahead is put right by a recorded act.

use std::time::Duration;

use countersign_api::clock::ClockView;
use countersign_domain::{Code, Secret};
use countersign_oauth::token::TokenRequest;
use countersign_testkit::{Answer, Db, Person, World};
use serde_json::json;

const BOTH: [Db; 2] = [Db::Sqlite, Db::Postgres];
const WHY: &str = "The host's clock was an hour ahead after a migration.";

async fn acting(world: &World, case: &str) -> (Person, Secret) {
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask(case, &["address:write"], 30).await;
    sana.sign(world, &asked).await;
    let (_, warrant) = dana.start(asked.id).await;
    (dana, warrant)
}

fn refresh(person: &Person) -> TokenRequest {
    TokenRequest::RefreshToken { refresh_token: person.refresh.clone(), client_id: "console".into() }
}

async fn lower(admin: &Person) -> Answer {
    admin.post("/v1/clock/lower", &json!({ "reason": WHY })).await
}

#[tokio::test]
async fn a_clock_that_went_back_mints_nothing_until_it_has_caught_up() {
    for db in BOTH {
        let mut world = World::on(db).await;
        let (dana, warrant) = acting(&world, "ZD-4711").await;
        let (tove, sana) = (world.person("tove").await, world.person("sana").await);
        let later = tove.ask("ZD-4690", &["address:write"], 15).await;
        sana.sign(&world, &later).await;
        let token = dana.exchange(&warrant).token().await;

        world.clock.set_back(Duration::from_millis(1_900));
        dana.exchange(&warrant).token().await;
        world.clock.set_back(Duration::from_secs(60));
        for restarted in [false, true] {
            if restarted {
                world.restart().await;
            }
            let refused = dana.exchange(&warrant).send().await;
            assert_eq!((refused.status, refused.error().as_str()), (503, "temporarily_unavailable"), "{db:?} {}", refused.body);
            assert!(refused.body.contains("62 s behind"), "{}", refused.body);
            let start = tove.post(&format!("/v1/requests/{}/start", later.id), &json!({})).await;
            assert_eq!((start.status, start.code(), start.rules()), (503, Code::Unavailable, vec!["clock:behind".to_owned()]));
            assert_eq!(tove.token(&refresh(&tove)).await.error(), "temporarily_unavailable");
            // What mints nothing goes on.
            assert_eq!(world.introspect(&token).await.json()["active"], true);
            assert_eq!(sana.look(later.id).await.id, later.id);
        }
        world.clock.advance(Duration::from_secs(60));
        dana.exchange(&warrant).token().await;
        tove.start(later.id).await;
        let line = world.trail(&world.person("ines").await).await;
        let told = line.iter().filter(|l| l["code"] == "unavailable" && l["kind"] == "token.exchange").count();
        assert!(told >= 1, "the refusals are in the trail");
    }
}

#[tokio::test]
async fn nothing_that_was_over_comes_alive_again() {
    for db in BOTH {
        let mut world = World::on(db).await;
        let (dana, warrant) = acting(&world, "ZD-4711").await;
        let token = dana.exchange(&warrant).token().await;
        // The token is over, the delegation not yet; and something is minted at that time.
        world.clock.advance(Duration::from_secs(301));
        let dana = dana.refreshed().await;
        assert_eq!(world.introspect(&token).await.json()["active"], false);
        world.engine().clock_sync().await.unwrap();
        world.clock.set_back(Duration::from_secs(290));
        assert_eq!(world.introspect(&token).await.json()["active"], false, "{db:?}");
        assert_eq!(dana.get("/v1/me").await.status, 200);
        world.restart().await;
        assert_eq!(world.introspect(&token).await.json()["active"], false, "{db:?}, after a restart");
    }
}

#[tokio::test]
async fn only_an_admin_lowers_the_mark_and_only_when_there_is_something_to_lower() {
    let world = World::new().await;
    let (dana, ruth) = (world.person("dana").await, world.person("ruth").await);
    assert_eq!(lower(&dana).await.code(), Code::Forbidden);
    assert_eq!(dana.get("/v1/clock").await.code(), Code::Forbidden);
    assert_eq!(lower(&ruth).await.code(), Code::Conflict);
    world.clock.set_back(Duration::from_secs(1));
    assert_eq!(lower(&ruth).await.code(), Code::Conflict);
    world.clock.set_back(Duration::from_secs(9));
    let view: ClockView = ruth.get("/v1/clock").await.view();
    assert!(!view.mints && view.behind_s >= 9 && view.tolerance_s == 2 && view.shown < view.mark, "{view:?}");
    assert_eq!(ruth.post("/v1/clock/lower", &json!({ "reason": "oops" })).await.code(), Code::InvalidInput);
    let view: ClockView = lower(&ruth).await.view();
    assert!(view.mints && view.behind_s == 0, "{view:?}");
}

#[tokio::test]
async fn after_a_leap_ahead_an_admin_lowers_the_mark_and_what_was_begun_meanwhile_is_over() {
    for db in BOTH {
        let mut world = World::on(db).await;
        let (dana, warrant) = acting(&world, "ZD-4711").await;
        world.clock.advance(Duration::from_hours(24 * 365));
        let (leapt, leapt_warrant) = {
            let (tove, sana) = (world.person("tove").await, world.person("sana").await);
            let asked = tove.ask("ZD-4690", &["address:write"], 30).await;
            sana.sign(&world, &asked).await;
            let (_, warrant) = tove.start(asked.id).await;
            (tove, warrant)
        };
        let token = leapt.exchange(&leapt_warrant).token().await;
        world.clock.set_back(Duration::from_hours(24 * 365));
        world.restart().await;

        // A year behind: nobody but an admin gets in.
        let refused = dana.exchange(&warrant).send().await;
        assert_eq!(refused.error(), "temporarily_unavailable", "{}", refused.body);
        assert!(refused.body.contains("8760 h behind"), "{}", refused.body);
        let ruth = world.person("ruth").await;
        let view: ClockView = lower(&ruth).await.view();
        assert!(view.mints, "{db:?} {view:?}");
        assert_eq!(ruth.get("/v1/me").await.status, 401, "a sign-in of that time is over too");

        assert_eq!(world.introspect(&token).await.json()["active"], false);
        assert_eq!(leapt.get("/v1/me").await.status, 401);
        world.engine().lapse_due().await.unwrap();
        // Everything goes on as before, also after a restart.
        world.restart().await;
        let (again, warrant) = acting(&world, "ZD-4702").await;
        again.exchange(&warrant).token().await;
        let lines = world.trail(&world.person("ines").await).await;
        let line = lines.iter().find(|l| l["kind"] == "clock.lower").expect("it is recorded");
        assert_eq!((line["actor"]["name"].as_str(), line["text"].as_str()), (Some("ruth"), Some(WHY)), "{line}");
        assert!(lines.iter().any(|l| l["kind"] == "delegation.end" && l["code"] == "time_over"));
    }
}
