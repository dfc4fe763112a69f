//! The token endpoint (RFC 6749 §3.2): codes, refresh tokens, and token exchange, each with proof of the key (RFC 9449 §5).

use countersign_domain::{Code, CorrelationId, PersonId, ProofId, Secret, SessionId, TenantId};
use countersign_oauth::{
    OAuthError,
    authorize::ReviewDetail,
    client_auth::Presented,
    dpop::Proof,
    error::ErrorCode,
    mtls::PeerCertificate,
    pkce::{self, Challenge},
    token::{Subject, TokenAnswer, TokenRequest, TokenType},
};
use countersign_store::{AccessRow, CodeRow, Once, ProofRow, RefreshRow, SessionRow, StoreError, Taken, Tx};
use countersign_trail::{Actor, Kind};

use crate::{
    Engine, Machine, Refusal,
    request::review::PROOF_ACT,
    session::{
        ACCESS_TTL, CONSOLE, PROOF_TTL, SESSION_TTL,
        access::{ACCESS, end_session},
        authorize::CODE,
        refresh::REFRESH,
    },
};

/// What a code was good for.
enum Redeemed {
    Granted(TokenAnswer),
    /// It was redeemed before: whoever holds what came of it is shut out (RFC 6749 §4.1.2).
    Replayed,
}

/// A grant that was refused, and whose it would have been if that came to light.
pub(super) struct Ungranted {
    refusal: Refusal,
    whose: Option<(TenantId, PersonId)>,
}

impl From<Refusal> for Ungranted {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, whose: None }
    }
}

impl From<StoreError> for Ungranted {
    fn from(error: StoreError) -> Self {
        Refusal::from(error).into()
    }
}

impl Ungranted {
    pub(super) fn of(tenant: TenantId, person: PersonId) -> impl Fn(Refusal) -> Self {
        move |refusal| Self { refusal, whose: Some((tenant, person)) }
    }
}

impl Engine {
    /// Answers one request of the token endpoint.
    ///
    /// # Errors
    /// RFC 6749 §5.2, RFC 8693 §2.2.2, RFC 9449 §5.
    pub async fn token(
        &self,
        request: TokenRequest,
        presented: Presented,
        certificate: Option<&PeerCertificate>,
        proof: Option<&Proof>,
        correlation: CorrelationId,
    ) -> Result<TokenAnswer, OAuthError> {
        match presented {
            Presented::Public(id) if id == CONSOLE => self.console_token(request, proof, correlation).await,
            other => {
                let machine = self.client_authenticate(other, certificate, correlation).await?;
                self.machine_token(&machine, request, proof).await
            }
        }
    }

    /// A console is public: what it holds is bound to its key, so it proves at each request that it has it.
    async fn console_token(&self, request: TokenRequest, proof: Option<&Proof>, correlation: CorrelationId) -> Result<TokenAnswer, OAuthError> {
        let proof = proof.ok_or_else(|| OAuthError::new(ErrorCode::InvalidDpopProof, "a `DPoP` header with a proof of the console's key is missing"))?;
        // An exchange uses its proof up itself, in one commit with what comes of it.
        if !matches!(&request, TokenRequest::Exchange(exchange) if matches!(exchange.subject, Subject::Warrant(_))) {
            self.proof_once(proof).await.map_err(|r| r.oauth())?;
        }
        match request {
            TokenRequest::Exchange(exchange) => match exchange.subject.clone() {
                Subject::Warrant(warrant) => self.exchange(exchange, warrant, proof, correlation).await,
                Subject::Token(_) => {
                    let refusal = unauthorized("a console exchanges its warrant; a token is exchanged by the client of the API that it is for");
                    // Who tries to get a token clean is known by their own.
                    Err(match exchange.actor_token {
                        Some(actor) => match self.holder(&actor, &proof.jkt, correlation).await {
                            Ok(call) => self.refused_of(&call, Kind::TokenExchange, refusal).await.oauth(),
                            Err(_) => refusal.oauth(),
                        },
                        None => refusal.oauth(),
                    })
                }
            },
            TokenRequest::ClientCredentials { .. } => Err(unauthorized("a console acts for people; `client_credentials` is for machines").oauth()),
            TokenRequest::RefreshToken { refresh_token, .. } => self.refresh(&refresh_token, proof, correlation).await,
            TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, .. } => {
                let (engine, proof) = (self.clone(), proof.clone());
                let redirect = redirect_uri.as_str().to_owned();
                let redeemed = self
                    .store()
                    .write(move |tx| Box::pin(async move { redeem(&engine, tx, &code, &redirect, &code_verifier, &proof, correlation).await }))
                    .await;
                self.wake_sequencer();
                match redeemed {
                    Err(ungranted) => Err(self.ungranted(ungranted, "code", correlation).await),
                    Ok(Redeemed::Granted(answer)) => Ok(answer),
                    Ok(Redeemed::Replayed) => {
                        Err(OAuthError::new(ErrorCode::InvalidGrant, "the code was used before, and what came of it is ended; sign in again"))
                    }
                }
            }
        }
    }

    async fn machine_token(&self, machine: &Machine, request: TokenRequest, proof: Option<&Proof>) -> Result<TokenAnswer, OAuthError> {
        let kind = if matches!(request, TokenRequest::Exchange(_)) { Kind::TokenExchange } else { Kind::TokenIssue };
        if let Some(proof) = proof
            && let Err(refusal) = self.proof_once(proof).await
        {
            let used = refusal.code == Code::InvalidProof;
            return Err(if used { self.refused_of(machine, kind, refusal).await } else { refusal }.oauth());
        }
        let refusal = match request {
            TokenRequest::ClientCredentials { target } => return self.client_credentials(machine, target.as_deref(), proof).await,
            TokenRequest::Exchange(exchange) => match exchange.subject.clone() {
                Subject::Token(parent) => return self.pass_on(machine, exchange, &parent, proof).await,
                Subject::Warrant(_) => unauthorized("a warrant is good at its own console only"),
            },
            TokenRequest::RefreshToken { .. } | TokenRequest::AuthorizationCode { .. } => {
                unauthorized("codes and refresh tokens are for people's consoles; a machine uses `client_credentials` and token exchange")
            }
        };
        Err(self.refused_of(machine, kind, refusal).await.oauth())
    }
}

fn unauthorized(text: &str) -> Refusal {
    Refusal::new(Code::Refused, text).with_oauth(ErrorCode::UnauthorizedClient)
}

impl Engine {
    /// What the client is told of a grant that was refused; a line says so, if it came to light whose it would have been.
    pub(super) async fn ungranted(&self, ungranted: Ungranted, what: &str, correlation: CorrelationId) -> OAuthError {
        let Ungranted { refusal, whose } = ungranted;
        if let Some((tenant, person)) = whose
            && refusal.recorded()
        {
            self.refused_bearer((tenant, person), what, &refusal, correlation).await;
        }
        refusal.oauth()
    }

    /// Keeps a replayed proof out, across restarts and replicas (RFC 9449 §11.1). Committed first and alone: a proof is used up,
    /// whatever comes of the request that it came with.
    pub(crate) async fn proof_once(&self, proof: &Proof) -> Result<(), Refusal> {
        let (hash, until) = (proof.jti_hash, proof.expires_at);
        self.store().write_once(Some(Once { hash, until }), |_| Box::pin(async { Ok(()) })).await
    }
}

/// What an OAuth client is told of a grant that is not good.
pub(super) fn invalid_grant(text: &str) -> Refusal {
    Refusal::new(Code::NotSignedIn, text).with_oauth(ErrorCode::InvalidGrant)
}

async fn redeem(
    engine: &Engine,
    tx: &mut Tx,
    code: &Secret,
    redirect: &str,
    verifier: &Secret,
    proof: &Proof,
    correlation: CorrelationId,
) -> Result<Redeemed, Ungranted> {
    let now = engine.now();
    let row = match tx.code_take(&code.fingerprint(CODE), now).await? {
        Taken::First(row) => row,
        Taken::Again(row) => {
            if let Some(session) = row.session {
                end_session(engine, tx, (row.tenant, row.person), session, "code_replayed", correlation).await?;
            }
            return Ok(Redeemed::Replayed);
        }
        Taken::Never => return Err(invalid_grant("the code is not known; sign in again").into()),
    };
    let ungranted = Ungranted::of(row.tenant, row.person);
    let challenge = Challenge::parse(&row.code_challenge).map_err(|e| Refusal::internal("code", &e))?;
    if row.expires_at <= now || row.redirect_uri != redirect || row.client_id != CONSOLE || !pkce::verify(verifier, &challenge) {
        return Err(ungranted(invalid_grant("the code is over, or not for this client, address and verifier; sign in again")));
    }
    let answer = match &row.step_up {
        Some(detail) => prove(engine, tx, &row, detail, proof, correlation).await,
        None => sign_in(engine, tx, &row, proof, correlation).await,
    };
    answer.map(Redeemed::Granted).map_err(ungranted)
}

async fn sign_in(engine: &Engine, tx: &mut Tx, row: &CodeRow, proof: &Proof, correlation: CorrelationId) -> Result<TokenAnswer, Refusal> {
    engine.granting(tx, row.tenant, row.person).await?;
    let now = engine.now();
    let session = SessionRow {
        id: SessionId::new(now, engine.entropy()),
        tenant: row.tenant,
        person: row.person,
        client_id: row.client_id.clone(),
        jkt: proof.jkt.clone(),
        auth_time: row.auth_time,
        acr: row.acr.clone(),
        created_at: now,
        ends_at: now + SESSION_TTL,
        ended_at: None,
    };
    tx.session_insert(&session).await?;
    tx.code_session_set(&row.code_hash, session.id).await?;
    let line = engine.line(Kind::SessionBegin, now, row.tenant, Actor::Person(row.person), correlation);
    engine.append(tx, &line).await?;
    let refresh = engine.secret("csr_");
    let kept =
        RefreshRow { token_hash: refresh.fingerprint(REFRESH), tenant: row.tenant, session: session.id, created_at: now, used_at: None, successor_hash: None };
    tx.refresh_insert(&kept).await?;
    let mut answer = access(engine, tx, &session).await?;
    answer.refresh_token = Some(refresh);
    Ok(answer)
}

/// A step-up: no new sign-in, but a proof for one act of the one that asked.
async fn prove(engine: &Engine, tx: &mut Tx, row: &CodeRow, detail: &str, proof: &Proof, correlation: CorrelationId) -> Result<TokenAnswer, Refusal> {
    engine.minting()?;
    let now = engine.now();
    let detail: ReviewDetail = serde_json::from_str(detail).map_err(|e| Refusal::internal("step-up", &e))?;
    let session = tx.session(row.tenant, detail.session).await?.filter(|s| s.live(now) && s.person == row.person && s.jkt == proof.jkt);
    let Some(session) = session else { return Err(invalid_grant("the proof is for another console, or its sign-in has ended")) };
    tx.session_touch(row.tenant, session.id, row.auth_time, &row.acr).await?;
    let kept = ProofRow {
        id: ProofId::new(now, engine.entropy()),
        tenant: row.tenant,
        person: row.person,
        session: session.id,
        act: PROOF_ACT.into(),
        request: detail.request,
        digest: detail.digest,
        proved_at: row.auth_time,
        expires_at: row.auth_time + PROOF_TTL,
    };
    tx.proof_insert(&kept).await?;
    record_proof(engine, tx, row, &detail, correlation).await?;
    let mut answer = access(engine, tx, &session).await?;
    answer.authorization_details = Some(vec![detail]);
    Ok(answer)
}

async fn record_proof(engine: &Engine, tx: &mut Tx, row: &CodeRow, detail: &ReviewDetail, correlation: CorrelationId) -> Result<(), Refusal> {
    let mut line = engine.line(Kind::ProofGive, engine.now(), row.tenant, Actor::Person(row.person), correlation);
    line.request = Some(detail.request);
    line.digest = Some(detail.digest);
    line.action = detail.decision.as_str().into();
    line.elevated = true;
    engine.append(tx, &line).await
}

/// A new access token of a sign-in.
pub(super) async fn access(engine: &Engine, tx: &mut Tx, session: &SessionRow) -> Result<TokenAnswer, Refusal> {
    let now = engine.now();
    let token = engine.secret("csa_");
    let expires_at = (now + ACCESS_TTL).min(session.ends_at);
    tx.access_insert(&AccessRow { token_hash: token.fingerprint(ACCESS), tenant: session.tenant, session: session.id, expires_at }).await?;
    Ok(TokenAnswer {
        access_token: token,
        issued_token_type: None,
        token_type: TokenType::Dpop,
        expires_in: expires_at.since(now).as_secs(),
        scope: None,
        refresh_token: None,
        authorization_details: None,
    })
}
