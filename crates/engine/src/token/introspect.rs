//! Introspection (RFC 7662): active means now.

use countersign_domain::{
    Code, Secret, Timestamp,
    alg::Algorithm,
    delegation::Delegation,
    presence::Presence,
    token::{Basis, Token},
};
use countersign_oauth::{
    OAuthError,
    introspection::{INTROSPECTION_JWT, Introspection, SignedIntrospection},
    jwt::{AccessClaims, Actor as ActorClaim, sign_jwt},
};
use countersign_store::{ApiRow, Lock, Tx};
use countersign_trail::{Actor, Event, Kind};

use crate::{
    Engine, Refusal,
    client::Machine,
    delegation::tell,
    request::scope_text,
    token::{
        ground::{self, Ground},
        mint,
        presence::{Wanted, still_present},
        shown::Shown,
        still_justified,
    },
};

impl Engine {
    /// Tells the API that a token is for, and whom its contract names, whether it counts at this moment; anybody else learns nothing
    /// (RFC 7662 §2.2, §4).
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn introspect(&self, machine: &Machine, token: &Secret) -> Result<Introspection, OAuthError> {
        let Some(shown) = self.shown(token).await.map_err(|r| r.oauth())? else { return Ok(Introspection::inactive()) };
        let (engine, asking) = (self.clone(), machine.clone());
        let looked = self.store().read(move |tx| Box::pin(async move { look(&engine, tx, &asking, &shown).await })).await;
        match looked.map_err(|r: Refusal| r.oauth())? {
            Looked::Active(claims) => Ok(Introspection::active(*claims)),
            Looked::Unknown => Ok(Introspection::inactive()),
            Looked::Dead { of, token, refusal } => {
                self.record_dead(machine, &of, &token, &refusal).await;
                Ok(Introspection::inactive())
            }
        }
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

async fn look(engine: &Engine, tx: &mut Tx, machine: &Machine, shown: &Shown) -> Result<Looked, Refusal> {
    let now = engine.now();
    let Some(token) = shown.token(tx, machine.client.tenant, Lock::None).await? else { return Ok(Looked::Unknown) };
    if token.expires_at <= now {
        return Ok(Looked::Unknown);
    }
    let Some(api) = tx.api_by_audience(token.tenant, &token.audience).await? else { return Ok(Looked::Unknown) };
    if !api.contract.introspected_by(&machine.client.id) {
        return Ok(Looked::Unknown);
    }
    let (of, justified) = match token.basis {
        Basis::Delegation(id) => {
            let Some(row) = tx.delegation(token.tenant, id, Lock::None).await? else { return Ok(Looked::Unknown) };
            let justified = delegated(engine, tx, &token, &row.delegation, &api, now).await;
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

async fn delegated(engine: &Engine, tx: &mut Tx, token: &Token, delegation: &Delegation, api: &ApiRow, now: Timestamp) -> Result<AccessClaims, Refusal> {
    not_revoked(token)?;
    let (_, facts) = still_justified(tx, engine, delegation, now, Lock::None).await?;
    let case = facts.case.case.key;
    let mut claims = mint::claims(engine, tx, token, &Ground::Delegation { delegation, case: &case }, &api.contract).await?;
    // What the token itself hides from the API, whoever may ask is told: who acts, and why.
    claims.act.get_or_insert_with(|| ActorClaim { sub: delegation.agent.to_string(), act: None });
    claims.case.get_or_insert(case);
    claims.dlg.get_or_insert_with(|| delegation.id.to_string());
    Ok(claims)
}

async fn present(engine: &Engine, tx: &mut Tx, token: &Token, presence: &Presence, api: &ApiRow, now: Timestamp) -> Result<AccessClaims, Refusal> {
    not_revoked(token)?;
    let standing = still_present(tx, engine, presence, now).await?;
    let wanted = Wanted { client: &token.client, api: &api.contract, scope: &token.scope, hops: &token.hops };
    wanted.admitted(tx, engine, presence, &standing.from.contract).await?;
    mint::claims(engine, tx, token, &Ground::Presence { presence, ttl_s: standing.known.issuer.token_ttl_s }, &api.contract).await
}
