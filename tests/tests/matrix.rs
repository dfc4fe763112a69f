//! Operation × role × nobody × wrong tenant: made from the table of operations, so that no route is forgotten.

use countersign_api::operation::{OPERATIONS, Operation, Who};
use countersign_domain::person::Role;
use countersign_testkit::World;
use serde_json::json;

/// The path with an id of the right kind that exists in another company.
fn path(operation: &Operation, ids: &Foreign) -> String {
    let id = match operation.path.split('/').nth(2) {
        Some("cases") => &ids.case,
        Some("requests") => &ids.request,
        Some("delegations") => &ids.delegation,
        Some("calls") => &ids.call,
        Some("events") => &ids.event,
        Some("people") => &ids.person,
        Some("contracts") => &ids.api,
        Some("contract-changes") => &ids.change,
        Some("clients") => &ids.client,
        _ => &ids.case,
    };
    let path = operation.path.replace("{id}", id);
    if operation.name == "request_list" { format!("{path}?box=mine") } else { path }
}

/// Ids of things that are another company's.
struct Foreign {
    case: String,
    request: String,
    delegation: String,
    call: String,
    event: String,
    person: String,
    api: String,
    change: String,
    client: String,
}

async fn foreign(world: &World) -> Foreign {
    let (gina, gus, gail) = (world.person("gina").await, world.person("gus").await, world.person("gail").await);
    let asked = gina.ask("GX-1", &["address:write"], 15).await;
    gus.sign(world, &asked).await;
    let (delegation, _) = gina.start(asked.id).await;
    let call = gina.intend(&delegation, "GET", "/customers/cus_8812").await;
    let line = world.trail(&gail).await.pop().expect("a line");
    let gert = world.person("gert").await;
    let change = gert.post("/v1/contract-changes", &json!({ "contract": proposed() })).await.json();
    let made = gert.post("/v1/clients", &json!({ "id": "globex-machine", "name": "Theirs", "auth": "client_secret_basic" })).await.json();
    Foreign {
        case: gina.case("GX-1").await.id.to_string(),
        request: asked.id.to_string(),
        delegation: delegation.id.to_string(),
        call: call.id.to_string(),
        event: line["id"].as_str().unwrap().to_owned(),
        person: gus.me.id.to_string(),
        api: gina.api().await.id.to_string(),
        change: change["id"].as_str().unwrap().to_owned(),
        client: made["id"].as_str().unwrap().to_owned(),
    }
}

/// A contract of an API that nobody has.
fn proposed() -> serde_json::Value {
    json!({
        "key": "billing", "name": "Billing", "audience": "https://api.globex.example/billing", "base_url": "http://127.0.0.1:9", "max_minutes": 5, "token_ttl_s": 60,
        "actions": [{ "scope": "bill:read", "name": "Read bills", "effect": "Shows bills.", "risk": "low" }],
    })
}

/// An input that is acceptable in form, so that what refuses is not the form.
fn input(operation: &Operation, ids: &Foreign) -> serde_json::Value {
    match operation.name {
        "case_create" => json!({ "key": "GX-2", "title": "t", "customer": "c", "priority": "low" }),
        "case_assign" => json!({}),
        "request_preview" | "request_create" => json!({
            "case": ids.case, "api": "api_01a1f920-d180-7b31-9d04-5e77c0c07d52", "actions": ["profile:read"], "minutes": 5, "mode": "delegated",
            "reason": "Twenty characters and more of a reason.",
        }),
        "request_review" => json!({ "decision": "refuse", "digest": "0".repeat(64), "reason": "not here" }),
        "contract_propose" => json!({ "contract": proposed() }),
        "contract_review" => json!({ "decision": "refuse", "digest": "0".repeat(64) }),
        "client_create" => json!({ "id": "some-machine", "name": "Some machine", "auth": "client_secret_basic" }),
        "client_change" => json!({ "name": "Another name" }),
        "client_secret_drop" => json!({ "secret": "sec_01a1f920-d180-7b31-9d04-5e77c0c07d52" }),
        "clock_lower" => json!({ "reason": "It had leapt ahead." }),
        "call_intend" => json!({ "method": "GET", "path": "/" }),
        "call_report" => json!({ "status": 200, "took_ms": 1 }),
        "person_invite" => json!({ "name": "A", "roles": ["agent"] }),
        "key_rotate" => json!({ "algorithm": "ES256" }),
        "person_change" => json!({ "roles": ["agent"], "groups": [] }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn nobody_comes_through_without_a_token() {
    let world = World::new().await;
    let ids = foreign(&world).await;
    let http = reqwest::Client::new();
    for operation in OPERATIONS {
        let url = format!("{}{}", world.issuer, path(operation, &ids));
        let method = reqwest::Method::from_bytes(operation.method.as_bytes()).unwrap();
        for authorization in [None, Some("Bearer csa_AAAA"), Some("DPoP csa_AAAA"), Some("Basic YTpi")] {
            let mut request = http.request(method.clone(), &url).json(&input(operation, &ids));
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{} with {authorization:?}", operation.name);
            assert!(answer.headers().contains_key("www-authenticate"), "{}", operation.name);
        }
    }
}

#[tokio::test]
async fn a_stolen_access_token_is_useless_without_its_key() {
    let world = World::new().await;
    let (dana, tove) = (world.person("dana").await, world.person("tove").await);
    let mut thief = tove.clone();
    thief.access = dana.access.clone();
    assert_eq!(thief.get("/v1/me").await.status, 401);
    assert_eq!(dana.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn each_role_comes_as_far_as_the_table_says_and_no_further() {
    let world = World::new().await;
    let ids = foreign(&world).await;
    let people = [("dana", Role::Agent), ("sana", Role::Approver), ("ruth", Role::Admin), ("ines", Role::Auditor)];
    for (login, role) in people {
        for operation in OPERATIONS {
            // These end or outlive the very sign-in that the row needs.
            if matches!(operation.name, "session_end" | "event_stream") {
                continue;
            }
            let person = world.person(login).await;
            let body = operation.acts().then(|| input(operation, &ids));
            let answer = person.call(operation.method, &path(operation, &ids), body.as_ref()).await;
            let admitted = match operation.who {
                Who::SignedIn => true,
                Who::Roles(roles) => roles.contains(&role),
            };
            if admitted {
                assert_ne!(
                    (answer.status, answer.status >= 400 && answer.json()["code"] == "forbidden"),
                    (403, true),
                    "{} as {role:?}: {}",
                    operation.name,
                    answer.body
                );
                assert!(answer.status < 500 && answer.status != 401, "{} as {role:?}: {}", operation.name, answer.body);
            } else {
                assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("forbidden")), "{} as {role:?}: {}", operation.name, answer.body);
            }
        }
    }
}

#[tokio::test]
async fn what_is_another_tenants_is_not_there() {
    let world = World::new().await;
    let ids = foreign(&world).await;
    // Between them they hold every role.
    let people = [world.person("both").await, world.person("ruth").await, world.person("ines").await];
    for operation in OPERATIONS.iter().filter(|o| o.path.contains("{id}")) {
        let mut tried = 0;
        for person in &people {
            if !operation.who.admits(&person.me.roles) {
                continue;
            }
            tried += 1;
            let body = operation.acts().then(|| input(operation, &ids));
            let answer = person.call(operation.method, &path(operation, &ids), body.as_ref()).await;
            assert_eq!(answer.status, 404, "{} as {}: {}", operation.name, person.login, answer.body);
        }
        assert!(tried > 0, "{} was tried by nobody", operation.name);
    }
    // And lists show nothing of it.
    for person in &people {
        for operation in OPERATIONS.iter().filter(|o| o.method == "GET" && !o.path.contains("{id}") && o.name != "event_stream") {
            let body = person.get(&path(operation, &ids)).await.body;
            for foreign in [&ids.case, &ids.request, &ids.delegation, &ids.event, &ids.person, &ids.api, &ids.change, &ids.client] {
                assert!(!body.contains(foreign.as_str()), "{} as {} shows {foreign}", operation.name, person.login);
            }
        }
    }
}
