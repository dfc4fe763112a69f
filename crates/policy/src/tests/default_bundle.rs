//! What the default bundle says, case by case.

use countersign_domain::{
    contract::{Mode, Risk},
    person::Role,
};

use super::{action, default_bundle, good, person};
use crate::{Act, Question};

#[test]
fn allows_what_is_in_order_and_says_what_is_owed() {
    for act in Act::ALL {
        let verdict = default_bundle().decide(&good(act));
        assert!(verdict.allowed, "{act:?}: {verdict:?}");
        let owed = verdict.obligations.unwrap();
        assert_eq!((owed.signatures(), owed.group.as_str(), owed.proof_max_age_s, owed.max_minutes), (1, "approvers", 300, 60), "{act:?}");
    }
}

#[test]
fn says_yes_with_reasons_in_the_order_of_the_bundle() {
    let verdict = default_bundle().decide(&good(Act::RequestCreate));
    assert_eq!(verdict.rules(), ["case-binds", "one-signature", "time-60"]);
    assert_eq!(verdict.reasons[2].text, "At most 60 min. The clock starts when you start.");
}

#[test]
fn risk_raises_what_is_owed() {
    for (risk, signatures, minutes) in [(Risk::Low, 1, 60), (Risk::Medium, 1, 60), (Risk::High, 2, 30), (Risk::Critical, 2, 15)] {
        let mut q = Question { minutes, ..good(Act::RequestCreate) };
        q.actions = vec![action("profile:read", Risk::Low), action("some:thing", risk)];
        let owed = default_bundle().decide(&q).obligations.unwrap();
        assert_eq!((owed.signatures(), owed.max_minutes), (signatures, minutes), "{risk:?}");
        q.minutes += 1;
        let verdict = default_bundle().decide(&q);
        assert_eq!(verdict.rules(), [format!("time-{minutes}")], "{risk:?}");
        assert!(verdict.obligations.is_none());
    }
}

#[test]
fn what_hides_who_acts_owes_two_signatures_and_lasts_a_quarter_of_an_hour() {
    let q = Question { mode: Mode::Impersonation, minutes: 15, ..good(Act::RequestCreate) };
    let owed = default_bundle().decide(&q).obligations.unwrap();
    assert_eq!((owed.signatures(), owed.max_minutes), (2, 15));
    assert_eq!(default_bundle().decide(&Question { minutes: 16, ..q }).rules(), ["impersonation"]);
}

#[test]
fn the_risk_of_what_is_taken_elsewhere_counts() {
    let mut q = good(Act::RequestCreate);
    q.hops = vec![crate::HopFacts { audience: "https://api.example/ledger".into(), scope: "ledger:post".into(), risk: Risk::Critical }];
    q.minutes = 15;
    assert_eq!(default_bundle().decide(&q).obligations.unwrap().signatures(), 2);
}

/// What is changed in a good question, and the one rule that must then refuse it.
type Wrong = (&'static [Act], &'static str, fn(&mut Question));

const ALWAYS: &[Act] = &Act::ALL;
const REVIEW: &[Act] = &[Act::RequestReview];

const TABLE: &[Wrong] = &[
    (ALWAYS, "asker-is-agent", |q| q.asker.roles = vec![Role::Approver, Role::Admin, Role::Auditor]),
    (ALWAYS, "asker-is-agent", |q| q.asker.roles.clear()),
    (ALWAYS, "own-account", |q| q.asker.is_customer = true),
    (ALWAYS, "case-is-open", |q| q.case.open = false),
    (ALWAYS, "case-is-assigned", |q| q.case.assigned_to_asker = false),
    (ALWAYS, "case-is-known", |q| q.case.age_s = 301),
    (ALWAYS, "time-60", |q| q.minutes = 61),
    (ALWAYS, "policy-no-rule", |q| q.actions.clear()),
    (&[Act::RequestCreate], "reason-is-readable", |q| q.reason_len = 19),
    (REVIEW, "four-eyes", |q| q.by = Some(crate::PersonFacts { roles: vec![Role::Agent, Role::Approver], ..with_id_of_asker(q) })),
    (REVIEW, "reviewer-is-approver", |q| q.by = Some(person(2, Role::Admin, &["approvers"]))),
    (REVIEW, "reviewer-in-group", |q| q.by = Some(person(2, Role::Approver, &["approvers-elsewhere"]))),
    (REVIEW, "reviewer-is-not-customer", |q| q.by.iter_mut().for_each(|by| by.is_customer = true)),
    (REVIEW, "policy-error", |q| q.by = None),
];

fn with_id_of_asker(q: &Question) -> crate::PersonFacts {
    crate::PersonFacts { id: q.asker.id, ..person(2, Role::Approver, &["approvers"]) }
}

#[test]
fn refuses_each_wrong_thing_with_its_own_rule() {
    for (acts, rule, spoil) in TABLE {
        for act in *acts {
            let mut q = good(*act);
            spoil(&mut q);
            let verdict = default_bundle().decide(&q);
            assert!(!verdict.allowed && verdict.obligations.is_none(), "{act:?} {rule}");
            assert_eq!(verdict.rules(), [*rule], "{act:?}");
            let text = &verdict.reasons[0].text;
            assert!(text.ends_with('.') && text.contains(' '), "`{text}` is not a sentence");
        }
    }
}

#[test]
fn judges_the_reviewer_only_at_reviews() {
    for act in [Act::RequestCreate, Act::DelegationStart, Act::TokenExchange] {
        assert!(default_bundle().decide(&Question { by: None, ..good(act) }).allowed, "{act:?}");
        assert!(default_bundle().decide(&Question { by: Some(person(2, Role::Auditor, &[])), ..good(act) }).allowed, "{act:?}");
    }
}

#[test]
fn judges_the_reason_only_when_it_is_asked() {
    for act in [Act::RequestReview, Act::DelegationStart, Act::TokenExchange] {
        assert!(default_bundle().decide(&Question { reason_len: 0, ..good(act) }).allowed, "{act:?}");
    }
}

#[test]
fn names_every_reason_at_once() {
    let mut q = good(Act::RequestCreate);
    (q.case.open, q.reason_len, q.mode) = (false, 3, Mode::Impersonation);
    assert_eq!(default_bundle().decide(&q).rules(), ["case-is-open", "reason-is-readable"]);
}

#[test]
fn has_a_name_that_follows_its_content() {
    let version = default_bundle().version().to_owned();
    let digits = version.strip_prefix("default-").unwrap();
    assert!(digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{version}");
    let more = super::with(r#"@id("x") @reason("No.") forbid (principal, action in Action::"step", resource) when { resource.minutes > 5 };"#).unwrap();
    assert_ne!(more.version().rsplit('-').next(), Some(digits));
}
