//! One method an operation, named as it is in [`countersign_api::operation::OPERATIONS`].
//!
//! Each act has an idempotency key of its own, and the same one when it is sent again after a lost answer: nothing is done twice.

use std::time::Duration;

use countersign_api::{
    List, Problem,
    call::{CallIntended, CallIntent, CallOutcome, CallReported},
    case::{CaseAssign, CaseCreate, CaseView},
    client::{ClientChange, ClientCreate, ClientView, SecretDrop, SecretView},
    clock::{ClockLower, ClockView},
    contract::{ContractChangeView, ContractDetail, ContractPropose, ContractReview, ContractView},
    delegation::{DelegationView, Story},
    event::{EventDetail, EventPage, EventQuery},
    key::{KeyRotate, KeyRotated, KeyView},
    operation,
    person::{Invited, PersonChange, PersonInvite, PersonView},
    request::{Preview, RequestBox, RequestCreate, RequestQuery, RequestReview, RequestView},
    session::Me,
};
use countersign_domain::{ApiId, CallId, CaseId, Code, ContractChangeId, CorrelationId, DelegationId, EventId, PersonId, RequestId, Secret};
use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

use crate::{
    Session, Warrant, fault,
    nonces::Door,
    transport::{Answer, Lost},
};

/// What a start or a reissue gives.
#[derive(Debug)]
pub struct Started {
    /// The delegation.
    pub delegation: DelegationView,
    /// The handle on it.
    pub warrant: Warrant,
}

#[derive(Deserialize)]
struct StartedBody {
    delegation: DelegationView,
    warrant: Secret,
}

impl From<StartedBody> for Started {
    fn from(body: StartedBody) -> Self {
        Self { delegation: body.delegation, warrant: Warrant(body.warrant) }
    }
}

/// A client's new secret.
#[derive(Debug, Deserialize)]
pub struct MadeSecret {
    /// Which.
    pub secret: SecretView,
    /// The secret itself.
    pub client_secret: Secret,
}

/// A call as it is sent, perhaps twice.
struct Prepared {
    method: Method,
    url: Url,
    body: Option<Vec<u8>>,
    idempotency_key: Option<String>,
    correlation: CorrelationId,
}

type Done<T> = Result<T, Problem>;

impl Session {
    /// The person at this console.
    pub async fn me_get(&self) -> Done<Me> {
        self.get("me_get", "", "").await
    }

    /// Ends this sign-in, at the service and here. Here it is over even if the service could not be told.
    pub async fn session_end(&self) -> Done<()> {
        let told = self.act("session_end", "", &()).await;
        self.forget().await;
        told
    }

    /// Cases: an agent's own; all of the tenant for approvers and admins.
    pub async fn case_list(&self) -> Done<List<CaseView>> {
        self.get("case_list", "", "").await
    }

    /// Opens a case.
    pub async fn case_create(&self, input: &CaseCreate) -> Done<CaseView> {
        self.act("case_create", "", input).await
    }

    /// Gives a case to somebody, or to nobody.
    pub async fn case_assign(&self, id: CaseId, input: &CaseAssign) -> Done<CaseView> {
        self.act("case_assign", &id.to_string(), input).await
    }

    /// Closes a case, and with it everything that it justified.
    pub async fn case_close(&self, id: CaseId) -> Done<CaseView> {
        self.act("case_close", &id.to_string(), &()).await
    }

    /// Opens a case again. Nothing that ended with it comes back.
    pub async fn case_reopen(&self, id: CaseId) -> Done<CaseView> {
        self.act("case_reopen", &id.to_string(), &()).await
    }

    /// How the service's clock stands.
    pub async fn clock_get(&self) -> Done<ClockView> {
        self.get("clock_get", "", "").await
    }

    /// Lowers the mark of the service's clock, after it had leapt ahead.
    pub async fn clock_lower(&self, input: &ClockLower) -> Done<ClockView> {
        self.act("clock_lower", "", input).await
    }

    /// APIs that access can be asked to.
    pub async fn contract_list(&self) -> Done<List<ContractView>> {
        self.get("contract_list", "", "").await
    }

    /// One API with the history of its contract.
    pub async fn contract_get(&self, id: ApiId) -> Done<ContractDetail> {
        self.get("contract_get", &id.to_string(), "").await
    }

    /// Proposes a contract. Nothing changes before somebody else agrees.
    pub async fn contract_propose(&self, input: &ContractPropose) -> Done<ContractChangeView> {
        self.act("contract_propose", "", input).await
    }

    /// Proposals to change contracts.
    pub async fn contract_change_list(&self) -> Done<List<ContractChangeView>> {
        self.get("contract_change_list", "", "").await
    }

    /// Agrees to a proposal, or refuses it.
    pub async fn contract_review(&self, id: ContractChangeId, input: &ContractReview) -> Done<ContractChangeView> {
        self.act("contract_review", &id.to_string(), input).await
    }

    /// Takes one's own proposal back.
    pub async fn contract_withdraw(&self, id: ContractChangeId) -> Done<ContractChangeView> {
        self.act("contract_withdraw", &id.to_string(), &()).await
    }

    /// Machines that come to the token endpoint.
    pub async fn client_list(&self) -> Done<List<ClientView>> {
        self.get("client_list", "", "").await
    }

    /// Registers a client.
    pub async fn client_create(&self, input: &ClientCreate) -> Done<ClientView> {
        self.act("client_create", "", input).await
    }

    /// Changes a client.
    pub async fn client_change(&self, id: &str, input: &ClientChange) -> Done<ClientView> {
        self.act("client_change", &segment(id), input).await
    }

    /// Makes a secret for a client.
    pub async fn client_secret_make(&self, id: &str) -> Done<MadeSecret> {
        self.act("client_secret_make", &segment(id), &()).await
    }

    /// Takes a secret from a client.
    pub async fn client_secret_drop(&self, id: &str, input: &SecretDrop) -> Done<ClientView> {
        self.act("client_secret_drop", &segment(id), input).await
    }

    /// What policy says to a form as it stands.
    pub async fn request_preview(&self, input: &RequestCreate) -> Done<Preview> {
        self.act("request_preview", "", input).await
    }

    /// Asks.
    pub async fn request_create(&self, input: &RequestCreate) -> Done<RequestView> {
        self.act("request_create", "", input).await
    }

    /// Requests of one of the boxes.
    pub async fn request_list(&self, which: RequestBox) -> Done<List<RequestView>> {
        self.get("request_list", "", &query(&RequestQuery { which })).await
    }

    /// One request.
    pub async fn request_get(&self, id: RequestId) -> Done<RequestView> {
        self.get("request_get", &id.to_string(), "").await
    }

    /// Signs or refuses. With [`Code::FreshProofRequired`], prove and call again: see [`crate::SignIn::begin_step_up`].
    pub async fn request_review(&self, id: RequestId, input: &RequestReview) -> Done<RequestView> {
        self.act("request_review", &id.to_string(), input).await
    }

    /// Takes a signature back.
    pub async fn request_unsign(&self, id: RequestId) -> Done<RequestView> {
        self.act("request_unsign", &id.to_string(), &()).await
    }

    /// Takes a request back.
    pub async fn request_withdraw(&self, id: RequestId) -> Done<RequestView> {
        self.act("request_withdraw", &id.to_string(), &()).await
    }

    /// Starts a signed request: the clock of the delegation starts now.
    pub async fn delegation_start(&self, id: RequestId) -> Done<Started> {
        self.act::<_, StartedBody>("delegation_start", &id.to_string(), &()).await.map(Into::into)
    }

    /// A new warrant for a live delegation; the old one is dead from then on.
    pub async fn delegation_reissue(&self, id: DelegationId) -> Done<Started> {
        self.act::<_, StartedBody>("delegation_reissue", &id.to_string(), &()).await.map(Into::into)
    }

    /// Ends a delegation.
    pub async fn delegation_end(&self, id: DelegationId) -> Done<DelegationView> {
        self.act("delegation_end", &id.to_string(), &()).await
    }

    /// One's own delegations: all live ones, and those of the last seven days.
    pub async fn delegation_list(&self) -> Done<List<DelegationView>> {
        self.get("delegation_list", "", "").await
    }

    /// One delegation.
    pub async fn delegation_get(&self, id: DelegationId) -> Done<DelegationView> {
        self.get("delegation_get", &id.to_string(), "").await
    }

    /// A delegation from request to end.
    pub async fn delegation_story(&self, id: DelegationId) -> Done<Story> {
        self.get("delegation_story", &id.to_string(), "").await
    }

    /// Records what is about to be sent to an API.
    pub async fn call_intend(&self, id: DelegationId, input: &CallIntent) -> Done<CallIntended> {
        self.act("call_intend", &id.to_string(), input).await
    }

    /// Records what came of it.
    pub async fn call_report(&self, id: CallId, input: &CallOutcome) -> Done<CallReported> {
        self.act("call_report", &id.to_string(), input).await
    }

    /// Lines of the trail.
    pub async fn event_list(&self, which: &EventQuery) -> Done<EventPage> {
        self.get("event_list", "", &query(which)).await
    }

    /// One line with its stored form.
    pub async fn event_get(&self, id: EventId) -> Done<EventDetail> {
        self.get("event_get", &id.to_string(), "").await
    }

    /// The people of the tenant.
    pub async fn person_list(&self) -> Done<List<PersonView>> {
        self.get("person_list", "", "").await
    }

    /// Invites somebody.
    pub async fn person_invite(&self, input: &PersonInvite) -> Done<Invited> {
        self.act("person_invite", "", input).await
    }

    /// Changes what somebody may come to do.
    pub async fn person_change(&self, id: PersonId, input: &PersonChange) -> Done<PersonView> {
        self.act("person_change", &id.to_string(), input).await
    }

    /// A new link for somebody who was invited.
    pub async fn person_reinvite(&self, id: PersonId) -> Done<Invited> {
        self.act("person_reinvite", &id.to_string(), &()).await
    }

    /// The signing keys of the service.
    pub async fn key_list(&self) -> Done<List<KeyView>> {
        self.get("key_list", "", "").await
    }

    /// Rotates the keys of an algorithm.
    pub async fn key_rotate(&self, input: &KeyRotate) -> Done<KeyRotated> {
        self.act("key_rotate", "", input).await
    }

    async fn get<O: DeserializeOwned>(&self, name: &'static str, id: &str, query: &str) -> Done<O> {
        self.call(name, id, query, None).await
    }

    async fn act<I: Serialize + Sync, O: DeserializeOwned>(&self, name: &'static str, id: &str, input: &I) -> Done<O> {
        let body = match serde_json::to_vec(input) {
            // What takes no input gets no body.
            Ok(body) if body == b"null" => Vec::new(),
            Ok(body) => body,
            Err(_) => return Err(fault::invalid("What was entered could not be written. Nothing was sent.", self.client().edge().correlation())),
        };
        self.call(name, id, "", Some(body)).await
    }

    async fn call<O: DeserializeOwned>(&self, name: &'static str, id: &str, query: &str, body: Option<Vec<u8>>) -> Done<O> {
        let edge = self.client().edge();
        let correlation = edge.correlation();
        let (method, path) = place(name, id).ok_or_else(|| fault::invalid(format!("There is no operation `{name}`. Nothing was sent."), correlation))?;
        let url = self.client().url(&if query.is_empty() { path } else { format!("{path}?{query}") }, correlation)?;
        let idempotency_key = (method != Method::GET).then(|| edge.correlation().uuid().to_string());
        let answer = self.send(&Prepared { method, url, body, idempotency_key, correlation }).await?;
        let json: &[u8] = if answer.status == 204 { b"null" } else { &answer.body };
        serde_json::from_slice(json).map_err(|error| {
            tracing::error!(%correlation, operation = name, line = error.line(), column = error.column(), "an answer could not be read");
            fault::not_the_service(self.client().issuer(), answer.status, correlation)
        })
    }

    /// Sends; once more after a lost answer or a lost race, and once more with a new token if the present one is not taken.
    async fn send(&self, call: &Prepared) -> Done<Answer> {
        let (mut renewed, mut again) = (false, false);
        let mut access = self.access(call.correlation).await?;
        loop {
            let answer = match self.attempt(call, &access).await? {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) => answer,
                Err(_) if !again => {
                    again = true;
                    continue;
                }
                Err(lost) => return Err(lost.into_problem()),
            };
            let problem = problem_of(self.client().issuer(), &answer, call.correlation);
            match problem.code {
                Code::NotSignedIn if !renewed => {
                    renewed = true;
                    access = self.renew(&access, call.correlation).await?;
                }
                Code::NotSignedIn => {
                    self.forget().await;
                    return Err(problem);
                }
                Code::Busy if !again => {
                    again = true;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                _ => return Err(problem),
            }
        }
    }

    /// Sends; once more if another nonce is wanted in the proof, which is all that was looked at then (RFC 9449 §9).
    async fn attempt(&self, call: &Prepared, access: &Secret) -> Done<Result<Answer, Lost>> {
        match self.attempt_once(call, access).await? {
            Ok(answer) if answer.wants_nonce => self.attempt_once(call, access).await,
            other => Ok(other),
        }
    }

    async fn attempt_once(&self, call: &Prepared, access: &Secret) -> Done<Result<Answer, Lost>> {
        let transport = &self.client().transport;
        let proof = self.call_proof(call.method.as_str(), &call.url, access, call.correlation)?;
        let mut request = transport
            .request(call.method.clone(), call.url.clone(), call.correlation)
            .header(AUTHORIZATION, format!("DPoP {}", access.expose()))
            .header("DPoP", proof);
        if let Some(key) = &call.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = call.body.clone().filter(|b| !b.is_empty()) {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        Ok(transport.send(Door::Call, request, call.correlation).await)
    }
}

/// Method and path of an operation.
fn place(name: &str, id: &str) -> Option<(Method, String)> {
    let operation = operation::find(name)?;
    Some((Method::from_bytes(operation.method.as_bytes()).ok()?, operation.path.replace("{id}", id)))
}

/// A name as one segment of a path.
fn segment(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

fn query<Q: Serialize>(query: &Q) -> String {
    serde_urlencoded::to_string(query).unwrap_or_default()
}

/// The service's problem, or one made from what came instead.
pub(crate) fn problem_of(issuer: &str, answer: &Answer, correlation: CorrelationId) -> Problem {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| match answer.status {
        503 => {
            fault::problem(Code::Unavailable, "The service can't do it now", "The service is not ready. Nothing was done. Try again in a moment.", correlation)
        }
        status => fault::not_the_service(issuer, status, correlation),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::edge;

    #[test]
    fn every_operation_has_a_method_of_its_name() {
        let source = include_str!("operations.rs");
        for operation in operation::OPERATIONS.iter().filter(|o| o.name != "event_stream") {
            assert!(source.contains(&format!("pub async fn {}(&self", operation.name)), "{}", operation.name);
            assert!(source.contains(&format!("(\"{}\", ", operation.name)), "{} is not called by its name", operation.name);
        }
    }

    #[test]
    fn ids_and_queries_go_where_they_belong() {
        assert_eq!(place("case_close", "cas_1"), Some((Method::POST, "/v1/cases/cas_1/close".into())));
        assert_eq!(place("nothing", ""), None);
        assert_eq!(query(&RequestQuery { which: RequestBox::ToSign }), "box=to_sign");
        assert_eq!(query(&EventQuery { after: Some(7), before: None, limit: Some(50) }), "after=7&limit=50");
    }

    #[test]
    fn a_problem_is_the_services_own_where_there_is_one() {
        let correlation = edge().correlation();
        let theirs = fault::problem(Code::Refused, "No", "Not so.", correlation);
        let answer = Answer { status: 403, body: serde_json::to_vec(&theirs).unwrap(), wants_nonce: false };
        assert_eq!(problem_of("https://x.example", &answer, edge().correlation()), theirs);
        let proxy = Answer { status: 502, body: b"<html>bad gateway".to_vec(), wants_nonce: false };
        assert_eq!(problem_of("https://x.example", &proxy, correlation).code, Code::Unreachable);
    }
}
