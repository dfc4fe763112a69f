//! What every way to a token has in common: what it says, its row and its line before it leaves.

use std::collections::BTreeSet;

use countersign_domain::{
    Code, Rail, Secret, Timestamp, TokenId,
    alg::Algorithm,
    contract::{Contract, Format},
    hop::Hop,
    token::Token,
};
use countersign_oauth::{
    OAuthError,
    error::ErrorCode,
    jwt::{AccessClaims, Actor, Confirmation},
    token::{IssuedType, TokenAnswer, TokenType},
};
use countersign_store::Tx;

use crate::{
    Engine, Refusal,
    act::{Caller, Scope},
    failpoint, name,
    request::scope_text,
    token::ground::Ground,
};

/// Label under which the store keeps the fingerprint of a token that is a handle.
pub(crate) const HANDLE: &str = "token";

/// What was decided; nothing of it is judged again here but the time that is left.
pub(crate) struct Grant<'a> {
    /// What it stands on.
    pub ground: Ground<'a>,
    /// Where it is good.
    pub api: &'a Contract,
    /// For what.
    pub scope: BTreeSet<String>,
    /// What it may be exchanged for.
    pub hops: BTreeSet<Hop>,
    /// What it is exchanged from, if not from a warrant.
    pub parent: Option<&'a Token>,
    /// The client that gets it.
    pub client: String,
    /// The services that it was passed on by, the one that acts now first.
    pub services: Vec<String>,
    /// The key whose possession was proved, or the certificate that it is to be bound to.
    pub bound: Option<Confirmation>,
    /// What the answer should be called.
    pub requested: IssuedType,
}

/// What was decided and recorded; signed after the commit.
pub(crate) struct Minted {
    claims: AccessClaims,
    handle: Option<Secret>,
    alg: Algorithm,
    requested: IssuedType,
    lifetime_s: u64,
}

pub(crate) async fn mint<C: Caller>(s: &mut Scope<'_, C>, grant: Grant<'_>) -> Result<Minted, Refusal> {
    s.engine.minting()?;
    let Grant { ground, api, parent, .. } = grant;
    let refused = |text: String| Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidRequest);
    if api.format == Format::Opaque && grant.requested == IssuedType::Jwt {
        return Err(refused(format!("`{}` takes opaque tokens only; leave `requested_token_type` out, or ask for an access token", api.audience)));
    }
    let (jkt, x5t) = match (api.bound, grant.bound) {
        (true, None) => {
            return Err(refused(format!(
                "`{}` takes bound tokens only; send a DPoP proof (RFC 9449 §5), or come as a client whose tokens are bound to its certificate",
                api.audience
            )));
        }
        (false, Some(Confirmation::Key(_))) => (None, None),
        // A certificate binds everywhere: the client is registered so (RFC 8705 §3.4).
        (_, bound) => self::bound(bound),
    };
    let lifetime = ground.token_ttl(api, s.now);
    let lifetime = parent.map_or(lifetime, |p| p.child_ttl(lifetime, s.now));
    if lifetime.as_secs() == 0 {
        return Err(Refusal::from(Rail::DelegationEnded).with_oauth(ErrorCode::InvalidRequest));
    }
    let handle = (api.format == Format::Opaque).then(|| s.engine.secret("csh_"));
    let token = Token {
        id: TokenId::new(s.now, s.engine.entropy()),
        tenant: ground.tenant(),
        basis: ground.basis(),
        parent: parent.map(|p| p.id),
        client: grant.client,
        services: grant.services,
        audience: api.audience.clone(),
        scope: grant.scope,
        hops: grant.hops,
        jkt,
        x5t,
        hash: handle.as_ref().map(|h| h.fingerprint(HANDLE)),
        issued_at: Timestamp::from_secs(s.now.unix_secs()),
        expires_at: Timestamp::from_secs((s.now + lifetime).unix_secs()),
        revoked_at: None,
    };
    // Before the row is put off: what would have to be read would be a trip of its own after it.
    let claims = claims(&s.engine, s.tx, &token, &ground, api).await?;
    s.tx.token_insert(&token).await?;
    failpoint!("exchange-after-token");
    s.line.token = Some(token.id);
    s.line.parent = token.parent;
    s.line.exchanged = true;
    s.line.action = scope_text(&token.scope);
    s.line.figures.insert("exp".into(), token.expires_at.unix_secs());
    Ok(Minted { lifetime_s: u64::try_from(claims.exp - claims.iat).unwrap_or(0), claims, handle, alg: api.alg, requested: grant.requested })
}

/// Thumbprints of key and certificate, as rows keep them: one of them, or none.
pub(crate) fn bound(to: Option<Confirmation>) -> (Option<String>, Option<String>) {
    match to {
        None => (None, None),
        Some(Confirmation::Key(jkt)) => (Some(jkt), None),
        Some(Confirmation::Certificate(x5t)) => (None, Some(x5t)),
    }
}

/// What a token says. An API that does not see who acts sees neither case nor delegation.
pub(crate) async fn claims(engine: &Engine, tx: &mut Tx, token: &Token, ground: &Ground<'_>, api: &Contract) -> Result<AccessClaims, Refusal> {
    let customer = name::customer(tx, ground.tenant(), ground.customer()).await?.subject;
    let passes_on = ground.passes_on() && !token.hops.is_empty();
    Ok(AccessClaims {
        iss: engine.settings().issuer.clone(),
        sub: api.subject_of(ground.tenant(), &customer),
        aud: token.audience.clone(),
        act: Actor::chain(&token.actors(ground.agent())),
        may_act: api.client.as_ref().filter(|_| passes_on).map(|sub| Actor { sub: sub.clone(), act: None }),
        scope: scope_text(&token.scope),
        client_id: token.client.clone(),
        iat: token.issued_at.unix_secs(),
        nbf: token.issued_at.unix_secs(),
        exp: token.expires_at.unix_secs(),
        jti: token.id.to_string(),
        tenant: ground.tenant().to_string(),
        case: ground.case(),
        dlg: ground.delegation().map(|id| id.to_string()),
        txn: ground.transaction().to_string(),
        cnf: token.jkt.clone().map(Confirmation::Key).or_else(|| token.x5t.clone().map(Confirmation::Certificate)),
        embedded: engine.settings().embedded,
    })
}

impl Engine {
    /// Signs what was recorded. The commit is behind: a commit whose answer was lost is a token that nobody holds.
    pub(crate) async fn hand_out(&self, minted: Minted) -> Result<TokenAnswer, OAuthError> {
        let Minted { claims, handle, alg, requested, lifetime_s } = minted;
        // RFC 8705 §3: one that is bound to a certificate is shown as any bearer token is.
        let token_type = if matches!(claims.cnf, Some(Confirmation::Key(_))) { TokenType::Dpop } else { TokenType::Bearer };
        let scope = Some(claims.scope.clone());
        let access_token = match handle {
            Some(handle) => handle,
            None => self.keys().sign(alg, claims).await.map_err(|r| r.oauth())?,
        };
        Ok(TokenAnswer {
            access_token,
            issued_token_type: Some(requested),
            token_type,
            expires_in: lifetime_s,
            scope,
            refresh_token: None,
            authorization_details: None,
        })
    }
}
