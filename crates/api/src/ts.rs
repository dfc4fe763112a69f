//! The console's TypeScript types, generated from the types of this crate (`make gen`).

use ts_rs::{Config, TS};

use countersign_domain::{
    ApiId, CallId, CaseId, Code, CorrelationId, CustomerId, DelegationId, EventId, PersonId, RequestId, SessionId, TenantId, Timestamp, TokenId, TransactionId,
    canonical::Digest,
    case::{CaseState, Priority},
    contract::{Action, Endpoint, Mode, Risk},
    delegation::EndReason,
    person::Role,
    review::Decision,
};

use crate::{call, case, clock, console, contract, delegation, event, person, problem, request, session};

/// All types as one TypeScript module.
#[must_use]
pub fn module() -> String {
    let cfg = Config::default();
    let mut out = String::from("// Generated from crates/api by `make gen`. Do not edit.\n");
    macro_rules! put {
        ($($t:ty),* $(,)?) => {$(
            out.push_str("export ");
            out.push_str(&<$t as TS>::decl(&cfg));
            out.push('\n');
        )*};
    }
    put!(
        ApiId,
        CallId,
        CaseId,
        CorrelationId,
        CustomerId,
        DelegationId,
        EventId,
        PersonId,
        RequestId,
        SessionId,
        TenantId,
        TokenId,
        TransactionId,
        Timestamp,
        Digest,
        Code,
        CaseState,
        Priority,
        Action,
        Endpoint,
        Mode,
        Risk,
        EndReason,
        Role,
        Decision,
        problem::Reason,
        problem::StepUp,
        problem::Problem,
        session::Me,
        person::PersonRef,
        person::PersonState,
        person::PersonView,
        person::PersonInvite,
        person::Invited,
        person::PersonChange,
        case::CustomerRef,
        case::CaseRef,
        case::CaseAccess,
        case::CaseView,
        case::CaseCreate,
        case::CaseAssign,
        clock::ClockView,
        clock::ClockLower,
        contract::ContractView,
        request::RequestCreate,
        request::Preview,
        request::Verdict,
        request::Outcome,
        request::Claim,
        request::RequestState,
        request::RequestView,
        request::ReviewView,
        request::RequestReview,
        request::RequestBox,
        delegation::EndedView,
        delegation::DelegationView,
        delegation::Story,
        call::CallIntent,
        call::CallIntended,
        call::CallOutcome,
        call::CallReported,
        event::EventDecision,
        event::ActorKind,
        event::Actor,
        event::EventView,
        event::EventDetail,
        event::EventPage,
        console::ServiceView,
        console::ServiceChoice,
        console::KeychainFault,
        console::Keychain,
        console::BrowserWait,
        console::Stream,
        console::ConsoleState,
        console::ApiCall,
        console::ApiAnswer,
    );
    out
}
