//! Introspection (RFC 7662): active means now.

use std::sync::Arc;

use countersign_domain::{
    Code, CorrelationId, Secret, Timestamp,
    alg::Algorithm,
    client::Client,
    delegation::Delegation,
    presence::Presence,
    token::{Basis, Token},
};
use countersign_oauth::{
    OAuthError,
    client_auth::Presented,
    introspection::{INTROSPECTION_JWT, Introspection, SignedIntrospection},
    jwt::{AccessClaims, Actor as ActorClaim, sign_jwt},
    mtls::PeerCertificate,
};
use countersign_store::{ApiRow, DelegationRow, Lock, Tx};
use countersign_trail::{Actor, Event, Kind};

use crate::{
    Engine, Refusal,
    client::{Machine, Shown as Proof},
    delegation::tell,
    request::scope_text,
    token::{
        ground::{self, Ground},
        mint,
        presence::{Wanted, still_present},
        shown::Shown,
        still_admitted, still_justified,
    },
};

/// What somebody sends who asks about a token.
#[derive(Debug)]
pub struct Asked {
    /// How they say who they are.
    pub presented: Presented,
    /// The certificate of their connection.
    pub certificate: Option<PeerCertificate>,
    /// The token, if they sent one.
    pub token: Option<Secret>,
    /// What ties log lines, events and the answer together.
    pub correlation: CorrelationId,
}

/// Why there is no answer about a token.
#[derive(Debug)]
pub enum Unanswered {
    /// The client did not prove who it is.
    Unproved(OAuthError),
    /// It did, and the store does not answer.
    Refused(OAuthError),
}

impl Engine {
    /// Tells the API that a token is for, and whom its contract names, whether it counts at this moment; anybody else learns nothing
    /// (RFC 7662 §2.2, §4). Who asks, and then what about, is looked at on one snapshot.
    ///
    /// # Errors
    /// If the client does not prove who it is, or the store does not answer.
    pub async fn introspect(&self, asked: Asked) -> Result<(Machine, Introspection), Unanswered> {
        let Asked { presented, certificate, token, correlation } = asked;
        let refused = |r: Refusal| Unanswered::Refused(r.oauth());
        // Before the snapshot: to read the keys anew while one is held could leave everybody waiting for a connection. It tells nothing that
        // the published keys don't tell.
        let shown = match &token {
            Some(token) => self.shown(token).await.map_err(refused)?,
            None => None,
        };
        let (machine, looked) = if let Some(proof) = Proof::of(&presented, certificate.as_ref()) {
            let (engine, asks) = (self.clone(), Arc::new((proof, shown)));
            let read = self.store().recall(move |tx| {
                let (engine, asks) = (engine.clone(), Arc::clone(&asks));
                Box::pin(async move {
                    let (proof, shown) = &*asks;
                    let evidence = proof.weigh(&engine, tx).await?;
                    let looked = match evidence.admits() {
                        Some(client) => look(&engine, tx, client, shown.as_ref()).await?,
                        None => Looked::Unknown,
                    };
                    Ok((evidence, looked))
                })
            });
            let (evidence, looked) = read.await.map_err(refused)?;
            (self.judge(evidence, &presented, certificate.as_ref(), correlation).await.map_err(Unanswered::Unproved)?, looked)
        } else {
            let machine = self.client_authenticate(presented, certificate.as_ref(), correlation).await.map_err(Unanswered::Unproved)?;
            let (engine, client) = (self.clone(), machine.client.clone());
            let read = self.store().read(move |tx| Box::pin(async move { look(&engine, tx, &client, shown.as_ref()).await }));
            (machine, read.await.map_err(refused)?)
        };
        let answer = match looked {
            Looked::Active(claims) => Introspection::active(*claims),
            Looked::Unknown => Introspection::inactive(),
            Looked::Dead { of, token, refusal } => {
                self.record_dead(&machine, &of, &token, &refusal).await;
                Introspection::inactive()
            }
        };
        Ok((machine, answer))
    }

    /// The answer signed, for an API that wants to prove later what it was told (RFC 9701).
    ///
    /// # Errors
    /// If there is no key to sign with.
    pub async fn introspection_signed(&self, machine: &Machine, answer: Introspection) -> Result<Secret, OAuthError> {
        let key = self.keys().signing(Algorithm::default()).await.map_err(|r| r.oauth())?;
        let claims = SignedIntrospection::of(&self.settings().issuer, &machine.client.id, answer, self.now());
        sign_jwt(&key, INTROSPECTION_JWT, &claims).map_err(|e| Refusal::internal("signing", &e).oauth())
    }

    /// An API was shown a token that no longer counts: that is worth a line.
    async fn record_dead(&self, machine: &Machine, of: &Of, token: &Token, refusal: &Refusal) {
        let actor = Actor::Client(machine.client.id.clone());
        let mut line = self.line(Kind::TokenRefuse, self.now(), token.tenant, actor, machine.correlation);
        of.tell(&mut line);
        line.token = Some(token.id);
        line.parent = token.parent;
        line.action = scope_text(&token.scope);
        self.record_refusal(line, refusal).await;
    }
}

/// What a token that was looked at stands on.
enum Of {
    Delegation(Delegation),
    Presence(Presence),
}

impl Of {
    fn tell(&self, line: &mut Event) {
        match self {
            Self::Delegation(delegation) => tell(line, delegation),
            Self::Presence(presence) => ground::tell(line, presence),
        }
    }
}

enum Looked {
    Active(Box<AccessClaims>),
    Dead { of: Box<Of>, token: Box<Token>, refusal: Refusal },
    Unknown,
}

async fn look(engine: &Engine, tx: &mut Tx, client: &Client, shown: Option<&Shown>) -> Result<Looked, Refusal> {
    let Some(shown) = shown else { return Ok(Looked::Unknown) };
    let now = engine.now();
    let Some(token) = shown.token(tx, client.tenant, Lock::None).await? else { return Ok(Looked::Unknown) };
    if token.expires_at <= now {
        return Ok(Looked::Unknown);
    }
    let Some(api) = tx.api_by_audience(token.tenant, &token.audience).await? else { return Ok(Looked::Unknown) };
    if !api.contract.introspected_by(&client.id) {
        return Ok(Looked::Unknown);
    }
    let (of, justified) = match token.basis {
        Basis::Delegation(id) => {
            let Some(row) = tx.delegation(token.tenant, id, Lock::None).await? else { return Ok(Looked::Unknown) };
            let justified = delegated(engine, tx, &token, &row, &api, now).await;
            (Of::Delegation(row.delegation), justified)
        }
        Basis::Presence(id) => {
            let Some(presence) = tx.presence(token.tenant, id, Lock::None).await? else { return Ok(Looked::Unknown) };
            let justified = present(engine, tx, &token, &presence, &api, now).await;
            (Of::Presence(presence), justified)
        }
    };
    match justified {
        Ok(claims) => Ok(Looked::Active(Box::new(claims))),
        Err(refusal) if matches!(refusal.code, Code::Busy | Code::Unavailable) => Err(refusal),
        Err(refusal) => Ok(Looked::Dead { of: Box::new(of), token: Box::new(token), refusal }),
    }
}

fn not_revoked(token: &Token) -> Result<(), Refusal> {
    if token.revoked_at.is_none() { Ok(()) } else { Err(Refusal::new(Code::Refused, "the token was revoked")) }
}

async fn delegated(engine: &Engine, tx: &mut Tx, token: &Token, row: &DelegationRow, api: &ApiRow, now: Timestamp) -> Result<AccessClaims, Refusal> {
    not_revoked(token)?;
    still_admitted(tx, token.tenant, &token.services).await?;
    let justified = still_justified(tx, engine, row, now, Lock::None).await?;
    let (case, delegation) = (justified.facts.case.case.key.clone(), &row.delegation);
    let mut claims = mint::claims(engine, tx, token, &Ground::Delegation { delegation, case: &case }, &api.contract).await?;
    // What the token itself hides from the API, whoever may ask is told: who acts, and why.
    claims.act.get_or_insert_with(|| ActorClaim { sub: delegation.agent.to_string(), act: None });
    claims.case.get_or_insert(case);
    claims.dlg.get_or_insert_with(|| delegation.id.to_string());
    Ok(claims)
}

async fn present(engine: &Engine, tx: &mut Tx, token: &Token, presence: &Presence, api: &ApiRow, now: Timestamp) -> Result<AccessClaims, Refusal> {
    not_revoked(token)?;
    still_admitted(tx, token.tenant, &token.services).await?;
    let standing = still_present(tx, engine, presence, now).await?;
    let wanted = Wanted { client: &token.client, api: &api.contract, scope: &token.scope, hops: &token.hops };
    wanted.admitted(tx, engine, presence, &standing.from.contract).await?;
    mint::claims(engine, tx, token, &Ground::Presence { presence, ttl_s: standing.known.issuer.token_ttl_s }, &api.contract).await
}
