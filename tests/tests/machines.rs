//! Machines prove who they are in the one way that they are registered with, and APIs are described to whom it concerns.

use countersign_domain::contract::Contract;
use countersign_testkit::{Db, Person, World, accounts_contract, signed, world::CLIENT_SECRET};
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

#[tokio::test]
async fn an_assertion_is_for_the_issuer_and_for_the_token_endpoint_only_where_that_is_registered() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::on(db).await;
        let ruth = world.person("ruth").await;
        let key = countersign_testkit::Forger::new();
        let jwks = json!({ "keys": [key.jwk()] }).to_string();
        for (id, endpoint_audience) in [("strict-api", false), ("lenient-api", true)] {
            let client = json!({ "id": id, "name": id, "auth": "private_key_jwt", "jwks": jwks, "endpoint_audience": endpoint_audience });
            assert_eq!(ruth.post("/v1/clients", &client).await.status, 200);
        }
        let shown = std::cell::Cell::new(0);
        let proves = async |id: &str, aud: &Value| {
            shown.set(shown.get() + 1);
            let now = countersign_domain::Clock::now(world.clock.as_ref()).unix_secs();
            let claims = json!({ "iss": id, "sub": id, "aud": aud, "exp": now + 60, "iat": now, "jti": format!("assertion-{}", shown.get()) });
            let assertion = key.sign(json!({ "alg": "ES256", "typ": "client-authentication+jwt" }), claims);
            let by = ("client_assertion_type", countersign_oauth::client_assertion::TYPE_JWT_BEARER);
            own(&world, None, &[by, ("client_assertion", assertion.as_str())]).await.0
        };
        let (issuer, endpoint) = (json!(world.issuer), json!(format!("{}/oauth/token", world.issuer)));
        for (id, aud, status) in [
            ("strict-api", &endpoint, 401),
            ("strict-api", &issuer, 200),
            ("lenient-api", &json!(format!("{}/oauth/token/", world.issuer)), 401),
            ("lenient-api", &json!(format!("{}/oauth/introspect", world.issuer)), 401),
            ("lenient-api", &json!([issuer, endpoint]), 401),
            ("lenient-api", &endpoint, 200),
            ("lenient-api", &issuer, 200),
        ] {
            assert_eq!(proves(id, aud).await, status, "{id} for {aud}");
        }
        for (id, endpoint_audience) in [("strict-api", true), ("lenient-api", false)] {
            assert_eq!(ruth.post(&format!("/v1/clients/{id}"), &json!({ "endpoint_audience": endpoint_audience })).await.status, 200);
        }
        assert_eq!((proves("lenient-api", &endpoint).await, proves("lenient-api", &issuer).await), (401, 200), "no longer");
        assert_eq!(proves("strict-api", &endpoint).await, 200, "from now on");
    }
}

#[tokio::test]
async fn a_contract_s_own_limit_ends_its_tokens_sooner() {
    use countersign_testkit::{
        chain::{audience, contract},
        forge,
    };

    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with_chain(db).await;
        for (key, token_ttl_s) in [("gateway", 120), ("ledger", 45)] {
            world.engine().contract_register(world.acme, Contract { token_ttl_s, ..contract(key) }).await.unwrap();
        }
        // What the answer says, and what the token does.
        let lives = |answer: &Value| {
            let said = forge::claims(answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")));
            (answer["expires_in"].as_i64().unwrap(), said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap())
        };
        let (dana, warrant) = world.acting_at("gateway", &["order:refund"]).await;
        let first = dana.exchange(&warrant).with("audience", &audience("gateway")).send().await.json();
        assert_eq!(lives(&first), (120, 120), "from a warrant");
        let parent = first["access_token"].as_str().unwrap();
        let (gateway, ledger) = (world.machine("gateway-api"), world.machine("ledger-api"));
        let next = gateway.pass_on(parent, "ledger", &[]).await.json();
        assert_eq!(lives(&next), (45, 45), "passed on");
        let child = next["access_token"].as_str().unwrap();
        let further = ledger.pass_on(child, "bank", &[]).await.json();
        assert!((1..=45).contains(&lives(&further).0), "nor does it live on in what came of it: {further}");
        assert_eq!(ledger.introspect(child).await.json()["exp"], forge::claims(child)["exp"]);
        world.clock.advance(std::time::Duration::from_secs(45));
        assert_eq!(ledger.introspect(child).await.json(), json!({ "active": false }));
        assert_eq!(gateway.introspect(parent).await.json()["active"], true);
        world.clock.advance(std::time::Duration::from_secs(75));
        assert_eq!(gateway.introspect(parent).await.json(), json!({ "active": false }));
    }
}
