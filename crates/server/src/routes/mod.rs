//! The operations over HTTP: one file a noun. Each handler parses, calls one engine function, maps the answer.

pub(crate) mod call;
pub(crate) mod case;
pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod contract;
pub(crate) mod delegation;
pub(crate) mod event;
pub(crate) mod key;
pub(crate) mod person;
pub(crate) mod request;
pub(crate) mod session;
mod stream;

use axum::{
    Json, Router,
    routing::{MethodFilter, MethodRouter, on},
};
use countersign_api::operation::OPERATIONS;
use countersign_engine::Refusal;
use http::Method;

use crate::{app::App, fault::Fault};

/// What a handler answers.
pub(crate) type Answer<T> = Result<Json<T>, Fault>;

/// Maps the engine's answer.
pub(crate) fn answer<T>(done: Result<T, Refusal>) -> Answer<T> {
    done.map(Json).map_err(Fault::from)
}

/// A handler, waiting for the method that the table names.
type Mount = fn(MethodFilter) -> MethodRouter<App>;

/// Which handler serves which operation.
const HANDLERS: &[(&str, Mount)] = &[
    ("me_get", |m| on(m, session::me_get)),
    ("session_end", |m| on(m, session::session_end)),
    ("case_list", |m| on(m, case::case_list)),
    ("case_create", |m| on(m, case::case_create)),
    ("case_assign", |m| on(m, case::case_assign)),
    ("case_close", |m| on(m, case::case_close)),
    ("case_reopen", |m| on(m, case::case_reopen)),
    ("clock_get", |m| on(m, clock::clock_get)),
    ("clock_lower", |m| on(m, clock::clock_lower)),
    ("contract_list", |m| on(m, contract::contract_list)),
    ("contract_get", |m| on(m, contract::contract_get)),
    ("contract_propose", |m| on(m, contract::contract_propose)),
    ("contract_change_list", |m| on(m, contract::contract_change_list)),
    ("contract_review", |m| on(m, contract::contract_review)),
    ("contract_withdraw", |m| on(m, contract::contract_withdraw)),
    ("client_list", |m| on(m, client::client_list)),
    ("client_create", |m| on(m, client::client_create)),
    ("client_change", |m| on(m, client::client_change)),
    ("client_secret_make", |m| on(m, client::client_secret_make)),
    ("client_secret_drop", |m| on(m, client::client_secret_drop)),
    ("request_preview", |m| on(m, request::request_preview)),
    ("request_create", |m| on(m, request::request_create)),
    ("request_list", |m| on(m, request::request_list)),
    ("request_get", |m| on(m, request::request_get)),
    ("request_review", |m| on(m, request::request_review)),
    ("request_unsign", |m| on(m, request::request_unsign)),
    ("request_withdraw", |m| on(m, request::request_withdraw)),
    ("delegation_start", |m| on(m, delegation::delegation_start)),
    ("delegation_reissue", |m| on(m, delegation::delegation_reissue)),
    ("delegation_end", |m| on(m, delegation::delegation_end)),
    ("delegation_list", |m| on(m, delegation::delegation_list)),
    ("delegation_get", |m| on(m, delegation::delegation_get)),
    ("delegation_story", |m| on(m, delegation::delegation_story)),
    ("call_intend", |m| on(m, call::call_intend)),
    ("call_report", |m| on(m, call::call_report)),
    ("event_list", |m| on(m, event::event_list)),
    ("event_get", |m| on(m, event::event_get)),
    ("event_stream", |m| on(m, event::event_stream)),
    ("person_list", |m| on(m, person::person_list)),
    ("person_invite", |m| on(m, person::person_invite)),
    ("person_change", |m| on(m, person::person_change)),
    ("person_reinvite", |m| on(m, person::person_reinvite)),
    ("key_list", |m| on(m, key::key_list)),
    ("key_rotate", |m| on(m, key::key_rotate)),
];

fn handler(operation: &str) -> Option<Mount> {
    HANDLERS.iter().find(|(name, _)| *name == operation).map(|(_, mount)| *mount)
}

fn filter(method: &str) -> Option<MethodFilter> {
    method.parse::<Method>().ok().and_then(|m| MethodFilter::try_from(m).ok())
}

/// Mounts the table of operations. A test holds it against [`HANDLERS`].
pub(crate) fn router() -> Router<App> {
    OPERATIONS
        .iter()
        .filter_map(|op| Some((op.path, handler(op.name)?(filter(op.method)?))))
        .fold(Router::new(), |router, (path, route)| router.route(path, route))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_one_handler_and_the_other_way_round() {
        let operations: BTreeSet<_> = OPERATIONS.iter().map(|op| op.name).collect();
        let handlers: BTreeSet<_> = HANDLERS.iter().map(|(name, _)| *name).collect();
        assert_eq!(operations, handlers);
        assert_eq!(HANDLERS.len(), handlers.len(), "a handler is named twice");
        assert!(OPERATIONS.iter().all(|op| filter(op.method).is_some()));
        // Panics if two of them clash.
        drop(router());
    }
}
