//! A world of facts in which everything is as it should be, and what happens when one thing isn't.

use countersign_domain::{
    PersonId,
    contract::{Mode, Risk},
    person::Role,
};
use uuid::Uuid;

use crate::{Act, ActionFacts, Bundle, BundleError, CaseFacts, PersonFacts, Question, Source};

mod bundles;
mod default_bundle;
mod laws;
mod presence;

fn person(n: u128, role: Role, groups: &[&str]) -> PersonFacts {
    let groups = groups.iter().map(|g| (*g).to_owned()).collect();
    PersonFacts { id: PersonId::from_uuid(Uuid::from_u128(n)), roles: vec![role], groups, is_customer: false }
}

/// Dana asks on her own open case, Sana would sign: nothing is wrong.
fn good(act: Act) -> Question {
    Question {
        act,
        asker: person(1, Role::Agent, &[]),
        by: Some(person(2, Role::Approver, &["approvers"])),
        case: CaseFacts { open: true, assigned_to_asker: true, age_s: 0 },
        api: "accounts".to_owned(),
        actions: vec![action("profile:read", Risk::Low), action("address:write", Risk::Medium)],
        hops: Vec::new(),
        minutes: 60,
        mode: Mode::Delegated,
        reason_len: 20,
        signatures: 0,
    }
}

fn action(scope: &str, risk: Risk) -> ActionFacts {
    ActionFacts { scope: scope.to_owned(), risk }
}

fn default_bundle() -> Bundle {
    Bundle::default_bundle().unwrap()
}

/// The default bundle with one file more.
fn with(extra: &str) -> Result<Bundle, BundleError> {
    let mut sources = Bundle::default_policies().to_vec();
    sources.push(Source { file: "extra.cedar", text: extra });
    Bundle::parse("test", Bundle::schema(), &sources)
}

/// A bundle of one file alone.
fn only(text: &str) -> Result<Bundle, BundleError> {
    Bundle::parse("test", Bundle::schema(), &[Source { file: "only.cedar", text }])
}
