//! The frame that every act runs in, so that none can leave a change without its line of the trail.
//!
//! An act drafts its line while it loads what it needs. If it is done, the line is appended in the transaction of the
//! change. If it is refused, the change is rolled back and the same line, marked refused, is committed alone; if that fails
//! the refusal stands all the same. Every act may be sent twice under one idempotency key and is done once.

use countersign_api::operation;
use countersign_domain::{Code, CorrelationId, CustomerId, EventId, PersonId, SessionId, TenantId, Timestamp, canonical::Digest, person::Role};
use countersign_store::{IdempotencyRow, Once, StoreError, Tx};
use countersign_trail::{Actor, Decision, Event, Kind};
use futures::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Engine, Refusal, failpoint};

/// Who calls, as the store had it when the call came in.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who.
    pub person: PersonId,
    /// Their short name.
    pub name: String,
    /// The customer that they themselves are, if any.
    pub customer: Option<CustomerId>,
    /// Their tenant.
    pub tenant: TenantId,
    /// Their sign-in.
    pub session: SessionId,
    /// What they may come to do.
    pub roles: Vec<Role>,
    /// The groups that they are in.
    pub groups: Vec<String>,
    /// The thumbprint of their console's key (RFC 7638).
    pub jkt: String,
    /// The client that they use.
    pub client_id: String,
    /// When they last proved who they are.
    pub auth_time: Timestamp,
    /// When the call came in.
    pub now: Timestamp,
    /// What ties log lines, events and the answer together.
    pub correlation: CorrelationId,
    /// Under which the act is done once.
    pub idempotency_key: Option<String>,
}

impl Call {
    /// Whether they hold `role`.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they may read the trail and the requests of the whole tenant.
    pub(crate) fn sees_all(&self) -> bool {
        self.has(Role::Approver) || self.has(Role::Admin) || self.has(Role::Auditor)
    }
}

/// Whoever an act is done by.
pub(crate) trait Caller: Clone + Send + 'static {
    /// Whose data it is about.
    fn tenant(&self) -> TenantId;
    /// As the trail names them.
    fn actor(&self) -> Actor;
    /// What ties log lines, events and the answer together.
    fn correlation(&self) -> CorrelationId;
}

impl Caller for Call {
    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn actor(&self) -> Actor {
        Actor::Person(self.person)
    }

    fn correlation(&self) -> CorrelationId {
        self.correlation
    }
}

/// What an act works with.
pub(crate) struct Scope<'t, C = Call> {
    /// The transaction.
    pub tx: &'t mut Tx,
    /// Clock, policy, keys.
    pub engine: Engine,
    /// Who acts.
    pub call: C,
    /// The instant at which the act is done: taken inside the transaction, after all waiting.
    pub now: Timestamp,
    /// The line of the act, filled in as facts come to light.
    pub line: Event,
    /// Lines of what follows from it, such as delegations that end with their case.
    pub also: Vec<Event>,
}

impl<C: Caller> Scope<'_, C> {
    /// A line of what follows from this act.
    pub(crate) fn follow(&self, kind: Kind) -> Event {
        let mut line = self.engine.line(kind, self.now, self.call.tenant(), self.call.actor(), self.call.correlation());
        line.decision = Decision::Allowed;
        line
    }
}

/// A refusal with the line that tells of it.
struct Denied {
    refusal: Refusal,
    line: Option<Box<Event>>,
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self { refusal: error.into(), line: None }
    }
}

impl Engine {
    /// The role gate: refuses, and records it, if the caller's roles don't come as far as the operation.
    pub(crate) async fn admit(&self, call: &Call, operation: &'static str) -> Result<(), Refusal> {
        let known = operation::find(operation).ok_or_else(|| Refusal::internal("operation", &operation))?;
        if known.who.admits(&call.roles) {
            return Ok(());
        }
        let refusal = Refusal::new(Code::Forbidden, format!("your role does not allow `{operation}`; ask an admin if it should"));
        let mut line = self.line(Kind::AccessRefuse, self.now(), call.tenant, Actor::Person(call.person), call.correlation);
        operation.clone_into(&mut line.action);
        self.record_refusal(line, &refusal).await;
        Err(refusal)
    }

    /// Does `run` once, in one transaction with its line of the trail.
    ///
    /// `input` is what the act was asked with; under the caller's idempotency key the same input gets the first answer and another is refused.
    pub(crate) async fn act<T, F>(&self, call: &Call, operation: &'static str, kind: Kind, input: &(impl Serialize + Sync), run: F) -> Result<T, Refusal>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: for<'s, 't> FnOnce(&'s mut Scope<'t>) -> BoxFuture<'s, Result<T, Refusal>> + Send + 'static,
    {
        self.admit(call, operation).await?;
        let key = match &call.idempotency_key {
            None => None,
            Some(key) => Some((key.clone(), Digest::of_canonical(operation, input).map_err(|e| Refusal::internal("digest", &e))?)),
        };
        self.framed(call, None, kind, move |s| {
            Box::pin(async move {
                let (tenant, person) = (s.call.tenant, s.call.person);
                if let Some((key, digest)) = &key
                    && let Some(earlier) = s.tx.idempotency_get(tenant, person, operation, key).await?
                {
                    if earlier.input_digest != *digest.as_bytes() {
                        return Err(Refusal::invalid("this idempotency key was used with another input; use a new one for each act"));
                    }
                    let answer = serde_json::from_str(&earlier.answer).map_err(|e| Refusal::internal("idempotency", &e))?;
                    return Ok((answer, Written::Before));
                }
                let answer = run(s).await?;
                if let Some((key, digest)) = &key {
                    let text = serde_json::to_string(&answer).map_err(|e| Refusal::internal("idempotency", &e))?;
                    let given = IdempotencyRow { input_digest: *digest.as_bytes(), answer: text };
                    s.tx.idempotency_put(tenant, person, operation, key, &given, s.now).await?;
                }
                Ok((answer, Written::Now))
            })
        })
        .await
    }

    /// As [`Engine::act`], for answers that hold a secret: no answer is kept, and `run` itself sees to it that a retry replaces.
    pub(crate) async fn act_secret<C, T, F>(&self, call: &C, kind: Kind, run: F) -> Result<T, Refusal>
    where
        C: Caller,
        T: Send + 'static,
        F: for<'s, 't> FnOnce(&'s mut Scope<'t, C>) -> BoxFuture<'s, Result<T, Refusal>> + Send + 'static,
    {
        self.framed(call, None, kind, move |s| Box::pin(async move { run(s).await.map(|t| (t, Written::Now)) })).await
    }

    /// As [`Engine::act_secret`], for an act that comes with something that counts once: it is used up, whatever comes of the act.
    pub(crate) async fn act_once<C, T, F>(&self, call: &C, once: Once, kind: Kind, run: F) -> Result<T, Refusal>
    where
        C: Caller,
        T: Send + 'static,
        F: for<'s, 't> FnOnce(&'s mut Scope<'t, C>) -> BoxFuture<'s, Result<T, Refusal>> + Send + 'static,
    {
        self.framed(call, Some(once), kind, move |s| Box::pin(async move { run(s).await.map(|t| (t, Written::Now)) })).await
    }

    async fn framed<C, T, F>(&self, call: &C, once: Option<Once>, kind: Kind, run: F) -> Result<T, Refusal>
    where
        C: Caller,
        T: Send + 'static,
        F: for<'s, 't> FnOnce(&'s mut Scope<'t, C>) -> BoxFuture<'s, Result<(T, Written), Refusal>> + Send + 'static,
    {
        let engine = self.clone();
        let (call, known) = (call.clone(), call);
        let done = self
            .store()
            .write_once(once, move |tx| {
                Box::pin(async move {
                    let now = engine.now();
                    let line = engine.line(kind, now, call.tenant(), call.actor(), call.correlation());
                    let mut scope = Scope { tx, engine, call, now, line, also: Vec::new() };
                    let outcome = run(&mut scope).await;
                    let Scope { tx, engine, line, also, .. } = scope;
                    match outcome {
                        Ok((answer, Written::Before)) => Ok(answer),
                        Ok((answer, Written::Now)) => {
                            for event in std::iter::once(line).chain(also) {
                                engine.append(tx, &event).await.map_err(|refusal| Denied { refusal, line: None })?;
                            }
                            if kind == Kind::TokenExchange {
                                failpoint!("exchange-after-line");
                            }
                            Ok(answer)
                        }
                        Err(refusal) => Err(Denied { refusal, line: Some(Box::new(line)) }),
                    }
                })
            })
            .await;
        match done {
            Ok(answer) => {
                self.wake_sequencer();
                Ok(answer)
            }
            Err(Denied { refusal, line: Some(line) }) if refusal.recorded() => {
                self.record_refusal(*line, &refusal).await;
                Err(refusal)
            }
            // What counts once was used before, by somebody who is known by now.
            Err(Denied { refusal, line: None }) if refusal.code == Code::InvalidProof => Err(self.refused_of(known, kind, refusal).await),
            Err(Denied { refusal, .. }) => Err(refusal),
        }
    }

    /// Records what somebody known was refused before an act began; hands the refusal on.
    pub(crate) async fn refused_of<C: Caller>(&self, call: &C, kind: Kind, refusal: Refusal) -> Refusal {
        let line = self.line(kind, self.now(), call.tenant(), call.actor(), call.correlation());
        self.record_refusal(line, &refusal).await;
        refusal
    }

    /// Records that what is somebody's was shown by somebody else, or once too often. The service is the actor: nobody knows who it was.
    pub(crate) async fn refused_bearer(&self, whose: (TenantId, PersonId), what: &str, refusal: &Refusal, correlation: CorrelationId) {
        let mut line = self.line(Kind::SessionRefuse, self.now(), whose.0, Actor::Service, correlation);
        line.person = Some(whose.1);
        what.clone_into(&mut line.action);
        self.record_refusal(line, refusal).await;
    }

    /// Commits the line of a refusal alone, or counts it where there are many. That it was refused stands even if this fails.
    pub(crate) async fn record_refusal(&self, mut line: Event, refusal: &Refusal) {
        line.decision = Decision::Refused;
        line.rules = refusal.rules();
        line.code = Some(match refusal.oauth {
            Some(code) => code.as_str().to_owned(),
            None => serde_json::to_value(refusal.code).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default(),
        });
        for line in self.refusals().take(line, self.now()) {
            if let Err(error) = self.record(line).await {
                tracing::error!(%error, "a refusal could not be recorded");
            }
        }
    }

    /// Records that a call of somebody known was refused before it came to an operation: input that can't be read, say.
    pub async fn refused_before(&self, call: &Call, operation: &str, code: Code) {
        let mut line = self.line(Kind::AccessRefuse, self.now(), call.tenant, Actor::Person(call.person), call.correlation);
        operation.clone_into(&mut line.action);
        self.record_refusal(line, &Refusal::new(code, "")).await;
    }

    /// Records that somebody was refused who is not known, but claimed to be a client of this tenant. The service is the actor: nothing
    /// is held against the client.
    pub(crate) async fn refused_claim(&self, tenant: TenantId, client: &str, refusal: &Refusal, correlation: CorrelationId) {
        let mut line = self.line(Kind::ClientRefuse, self.now(), tenant, Actor::Service, correlation);
        line.client = Some(client.to_owned());
        client.clone_into(&mut line.action);
        self.record_refusal(line, refusal).await;
    }

    /// Commits one line alone.
    pub(crate) async fn record(&self, line: Event) -> Result<(), Refusal> {
        let engine = self.clone();
        self.store().write(move |tx| Box::pin(async move { engine.append(tx, &line).await })).await?;
        self.wake_sequencer();
        Ok(())
    }

    /// A line with what every line has.
    pub(crate) fn line(&self, kind: Kind, at: Timestamp, tenant: TenantId, actor: Actor, correlation: CorrelationId) -> Event {
        Event::new(EventId::new(at, self.entropy()), kind, at, tenant, actor, correlation)
    }

    /// Appends a line in a transaction.
    pub(crate) async fn append(&self, tx: &mut Tx, event: &Event) -> Result<(), Refusal> {
        let sealed = event.seal(self.entropy()).map_err(|e| Refusal::internal("seal", &e))?;
        tx.event_append(event, &sealed).await?;
        Ok(())
    }
}

/// Whether an answer was made now or comes from an earlier call under the same key.
enum Written {
    Now,
    Before,
}
