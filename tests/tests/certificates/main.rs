//! Certificates of clients (RFC 8705): each proves one client and no other, and what is bound to one is good over its connections alone.

mod authority;

use std::time::Duration;

use authority::{Authority, Held, Tls, acme, for_servers, lasting, named, with_san};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::client::CertificateName;
use countersign_engine::{ByFile, Proves};
use countersign_testkit::{Db, Person, World, chain::audience};
use rcgen::{DnType, SanType};
use serde_json::{Value, json};

const DN: &str = "CN=billing,O=Acme,C=SE";

async fn register(ruth: &Person, id: &str, auth: &str, more: Value) -> u16 {
    let mut input = json!({ "id": id, "name": id, "auth": auth });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ruth.post("/v1/clients", &input).await.status
}

async fn issued(ruth: &Person, id: &str, kind: &str, name: &str) {
    assert_eq!(register(ruth, id, "tls_client_auth", json!({ "certificate": { kind: name } })).await, 200, "{id}");
}

fn jwks(of: &[&Held]) -> String {
    json!({ "keys": of.iter().map(|held| held.jwk()).collect::<Vec<_>>() }).to_string()
}

#[tokio::test]
async fn a_certificate_of_the_authority_proves_its_client_and_nothing_else_does() {
    let (ca, other) = (Authority::new("Acme clients"), Authority::new("Acme clients"));
    let tls = Tls::trusting(Db::Sqlite, &ca).await;
    let ruth = tls.world.person("ruth").await;
    issued(&ruth, "billing-api", "tls_client_auth_subject_dn", DN).await;
    issued(&ruth, "ledger-api", "tls_client_auth_subject_dn", "CN=ledger,O=Acme,C=SE").await;
    let held = ca.issue(&acme("billing"));
    let good = tls.with(&held);
    let (between, stray) = (ca.below("Between"), other.below("Between"));
    let rows = [
        ("of another client", ca.issue(&acme("ledger"))),
        ("of the right name by another authority of the same name", other.issue(&acme("billing"))),
        ("of the right name, signed by itself", Held::self_signed(&acme("billing"))),
        ("over", ca.issue(&lasting(acme("billing"), 2024, 2026))),
        ("not yet good", ca.issue(&lasting(acme("billing"), 2027, 2030))),
        ("for servers", ca.issue(&for_servers(acme("billing")))),
        (
            "whose name is in another order",
            ca.issue(&named(&[(DnType::CommonName, "billing"), (DnType::OrganizationName, "Acme"), (DnType::CountryName, "SE")])),
        ),
        ("whose common name prints like the whole", ca.issue(&named(&[(DnType::CommonName, DN)]))),
        (
            "whose name goes on",
            ca.issue(&named(&[
                (DnType::CountryName, "SE"),
                (DnType::OrganizationName, "Acme"),
                (DnType::CommonName, "billing"),
                (DnType::OrganizationalUnitName, "x"),
            ])),
        ),
        ("of other letters", ca.issue(&acme("Billing"))),
        ("with the name as an alternative one", ca.issue(&with_san(named(&[]), SanType::DnsName("billing".try_into().unwrap())))),
        ("whose issuer is not there", between.issue(&acme("billing"))),
        ("whose issuer is another's", stray.issue(&acme("billing")).behind(&stray)),
    ];
    assert_eq!(tls.comes(&good, "billing-api").await, 200);
    assert_eq!(tls.comes(&tls.with(&between.issue(&acme("billing")).behind(&between)), "billing-api").await, 200, "by way of another authority");
    for (what, held) in &rows {
        let (status, refused) = tls.own(&tls.with(held), &[("client_id", "billing-api")], &[]).await;
        assert_eq!((status, &refused["error"]), (401, &json!("invalid_client")), "a certificate {what}: {refused}");
        assert_eq!(tls.comes(&good, "billing-api").await, 200, "beside one {what}");
    }
    // A certificate is public: whoever has it and not its key does not get as far as a request.
    let stolen = tls.with_key_of(&held, &ca.issue(&acme("ledger")));
    let asked =
        stolen.post(format!("{}/oauth/token", tls.world.issuer)).form(&[("grant_type", "client_credentials"), ("client_id", "billing-api")]).send().await;
    assert!(asked.is_err(), "{asked:?}");
    assert_eq!(tls.comes(&tls.with_key_of(&held, &held), "billing-api").await, 200, "the same with its key");
    assert_eq!(tls.comes(&tls.with_older_tls(&held), "billing-api").await, 200, "over TLS 1.2");
    assert_eq!(tls.comes(&good, "ledger-api").await, 401, "another client's name");
    assert_eq!(tls.comes(&good, "console").await, 400, "the console's key is proved and nothing else");
    let lines = tls.world.trail(&tls.world.person("ines").await).await;
    let refused = |l: &Value| l["kind"] == "client.refuse" && l["action"] == "billing-api";
    assert!(lines.iter().any(refused), "it is in the trail");
}

#[tokio::test]
async fn what_is_said_of_a_certificate_elsewhere_is_not_heard() {
    let ca = Authority::new("Acme clients");
    let tls = Tls::trusting(Db::Sqlite, &ca).await;
    let ruth = tls.world.person("ruth").await;
    issued(&ruth, "billing-api", "tls_client_auth_subject_dn", DN).await;
    let held = ca.issue(&acme("billing"));
    let (plain, good) = (tls.plain(), tls.with(&held));
    let b64 = base64::engine::general_purpose::STANDARD.encode(&held.der);
    let headers = [
        ("x-client-cert", b64.clone()),
        ("client-cert", format!(":{b64}:")),
        ("x-forwarded-client-cert", format!("Hash={};Subject=\"{DN}\"", held.thumbprint())),
        ("x-ssl-client-cert", b64.clone()),
        ("x-ssl-client-verify", "SUCCESS".into()),
        ("x-ssl-client-s-dn", DN.into()),
        ("ssl-client-cert", b64),
        ("x-amzn-mtls-clientcert-subject", DN.into()),
    ];
    let (status, refused) = tls.own(&plain, &[("client_id", "billing-api")], &headers).await;
    assert_eq!((status, &refused["error"]), (401, &json!("invalid_client")), "{refused}");
    assert_eq!(tls.comes(&plain, "billing-api").await, 401, "no certificate");
    let basic = |secret: &str| vec![("authorization", format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("billing-api:{secret}"))))];
    let claims = json!({ "iss": "billing-api", "sub": "billing-api", "aud": tls.world.issuer, "exp": 1_795_181_600, "iat": 1_795_181_520, "jti": "one" });
    let assertion = format!("{}.{}.AAAA", URL_SAFE_NO_PAD.encode("{\"alg\":\"ES256\"}"), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let assertion = [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion.as_str())];
    let ledger = tls.with(&ca.issue(&acme("ledger")));
    for (what, http, form, headers, error) in [
        ("no name", &good, vec![], vec![], "invalid_client"),
        ("an empty name", &good, vec![("client_id", "")], vec![], "invalid_client"),
        ("a secret besides, in the header", &good, vec![], basic("guessed"), "invalid_request"),
        ("a secret besides, in the body", &good, vec![("client_id", "billing-api"), ("client_secret", "guessed")], vec![], "invalid_request"),
        ("a secret and another's certificate", &ledger, vec![], basic("guessed"), "invalid_client"),
        ("a secret and no certificate", &plain, vec![], basic("guessed"), "invalid_client"),
        ("an assertion besides", &good, assertion.to_vec(), vec![], "invalid_request"),
        ("an assertion of nobody and another's certificate", &ledger, assertion.to_vec(), vec![], "invalid_client"),
    ] {
        let (_, refused) = tls.own(http, &form, &headers).await;
        assert_eq!(refused["error"], error, "{what}: {refused}");
        assert_eq!(tls.comes(&good, "billing-api").await, 200, "beside {what}");
    }
    // A certificate that is nobody's is no second way: clients with a secret may come over any connection.
    assert_eq!(register(&ruth, "header-api", "client_secret_basic", json!({})).await, 200);
    let secret = ruth.post("/v1/clients/header-api/secrets", &json!({})).await.json()["client_secret"].as_str().unwrap().to_owned();
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("header-api:{secret}"));
    assert_eq!(tls.own(&good, &[], &[("authorization", format!("Basic {encoded}"))]).await.0, 200);
    assert_eq!(tls.comes(&good, "header-api").await, 401, "and its certificate is no secret");
}

#[tokio::test]
async fn a_name_counts_in_the_place_that_was_registered() {
    let ca = Authority::new("Acme clients");
    let tls = Tls::trusting(Db::Sqlite, &ca).await;
    let ruth = tls.world.person("ruth").await;
    let (dns, uri) = (|t: &str| SanType::DnsName(t.try_into().unwrap()), |t: &str| SanType::URI(t.try_into().unwrap()));
    let (ip, email) = (|t: &str| SanType::IpAddress(t.parse().unwrap()), |t: &str| SanType::Rfc822Name(t.try_into().unwrap()));
    let rows = [
        ("san_dns", "billing.acme.example", dns("billing.acme.example"), uri("billing.acme.example")),
        ("san_uri", "spiffe://acme.example/billing", uri("spiffe://acme.example/billing"), uri("spiffe://acme.example/billing/x")),
        ("san_ip", "2001:db8::7", ip("2001:db8:0:0::7"), dns("2001-db8--7")),
        ("san_email", "ops@acme.example", email("ops@acme.example"), uri("mailto:ops@acme.example")),
    ];
    for (kind, name, right, wrong) in rows {
        let id = format!("{}-api", kind.replace('_', "-"));
        issued(&ruth, &id, &format!("tls_client_auth_{kind}"), name).await;
        let common = named(&[(DnType::CommonName, name)]);
        assert_eq!(tls.comes(&tls.with(&ca.issue(&common)), &id).await, 401, "{kind}: as the common name");
        assert_eq!(tls.comes(&tls.with(&ca.issue(&with_san(common.clone(), wrong))), &id).await, 401, "{kind}: in another place");
        assert_eq!(tls.comes(&tls.with(&ca.issue(&with_san(named(&[]), right))), &id).await, 200, "{kind}");
    }
}

#[tokio::test]
async fn a_certificate_is_renewed_and_runs_out_over_open_connections_too() {
    let (ca, next) = (Authority::new("Acme clients"), Authority::new("Acme clients, the next"));
    let tls = Tls::trusting(Db::Sqlite, &ca).await;
    let ruth = tls.world.person("ruth").await;
    issued(&ruth, "billing-api", "tls_client_auth_subject_dn", DN).await;
    let (old, new) = (tls.with(&ca.issue(&lasting(acme("billing"), 2025, 2027))), tls.with(&ca.issue(&lasting(acme("billing"), 2026, 2029))));
    assert_eq!((tls.comes(&old, "billing-api").await, tls.comes(&new, "billing-api").await), (200, 200), "both at a time");
    tls.world.clock.advance(Duration::from_hours(24 * 60));
    assert_eq!((tls.comes(&old, "billing-api").await, tls.comes(&new, "billing-api").await), (401, 200), "over, on a connection that stood open");
    std::fs::write(&tls.ca_file, next.pem()).unwrap();
    assert_eq!(tls.comes(&new, "billing-api").await, 200, "the file is not read anew yet");
    tls.world.running().reload_certificate().unwrap();
    assert_eq!(tls.comes(&new, "billing-api").await, 401, "its authority is gone");
    let newest = tls.with(&next.issue(&acme("billing")));
    assert_eq!(tls.comes(&newest, "billing-api").await, 200);
    std::fs::write(&tls.ca_file, "nothing").unwrap();
    assert!(tls.world.running().reload_certificate().is_err());
    assert_eq!(tls.comes(&newest, "billing-api").await, 200, "what can't be used is not taken up");
}

#[tokio::test]
async fn a_certificate_that_was_registered_itself_proves_its_client_alone() {
    for db in [Db::Sqlite, Db::Postgres] {
        let ca = Authority::new("Acme clients");
        let tls = Tls::trusting(db, &ca).await;
        let ruth = tls.world.person("ruth").await;
        let (one, two, over) =
            (Held::self_signed(&acme("billing")), Held::self_signed(&acme("billing")), Held::self_signed(&lasting(acme("billing"), 2024, 2026)));
        let own = "self_signed_tls_client_auth";
        assert_eq!(register(&ruth, "billing-api", own, json!({ "jwks": jwks(&[&one, &over]) })).await, 200);
        let good = tls.with(&one);
        assert_eq!(tls.comes(&good, "billing-api").await, 200);
        for (what, held) in [
            ("of the same name", &two),
            ("of the same key", &one.again(&acme("billing"))),
            ("of the same name by the authority", &ca.issue(&acme("billing"))),
            ("that is registered and over", &over),
        ] {
            assert_eq!(tls.comes(&tls.with(held), "billing-api").await, 401, "one {what}");
            assert_eq!(tls.comes(&good, "billing-api").await, 200, "beside one {what}");
        }
        let changed = ruth.post("/v1/clients/billing-api", &json!({ "jwks": jwks(&[&one, &two]) })).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!((tls.comes(&good, "billing-api").await, tls.comes(&tls.with(&two), "billing-api").await), (200, 200), "two at a time");
        assert_eq!(ruth.post("/v1/clients/billing-api", &json!({ "jwks": jwks(&[&two]) })).await.status, 200);
        assert_eq!((tls.comes(&good, "billing-api").await, tls.comes(&tls.with(&two), "billing-api").await), (401, 200));
        assert_eq!(ruth.post("/v1/clients/billing-api", &json!({ "disabled": true })).await.status, 200);
        assert_eq!(tls.comes(&tls.with(&two), "billing-api").await, 401, "disabled");
    }
}

#[tokio::test]
async fn what_could_prove_nothing_is_not_registered() {
    let ca = Authority::new("Acme clients");
    let tls = Tls::trusting(Db::Sqlite, &ca).await;
    let (ruth, one) = (tls.world.person("ruth").await, Held::self_signed(&acme("billing")));
    let (issued, own) = ("tls_client_auth", "self_signed_tls_client_auth");
    let dn = json!({ "tls_client_auth_subject_dn": DN });
    let mut private = one.jwk();
    private["d"] = json!("AAAA");
    let rows = [
        ("no name", issued, json!({})),
        ("a name and keys", issued, json!({ "certificate": dn, "jwks": jwks(&[&one]) })),
        ("two names", issued, json!({ "certificate": { "tls_client_auth_subject_dn": DN, "tls_client_auth_san_dns": "a.example" } })),
        ("a name of no kind", issued, json!({ "certificate": { "tls_client_auth_san": "a.example" } })),
        ("no DN", issued, json!({ "certificate": { "tls_client_auth_subject_dn": "/CN=billing/O=Acme" } })),
        ("a wildcard", issued, json!({ "certificate": { "tls_client_auth_san_dns": "*.acme.example" } })),
        ("a net", issued, json!({ "certificate": { "tls_client_auth_san_ip": "192.0.2.0/24" } })),
        ("no address", issued, json!({ "certificate": { "tls_client_auth_san_email": "ops" } })),
        ("no keys", own, json!({})),
        ("a key without a certificate", own, json!({ "jwks": json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }] }).to_string() })),
        (
            "a key of another certificate",
            own,
            json!({ "jwks": json!({ "keys": [{ "kty": "EC", "x": "AA", "y": "AA", "x5c": one.jwk()["x5c"] }] }).to_string() }),
        ),
        ("a private key", own, json!({ "jwks": json!({ "keys": [private] }).to_string() })),
        ("a name and a certificate of its own", own, json!({ "certificate": dn, "jwks": jwks(&[&one]) })),
        ("a name and a secret", "client_secret_basic", json!({ "certificate": dn })),
    ];
    for (what, auth, more) in rows {
        assert_eq!(register(&ruth, "billing-api", auth, more).await, 422, "{what}");
    }
    assert_eq!(register(&ruth, "billing-api", issued, json!({ "certificate": dn })).await, 200);
    assert_eq!(ruth.post("/v1/clients/billing-api/secrets", &json!({})).await.status, 422, "it needs no secret");
    let other = json!({ "certificate": { "tls_client_auth_san_dns": "*" } });
    assert_eq!(ruth.post("/v1/clients/billing-api", &other).await.status, 422);
    assert_eq!(ruth.post("/v1/clients/billing-api", &json!({ "jwks": jwks(&[&one]) })).await.status, 422);
    let about = tls.world.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(about["tls_client_certificate_bound_access_tokens"], true);
    for endpoint in ["token", "introspection", "revocation"] {
        let methods = about[format!("{endpoint}_endpoint_auth_methods_supported")].as_array().unwrap().clone();
        assert!(methods.contains(&json!(issued)) && methods.contains(&json!(own)), "{endpoint}");
    }

    // Where TLS ends elsewhere, none of this is promised or taken.
    let world = World::new().await;
    let ruth = world.person("ruth").await;
    assert_eq!(register(&ruth, "billing-api", issued, json!({ "certificate": dn })).await, 422);
    assert_eq!(register(&ruth, "billing-api", own, json!({ "jwks": jwks(&[&one]) })).await, 422);
    assert_eq!(register(&ruth, "billing-api", "client_secret_basic", json!({ "certificate_bound": true })).await, 422);
    assert_eq!(register(&ruth, "billing-api", "client_secret_basic", json!({})).await, 200);
    let about = world.get("/.well-known/oauth-authorization-server").await;
    assert!(about.json()["tls_client_certificate_bound_access_tokens"] == false && !about.body.contains("tls_client_auth"), "{}", about.body);
}

#[tokio::test]
async fn clients_of_the_operator_s_file_come_by_certificate_and_no_longer_by_secret() {
    let ca = Authority::new("Acme clients");
    let tls = Tls::trusting(Db::Sqlite, &ca).await;
    let engine = tls.world.engine();
    let secret = [(
        "authorization",
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("accounts-api:{}", countersign_testkit::world::CLIENT_SECRET))),
    )];
    let by_secret = || async { tls.own(&tls.plain(), &[], &secret).await.0 };
    assert_eq!(by_secret().await, 200);
    let file = |proves: Proves| ByFile { id: "accounts-api".into(), proves, certificate_bound: false };
    let (issued, one) = (tls.with(&ca.issue(&acme("accounts"))), Held::self_signed(&acme("accounts")));
    engine.client_register_by_file(tls.world.acme, file(Proves::Issued(CertificateName::SubjectDn("CN=accounts,O=Acme,C=SE".into())))).await.unwrap();
    assert_eq!((by_secret().await, tls.comes(&issued, "accounts-api").await), (401, 200));
    engine.client_register_by_file(tls.world.acme, file(Proves::Registered(jwks(&[&one])))).await.unwrap();
    assert_eq!((tls.comes(&issued, "accounts-api").await, tls.comes(&tls.with(&one), "accounts-api").await), (401, 200));
    for path in ["/oauth/introspect", "/oauth/revoke", "/oauth/resource-metadata"] {
        let form = [("client_id", "accounts-api"), ("token", "csh_none"), ("resource", "https://api.acme.example/accounts")];
        let at = async |http: reqwest::Client| http.post(format!("{}{path}", tls.world.issuer)).form(&form).send().await.unwrap().status().as_u16();
        assert_eq!((at(tls.plain()).await, at(issued.clone()).await, at(tls.with(&one)).await), (401, 401, 200), "{path}");
    }
    assert!(engine.client_register_by_file(tls.world.acme, file(Proves::Registered("{}".into()))).await.is_err());
    assert!(engine.client_register_by_file(tls.world.globex, file(Proves::Registered(jwks(&[&one])))).await.is_err(), "another company's");
    engine
        .client_register(tls.world.acme, "accounts-api", &countersign_domain::Secret::new(countersign_testkit::world::CLIENT_SECRET.to_owned()))
        .await
        .unwrap();
    assert_eq!((by_secret().await, tls.comes(&tls.with(&one), "accounts-api").await), (200, 401));
}

fn said(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn what_a_client_gets_is_bound_to_its_certificate() {
    for db in [Db::Sqlite, Db::Postgres] {
        let tls = Tls::trusting(db, &Authority::new("Acme clients")).await.chained().await;
        let (world, ruth) = (&tls.world, tls.world.person("ruth").await);
        for id in ["gateway-api", "notify-api"] {
            assert_eq!(ruth.post(&format!("/v1/clients/{id}"), &json!({ "certificate_bound": true })).await.status, 200);
        }
        let (held, other) = (Held::self_signed(&acme("gateway")), Held::self_signed(&acme("gateway")));
        let bare = world.machine("gateway-api");
        let (gateway, elsewhere) = (bare.clone().over(&tls.with(&held)), bare.clone().over(&tls.with(&other)));
        let (_, parent) = world.at_the_gateway().await;

        // Deny first: over no such connection, or bound to two things.
        assert_eq!(bare.pass_on(&parent, "ledger", &[]).await.error(), "invalid_request", "no certificate");
        assert_eq!(bare.post("/oauth/token", &[("grant_type", "client_credentials")]).await.error(), "invalid_request", "no certificate, for itself");
        assert_eq!(gateway.clone().with_key().pass_on(&parent, "ledger", &[]).await.error(), "invalid_request", "a key besides");
        assert_eq!(gateway.clone().with_key().post("/oauth/token", &[("grant_type", "client_credentials")]).await.error(), "invalid_request");

        let child = gateway.pass_on(&parent, "ledger", &[]).await;
        assert_eq!((child.status, &child.json()["token_type"]), (200, &json!("Bearer")), "{}", child.body);
        let token = child.json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(said(&token)["cnf"], json!({ "x5t#S256": held.thumbprint() }));
        let ledger = world.machine("ledger-api");
        let live = ledger.introspect(&token).await.json();
        assert_eq!((&live["active"], &live["cnf"], &live["token_type"]), (&json!(true), &json!({ "x5t#S256": held.thumbprint() }), &json!("Bearer")));

        let own = gateway.own().await;
        let naming = [("actor_token", own.as_str()), ("actor_token_type", "urn:ietf:params:oauth:token-type:access_token")];
        assert_eq!(elsewhere.pass_on(&parent, "ledger", &naming).await.error(), "invalid_request", "its own token over another certificate");
        assert_eq!(gateway.pass_on(&parent, "ledger", &naming).await.status, 200);
        assert_eq!(ruth.post("/v1/clients/gateway-api", &json!({ "certificate_bound": false })).await.status, 200);
        assert_eq!(bare.pass_on(&parent, "ledger", &naming).await.error(), "invalid_request", "and over none, however it is registered by now");
        let free = bare.pass_on(&parent, "ledger", &[]).await;
        assert_eq!((free.status, said(free.json()["access_token"].as_str().unwrap()).get("cnf")), (200, None), "{}", free.body);
        assert_eq!(elsewhere.pass_on(&parent, "ledger", &[]).await.status, 200, "a certificate binds nothing unless it is registered to");

        // Who was called with it holds another key: it is not asked for the caller's certificate, which the call itself has proved.
        let at_bank = ledger.passed_on(&token, "bank").await;
        assert!(said(&at_bank).get("cnf").is_none());
        let opaque = world.machine("bank-api").passed_on(&at_bank, "notify").await;
        let notify = world.machine("notify-api");
        assert_eq!(notify.pass_on(&opaque, "archive", &[]).await.error(), "invalid_request");
        let bound = notify.over(&tls.with(&other)).passed_on(&opaque, "archive").await;
        assert_eq!(said(&bound)["cnf"], json!({ "x5t#S256": other.thumbprint() }), "an API of bound tokens takes either");
        assert_eq!(said(&bound)["aud"], audience("archive"));
        assert_eq!(gateway.revoke(&own).await.status, 200);
    }
}
