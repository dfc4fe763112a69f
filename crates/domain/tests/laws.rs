//! Laws that no sequence of transitions breaks.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, time::Duration};

use countersign_domain::{
    ApiId, CaseId, CustomerId, DelegationId, Entropy, PersonId, Rail, RequestId, ReviewId, TenantId, Timestamp,
    canonical::{Committed, Digest},
    case::{Case, CaseState},
    contract::Mode,
    delegation::EndReason,
    obligation::Obligations,
    request::{Form, Request, State, TIME_TO_LIVE},
    review::Signature,
};
use proptest::prelude::*;

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(0);
    }
}

fn person(n: u8) -> PersonId {
    PersonId::from_uuid(uuid::Uuid::from_u128(u128::from(n) + 1))
}

fn at(minutes: u64) -> Timestamp {
    Timestamp::from_secs(1_795_181_527) + Duration::from_secs(minutes * 60)
}

const ASKER: u8 = 0;

fn form(minutes: u32) -> Form {
    let uuid = uuid::Uuid::from_u128(7);
    Form {
        id: RequestId::from_uuid(uuid),
        tenant: TenantId::from_uuid(uuid),
        asker: person(ASKER),
        case: CaseId::from_uuid(uuid),
        customer: CustomerId::from_uuid(uuid),
        api: ApiId::from_uuid(uuid),
        audience: "https://api.example/accounts".into(),
        contract_version: 1,
        actions: BTreeSet::from(["address:write".to_owned(), "profile:read".to_owned()]),
        hops: BTreeSet::new(),
        minutes,
        mode: Mode::Delegated,
        reason: Committed::new("asked for on the phone".into(), &Zeros),
        asked_at: at(0),
    }
}

fn owed(signatures: u8) -> Obligations {
    Obligations::new(signatures, "approvers".into(), 300, 60).expect("a threshold above zero")
}

#[derive(Debug, Clone)]
enum Act {
    Sign { by: u8, wrong_digest: bool },
    Refuse { by: u8 },
    Withdraw,
    Unsign { by: u8 },
    Lapse { forced: bool },
    Start,
    Wait { minutes: u64 },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0_u8..4, prop::bool::weighted(0.1)).prop_map(|(by, wrong_digest)| Act::Sign { by, wrong_digest }),
        1 => (0_u8..4).prop_map(|by| Act::Refuse { by }),
        1 => Just(Act::Withdraw),
        1 => (0_u8..4).prop_map(|by| Act::Unsign { by }),
        1 => any::<bool>().prop_map(|forced| Act::Lapse { forced }),
        3 => Just(Act::Start),
        2 => (0_u64..45).prop_map(|minutes| Act::Wait { minutes }),
    ]
}

proptest! {
    /// Whatever people do in whatever order: it starts once at most, only while enough different people other than the asker
    /// have signed that very digest, only in time, and for no longer than was signed.
    #[test]
    fn it_starts_only_signed_by_enough_different_others_in_time(needed in 1_u8..4, minutes in 1_u32..61, acts in prop::collection::vec(act(), 0..40)) {
        let owed = owed(needed);
        let mut request = Request::ask(form(minutes), owed.clone()).expect("a canonical form");
        let (mut now, mut starts) = (at(0), 0);
        for act in acts {
            let before = request.clone();
            let after = match act {
                Act::Wait { minutes } => {
                    now = now + Duration::from_secs(minutes * 60);
                    continue;
                }
                Act::Sign { by, wrong_digest } => {
                    let digest = if wrong_digest { Digest::of("other", b"form") } else { request.digest };
                    let signature = Signature { review: ReviewId::from_uuid(uuid::Uuid::from_u128(u128::from(by))), by: person(by), at: now, proved_at: now };
                    let signed = request.clone().sign(signature, None, digest, &owed);
                    prop_assert!(!(signed.is_ok() && (by == ASKER || wrong_digest || before.signatures.iter().any(|s| s.by == person(by)))));
                    signed
                }
                Act::Refuse { by } => request.clone().refuse(person(by), None, request.digest, now),
                Act::Withdraw => request.clone().withdraw(now),
                Act::Unsign { by } => request.clone().unsign(person(by), now),
                Act::Lapse { forced } => request.clone().lapse(now, forced),
                Act::Start => request.clone().start(DelegationId::from_uuid(uuid::Uuid::from_u128(9)), &owed, now).map(|(request, delegation)| {
                    starts += 1;
                    let signers: BTreeSet<_> = before.signatures.iter().map(|s| s.by).collect();
                    assert!(signers.len() >= usize::from(needed) && !signers.contains(&person(ASKER)));
                    assert!(now < before.lapses_at);
                    assert_eq!(delegation.ends_at, now + Duration::from_secs(u64::from(minutes) * 60));
                    assert_eq!(delegation.actions, before.form.actions);
                    request
                }),
            };
            if let Ok(after) = after {
                // The form and its digest never change, and what is over stays over.
                prop_assert_eq!((&after.form, after.digest), (&before.form, before.digest));
                let over = matches!(before.state, State::Refused { .. } | State::Withdrawn { .. } | State::Lapsed { .. });
                prop_assert!(!over, "{:?} became {:?}", before.state, after.state);
                request = after;
            }
        }
        prop_assert!(starts <= 1);
    }

    /// A token of it is never wider than what was signed, and never outlives it.
    #[test]
    fn a_token_is_within_its_delegation(minutes in 1_u32..61, later in 0_u64..4000, ceiling in 1_u32..100_000, asked in prop::collection::btree_set("(address:write|profile:read|refund:write)", 0..3)) {
        let one = owed(1);
        let signature = Signature { review: ReviewId::from_uuid(uuid::Uuid::from_u128(1)), by: person(1), at: at(1), proved_at: at(1) };
        let request = Request::ask(form(minutes), one.clone()).expect("a canonical form");
        let digest = request.digest;
        let (_, delegation) = request.sign(signature, None, digest, &one).and_then(|r| r.start(DelegationId::from_uuid(uuid::Uuid::from_u128(9)), &one, at(2))).expect("it starts");
        let now = delegation.started_at + Duration::from_secs(later);
        match delegation.narrow(&asked) {
            Ok(scope) => prop_assert!(scope.is_subset(&delegation.actions) && !scope.is_empty()),
            Err(rail) => prop_assert_eq!((rail, asked.is_subset(&delegation.actions)), (Rail::NotInScope, false)),
        }
        let ttl = delegation.token_ttl(ceiling, now);
        prop_assert!(ttl <= Duration::from_mins(5));
        prop_assert!(ttl.is_zero() || now + ttl <= delegation.ends_at);
        prop_assert_eq!(delegation.live(now).is_ok(), now < delegation.ends_at);
        let ended = delegation.end(EndReason::Agent, None, now).expect("it ends once");
        prop_assert!(ended.live(now).is_err() && ended.end(EndReason::Agent, None, now).is_err());
    }

    /// What hides who acts wants two signatures and lasts a quarter of an hour at most, whatever policy says; and no rule is laxer for it.
    #[test]
    fn impersonation_owes_two_signatures_and_lasts_a_quarter_of_an_hour(signatures in 1_u8..=u8::MAX, group in "[a-z]{1,12}", proof in any::<u32>(), minutes in any::<u32>()) {
        let said = Obligations::new(signatures, group, proof, minutes).expect("above zero");
        let owed = said.clone().in_mode(Mode::Impersonation);
        prop_assert!(owed.signatures() >= 2 && owed.max_minutes <= 15, "{owed:?}");
        prop_assert!(owed.signatures() >= said.signatures() && owed.max_minutes <= said.max_minutes, "{owed:?}");
        prop_assert_eq!((&owed.group, owed.proof_max_age_s), (&said.group, said.proof_max_age_s));
        prop_assert_eq!(said.clone().in_mode(Mode::Delegated), said);
    }

    /// The strictest of two never asks less than either.
    #[test]
    fn the_strictest_asks_at_least_as_much_as_each(a in (1_u8..9, 1_u32..1000, 1_u32..1000), b in (1_u8..9, 1_u32..1000, 1_u32..1000)) {
        let make = |(s, p, m)| Obligations::new(s, "approvers".into(), p, m).expect("above zero");
        let (then, now) = (make(a), make(b));
        let both = Obligations::strictest(&then, &now);
        for one in [&then, &now] {
            prop_assert!(both.signatures() >= one.signatures() && both.proof_max_age_s <= one.proof_max_age_s && both.max_minutes <= one.max_minutes);
        }
    }
}

#[test]
fn a_missing_threshold_never_means_yes() {
    assert!(Obligations::new(0, "approvers".into(), 300, 60).is_none());
    assert!(Obligations::new(1, String::new(), 300, 60).is_none());
}

#[test]
fn the_digest_holds_without_the_reason_and_changes_with_anything_that_is_signed() {
    let asked = form(15);
    let digest = asked.digest().expect("a canonical form");
    let text = String::from_utf8(asked.bytes().expect("a canonical form")).expect("text");
    assert!(!text.contains("phone"), "only the commitment stands in it");
    let others = [
        Form { minutes: 16, ..asked.clone() },
        Form { actions: BTreeSet::from(["address:write".to_owned()]), ..asked.clone() },
        Form { customer: CustomerId::from_uuid(uuid::Uuid::from_u128(8)), ..asked.clone() },
        Form { reason: Committed::new("asked for in a letter".into(), &Zeros), ..asked.clone() },
        Form { mode: Mode::Impersonation, ..asked },
    ];
    for other in others {
        assert_ne!(other.digest().expect("a canonical form"), digest);
    }
}

#[test]
fn a_request_runs_out_to_the_minute() {
    let request = Request::ask(form(15), owed(1)).expect("a canonical form");
    let just_before = request.lapses_at.before(Duration::from_micros(1));
    assert_eq!(request.lapses_at, at(0) + TIME_TO_LIVE);
    assert_eq!(request.reviewable(person(1), None, request.digest, just_before), Ok(()));
    assert_eq!(request.reviewable(person(1), None, request.digest, request.lapses_at), Err(Rail::Lapsed));
    assert!(request.lapse(just_before, false).is_err());
}

#[test]
fn nobody_keeps_the_case_that_they_work_on() {
    let uuid = uuid::Uuid::from_u128(7);
    let case = Case {
        id: CaseId::from_uuid(uuid),
        tenant: TenantId::from_uuid(uuid),
        key: "ZD-4711".into(),
        customer: CustomerId::from_uuid(uuid),
        assignee: Some(person(1)),
        state: CaseState::Open,
        opened_at: at(0),
        changed_at: at(0),
    };
    assert_eq!(case.clone().close(person(1), at(1)), Err(Rail::OwnCase));
    assert_eq!(case.clone().assign(Some(person(2)), person(2), at(1)), Err(Rail::OwnCase));
    assert_eq!(case.clone().assign(None, person(1), at(1)), Err(Rail::OwnCase));
    assert_eq!(case.justifies(person(2)), Err(Rail::CaseNotYours));
    let closed = case.close(person(2), at(1)).expect("somebody else closes it");
    assert_eq!(closed.justifies(person(1)), Err(Rail::CaseNotOpen));
}
