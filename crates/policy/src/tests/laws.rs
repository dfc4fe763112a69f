//! What holds for all facts.

use std::sync::LazyLock;

use countersign_domain::{
    contract::{Mode, Risk},
    person::Role,
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{action, default_bundle, good, person, with};
use crate::{Act, Bundle, CaseFacts, PersonFacts, Question};

fn a_person() -> impl Strategy<Value = PersonFacts> {
    let groups = vec(select(vec!["approvers", "security"]), 0..3);
    (1..4_u128, vec(select(Role::ALL.to_vec()), 0..4), groups, proptest::bool::weighted(0.1)).prop_map(|(n, roles, groups, is_customer)| PersonFacts {
        roles,
        is_customer,
        ..person(n, Role::Agent, &groups)
    })
}

/// Mostly in order: where everything is wrong at once, nothing is learned.
fn a_question() -> impl Strategy<Value = Question> {
    let risks = select(vec![Risk::Low, Risk::Medium, Risk::High, Risk::Critical]);
    let usually = proptest::bool::weighted(0.9);
    let case = (usually, usually, prop_oneof![4 => 0..300_u32, 1 => 0..1000_u32]);
    let people = (prop_oneof![Just(good(Act::RequestCreate).asker), a_person()], proptest::option::weighted(0.9, a_person()));
    (select(Act::ALL.to_vec()), people, case, vec(risks, 0..4), 0..70_u32, usually, 0..60_u32, 0..4_u32).prop_map(
        |(act, (asker, by), (open, assigned_to_asker, age_s), risks, minutes, delegated, reason_len, signatures)| Question {
            act,
            asker,
            by,
            case: CaseFacts { open, assigned_to_asker, age_s },
            api: "accounts".to_owned(),
            actions: risks.into_iter().map(|r| action(r.as_str(), r)).collect(),
            hops: Vec::new(),
            minutes,
            mode: if delegated { Mode::Delegated } else { Mode::Impersonation },
            reason_len,
            signatures,
        },
    )
}

const CONDITIONS: [&str; 8] = [
    "resource.minutes > 20",
    "resource.top_risk >= 2",
    "resource.actions.contains(\"low\")",
    "principal in Group::\"security\"",
    "resource.asker.roles.contains(\"admin\")",
    "resource.signatures < 1",
    "resource.case.age_s > 10",
    "resource.minutes * resource.minutes * 9223372036854775807 > 0",
];
const SCOPES: [&str; 4] = ["action in Action::\"step\"", "action", "action == Action::\"owe\"", "action == Action::\"request_create\""];

/// Written out once: a bundle takes milliseconds to read.
static FORBIDS: LazyLock<Vec<Bundle>> = LazyLock::new(|| {
    let each = CONDITIONS.iter().flat_map(|c| SCOPES.iter().map(move |s| (c, s)));
    each.map(|(condition, scope)| {
        with(&format!("@id(\"more\") @reason(\"No.\") forbid (principal, {scope}, resource is Access) when {{ {condition} }};")).unwrap()
    })
    .collect()
});

type Thresholds = (u8, u32, u32);

static OWES: LazyLock<Vec<(Thresholds, Bundle)>> = LazyLock::new(|| {
    let each = [(1, 60, 5), (1, 600, 90), (2, 300, 30), (3, 60, 90), (4, 900, 15)];
    each.into_iter()
        .map(|(signatures, proof, minutes)| {
            let text = format!(
                "@id(\"more\") @reason(\"More.\") @signatures(\"{signatures}\") @proof_max_age_s(\"{proof}\") @max_minutes(\"{minutes}\") \
                 permit (principal, action == Action::\"owe\", resource);"
            );
            ((signatures, proof, minutes), with(&text).unwrap())
        })
        .collect()
});

proptest! {
    // Each case asks dozens of bundles.
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn adding_a_forbid_never_allows_more(q in a_question()) {
        let before = default_bundle().decide(&q);
        for more in FORBIDS.iter() {
            let after = more.decide(&q);
            prop_assert!(before.allowed || !after.allowed, "{before:?} {after:?}");
            if after.allowed {
                prop_assert_eq!(&before.obligations, &after.obligations);
            }
        }
    }

    #[test]
    fn adding_what_is_owed_never_asks_less(q in a_question()) {
        let before = default_bundle().decide(&q);
        for ((signatures, proof, minutes), more) in OWES.iter() {
            let after = more.decide(&q);
            prop_assert!(before.allowed || !after.allowed, "{before:?} {after:?}");
            if let (Some(before), Some(after)) = (&before.obligations, after.obligations) {
                prop_assert!(after.signatures() >= before.signatures().max(*signatures));
                prop_assert!(after.proof_max_age_s <= before.proof_max_age_s.min(*proof));
                prop_assert!(after.max_minutes <= before.max_minutes.min(*minutes));
            }
        }
    }

    #[test]
    fn a_yes_always_owes_somebody_elses_signature(q in a_question()) {
        let verdict = default_bundle().decide(&q);
        prop_assert_eq!(verdict.allowed, verdict.obligations.is_some());
        prop_assert!(!verdict.reasons.is_empty());
        if let Some(owed) = verdict.obligations {
            prop_assert!(owed.signatures() > 0 && q.minutes <= owed.max_minutes && owed.max_minutes <= 60);
            prop_assert!(q.case.open && q.case.assigned_to_asker && !q.asker.is_customer);
            prop_assert!(q.mode == Mode::Delegated || (owed.signatures() >= 2 && owed.max_minutes <= 15));
            if q.act == Act::RequestReview {
                let by = q.by.unwrap();
                prop_assert!(by.id != q.asker.id && by.groups.iter().any(|g| g == "approvers") && by.roles.contains(&Role::Approver));
            }
        }
    }
}
