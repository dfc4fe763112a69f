//! One command an operation of the service, of the same name. The rest of the operations is the shell's own business.

use countersign_api::{
    List,
    case::{CaseAssign, CaseCreate, CaseView},
    client::{ClientChange, ClientCreate, ClientView, SecretDrop},
    clock::{ClockLower, ClockView},
    contract::{ContractChangeView, ContractDetail, ContractPropose, ContractReview, ContractView},
    delegation::{DelegationView, Story},
    event::{EventDetail, EventPage, EventQuery},
    key::{KeyRotate, KeyRotated, KeyView},
    person::{Invited, PersonChange, PersonInvite, PersonView},
    request::{Preview, RequestBox, RequestCreate, RequestReview, RequestView},
    session::Me,
};
use countersign_domain::{ApiId, CaseId, ContractChangeId, DelegationId, EventId, PersonId, RequestId};
use tauri::{Runtime, WebviewWindow, command};

use super::{Done, caller};

/// The person in this window.
#[command]
pub async fn me_get<R: Runtime>(window: WebviewWindow<R>) -> Done<Me> {
    caller(&window)?.signed_in()?.me_get().await
}

/// Cases.
#[command]
pub async fn case_list<R: Runtime>(window: WebviewWindow<R>) -> Done<List<CaseView>> {
    caller(&window)?.signed_in()?.case_list().await
}

/// Opens a case.
#[command]
pub async fn case_create<R: Runtime>(window: WebviewWindow<R>, input: CaseCreate) -> Done<CaseView> {
    caller(&window)?.signed_in()?.case_create(&input).await
}

/// Gives a case to somebody, or to nobody.
#[command]
pub async fn case_assign<R: Runtime>(window: WebviewWindow<R>, id: CaseId, input: CaseAssign) -> Done<CaseView> {
    caller(&window)?.signed_in()?.case_assign(id, &input).await
}

/// Closes a case.
#[command]
pub async fn case_close<R: Runtime>(window: WebviewWindow<R>, id: CaseId) -> Done<CaseView> {
    caller(&window)?.signed_in()?.case_close(id).await
}

/// Opens a case again.
#[command]
pub async fn case_reopen<R: Runtime>(window: WebviewWindow<R>, id: CaseId) -> Done<CaseView> {
    caller(&window)?.signed_in()?.case_reopen(id).await
}

/// The service's clock.
#[command]
pub async fn clock_get<R: Runtime>(window: WebviewWindow<R>) -> Done<ClockView> {
    caller(&window)?.signed_in()?.clock_get().await
}

/// Lowers the mark of the service's clock, after it leapt ahead.
#[command]
pub async fn clock_lower<R: Runtime>(window: WebviewWindow<R>, input: ClockLower) -> Done<ClockView> {
    caller(&window)?.signed_in()?.clock_lower(&input).await
}

/// APIs that access can be asked to.
#[command]
pub async fn contract_list<R: Runtime>(window: WebviewWindow<R>) -> Done<List<ContractView>> {
    caller(&window)?.signed_in()?.contract_list().await
}

/// One API with the history of its contract.
#[command]
pub async fn contract_get<R: Runtime>(window: WebviewWindow<R>, id: ApiId) -> Done<ContractDetail> {
    caller(&window)?.signed_in()?.contract_get(id).await
}

/// Proposes a contract.
#[command]
pub async fn contract_propose<R: Runtime>(window: WebviewWindow<R>, input: ContractPropose) -> Done<ContractChangeView> {
    caller(&window)?.signed_in()?.contract_propose(&input).await
}

/// Proposals to change contracts.
#[command]
pub async fn contract_change_list<R: Runtime>(window: WebviewWindow<R>) -> Done<List<ContractChangeView>> {
    caller(&window)?.signed_in()?.contract_change_list().await
}

/// Agrees to a proposal, or refuses it.
#[command]
pub async fn contract_review<R: Runtime>(window: WebviewWindow<R>, id: ContractChangeId, input: ContractReview) -> Done<ContractChangeView> {
    caller(&window)?.signed_in()?.contract_review(id, &input).await
}

/// Takes one's own proposal back.
#[command]
pub async fn contract_withdraw<R: Runtime>(window: WebviewWindow<R>, id: ContractChangeId) -> Done<ContractChangeView> {
    caller(&window)?.signed_in()?.contract_withdraw(id).await
}

/// Machines that come to the token endpoint.
#[command]
pub async fn client_list<R: Runtime>(window: WebviewWindow<R>) -> Done<List<ClientView>> {
    caller(&window)?.signed_in()?.client_list().await
}

/// Registers a client.
#[command]
pub async fn client_create<R: Runtime>(window: WebviewWindow<R>, input: ClientCreate) -> Done<ClientView> {
    caller(&window)?.signed_in()?.client_create(&input).await
}

/// Changes a client.
#[command]
pub async fn client_change<R: Runtime>(window: WebviewWindow<R>, id: String, input: ClientChange) -> Done<ClientView> {
    caller(&window)?.signed_in()?.client_change(&id, &input).await
}

/// Takes a secret from a client.
#[command]
pub async fn client_secret_drop<R: Runtime>(window: WebviewWindow<R>, id: String, input: SecretDrop) -> Done<ClientView> {
    caller(&window)?.signed_in()?.client_secret_drop(&id, &input).await
}

/// What policy says to a form as it stands.
#[command]
pub async fn request_preview<R: Runtime>(window: WebviewWindow<R>, input: RequestCreate) -> Done<Preview> {
    caller(&window)?.signed_in()?.request_preview(&input).await
}

/// Asks.
#[command]
pub async fn request_create<R: Runtime>(window: WebviewWindow<R>, input: RequestCreate) -> Done<RequestView> {
    caller(&window)?.signed_in()?.request_create(&input).await
}

/// Requests of one of the boxes.
#[command]
pub async fn request_list<R: Runtime>(window: WebviewWindow<R>, which: RequestBox) -> Done<List<RequestView>> {
    caller(&window)?.signed_in()?.request_list(which).await
}

/// One request.
#[command]
pub async fn request_get<R: Runtime>(window: WebviewWindow<R>, id: RequestId) -> Done<RequestView> {
    caller(&window)?.signed_in()?.request_get(id).await
}

/// Signs or refuses, through the browser where a fresh proof is owed.
#[command]
pub async fn request_review<R: Runtime>(window: WebviewWindow<R>, id: RequestId, input: RequestReview) -> Done<RequestView> {
    caller(&window)?.review(id, &input).await
}

/// Takes a signature back.
#[command]
pub async fn request_unsign<R: Runtime>(window: WebviewWindow<R>, id: RequestId) -> Done<RequestView> {
    caller(&window)?.signed_in()?.request_unsign(id).await
}

/// Takes a request back.
#[command]
pub async fn request_withdraw<R: Runtime>(window: WebviewWindow<R>, id: RequestId) -> Done<RequestView> {
    caller(&window)?.signed_in()?.request_withdraw(id).await
}

/// Starts a signed request; the warrant stays in the shell.
#[command]
pub async fn delegation_start<R: Runtime>(window: WebviewWindow<R>, id: RequestId) -> Done<DelegationView> {
    caller(&window)?.start(id).await
}

/// Ends a delegation.
#[command]
pub async fn delegation_end<R: Runtime>(window: WebviewWindow<R>, id: DelegationId) -> Done<DelegationView> {
    caller(&window)?.end(id).await
}

/// One's own delegations.
#[command]
pub async fn delegation_list<R: Runtime>(window: WebviewWindow<R>) -> Done<List<DelegationView>> {
    caller(&window)?.signed_in()?.delegation_list().await
}

/// One delegation.
#[command]
pub async fn delegation_get<R: Runtime>(window: WebviewWindow<R>, id: DelegationId) -> Done<DelegationView> {
    caller(&window)?.signed_in()?.delegation_get(id).await
}

/// A delegation from request to end.
#[command]
pub async fn delegation_story<R: Runtime>(window: WebviewWindow<R>, id: DelegationId) -> Done<Story> {
    caller(&window)?.signed_in()?.delegation_story(id).await
}

/// Lines of the trail.
#[command]
pub async fn event_list<R: Runtime>(window: WebviewWindow<R>, query: EventQuery) -> Done<EventPage> {
    caller(&window)?.signed_in()?.event_list(&query).await
}

/// One line with its stored form.
#[command]
pub async fn event_get<R: Runtime>(window: WebviewWindow<R>, id: EventId) -> Done<EventDetail> {
    caller(&window)?.signed_in()?.event_get(id).await
}

/// The people of the tenant.
#[command]
pub async fn person_list<R: Runtime>(window: WebviewWindow<R>) -> Done<List<PersonView>> {
    caller(&window)?.signed_in()?.person_list().await
}

/// Invites somebody.
#[command]
pub async fn person_invite<R: Runtime>(window: WebviewWindow<R>, input: PersonInvite) -> Done<Invited> {
    caller(&window)?.signed_in()?.person_invite(&input).await
}

/// Changes what somebody may come to do.
#[command]
pub async fn person_change<R: Runtime>(window: WebviewWindow<R>, id: PersonId, input: PersonChange) -> Done<PersonView> {
    caller(&window)?.signed_in()?.person_change(id, &input).await
}

/// A new link for somebody who was invited.
#[command]
pub async fn person_reinvite<R: Runtime>(window: WebviewWindow<R>, id: PersonId) -> Done<Invited> {
    caller(&window)?.signed_in()?.person_reinvite(id).await
}

/// The signing keys of the service.
#[command]
pub async fn key_list<R: Runtime>(window: WebviewWindow<R>) -> Done<List<KeyView>> {
    caller(&window)?.signed_in()?.key_list().await
}

/// Rotates the keys of an algorithm.
#[command]
pub async fn key_rotate<R: Runtime>(window: WebviewWindow<R>, input: KeyRotate) -> Done<KeyRotated> {
    caller(&window)?.signed_in()?.key_rotate(&input).await
}
