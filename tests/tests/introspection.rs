//! What an API is told of a token when it asks: signed (RFC 9701), by whom and for whom; and of a customer by the name that its contract wants.

use std::time::Duration;

use countersign_domain::{
    Clock as _,
    contract::{Contract, Subject},
};
use countersign_oauth::introspection::{INTROSPECTION_JWT, MEDIA_TYPE};
use countersign_testkit::{Answer, Db, Machine, World, chain::contract, forge, signed};
use serde_json::{Value, json};

/// Asks for a signed answer.
async fn asked(machine: &Machine, token: &str) -> Answer {
    machine.form("/oauth/introspect").with("token", token).head("accept", MEDIA_TYPE).send().await
}

/// The answer in a signed one, which must be the service's own of this moment, for this machine, and no token.
async fn said(world: &World, machine: &Machine, token: &str) -> Value {
    let answer = asked(machine, token).await;
    assert_eq!((answer.status, answer.header("content-type"), answer.header("cache-control")), (200, MEDIA_TYPE, "no-store"), "{}", answer.body);
    let mut claims = signed(&answer.body, INTROSPECTION_JWT, &world.get("/.well-known/jwks.json").await.json());
    let introspection = claims.as_object_mut().unwrap().remove("token_introspection");
    // RFC 9701 §5, §8.1: with `sub` or `exp` it could be taken for a token.
    assert_eq!(claims, json!({ "iss": world.issuer, "aud": machine.id, "iat": world.clock.now().unix_secs() }));
    introspection.expect("the answer itself")
}

#[tokio::test]
async fn a_signed_answer_is_the_plain_one_and_for_whoever_asked() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with_chain(db).await;
        let (_, parent) = world.at_the_gateway().await;
        let [gateway, ledger, auditor, stranger] = ["gateway-api", "ledger-api", "auditor-api", "stranger-api"].map(|id| world.machine(id));
        let child = gateway.passed_on(&parent, "ledger").await;
        // It is dated when it is given, and not as the token is.
        world.clock.advance(Duration::from_secs(7));
        let silent = json!({ "active": false });
        let unknown = format!("csh_{}", "A".repeat(43));
        for (what, machine, token) in [
            ("a stranger", &stranger, &child),
            ("the API before", &gateway, &child),
            ("the next API", &ledger, &parent),
            ("about what never was", &ledger, &unknown),
        ] {
            assert_eq!(said(&world, machine, token).await, silent, "{what}");
        }
        for machine in [&ledger, &auditor] {
            let plain = machine.introspect(&child).await;
            assert_eq!((plain.header("content-type"), &plain.json()["active"]), ("application/json", &json!(true)));
            assert_eq!(said(&world, machine, &child).await, plain.json(), "{}", machine.id);
        }
        assert_eq!(gateway.revoke(&child).await.status, 200);
        for machine in [&ledger, &auditor] {
            assert_eq!((said(&world, machine, &child).await, machine.introspect(&child).await.json()), (silent.clone(), silent.clone()), "{}", machine.id);
        }
    }
}

#[tokio::test]
async fn what_is_accepted_may_stand_in_several_lines() {
    let world = World::with_chain(Db::Sqlite).await;
    let (_, parent) = world.at_the_gateway().await;
    let form = || world.machine("gateway-api").form("/oauth/introspect").with("token", &parent).head("accept", "text/html");
    let signed = form().head("accept", MEDIA_TYPE).send().await;
    assert_eq!((signed.status, signed.header("content-type")), (200, MEDIA_TYPE));
    let plain = form().head("accept", "application/json").head("accept", &format!("{MEDIA_TYPE};q=0.5")).send().await;
    assert_eq!((plain.status, plain.header("content-type")), (200, "application/json"));
}

#[tokio::test]
async fn a_refusal_is_no_answer_and_is_not_signed() {
    let world = World::with_chain(Db::Sqlite).await;
    let (_, parent) = world.at_the_gateway().await;
    let gateway = world.machine("gateway-api");
    let form = || gateway.form("/oauth/introspect").with("token", &parent).head("accept", MEDIA_TYPE);
    for (post, status, error) in [
        (form().basic("gateway-api", "wrong"), 401, "invalid_client"),
        (form().unproved(), 401, "invalid_client"),
        (form().without("token"), 400, "invalid_request"),
        (form().and("token", "x"), 400, "invalid_request"),
    ] {
        let refused = post.send().await;
        assert_eq!((refused.status, refused.header("content-type"), refused.error().as_str()), (status, "application/json", error));
        assert_eq!(said(&world, &gateway, &parent).await["active"], true, "beside it");
    }
}

#[tokio::test]
async fn the_metadata_names_what_answers_are_signed_with() {
    let world = World::with_chain(Db::Sqlite).await;
    let used = forge::header(&asked(&world.machine("gateway-api"), "no token").await.body)["alg"].clone();
    for document in ["oauth-authorization-server", "openid-configuration"] {
        let about = world.get(&format!("/.well-known/{document}")).await.json();
        assert_eq!(about["introspection_signing_alg_values_supported"], json!([used]), "{document}");
    }
}

#[tokio::test]
async fn a_customer_s_name_is_qualified_where_the_contract_wants_it_and_nowhere_else() {
    for db in [Db::Sqlite, Db::Postgres] {
        let world = World::with_chain(db).await;
        for key in ["gateway", "bank"] {
            let qualified = Contract { subject: Subject::Qualified, ..contract(key) };
            world.engine().contract_register(world.acme, qualified).await.unwrap();
        }
        let (_, parent) = world.at_the_gateway().await;
        let [gateway, ledger, bank] = ["gateway-api", "ledger-api", "bank-api"].map(|id| world.machine(id));
        let child = gateway.passed_on(&parent, "ledger").await;
        let grandchild = ledger.passed_on(&child, "bank").await;
        let (plain, qualified) = ("cus_8812".to_owned(), format!("{}:cus_8812", world.acme));
        for (machine, token, sub) in [(&gateway, &parent, &qualified), (&ledger, &child, &plain), (&bank, &grandchild, &qualified)] {
            assert_eq!(forge::claims(token)["sub"], *sub, "{}", machine.id);
            let told = machine.introspect(token).await.json();
            assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!(sub)), "{}", machine.id);
        }
    }
}
