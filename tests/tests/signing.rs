//! Signing: four eyes are two people, each with a fresh proof, good once.

use std::time::Duration;

use countersign_api::request::RequestState;
use countersign_domain::{Code, review::Decision};
use countersign_testkit::{World, world::PASSWORD};
use serde_json::json;

#[tokio::test]
async fn nobody_signs_for_themselves_twice_or_from_outside_the_group() {
    let world = World::new().await;
    let (both, dana, sana, loose, gus) =
        (world.person("both").await, world.person("dana").await, world.person("sana").await, world.person("loose").await, world.person("gus").await);

    let own = both.ask("ZD-4600", &["profile:read"], 15).await;
    let page = both.prove_with(&world, own.id, own.digest, PASSWORD).await;
    assert!(page.is_err(), "one's own request is not even shown to be proved for");
    assert!(both.review(&own, Decision::Sign, None).await.rules().contains(&"rail:four-eyes".into()));
    assert!(both.review(&own, Decision::Refuse, Some("not mine to refuse")).await.rules().contains(&"rail:four-eyes".into()));

    let asked = dana.ask("ZD-4711", &["refund:write"], 15).await;
    assert_eq!(dana.review(&asked, Decision::Sign, None).await.code(), Code::Forbidden);
    assert_eq!(gus.review(&asked, Decision::Sign, None).await.code(), Code::NotFound, "another company's request is not there");
    assert_eq!(loose.review(&asked, Decision::Sign, None).await.rules(), ["reviewer-in-group"]);

    let once = sana.sign(&world, &asked).await;
    assert_eq!((once.state, once.reviews.len()), (RequestState::Waiting, 1));
    assert!(sana.review(&asked, Decision::Sign, None).await.rules().contains(&"rail:counts-once".into()));
    let again = sana.prove_with(&world, asked.id, asked.digest, PASSWORD).await;
    assert!(again.is_err());
    assert_eq!(dana.look(asked.id).await.state, RequestState::Waiting, "one person counts once");

    let second = both.sign(&world, &asked).await;
    assert_eq!(second.state, RequestState::Signed);
}

#[tokio::test]
async fn a_signature_wants_a_fresh_proof_and_says_how() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    let refused = sana.review(&asked, Decision::Sign, None).await;
    assert_eq!((refused.status, refused.code()), (401, Code::FreshProofRequired));
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.contains("insufficient_user_authentication")
            && challenge.contains("acr_values=\"urn:countersign:acr:password\"")
            && challenge.contains("max_age="),
        "{challenge}"
    );
    assert_eq!(dana.look(asked.id).await.reviews.len(), 0);
}

#[tokio::test]
async fn a_proof_is_good_once_for_this_person_session_act_and_digest() {
    let world = World::new().await;
    let (dana, sana, imre) = (world.person("dana").await, world.person("sana").await, world.person("imre").await);
    let first = dana.ask("ZD-4711", &["refund:write"], 15).await;
    let second = dana.ask("ZD-4702", &["profile:read"], 15).await;

    // For another request: refused.
    sana.prove(&world, &first).await;
    assert_eq!(sana.review(&second, Decision::Sign, None).await.code(), Code::FreshProofRequired);
    // By another person: refused.
    assert_eq!(imre.review(&first, Decision::Sign, None).await.code(), Code::FreshProofRequired);
    // At another console of the same person: refused.
    let elsewhere = world.person("sana").await;
    assert_eq!(elsewhere.review(&first, Decision::Sign, None).await.code(), Code::FreshProofRequired);
    // For another digest: refused before any proof is looked at.
    let body = json!({ "decision": "sign", "digest": second.digest });
    assert_eq!(sana.post(&format!("/v1/requests/{}/review", first.id), &body).await.code(), Code::Conflict);
    // As it was made: good, and then used up.
    assert_eq!(sana.review(&first, Decision::Sign, None).await.status, 200);
    assert_eq!(sana.post(&format!("/v1/requests/{}/unsign", first.id), &json!({})).await.status, 200);
    assert_eq!(sana.review(&first, Decision::Sign, None).await.code(), Code::FreshProofRequired);
}

#[tokio::test]
async fn a_stale_proof_does_not_count() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    sana.prove(&world, &asked).await;
    world.clock.advance(Duration::from_secs(asked.proof_max_age_s.into()) + Duration::from_secs(1));
    assert_eq!(sana.review(&asked, Decision::Sign, None).await.code(), Code::FreshProofRequired);
    assert_eq!(dana.look(asked.id).await.reviews.len(), 0);
}

#[tokio::test]
async fn a_wrong_password_or_another_persons_proves_nothing() {
    let world = World::new().await;
    let (dana, sana) = (world.person("dana").await, world.person("sana").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    let page = sana.prove_with(&world, asked.id, asked.digest, "five words in a row").await;
    assert!(page.is_err_and(|page| page.status < 500));
    assert_eq!(sana.review(&asked, Decision::Sign, None).await.code(), Code::FreshProofRequired);
}

#[tokio::test]
async fn a_code_of_a_proof_is_bound_to_the_console_that_asked_for_it() {
    let world = World::new().await;
    let (dana, sana, imre) = (world.person("dana").await, world.person("sana").await, world.person("imre").await);
    let asked = dana.ask("ZD-4711", &["address:write"], 15).await;
    let stolen = sana.prove_with(&world, asked.id, asked.digest, PASSWORD).await.unwrap_or_else(|a| panic!("{}", a.body));
    let refused = imre.token(&stolen.redeem).await;
    assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_grant"));
    let elsewhere = world.person("sana").await;
    assert_eq!(elsewhere.token(&stolen.redeem).await.error(), "invalid_grant", "another console of the same person has another key");
}

#[tokio::test]
async fn a_refusal_needs_a_reason_and_ends_the_request() {
    let world = World::new().await;
    let (dana, sana, imre) = (world.person("dana").await, world.person("sana").await, world.person("imre").await);
    let asked = dana.ask("ZD-4711", &["refund:write"], 15).await;
    sana.sign(&world, &asked).await;
    assert_eq!(imre.review(&asked, Decision::Refuse, None).await.code(), Code::InvalidInput);
    assert_eq!(imre.review(&asked, Decision::Refuse, Some("  ")).await.code(), Code::InvalidInput);
    assert_eq!(imre.review(&asked, Decision::Refuse, Some("Call the customer back first.")).await.status, 200);
    let seen = dana.look(asked.id).await;
    assert_eq!(seen.state, RequestState::Refused);
    assert_eq!(seen.reviews.last().unwrap().reason.as_deref(), Some("Call the customer back first."));
    assert!(dana.post(&format!("/v1/requests/{}/start", asked.id), &json!({})).await.status >= 400);
}

/// Invites somebody who is a customer, and signs them in.
async fn invited(world: &World, name: &str, role: &str, groups: &[&str], customer: &str) -> countersign_testkit::Person {
    let ruth = world.person("ruth").await;
    let answer = ruth.post("/v1/people", &json!({ "name": name, "roles": [role], "groups": groups, "customer": customer })).await.json();
    assert_eq!(answer["person"]["customer"], customer);
    let path = answer["link"].as_str().unwrap().strip_prefix(&world.issuer).unwrap().to_owned();
    let mut browser = world.browser();
    let page = browser.open(&path).await;
    let joined = browser.send(&path, &page, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert!(joined.status < 400, "{}", joined.body);
    world.person(name).await
}

#[tokio::test]
async fn nobody_acts_or_signs_for_their_own_account() {
    let world = World::new().await;
    let (ruth, sana) = (world.person("ruth").await, world.person("sana").await);
    let agent = invited(&world, "cara", "agent", &[], "cus_8812").await;
    let approver = invited(&world, "carl", "approver", &["approvers"], "cus_3051").await;
    for (key, customer) in [("OWN-1", "cus_8812"), ("OWN-2", "cus_3051")] {
        let case = json!({ "key": key, "title": "t", "customer": customer, "priority": "low", "assignee": agent.me.id });
        assert_eq!(ruth.post("/v1/cases", &case).await.status, 200);
    }
    let own = agent.form("OWN-1", &["profile:read"], 15).await;
    let refused = agent.post("/v1/requests", &own).await;
    assert!(refused.rules().iter().any(|r| r.contains("own-account")), "{}", refused.body);

    let asked = agent.ask("OWN-2", &["profile:read"], 15).await;
    assert!(!asked.may_sign.iter().any(|p| p.name == "carl"));
    assert!(approver.review(&asked, Decision::Sign, None).await.rules().iter().any(|r| r.contains("own-account")));
    assert_eq!(sana.sign(&world, &asked).await.state, RequestState::Signed);
}

#[tokio::test]
async fn nobody_becomes_a_second_person_by_making_or_resetting_one() {
    let world = World::new().await;
    let (ruth, dana) = (world.person("ruth").await, world.person("dana").await);
    // An admin who also asks, and makes the approver.
    let change = json!({ "roles": ["agent", "admin"], "groups": [] });
    assert_eq!(ruth.post(&format!("/v1/people/{}", dana.me.id), &change).await.status, 200);
    let invited = dana.post("/v1/people", &json!({ "name": "puppet", "roles": ["approver"], "groups": ["approvers"] })).await.json();
    let link = invited["link"].as_str().unwrap();
    let path = link.strip_prefix(&world.issuer).unwrap();
    let mut browser = world.browser();
    let page = browser.open(path).await;
    let joined = browser.send(path, &page, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert!(joined.status < 400, "{}", joined.body);

    let puppet = world.person("puppet").await;
    let asked = dana.ask("ZD-4711", &["profile:read"], 15).await;
    assert!(!asked.may_sign.iter().any(|p| p.name == "puppet"));
    let mine = puppet.look(asked.id).await;
    assert!(mine.not_signable.iter().any(|r| r.rule == "rail:independent"), "{:?}", mine.not_signable);
    puppet.prove(&world, &asked).await;
    assert!(puppet.review(&asked, Decision::Sign, None).await.rules().contains(&"rail:independent".into()));
    // Somebody independent can.
    let sana = world.person("sana").await;
    assert_eq!(sana.sign(&world, &asked).await.state, RequestState::Signed);
}
