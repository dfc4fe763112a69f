//! Introspection (RFC 7662): active means now.

use countersign_domain::{Code, Secret, alg::Algorithm, delegation::Delegation, token::Token};
use countersign_oauth::{
    OAuthError,
    introspection::{INTROSPECTION_JWT, Introspection, SignedIntrospection},
    jwt::{AccessClaims, Actor as ActorClaim, sign_jwt},
};
use countersign_store::{Lock, Tx};
use countersign_trail::{Actor, Kind};

use crate::{
    Engine, Refusal,
    client::Machine,
    delegation::tell,
    request::scope_text,
    token::{mint, shown::Shown, still_justified},
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
            Looked::Dead { delegation, token, refusal } => {
                self.record_dead(machine, &delegation, &token, &refusal).await;
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
    async fn record_dead(&self, machine: &Machine, delegation: &Delegation, token: &Token, refusal: &Refusal) {
        let actor = Actor::Client(machine.client.id.clone());
        let mut line = self.line(Kind::TokenRefuse, self.now(), delegation.tenant, actor, machine.correlation);
        tell(&mut line, delegation);
        line.token = Some(token.id);
        line.parent = token.parent;
        line.action = scope_text(&token.scope);
        self.record_refusal(line, refusal).await;
    }
}

enum Looked {
    Active(Box<AccessClaims>),
    Dead { delegation: Box<Delegation>, token: Box<Token>, refusal: Refusal },
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
    let Some(row) = tx.delegation(token.tenant, token.delegation, Lock::None).await? else { return Ok(Looked::Unknown) };
    let delegation = row.delegation;
    let dead = |refusal| Ok(Looked::Dead { delegation: Box::new(delegation.clone()), token: Box::new(token.clone()), refusal });
    if token.revoked_at.is_some() {
        return dead(Refusal::new(Code::Refused, "the token was revoked"));
    }
    let facts = match still_justified(tx, engine, &delegation, now, Lock::None).await {
        Ok((_, facts)) => facts,
        Err(refusal) if matches!(refusal.code, Code::Busy | Code::Unavailable) => return Err(refusal),
        Err(refusal) => return dead(refusal),
    };
    let case = facts.case.case.key;
    let mut claims = mint::claims(engine, tx, &token, &delegation, &api.contract, &case).await?;
    // What the token itself hides from the API, whoever may ask is told: who acts, and why.
    claims.act.get_or_insert_with(|| ActorClaim { sub: delegation.agent.to_string(), act: None });
    claims.case.get_or_insert(case);
    claims.dlg.get_or_insert_with(|| delegation.id.to_string());
    Ok(Looked::Active(Box::new(claims)))
}
