//! Along a chain of services (RFC 8693 §4.1): nothing comes back clean, nobody else passes it on, and children only shrink.

use std::{collections::BTreeSet, time::Duration};

use base64::Engine as _;
use countersign_domain::{
    Secret,
    contract::{Action, Contract, Risk},
    hop::{Contracts, Hop},
};
use countersign_testkit::{
    Db, Machine, World,
    chain::{audience, contract},
};
use serde_json::{Value, json};

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

#[tokio::test]
async fn the_next_actor_is_named_and_the_first_stays() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with_chain(db).await;
        let (dana, parent) = world.at_the_gateway().await;
        let said = claims(&parent);
        assert_eq!(said["may_act"], json!({ "sub": "gateway-api" }));
        let gateway = world.machine("gateway-api");
        let own = gateway.own().await;
        let actor = [("actor_token", own.as_str()), ("actor_token_type", "urn:ietf:params:oauth:token-type:access_token"), ("scope", "ledger:post")];
        let answer = gateway.pass_on(&parent, "ledger", &actor).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body = answer.json();
        assert_eq!((body["issued_token_type"].as_str(), body["token_type"].as_str()), (Some("urn:ietf:params:oauth:token-type:access_token"), Some("Bearer")));
        assert_eq!(body["scope"], "ledger:post");
        let child = claims(body["access_token"].as_str().unwrap());
        assert_eq!(child["act"], json!({ "sub": "gateway-api", "act": { "sub": dana.me.id } }));
        assert_eq!((&child["aud"], &child["client_id"]), (&json!(audience("ledger")), &json!("gateway-api")));
        for same in ["iss", "sub", "tenant", "case", "dlg", "txn"] {
            assert_eq!(child[same], said[same], "{same}");
        }
        assert!(child["exp"].as_i64() <= said["exp"].as_i64());

        let ledger = world.machine("ledger-api");
        let live = ledger.introspect(body["access_token"].as_str().unwrap()).await.json();
        assert_eq!((live["active"].as_bool(), &live["act"]), (Some(true), &child["act"]));
        let lines = world.trail(&world.person("ines").await).await;
        let line = lines.iter().rfind(|l| l["kind"] == "token.exchange").unwrap();
        assert_eq!((&line["actor"]["id"], &line["subject_name"], &line["case_key"]), (&json!("gateway-api"), &said["sub"], &said["case"]), "{line}");
    }
}

#[tokio::test]
async fn five_actors_and_no_more_through_opaque_and_bound_tokens() {
    let world = World::with_chain(Db::Sqlite).await;
    let (dana, mut token) = world.at_the_gateway().await;
    for (from, to) in [("gateway", "ledger"), ("ledger", "bank"), ("bank", "notify")] {
        token = world.machine(&format!("{from}-api")).passed_on(&token, to).await;
    }
    assert!(token.starts_with("csh_"), "an opaque token: {token}");
    let notify = world.machine("notify-api");
    let told = notify.introspect(&token).await.json();
    assert_eq!((told["active"].as_bool(), told["scope"].as_str()), (Some(true), Some("mail:send")));
    let jwt = [("requested_token_type", "urn:ietf:params:oauth:token-type:jwt")];
    let bank = world.machine("bank-api");
    let at_bank = world.machine("ledger-api").passed_on(&world.machine("gateway-api").passed_on(&world.at_the_gateway().await.1, "ledger").await, "bank").await;
    assert_eq!(bank.pass_on(&at_bank, "notify", &jwt).await.error(), "invalid_request", "a JWT cannot be had there");

    assert_eq!(notify.pass_on(&token, "archive", &[]).await.error(), "invalid_request", "bound tokens only, and no proof");
    let bound = notify.clone().with_key().pass_on(&token, "archive", &[]).await;
    assert_eq!((bound.status, bound.json()["token_type"].as_str()), (200, Some("DPoP")), "{}", bound.body);
    let last = bound.json()["access_token"].as_str().unwrap().to_owned();
    let said = claims(&last);
    assert!(said["cnf"]["jkt"].is_string());
    let chain = json!({ "sub": "notify-api", "act": { "sub": "bank-api", "act": { "sub": "ledger-api", "act": { "sub": "gateway-api", "act": { "sub": dana.me.id } } } } });
    assert_eq!(said["act"], chain);
    let refused = world.machine("archive-api").pass_on(&last, "vault", &[]).await;
    assert_eq!((refused.error().as_str(), refused.json()["countersign_code"].as_str()), ("invalid_request", Some("rail:chain")));
}

#[tokio::test]
async fn a_revoked_token_takes_its_children_along() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with_chain(db).await;
        let (_, parent) = world.at_the_gateway().await;
        let (gateway, ledger, bank) = (world.machine("gateway-api"), world.machine("ledger-api"), world.machine("bank-api"));
        let child = gateway.passed_on(&parent, "ledger").await;
        let beside = gateway.passed_on(&parent, "ledger").await;
        let grandchild = ledger.passed_on(&child, "bank").await;
        assert_eq!(bank.introspect(&grandchild).await.json()["active"], true);

        assert_eq!(ledger.revoke(&child).await.error(), "unauthorized_client", "it was issued to the gateway");
        assert_eq!(world.machine("stranger-api").revoke("no token").await.status, 200, "what is not known is no error");
        assert_eq!(ledger.introspect(&child).await.json()["active"], true);

        assert_eq!(gateway.revoke(&child).await.status, 200);
        assert_eq!(gateway.revoke(&child).await.status, 200, "twice is no error");
        assert_eq!(ledger.introspect(&child).await.json(), json!({ "active": false }));
        assert_eq!(bank.introspect(&grandchild).await.json(), json!({ "active": false }));
        assert_eq!(ledger.pass_on(&child, "bank", &[]).await.error(), "invalid_request");
        assert_eq!(bank.pass_on(&grandchild, "notify", &[]).await.error(), "invalid_request");
        assert_eq!(ledger.introspect(&beside).await.json()["active"], true, "its sister lives");
        let own = gateway.own().await;
        assert_eq!(ledger.revoke(&own).await.status, 200);
        let actor = [("actor_token", own.as_str()), ("actor_token_type", "urn:ietf:params:oauth:token-type:access_token")];
        assert_eq!(gateway.pass_on(&parent, "ledger", &actor).await.status, 200, "nobody else revokes its own token");
        assert_eq!(gateway.revoke(&own).await.status, 200);
        assert_eq!(gateway.pass_on(&parent, "ledger", &actor).await.error(), "invalid_request");
    }
}

#[tokio::test]
async fn a_child_never_outlives_its_parent_or_what_it_stands_on() {
    let world = World::with_chain(Db::Sqlite).await;
    let (_, parent) = world.at_the_gateway().await;
    let gateway = world.machine("gateway-api");
    world.clock.advance(Duration::from_secs(200));
    let answer = gateway.pass_on(&parent, "ledger", &[]).await.json();
    assert!((1..=100).contains(&answer["expires_in"].as_i64().unwrap()), "{answer}");
    let child = answer["access_token"].as_str().unwrap();
    assert!(claims(child)["exp"].as_i64() <= claims(&parent)["exp"].as_i64());
    world.clock.advance(Duration::from_secs(101));
    assert_eq!(gateway.pass_on(&parent, "ledger", &[]).await.error(), "invalid_request");

    let world = World::with_chain(Db::Sqlite).await;
    let (dana, parent) = world.at_the_gateway().await;
    let (gateway, ledger) = (world.machine("gateway-api"), world.machine("ledger-api"));
    let child = gateway.passed_on(&parent, "ledger").await;
    let case = dana.case("ZD-4711").await.id;
    assert_eq!(world.person("ruth").await.post(&format!("/v1/cases/{case}/close"), &json!({})).await.status, 200);
    assert_eq!(ledger.introspect(&child).await.json(), json!({ "active": false }));
    let refused = gateway.pass_on(&parent, "ledger", &[]).await;
    assert_eq!((refused.error().as_str(), refused.json()["countersign_code"].as_str()), ("invalid_request", Some("rail:delegation-ended")));
    assert_eq!(ledger.pass_on(&child, "bank", &[]).await.error(), "invalid_request");
}

#[tokio::test]
async fn a_contract_that_shrinks_shrinks_what_is_alive() {
    let world = World::with_chain(Db::Sqlite).await;
    let (_, parent) = world.at_the_gateway().await;
    let (gateway, ledger) = (world.machine("gateway-api"), world.machine("ledger-api"));
    let child = gateway.passed_on(&parent, "ledger").await;
    let mut other = contract("ledger");
    other.actions.retain(|a| a.scope != "ledger:post");
    world.engine().contract_register(world.acme, other).await.unwrap();
    assert_eq!(gateway.pass_on(&parent, "ledger", &[("scope", "ledger:post")]).await.error(), "invalid_scope");
    assert_eq!(gateway.pass_on(&parent, "ledger", &[("scope", "ledger:read")]).await.status, 200);
    let mut moved = contract("gateway");
    moved.client = Some("stranger-api".into());
    world.engine().contract_register(world.acme, moved).await.unwrap();
    assert_eq!(gateway.pass_on(&parent, "ledger", &[("scope", "ledger:read")]).await.error(), "invalid_request", "it is the contract's client no more");
    let stranger = world.machine("stranger-api").pass_on(&parent, "ledger", &[("scope", "ledger:read")]).await;
    assert_eq!(stranger.error(), "invalid_request", "the token's `may_act` names another");
    assert_eq!(ledger.introspect(&child).await.json()["active"], true, "what is out already lives its minutes");
}

#[tokio::test]
async fn what_no_longer_is_there_is_left_out_and_the_rest_goes_on() {
    let world = World::with_chain(Db::Sqlite).await;
    let (dana, warrant) = world.acting_at("gateway", &["order:read", "order:refund"]).await;
    let mut other = contract("ledger");
    other.actions.retain(|a| a.scope != "ledger:post");
    world.engine().contract_register(world.acme, other).await.unwrap();
    let parent = dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
    let gateway = world.machine("gateway-api");
    assert_eq!(gateway.pass_on(&parent, "ledger", &[("scope", "ledger:post")]).await.error(), "invalid_scope");
    let child = gateway.pass_on(&parent, "ledger", &[]).await;
    assert_eq!((child.status, child.json()["scope"].as_str()), (200, Some("ledger:read")), "{}", child.body);
    // Nor does it come back into tokens that were minted without it.
    world.engine().contract_register(world.acme, contract("ledger")).await.unwrap();
    assert_eq!(gateway.pass_on(&parent, "ledger", &[("scope", "ledger:post")]).await.error(), "invalid_scope");
}

#[tokio::test]
async fn a_disabled_client_takes_along_what_it_got_and_what_came_of_that() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with_chain(db).await;
        let (dana, parent) = world.at_the_gateway().await;
        let (gateway, ledger, bank) = (world.machine("gateway-api"), world.machine("ledger-api"), world.machine("bank-api"));
        let child = gateway.passed_on(&parent, "ledger").await;
        let grandchild = ledger.passed_on(&child, "bank").await;
        let ruth = world.person("ruth").await;
        for (disabled, active) in [(true, false), (false, true)] {
            assert_eq!(ruth.post("/v1/clients/gateway-api", &json!({ "disabled": disabled })).await.status, 200);
            assert_eq!(ledger.introspect(&child).await.json()["active"], active, "disabled: {disabled}");
            assert_eq!(bank.introspect(&grandchild).await.json()["active"], active, "disabled: {disabled}");
            assert_eq!(ledger.pass_on(&child, "bank", &[]).await.status == 200, active, "disabled: {disabled}");
            assert_eq!(bank.pass_on(&grandchild, "notify", &[]).await.status == 200, active, "disabled: {disabled}");
        }
        assert_eq!(gateway.introspect(&parent).await.json()["active"], true, "what the agent holds never went through it");
        assert_eq!(dana.get("/v1/me").await.status, 200);
    }
}

#[tokio::test]
async fn signers_see_what_is_reached_and_its_risk_counts() {
    let world = World::with_chain(Db::Sqlite).await;
    let dana = world.person("dana").await;
    let mut form = dana.form("ZD-4711", &["order:audit"], 15).await;
    form["api"] = dana.api_called("gateway").await.id.to_string().into();
    let preview = dana.post("/v1/requests/preview", &form).await.json();
    assert_eq!(preview["hops"].as_array().unwrap().len(), 1, "{preview}");
    assert_eq!(preview["verdict"]["signatures"], 1);
    let mut riskier = contract("ledger");
    riskier.actions[0].risk = countersign_domain::contract::Risk::Critical;
    world.engine().contract_register(world.acme, riskier).await.unwrap();
    let preview = dana.post("/v1/requests/preview", &form).await.json();
    assert_eq!((&preview["verdict"]["signatures"], &preview["verdict"]["max_minutes"]), (&json!(2), &json!(15)), "the risk of a hop is the request's");
    let asked = dana.post("/v1/requests", &form).await.json();
    assert_eq!(asked["hops"][0]["scope"], "ledger:read");
    let seen = world.person("sana").await.get(&format!("/v1/requests/{}", asked["id"].as_str().unwrap())).await.json();
    assert_eq!(seen["hops"], asked["hops"]);
}

/// A number that looks random and is the same in each run.
fn next(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).expect("31 bits") % below
}

fn actors(claims: &Value) -> Vec<String> {
    let chain = std::iter::successors(claims.get("act"), |act| act.get("act"));
    chain.filter_map(|act| act["sub"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn whatever_is_exchanged_reach_and_life_only_shrink_and_actors_only_grow() {
    const KEYS: [&str; 6] = ["gateway", "ledger", "bank", "notify", "archive", "vault"];
    let world = World::with_chain(Db::Sqlite).await;
    let (dana, root) = world.at_the_gateway().await;
    let machines: Vec<Machine> = KEYS.iter().map(|key| world.machine(&format!("{key}-api")).with_key()).collect();
    let (mut seed, mut minted, mut refused) = (7_u64, 0, 0);
    for _ in 0..25 {
        // What each API introspects, for not every token tells by itself.
        let (mut at, mut token) = (0, root.clone());
        loop {
            let parent = machines[at].introspect(&token).await.json();
            assert_eq!(parent["active"], true, "{parent}");
            let (who, where_to, any) = (next(&mut seed, 4), next(&mut seed, 3), next(&mut seed, KEYS.len()));
            // Mostly along the chain, so that it gets long.
            let to = if where_to == 0 { any } else { (at + 1).min(KEYS.len() - 1) };
            let client = if who == 0 { &machines[next(&mut seed, KEYS.len())] } else { &machines[at] };
            world.clock.advance(Duration::from_millis(200));
            let answer = client.pass_on(&token, KEYS[to], &[]).await;
            if answer.status != 200 {
                assert!(["invalid_request", "invalid_target", "invalid_scope"].contains(&&*answer.error()), "{}", answer.body);
                refused += 1;
                if next(&mut seed, 3) == 0 { break } else { continue }
            }
            minted += 1;
            assert_eq!(client.id, machines[at].id, "only the parent's own audience passes it on");
            token = answer.json()["access_token"].as_str().unwrap().to_owned();
            let child = machines[to].introspect(&token).await.json();
            let (before, after) = (actors(&parent), actors(&child));
            assert_eq!((after[0].as_str(), &after[1..]), (client.id.as_str(), &before[..]), "one actor more, and none lost");
            assert!(after.len() <= 5 && after.last() == Some(&dana.me.id.to_string()));
            assert!(child["exp"].as_i64() <= parent["exp"].as_i64());
            for same in ["sub", "tenant", "case", "dlg", "txn"] {
                assert_eq!(child[same], parent[same], "{same}");
            }
            let called: Vec<_> =
                contract(KEYS[at]).actions.into_iter().filter(|a| parent["scope"].as_str().unwrap().split(' ').any(|s| s == a.scope)).collect();
            for scope in child["scope"].as_str().unwrap().split(' ') {
                let named = called.iter().flat_map(|a| &a.calls).any(|hop| hop.audience == audience(KEYS[to]) && hop.scope == scope);
                assert!(named, "`{scope}` of {} is called by nothing that the parent could do", KEYS[to]);
            }
            at = to;
        }
    }
    assert!(minted >= 20 && refused >= 20, "both happened: {minted} minted, {refused} refused");
}

/// Contracts of six APIs with two actions each, which call each other at random: loops, diamonds and dead ends.
fn graph(seed: &mut u64) -> Vec<Contract> {
    let contract = |n: usize, seed: &mut u64| {
        let mut action = |scope: &str| {
            let calls = (0..next(seed, 4)).map(|_| (next(seed, 6), if next(seed, 2) == 0 { "one" } else { "two" })).filter(|(to, _)| *to != n);
            let calls: Vec<Hop> = calls.map(|(to, scope)| Hop { audience: audience(&format!("api-{to}")), scope: scope.into() }).collect();
            Action { scope: scope.into(), name: "Do".into(), effect: "As its name says.".into(), risk: Risk::Low, calls }
        };
        let (key, actions) = (format!("api-{n}"), vec![action("one"), action("two")]);
        Contract { name: key.clone(), audience: audience(&key), actions, client: Some(format!("{key}-api")), key, ..contract("vault") }
    };
    (0..6).map(|n| contract(n, seed)).collect()
}

/// What a token reaches: what it is good for, and what that takes elsewhere.
fn reach(contracts: &Contracts<'_>, claims: &Value) -> BTreeSet<Hop> {
    let audience = claims["aud"].as_str().expect("an audience");
    let scope: BTreeSet<String> = claims["scope"].as_str().expect("a scope").split(' ').map(str::to_owned).collect();
    let mut reached = contracts.follow(audience, &scope).expect("every API is there");
    reached.extend(scope.into_iter().map(|scope| Hop { audience: audience.to_owned(), scope }));
    reached
}

#[tokio::test]
async fn whatever_contracts_call_no_chain_leaves_what_was_signed() {
    let world = World::with_chain(Db::Sqlite).await;
    let (mut seed, mut minted, mut loops, mut elsewhere) = (11_u64, 0, 0, 0);
    for n in 0..6 {
        world.engine().client_register(world.acme, &format!("api-{n}-api"), &Secret::new(format!("secret-of-api-{n}-api-with-enough-length"))).await.unwrap();
    }
    let machines: Vec<Machine> = (0..6).map(|n| world.machine(&format!("api-{n}-api"))).collect();
    for _ in 0..5 {
        let all = graph(&mut seed);
        for contract in &all {
            world.engine().contract_register(world.acme, contract.clone()).await.unwrap();
        }
        let contracts: Contracts<'_> = all.iter().collect();
        let (dana, warrant) = world.acting_at("api-0", &["one", "two"]).await;
        let root = dana.exchange(&warrant).with("audience", &audience("api-0")).token().await;
        let signed = reach(&contracts, &claims(&root));
        for _ in 0..5 {
            let (mut at, mut token) = (0, root.clone());
            for _ in 0..8 {
                let parent = machines[at].introspect(&token).await.json();
                let to = next(&mut seed, 6);
                world.clock.advance(Duration::from_millis(100));
                let answer = machines[at].pass_on(&token, &format!("api-{to}"), &[]).await;
                if answer.status != 200 {
                    let why = answer.json()["countersign_code"].as_str().unwrap_or_default().to_owned();
                    let named = actors(&parent);
                    match why.as_str() {
                        "rail:no-loops" => assert!(named.contains(&machines[at].id), "{named:?}"),
                        "rail:chain" => assert_eq!(named.len(), 5),
                        other => assert_eq!(other, "rail:reach", "{}", answer.body),
                    }
                    loops += usize::from(why == "rail:no-loops");
                    elsewhere += usize::from(why == "rail:reach");
                    continue;
                }
                minted += 1;
                let jwt = answer.json()["access_token"].as_str().unwrap().to_owned();
                let (said, told) = (claims(&jwt), machines[to].introspect(&jwt).await.json());
                for (name, value) in said.as_object().unwrap() {
                    assert!(name == "may_act" || name == "embedded" || told[name] == *value, "introspection says otherwise of `{name}`: {told}");
                }
                assert!(reach(&contracts, &said).is_subset(&reach(&contracts, &parent)) && reach(&contracts, &said).is_subset(&signed));
                assert!(said["exp"].as_i64() <= parent["exp"].as_i64());
                let (before, after) = (actors(&parent), actors(&said));
                assert_eq!((after[0].as_str(), &after[1..]), (machines[at].id.as_str(), &before[..]));
                (at, token) = (to, jwt);
            }
        }
        assert_eq!(dana.post(&format!("/v1/delegations/{}/end", claims(&root)["dlg"].as_str().unwrap()), &json!({})).await.status, 200);
    }
    assert!(minted >= 20 && loops >= 1 && elsewhere >= 20, "all of it happened: {minted} minted, {loops} loops, {elsewhere} elsewhere");
}
