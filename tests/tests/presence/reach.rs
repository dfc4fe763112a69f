//! How far it reaches without a case, and when it ends.

use std::time::Duration;

use countersign_domain::contract::Risk;
use countersign_testkit::{
    Db,
    chain::{audience, contract},
};
use serde_json::json;

use super::{Scene, reason};

#[tokio::test]
async fn what_is_not_mapped_or_called_is_not_reached() {
    let scene = Scene::on(Db::Sqlite).await;
    let gateway = scene.gateway();
    let (token, other) = (scene.token(&json!({})), scene.token(&json!({ "scope": "openid profile order:refund", "jti": "two" })));
    for (what, subject, to, scope, error, code) in [
        ("a scope that is not mapped", &other, "ledger", "", "invalid_target", "rail:reach"),
        ("an API that nothing mapped calls", &token, "vault", "", "invalid_target", "rail:reach"),
        ("a hop further than the next", &token, "bank", "", "invalid_target", "rail:reach"),
        ("back to where it is", &token, "gateway", "", "invalid_target", "rail:reach"),
        ("an API that is not there", &token, "nowhere", "", "invalid_target", "rail:reach"),
        ("an action that nothing mapped calls", &token, "ledger", "ledger:close", "invalid_scope", "rail:only-downhill"),
        ("one action more", &token, "ledger", "ledger:read ledger:close", "invalid_scope", "rail:only-downhill"),
        ("the issuer's own value", &token, "ledger", "orders", "invalid_scope", "rail:only-downhill"),
    ] {
        let refused = gateway.pass_on(subject, to, &[("scope", scope)]).await;
        assert_eq!((refused.status, refused.error().as_str(), reason(&refused).as_str()), (400, error, code), "{what}: {}", refused.body);
        assert_eq!(gateway.pass_on(&token, "ledger", &[]).await.json()["scope"], "ledger:post ledger:read", "beside: {what}");
    }
    // Children shrink as all do: what only reads passes nothing on.
    let reads = gateway.pass_on(&token, "ledger", &[("scope", "ledger:read")]).await.json();
    let ledger = scene.world.machine("ledger-api");
    assert_eq!(ledger.pass_on(reads["access_token"].as_str().unwrap(), "bank", &[]).await.error(), "invalid_target");
}

#[tokio::test]
async fn what_owes_signatures_is_never_reached_without_a_case() {
    let scene = Scene::on(Db::Sqlite).await;
    let (world, gateway) = (&scene.world, scene.gateway());
    let mut wide = contract("gateway");
    wide.actions[2].calls.push(countersign_domain::hop::Hop { audience: audience("ledger"), scope: "ledger:close".into() });
    world.engine().contract_register(world.acme, wide.clone()).await.unwrap();
    let token = scene.token(&json!({}));
    let refused = gateway.pass_on(&token, "ledger", &[("scope", "ledger:close")]).await;
    assert_eq!((refused.error().as_str(), reason(&refused).as_str()), ("invalid_scope", "rail:needs-case"), "{}", refused.body);
    assert_eq!(gateway.pass_on(&token, "ledger", &[]).await.json()["scope"], "ledger:post ledger:read", "what is left when nothing is named");

    // Nor behind an action of little risk.
    let child = scene.at_the_ledger(&json!({})).await;
    let mut bank = contract("bank");
    bank.actions[0].risk = Risk::High;
    world.engine().contract_register(world.acme, bank).await.unwrap();
    assert_eq!(reason(&gateway.pass_on(&token, "ledger", &[("scope", "ledger:post")]).await), "rail:needs-case");
    assert_eq!(gateway.pass_on(&token, "ledger", &[]).await.json()["scope"], "ledger:read");
    let ledger = world.machine("ledger-api");
    assert_eq!(ledger.introspect(&child).await.json(), json!({ "active": false }), "what was minted before counts no more");
    assert_eq!(reason(&ledger.pass_on(&child, "bank", &[]).await), "rail:needs-case");

    // Nor by an action that itself owes them.
    wide.actions[2].risk = Risk::High;
    world.engine().contract_register(world.acme, wide).await.unwrap();
    assert_eq!(reason(&gateway.pass_on(&token, "ledger", &[("scope", "ledger:read")]).await), "rail:needs-case");
    world.engine().contract_register(world.acme, contract("gateway")).await.unwrap();
    world.engine().contract_register(world.acme, contract("bank")).await.unwrap();
    assert_eq!(scene.exchange(&token).await.status, 200);
}

#[tokio::test]
async fn what_came_of_it_ends_with_what_it_stands_on() {
    for db in [Db::Sqlite, Db::Postgres] {
        let scene = Scene::on(db).await;
        let (world, gateway, ledger, bank) = (&scene.world, scene.gateway(), scene.world.machine("ledger-api"), scene.world.machine("bank-api"));
        let child = scene.at_the_ledger(&json!({})).await;
        let grandchild = ledger.passed_on(&child, "bank").await;
        let alive = || async { (ledger.introspect(&child).await.json()["active"].clone(), bank.introspect(&grandchild).await.json()["active"].clone()) };
        let (yes, no) = ((json!(true), json!(true)), (json!(false), json!(false)));
        assert_eq!(alive().await, yes);

        scene.trust(Vec::new());
        assert_eq!(alive().await, no, "its issuer is no longer trusted");
        assert_eq!(ledger.pass_on(&child, "bank", &[]).await.error(), "invalid_request");
        scene.trust(vec![scene.registered()]);
        assert_eq!(alive().await, yes);

        let ruth = world.person("ruth").await;
        for (disabled, expected) in [(true, &no), (false, &yes)] {
            assert_eq!(ruth.post("/v1/clients/gateway-api", &json!({ "disabled": disabled })).await.status, 200);
            assert_eq!(alive().await, *expected, "its client is disabled: {disabled}");
        }
        let mut moved = contract("gateway");
        moved.client = Some("stranger-api".into());
        world.engine().contract_register(world.acme, moved).await.unwrap();
        assert_eq!(alive().await, no, "its API has another client");
        world.engine().contract_register(world.acme, contract("gateway")).await.unwrap();

        assert_eq!(ledger.revoke(&child).await.error(), "unauthorized_client", "it was issued to the gateway");
        let sister = scene.at_the_ledger(&json!({})).await;
        assert_eq!(alive().await, yes);
        assert_eq!(gateway.revoke(&child).await.status, 200);
        assert_eq!(alive().await, no, "revoked, and its children with it");
        assert_eq!(ledger.pass_on(&child, "bank", &[]).await.error(), "invalid_request");
        assert_eq!(ledger.introspect(&sister).await.json()["active"], true, "its sister lives");
        let lines = world.trail(&world.person("ines").await).await;
        let line = lines.iter().rfind(|l| l["kind"] == "token.revoke").unwrap();
        assert_eq!((&line["subject_name"], &line["issuer"]), (&json!("cus_8812"), &json!(scene.bank.iss)), "{line}");
    }
}

#[tokio::test]
async fn a_child_never_outlives_what_it_stands_on_and_all_of_it_is_dropped() {
    let scene = Scene::on(Db::Sqlite).await;
    let (world, now) = (&scene.world, scene.now());
    let token = scene.token(&json!({ "exp": now + 90 }));
    let short = scene.exchange(&token).await.json();
    assert_eq!(short["expires_in"], 90);
    let mut capped = scene.registered();
    capped.issuer.token_ttl_s = 40;
    scene.trust(vec![capped]);
    let child = scene.exchange(&token).await.json();
    assert_eq!(child["expires_in"], 40, "the issuer's own cap");
    world.clock.advance(Duration::from_secs(30));
    let ledger = world.machine("ledger-api");
    let further = ledger.pass_on(child["access_token"].as_str().unwrap(), "bank", &[]).await.json();
    assert_eq!(further["expires_in"], 10, "its parent's end");
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(reason(&scene.exchange(&token).await), "rail:customer-token", "it has expired");
    assert_eq!(ledger.introspect(short["access_token"].as_str().unwrap()).await.json(), json!({ "active": false }));

    world.clock.advance(Duration::from_hours(2));
    let dropped = world.engine().prune().await.unwrap();
    let count = |name: &str| dropped.iter().find(|(what, _)| what.as_str() == name).unwrap().1;
    assert_eq!((count("token"), count("presence")), (3, 1));
    scene.at_the_ledger(&json!({})).await;
}
