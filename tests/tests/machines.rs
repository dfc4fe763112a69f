//! Machines prove who they are in the one way that they are registered with, and contracts change only by two people.

use countersign_domain::contract::Contract;
use countersign_testkit::{Answer, Db, Person, World, accounts_contract, chain::contract, signed, world::CLIENT_SECRET};
use serde_json::{Value, json};

/// client_credentials, with these parameters more and perhaps HTTP Basic.
async fn own(world: &World, basic: Option<(&str, &str)>, more: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(more);
    let mut request = reqwest::Client::new().post(format!("{}/oauth/token", world.issuer)).form(&form);
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn registered(ruth: &Person, id: &str, auth: &str) -> Vec<String> {
    let made = ruth.post("/v1/clients", &json!({ "id": id, "name": id, "auth": auth })).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let made = ruth.post(&format!("/v1/clients/{id}/secrets"), &json!({})).await.json();
        secrets.push(made["client_secret"].as_str().unwrap().to_owned());
    }
    secrets
}

#[tokio::test]
async fn a_secret_is_changed_without_a_gap_and_a_disabled_machine_comes_no_more() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let ruth = world.person("ruth").await;
        let secrets = registered(&ruth, "header-api", "client_secret_basic").await;
        let works = |n: usize| {
            let (world, secret) = (&world, secrets[n].as_str());
            async move { own(world, Some(("header-api", secret)), &[]).await.0 }
        };
        assert_eq!((works(0).await, works(1).await), (200, 200), "both at a time");
        assert_eq!(ruth.post("/v1/clients/header-api/secrets", &json!({})).await.status, 409, "and no third");
        let list = ruth.get("/v1/clients").await;
        assert!(secrets.iter().all(|secret| !list.body.contains(secret.as_str())), "no list shows one");
        let client = list.json()["items"].as_array().unwrap().iter().find(|c| c["id"] == "header-api").cloned().unwrap();
        let older = json!({ "secret": client["secrets"][0]["id"] });
        assert_eq!(ruth.post("/v1/clients/header-api/secrets/drop", &older).await.status, 200);
        assert_eq!((works(0).await, works(1).await), (401, 200));
        assert_eq!(ruth.post("/v1/clients/header-api", &json!({ "disabled": true })).await.status, 200);
        assert_eq!(works(1).await, 401);
        assert_eq!(ruth.post("/v1/clients/header-api", &json!({ "disabled": false })).await.status, 200);
        assert_eq!(works(1).await, 200);
        let twin = ruth.post("/v1/clients", &json!({ "id": "header-api", "name": "Twin", "auth": "client_secret_basic" })).await;
        assert_eq!(twin.status, 409, "{}", twin.body);
        for id in ["usr_1", "console", "UPPER", "ab"] {
            let refused = ruth.post("/v1/clients", &json!({ "id": id, "name": "n", "auth": "client_secret_basic" })).await;
            assert_eq!(refused.status, 422, "{id}: {}", refused.body);
        }
    }
}

async fn review(who: &Person, change: &Value, decision: &str) -> Answer {
    let path = format!("/v1/contract-changes/{}/review", change["id"].as_str().unwrap());
    who.post(&path, &json!({ "decision": decision, "digest": change["digest"] })).await
}

#[tokio::test]
async fn a_contract_changes_when_somebody_else_agrees() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let (ruth, sana, dana) = (world.person("ruth").await, world.person("sana").await, world.person("dana").await);
        let propose = |minutes: u32| {
            let ruth = &ruth;
            let proposed = countersign_domain::contract::Contract { max_minutes: minutes, client: None, ..contract("vault") };
            async move { ruth.post("/v1/contract-changes", &json!({ "contract": proposed })).await }
        };
        let change = propose(10).await.json();
        assert_eq!((&change["state"], &change["base_version"]), (&json!("waiting"), &json!(0)), "{change}");
        assert_eq!(propose(11).await.status, 409, "one at a time");
        assert_eq!(review(&ruth, &change, "sign").await.rules(), ["rail:four-eyes"], "not by who proposed it");
        assert_eq!(review(&dana, &change, "sign").await.status, 403, "not by an agent");
        let mut other = change.clone();
        other["digest"] = json!("0".repeat(64));
        assert_eq!(review(&sana, &other, "sign").await.rules(), ["rail:digest-changed"], "not unseen");
        assert!(!dana.get("/v1/contracts").await.body.contains("vault"), "nothing has changed yet");
        assert_eq!(review(&sana, &change, "sign").await.json()["state"], "accepted");
        assert_eq!(review(&sana, &change, "sign").await.status, 409, "once");
        assert_eq!(dana.api_called("vault").await.max_minutes, 10);

        assert_eq!(propose(10).await.status, 422, "nothing different");
        let next = propose(20).await.json();
        assert_eq!(next["differences"], json!([{ "field": "max_minutes", "before": "10", "after": "20" }]));
        assert_eq!(review(&sana, &next, "refuse").await.json()["state"], "refused");
        let back = propose(30).await.json();
        let path = format!("/v1/contract-changes/{}/withdraw", back["id"].as_str().unwrap());
        assert_eq!(ruth.post(&path, &json!({})).await.json()["state"], "withdrawn");
        assert_eq!(review(&sana, &back, "sign").await.status, 409, "what was taken back");
        assert_eq!((dana.api_called("vault").await.max_minutes, dana.api_called("vault").await.version), (10, 1));
        let by_file = countersign_domain::contract::Contract { max_minutes: 1, ..countersign_testkit::accounts_contract("accounts-api") };
        let refused = ruth.post("/v1/contract-changes", &json!({ "contract": by_file })).await;
        assert_eq!(refused.status, 403, "a contract of the operator's file: {}", refused.body);
    }
}

/// What a client does before it believes a document (RFC 9728 §3.3): it must be of the very name that was asked for.
async fn fetched(world: &World, resource: &str) -> Result<Value, String> {
    let path = resource.strip_prefix(&world.issuer).expect("an API under the service's own address");
    // §3.1: a slash that ends the host goes.
    let answer = world.get(&format!("/.well-known/oauth-protected-resource{}", if path == "/" { "" } else { path })).await;
    match (answer.status, answer.json()["resource"].as_str()) {
        (200, Some(named)) if named == resource => Ok(answer.json()),
        (200, named) => Err(format!("it names {named:?}")),
        (status, _) => Err(status.to_string()),
    }
}

fn sorted(document: &Value) -> Vec<&str> {
    let mut members: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    members
}

#[tokio::test]
async fn an_api_s_own_client_gets_its_document_signed() {
    let world = World::with_chain(Db::Sqlite).await;
    let resource = "https://api.acme.example/archive";
    let asked = |id: &'static str, form: Vec<(&'static str, &'static str)>| {
        let machine = world.machine(id);
        async move { machine.post("/oauth/resource-metadata", &form).await }
    };
    let good = || async { asked("archive-api", vec![("resource", resource)]).await };
    for (what, id, form, error) in [
        ("a client that no contract names", "stranger-api", vec![("resource", resource)], "invalid_target"),
        ("another API's client", "vault-api", vec![("resource", resource)], "invalid_target"),
        ("an API that is not there", "archive-api", vec![("resource", "https://api.acme.example/none")], "invalid_target"),
        ("a name that is longer", "archive-api", vec![("resource", "https://api.acme.example/archive/")], "invalid_target"),
        ("no API", "archive-api", vec![], "invalid_request"),
        ("two", "archive-api", vec![("resource", resource), ("resource", resource)], "invalid_target"),
    ] {
        assert_eq!(asked(id, form).await.error(), error, "{what}");
        assert_eq!(good().await.status, 200, "beside {what}");
    }
    let nobody = reqwest::Client::new().post(format!("{}/oauth/resource-metadata", world.issuer)).form(&[("resource", resource)]).send().await.unwrap();
    assert_eq!(nobody.status(), 401);

    let answer = good().await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut document = answer.json();
    let signature = document.as_object_mut().unwrap().remove("signed_metadata").unwrap();
    assert_eq!(
        document,
        json!({
            "resource": resource, "authorization_servers": [world.issuer], "resource_name": "The archive", "scopes_supported": ["file:put"],
            "bearer_methods_supported": ["header"], "dpop_signing_alg_values_supported": ["ES256"], "dpop_bound_access_tokens_required": true,
            "tls_client_certificate_bound_access_tokens": false,
        }),
        "and nothing of tenants, clients, or what it calls"
    );
    let mut said = signed(signature.as_str().unwrap(), "resource-metadata+jwt", &world.get("/.well-known/jwks.json").await.json());
    let claims = said.as_object_mut().unwrap();
    assert_eq!(claims.remove("iss"), Some(json!(world.issuer)));
    assert_eq!(claims.remove("exp").unwrap().as_i64(), claims.remove("iat").unwrap().as_i64().map(|iat| iat + 300));
    assert_eq!(said, document, "the same is signed, and nothing else");
    let (dana, warrant) = world.acting_at("gateway", &["order:read"]).await;
    let as_token = dana.exchange(&warrant).with("subject_token", signature.as_str().unwrap()).send().await;
    assert_eq!(as_token.error(), "invalid_request", "it is no token");
    assert_eq!(world.machine("archive-api").introspect(signature.as_str().unwrap()).await.body, "{\"active\":false}");

    // The same name in another company is another API.
    let theirs = reqwest::Client::new().post(format!("{}/oauth/resource-metadata", world.issuer)).basic_auth("globex-api", Some(CLIENT_SECRET));
    let theirs: Value = theirs.form(&[("resource", "https://api.acme.example/accounts")]).send().await.unwrap().json().await.unwrap();
    assert_eq!(theirs["resource_name"], "Accounts");
}

#[tokio::test]
async fn an_api_under_the_service_s_own_address_is_found_there() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let api = |key: &str, path: &str, name: &str| Contract {
            key: key.into(),
            name: name.into(),
            audience: format!("{}{path}", world.issuer),
            ..accounts_contract("accounts-api")
        };
        let (engine, acme, globex) = (world.engine(), world.acme, world.globex);
        for contract in [api("mail", "/mail", "Mail"), api("deep", "/mail/deep?a=b", "Deep"), api("root", "/", "Root"), api("shared", "/shared", "Shared")] {
            engine.contract_register(acme, contract).await.unwrap();
        }
        let found = fetched(&world, &format!("{}/mail", world.issuer)).await.unwrap();
        let members = [
            "authorization_servers",
            "bearer_methods_supported",
            "dpop_bound_access_tokens_required",
            "resource",
            "resource_name",
            "scopes_supported",
            "signed_metadata",
            "tls_client_certificate_bound_access_tokens",
        ];
        assert_eq!((sorted(&found), &found["resource_name"], &found["authorization_servers"]), (members.to_vec(), &json!("Mail"), &json!([world.issuer])));
        let text = found.to_string();
        assert!(![acme.to_string(), "acme".into(), "accounts-api".into()].iter().any(|secret| text.contains(secret)), "{text}");
        assert!(fetched(&world, &format!("{}/mail/deep?a=b", world.issuer)).await.is_ok());
        assert!(fetched(&world, &format!("{}/", world.issuer)).await.is_ok());
        let refused = fetched(&world, &world.issuer.clone()).await;
        assert_eq!(refused, Err(format!("it names {:?}", Some(format!("{}/", world.issuer)))), "one place for two names");
        for nothing in ["/none", "/mail/", "/mail/deep", "/Mail", "/mail?a=b", "/%6dail", "/accounts"] {
            assert_eq!(fetched(&world, &format!("{}{nothing}", world.issuer)).await, Err("404".into()), "{nothing}");
        }
        // Two companies may have an API of one name. It is told of only while they say the same.
        engine.contract_register(globex, Contract { introspection_clients: vec!["globex-api".into()], ..api("shared", "/shared", "Shared") }).await.unwrap();
        assert!(fetched(&world, &format!("{}/shared", world.issuer)).await.is_ok(), "the same");
        engine.contract_register(globex, api("shared", "/shared", "Another")).await.unwrap();
        assert_eq!(fetched(&world, &format!("{}/shared", world.issuer)).await, Err("404".into()), "it would be a guess");
        assert!(fetched(&world, &format!("{}/mail", world.issuer)).await.is_ok());
    }
}
