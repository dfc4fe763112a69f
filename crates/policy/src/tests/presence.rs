//! What the default bundle says of customers who are present, and what a bundle of one's own can.

use countersign_domain::{CustomerId, contract::Risk};
use uuid::Uuid;

use super::{action, default_bundle, good, only, with};
use crate::{Act, Bundle, HopFacts, PresenceQuestion, Source};

fn present() -> PresenceQuestion {
    PresenceQuestion {
        client: "gateway-api".into(),
        issuer: "https://login.bank.example".into(),
        customer: CustomerId::from_uuid(Uuid::from_u128(7)),
        from: "gateway".into(),
        api: "ledger".into(),
        actions: vec![action("ledger:read", Risk::Low), action("ledger:post", Risk::Medium)],
        hops: vec![HopFacts { audience: "https://api.example/bank".into(), scope: "pay:out".into(), risk: Risk::Low }],
    }
}

fn rules(bundle: &Bundle, q: &PresenceQuestion) -> (bool, Vec<String>) {
    let answer = bundle.decide_presence(q);
    (answer.is_ok(), answer.unwrap_or_else(|no| no).into_iter().map(|r| r.rule).collect())
}

#[test]
fn what_nobody_would_sign_twice_for_is_allowed_and_no_more() {
    assert_eq!(rules(&default_bundle(), &present()), (true, vec!["customer-is-present".into()]));
    let nothing = PresenceQuestion { actions: Vec::new(), ..present() };
    assert_eq!(rules(&default_bundle(), &nothing), (false, vec!["policy-no-rule".into()]));
    for risk in [Risk::High, Risk::Critical] {
        let direct = PresenceQuestion { actions: vec![action("ledger:close", risk)], ..present() };
        let behind = PresenceQuestion { hops: vec![HopFacts { audience: "x".into(), scope: "y".into(), risk }], ..present() };
        for q in [direct, behind] {
            assert_eq!(rules(&default_bundle(), &q), (false, vec!["policy-no-rule".into()]), "{risk:?}");
        }
    }
}

#[test]
fn a_bundle_forbids_by_any_fact() {
    for (fact, other) in [
        (r#"resource.api == "ledger""#, r#"resource.api == "bank""#),
        (r#"resource.from == "gateway""#, r#"resource.from == "ledger""#),
        (r#"resource.issuer == "https://login.bank.example""#, r#"resource.issuer == "https://login.example""#),
        (r#"principal == Client::"gateway-api""#, r#"principal == Client::"other-api""#),
        (r#"resource.customer == "cst_00000000-0000-0000-0000-000000000007""#, r#"resource.customer == "cst_00000000-0000-0000-0000-000000000008""#),
        (r#"resource.actions.contains("ledger:post")"#, r#"resource.actions.contains("ledger:close")"#),
        (r#"resource.hops.contains("https://api.example/bank pay:out")"#, r#"resource.hops.contains("pay:out")"#),
        ("resource.top_risk > 1", "resource.top_risk > 2"),
    ] {
        let forbid =
            |when: &str| with(&format!(r#"@id("no") @reason("No.") forbid (principal, action == Action::"presence_exchange", resource) when {{ {when} }};"#));
        assert_eq!(rules(&forbid(fact).unwrap(), &present()), (false, vec!["no".into()]), "{fact}");
        assert!(rules(&forbid(other).unwrap(), &present()).0, "{other}");
        assert!(forbid(fact).unwrap().decide(&good(Act::TokenExchange)).allowed, "an agent's exchange is another step");
    }
}

#[test]
fn silence_and_errors_refuse() {
    let asks = only(r#"@id("ask") @reason("Yes.") permit (principal, action == Action::"request_create", resource);"#).unwrap();
    assert_eq!(rules(&asks, &present()), (false, vec!["policy-no-rule".into()]));
    let overflow =
        r#"@id("b") @reason("No.") forbid (principal, action == Action::"presence_exchange", resource) when { resource.top_risk * 9223372036854775807 > 0 };"#;
    assert_eq!(rules(&with(overflow).unwrap(), &present()), (false, vec!["policy-error".into()]));
    let text = Bundle::schema().text.replace("\"issuer\": String,", "");
    let error = Bundle::parse("test", Source { file: "s.cedarschema", text: &text }, &[]).unwrap_err();
    assert!(error.what.contains("issuer"), "{error}");
}
