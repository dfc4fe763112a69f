//! A clock that goes back mints nothing and brings nothing back; one that had leapt ahead is put right by a recorded act.

use std::time::Duration;

use countersign_api::{
    clock::ClockView,
    key::{KeyRotated, KeyView},
};
use countersign_domain::{
    Clock as _, Code, Secret, Timestamp,
    key::{KEPT, KeyState, RIPENS},
};
use countersign_oauth::{
    dpop::IAT_WITHIN,
    token::{TYPE_ACCESS_TOKEN, TokenRequest},
};
use countersign_testkit::{Answer, Db, Machine, Person, World, chain::audience};
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

/// Rotates by plan; answers when the next key begins to sign.
async fn rotate(admin: &Person) -> Option<Timestamp> {
    admin.post("/v1/keys/rotate", &json!({ "algorithm": "ES256" })).await.view::<KeyRotated>().due_at
}

async fn keys(admin: &Person) -> Vec<KeyView> {
    serde_json::from_value(admin.get("/v1/keys").await.json()["items"].clone()).unwrap()
}

/// The machine passes a token on, and says by its own token who acts.
async fn passes_on_as(gateway: &Machine, token: &str, own: &str) -> Answer {
    gateway.pass_on(token, "ledger", &[("actor_token", own), ("actor_token_type", TYPE_ACCESS_TOKEN)]).await
}

async fn published(world: &World) -> String {
    world.get("/.well-known/jwks.json").await.body
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

/// A year ahead the first key retires, another begins to sign, and a third one is made.
#[tokio::test]
async fn after_a_leap_ahead_keys_rotate_as_before_and_a_machine_s_own_token_of_that_time_is_over() {
    for db in BOTH {
        let mut world = World::with_chain(db).await;
        let gateway = world.machine("gateway-api");
        let (first, _) = world.signing_key().await;
        let year = Duration::from_hours(24 * 365);
        world.clock.advance(year);
        let own = {
            let ruth = world.person("ruth").await;
            rotate(&ruth).await.expect("it waits until everybody could read it");
            world.clock.advance(RIPENS);
            world.engine().keys_tend().await.unwrap();
            rotate(&ruth).await.expect("so does the one after it");
            gateway.own().await
        };
        world.engine().clock_sync().await.unwrap();
        world.clock.set_back(year + RIPENS);
        world.restart().await;
        let view: ClockView = lower(&world.person("ruth").await).await.view();
        assert!(view.mints, "{db:?} {view:?}");

        let (ruth, now) = (world.person("ruth").await, world.clock.now());
        let all = keys(&ruth).await;
        let late = |at: Option<Timestamp>| at.is_some_and(|at| at > now);
        assert!(!all.iter().any(|k| late(Some(k.made_at)) || late(k.active_at) || late(k.retired_at)), "{db:?} {all:?}");
        let next = all.iter().find(|k| k.state == KeyState::Next).expect("a next key").kid.clone();
        let due = rotate(&ruth).await.expect("it waits until everybody could read it");
        assert_eq!(all.len(), 3, "{db:?}");
        assert!(due > now && due <= now + RIPENS + Duration::from_secs(1), "{db:?} {due}");
        assert!(published(&world).await.contains(&first), "as long as a token that it signed may count");

        let (dana, warrant) = world.acting_at("gateway", &["order:read", "order:refund"]).await;
        let minted = async || dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
        let token = minted().await;
        assert_eq!(gateway.introspect(&token).await.json()["active"], true, "{db:?}");
        assert_eq!(passes_on_as(&gateway, &token, &own).await.error(), "invalid_request", "{db:?}");
        assert_eq!(passes_on_as(&gateway, &token, &gateway.own().await).await.status, 200, "{db:?}");

        world.clock.advance(RIPENS);
        world.engine().keys_tend().await.unwrap();
        assert_eq!(world.signing_key().await.0, next, "{db:?}");
        assert_eq!(gateway.introspect(&minted().await).await.json()["active"], true, "{db:?}");
        world.clock.advance(KEPT.saturating_sub(RIPENS));
        assert!(!published(&world).await.contains(&first), "{db:?}, it is not kept for a year");
        let lines = world.trail(&world.person("ines").await).await;
        let line = lines.iter().find(|l| l["kind"] == "clock.lower").expect("it is recorded");
        assert_eq!(line["figures"]["keys"], 3, "{line}");
    }
}

#[tokio::test]
async fn what_a_machine_got_before_a_leap_counts_to_its_end_and_what_it_got_after_it_is_over() {
    for db in BOTH {
        let world = World::with_chain(db).await;
        let gateway = world.machine("gateway-api");
        let (_, token) = world.at_the_gateway().await;
        let before = gateway.own().await;
        // As little as can be told apart: less than how long such a token lives.
        let leap = Duration::from_secs(3);
        world.clock.advance(leap);
        let ahead = gateway.own().await;
        world.clock.set_back(leap);
        let view: ClockView = lower(&world.person("ruth").await).await.view();
        assert!(view.mints, "{db:?} {view:?}");
        assert_eq!(passes_on_as(&gateway, &token, &before).await.status, 200, "{db:?}");
        assert_eq!(passes_on_as(&gateway, &token, &ahead).await.error(), "invalid_request", "{db:?}");
    }
}

/// What a replica forgets whose clock is a minute ahead, and who comes again with it by the right one.
#[tokio::test]
async fn a_clock_that_is_a_minute_ahead_forgets_no_proof() {
    for db in BOTH {
        let world = World::on(db).await;
        let (dana, warrant) = acting(&world, "ZD-4711").await;
        let proof = dana.proof("POST", "/oauth/token", None);
        dana.exchange(&warrant).proof(Some(proof.clone())).token().await;
        let (oldest, ahead) = (IAT_WITHIN.saturating_sub(Duration::from_secs(1)), Duration::from_mins(1));
        world.clock.advance(oldest + ahead);
        world.engine().prune().await.unwrap();
        world.clock.set_back(ahead);
        let again = dana.exchange(&warrant).proof(Some(proof)).send().await;
        assert_eq!(again.error(), "invalid_dpop_proof", "{db:?} {}", again.body);
        assert!(again.body.contains("used before"), "{db:?} {}", again.body);
    }
}
