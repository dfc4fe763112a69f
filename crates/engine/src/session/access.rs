//! Who calls: the console's access token, bound to its key (RFC 9449 §7).

use countersign_api::session::Me;
use countersign_domain::{Code, CorrelationId, PersonId, Secret, SessionId, TenantId};
use countersign_oauth::dpop::Proof;
use countersign_store::{Lock, SessionRow, Tx};
use countersign_trail::{Actor, Decision, Kind};

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    delegation::{end_alone, end_now, with_sign_in},
};

/// Label under which the store keeps an access token's fingerprint.
pub(crate) const ACCESS: &str = "access";

/// Who holds an access token that is live.
enum Held {
    /// Whose it is.
    By(Box<Call>),
    /// Somebody with another key than whose it is.
    ByAnother((TenantId, PersonId)),
}

impl Engine {
    /// Who calls, by access token and proof of the key.
    ///
    /// # Errors
    /// `not_signed_in` or `invalid_proof`.
    pub async fn caller(&self, token: &Secret, proof: &Proof, correlation: CorrelationId) -> Result<Call, Refusal> {
        let call = match self.held(token, &proof.jkt, correlation).await? {
            Held::By(call) => *call,
            Held::ByAnother(whose) => {
                let refusal = Refusal::not_signed_in();
                self.refused_bearer(whose, "access", &refusal, correlation).await;
                return Err(refusal);
            }
        };
        // After the token: who has none must not fill the memory of what was seen.
        if !self.replay().fresh(proof.jti_hash, proof.nonce.slot) {
            let refusal = Refusal::new(Code::InvalidProof, "this DPoP proof was used before; make a new one for each request");
            self.refused_bearer((call.tenant, call.person), "replay", &refusal, correlation).await;
            return Err(refusal);
        }
        Ok(call)
    }

    /// Who holds the access token, if the key of the proof is the one that it is bound to.
    pub(crate) async fn holder(&self, token: &Secret, jkt: &str, correlation: CorrelationId) -> Result<Call, Refusal> {
        match self.held(token, jkt, correlation).await? {
            Held::By(call) => Ok(*call),
            Held::ByAnother(_) => Err(Refusal::not_signed_in()),
        }
    }

    async fn held(&self, token: &Secret, jkt: &str, correlation: CorrelationId) -> Result<Held, Refusal> {
        let (engine, hash, jkt) = (self.clone(), token.fingerprint(ACCESS), jkt.to_owned());
        self.store()
            .recall(move |tx| {
                let (engine, jkt) = (engine.clone(), jkt.clone());
                Box::pin(async move {
                    let (access, session) = tx.access(&hash).await?.ok_or_else(Refusal::not_signed_in)?;
                    if access.expires_at <= engine.now() {
                        return Err(Refusal::not_signed_in());
                    }
                    if session.jkt != jkt {
                        return Ok(Held::ByAnother((session.tenant, session.person)));
                    }
                    engine.call_of(tx, session, correlation).await.map(|call| Held::By(Box::new(call)))
                })
            })
            .await
    }

    /// The same call as things stand now: the sign-in, the roles, the groups.
    pub(crate) async fn refreshed(&self, tx: &mut Tx, call: &Call) -> Result<Call, Refusal> {
        let session = tx.session(call.tenant, call.session).await?.ok_or_else(Refusal::not_signed_in)?;
        self.call_of(tx, session, call.correlation).await
    }

    pub(super) async fn call_of(&self, tx: &mut Tx, session: SessionRow, correlation: CorrelationId) -> Result<Call, Refusal> {
        let now = self.now();
        if !session.live(now) {
            return Err(Refusal::not_signed_in());
        }
        let person = tx.person(session.tenant, session.person).await?.ok_or_else(Refusal::not_signed_in)?;
        let roles = tx.roles(session.tenant, session.person).await?;
        if roles.is_empty() {
            return Err(Refusal::not_signed_in());
        }
        Ok(Call {
            person: person.id,
            name: person.name,
            customer: person.customer,
            tenant: session.tenant,
            session: session.id,
            roles,
            groups: tx.groups(session.tenant, session.person).await?,
            jkt: session.jkt,
            client_id: session.client_id,
            auth_time: session.auth_time,
            now,
            correlation,
            idempotency_key: None,
        })
    }

    /// The person at this console.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn me_get(&self, call: &Call) -> Result<Me, Refusal> {
        self.admit(call, "me_get").await?;
        let tenant = call.tenant;
        let tenant_name = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.tenant(tenant).await?.map(|t| t.name)) })).await?;
        let settings = self.settings();
        Ok(Me {
            id: call.person,
            name: call.name.clone(),
            roles: call.roles.clone(),
            groups: call.groups.clone(),
            tenant,
            tenant_name: tenant_name.unwrap_or_default(),
            session: call.session,
            auth_time: call.auth_time,
            embedded: settings.embedded,
            sample: settings.sample,
            issuer: settings.issuer.clone(),
            version: settings.version.clone(),
            policy: self.bundle().version().to_owned(),
        })
    }

    /// Signs out: the sign-in ends, and with it what this console does for a customer.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn session_end(&self, call: &Call) -> Result<(), Refusal> {
        self.act(call, "session_end", Kind::SessionEnd, &(), |s| Box::pin(end(s))).await
    }
}

async fn end(s: &mut Scope<'_>) -> Result<(), Refusal> {
    s.tx.session_end(s.call.tenant, s.call.session, s.now).await?;
    s.line.decision = Decision::Ended;
    if let Some(row) = s.tx.delegation_of_session(s.call.tenant, s.call.session, Lock::Update).await? {
        let why = with_sign_in(&row.delegation, s.now);
        end_now(s, row.delegation, why).await?;
    }
    Ok(())
}

/// Ends a sign-in because of what the service itself saw, and with it what its console does for a customer.
pub(super) async fn end_session(
    engine: &Engine,
    tx: &mut Tx,
    whose: (TenantId, PersonId),
    id: SessionId,
    why: &str,
    correlation: CorrelationId,
) -> Result<(), Refusal> {
    let (now, (tenant, person)) = (engine.now(), whose);
    tx.session_end(tenant, id, now).await?;
    let mut line = engine.line(Kind::SessionEnd, now, tenant, Actor::Service, correlation);
    line.person = Some(person);
    line.decision = Decision::Ended;
    line.code = Some(why.into());
    engine.append(tx, &line).await?;
    if let Some(row) = tx.delegation_of_session(tenant, id, Lock::Update).await? {
        let reason = with_sign_in(&row.delegation, now);
        end_alone(engine, tx, row.delegation, (reason, None), correlation).await?;
    }
    Ok(())
}
