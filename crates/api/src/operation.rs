//! The table of operations: one name each, the same as route, span, policy action and trail event.
//!
//! The server mounts exactly these, the client calls exactly these, and the test matrix *operation × role × none × wrong
//! tenant* is made from these.

use countersign_domain::person::Role;

/// Who may come as far as the operation itself. What they may do to a given thing is decided there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody who is signed in.
    SignedIn,
    /// Whoever holds one of these roles.
    Roles(&'static [Role]),
}

impl Who {
    /// Whether somebody with `roles` comes as far as the operation.
    #[must_use]
    pub fn admits(self, roles: &[Role]) -> bool {
        match self {
            Self::SignedIn => true,
            Self::Roles(wanted) => wanted.iter().any(|w| roles.contains(w)),
        }
    }
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// `noun_verb`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path; `{…}` holds an id.
    pub path: &'static str,
    /// Who may come.
    pub who: Who,
}

impl Operation {
    /// Whether it changes anything, and so takes an idempotency key.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.method != "GET"
    }
}

/// Looks an operation up by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|o| o.name == name)
}

const AGENT: Who = Who::Roles(&[Role::Agent]);
const APPROVER: Who = Who::Roles(&[Role::Approver]);
const ADMIN: Who = Who::Roles(&[Role::Admin]);
const OVERSIGHT: Who = Who::Roles(&[Role::Approver, Role::Admin, Role::Auditor]);
const DESK: Who = Who::Roles(&[Role::Approver, Role::Admin]);

const fn op(name: &'static str, method: &'static str, path: &'static str, who: Who) -> Operation {
    Operation { name, method, path, who }
}

/// All of them.
pub const OPERATIONS: &[Operation] = &[
    op("me_get", "GET", "/v1/me", Who::SignedIn),
    op("session_end", "POST", "/v1/session/end", Who::SignedIn),
    // Cases: an agent sees their own, approvers and admins all of the tenant.
    op("case_list", "GET", "/v1/cases", Who::Roles(&[Role::Agent, Role::Approver, Role::Admin])),
    op("case_create", "POST", "/v1/cases", ADMIN),
    op("case_assign", "POST", "/v1/cases/{id}/assign", ADMIN),
    op("case_close", "POST", "/v1/cases/{id}/close", DESK),
    op("case_reopen", "POST", "/v1/cases/{id}/reopen", ADMIN),
    op("clock_get", "GET", "/v1/clock", ADMIN),
    op("clock_lower", "POST", "/v1/clock/lower", ADMIN),
    op("contract_list", "GET", "/v1/contracts", Who::SignedIn),
    op("contract_get", "GET", "/v1/contracts/{id}", Who::SignedIn),
    // A contract changes when somebody else than who proposed it agrees.
    op("contract_propose", "POST", "/v1/contract-changes", ADMIN),
    op("contract_change_list", "GET", "/v1/contract-changes", OVERSIGHT),
    op("contract_review", "POST", "/v1/contract-changes/{id}/review", DESK),
    op("contract_withdraw", "POST", "/v1/contract-changes/{id}/withdraw", ADMIN),
    op("client_list", "GET", "/v1/clients", Who::Roles(&[Role::Admin, Role::Auditor])),
    op("client_create", "POST", "/v1/clients", ADMIN),
    op("client_change", "POST", "/v1/clients/{id}", ADMIN),
    op("client_secret_make", "POST", "/v1/clients/{id}/secrets", ADMIN),
    op("client_secret_drop", "POST", "/v1/clients/{id}/secrets/drop", ADMIN),
    op("request_preview", "POST", "/v1/requests/preview", AGENT),
    op("request_create", "POST", "/v1/requests", AGENT),
    op("request_list", "GET", "/v1/requests", Who::Roles(&[Role::Agent, Role::Approver])),
    op("request_get", "GET", "/v1/requests/{id}", Who::SignedIn),
    op("request_review", "POST", "/v1/requests/{id}/review", APPROVER),
    op("request_unsign", "POST", "/v1/requests/{id}/unsign", APPROVER),
    op("request_withdraw", "POST", "/v1/requests/{id}/withdraw", AGENT),
    op("delegation_start", "POST", "/v1/requests/{id}/start", AGENT),
    op("delegation_reissue", "POST", "/v1/delegations/{id}/warrant", AGENT),
    op("delegation_end", "POST", "/v1/delegations/{id}/end", AGENT),
    op("delegation_list", "GET", "/v1/delegations", AGENT),
    op("delegation_get", "GET", "/v1/delegations/{id}", Who::SignedIn),
    op("delegation_story", "GET", "/v1/delegations/{id}/story", Who::SignedIn),
    op("call_intend", "POST", "/v1/delegations/{id}/calls", AGENT),
    op("call_report", "POST", "/v1/calls/{id}/outcome", AGENT),
    op("event_list", "GET", "/v1/events", Who::SignedIn),
    op("event_get", "GET", "/v1/events/{id}", Who::SignedIn),
    op("event_stream", "GET", "/v1/events/stream", Who::SignedIn),
    op("person_list", "GET", "/v1/people", ADMIN),
    op("person_invite", "POST", "/v1/people", ADMIN),
    op("person_change", "POST", "/v1/people/{id}", ADMIN),
    op("person_reinvite", "POST", "/v1/people/{id}/invite", ADMIN),
    op("key_list", "GET", "/v1/keys", Who::Roles(&[Role::Admin, Role::Auditor])),
    op("key_rotate", "POST", "/v1/keys/rotate", ADMIN),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_routes_are_unique() {
        let names: BTreeSet<_> = OPERATIONS.iter().map(|o| o.name).collect();
        let routes: BTreeSet<_> = OPERATIONS.iter().map(|o| (o.method, o.path)).collect();
        assert_eq!((names.len(), routes.len()), (OPERATIONS.len(), OPERATIONS.len()));
    }
}
