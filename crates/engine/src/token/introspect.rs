//! Introspection (RFC 7662): active means now.

use std::time::Duration;

use countersign_domain::{Code, Secret, TokenId, delegation::Delegation, token::Token};
use countersign_oauth::{
    OAuthError,
    client_auth::fingerprints_equal,
    error::ErrorCode,
    introspection::Introspection,
    jwt::{AccessClaims, Expect, verify_at_jwt},
};
use countersign_store::{ClientRow, Lock, Tx};
use countersign_trail::{Actor, Kind};

use crate::{Engine, Refusal, contract::CLIENT, delegation::tell, request::scope_text, token::still_justified};

impl Engine {
    /// Tells the API that a token is for whether it counts at this moment; anybody else learns nothing (RFC 7662 §2.2).
    ///
    /// # Errors
    /// `invalid_client`, if the caller is not who they say.
    pub async fn introspect(&self, client_id: &str, client_secret: &Secret, token: &str) -> Result<Introspection, OAuthError> {
        let client = self.client(client_id, client_secret).await?;
        let Some((id, claims)) = self.own_token(token) else { return Ok(Introspection::inactive()) };
        let (engine, asking) = (self.clone(), client.clone());
        let looked = self.store().read(move |tx| Box::pin(async move { look(&engine, tx, &asking, id).await })).await;
        match looked.map_err(|r: Refusal| r.oauth())? {
            Looked::Active => Ok(Introspection::active(claims)),
            Looked::Unknown => Ok(Introspection::inactive()),
            Looked::Dead { delegation, token, refusal } => {
                self.record_dead(&client, &delegation, &token, &refusal).await;
                Ok(Introspection::inactive())
            }
        }
    }

    async fn client(&self, id: &str, secret: &Secret) -> Result<ClientRow, OAuthError> {
        let (id, hash) = (id.to_owned(), secret.fingerprint(CLIENT));
        let row = self.store().read(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.client(&id).await?) })).await.map_err(|r| r.oauth())?;
        match row {
            Some(row) if fingerprints_equal(&row.secret_hash, &hash) => Ok(row),
            found => {
                let refusal = Refusal::new(Code::NotSignedIn, "the client or its secret is not known").with_oauth(ErrorCode::InvalidClient);
                if let Some(row) = found {
                    self.refused_claim(row.tenant, &row.id, &refusal).await;
                }
                Err(refusal.oauth())
            }
        }
    }

    /// Only what we signed, and what has not run out, is looked up at all.
    fn own_token(&self, token: &str) -> Option<(TokenId, AccessClaims)> {
        let expect = Expect { iss: &self.settings().issuer, aud: None, now: self.now(), leeway: Duration::ZERO };
        let claims = verify_at_jwt(token, self.keys().set(), &expect).ok()?;
        Some((claims.jti.parse().ok()?, claims))
    }

    /// An API was shown a token that no longer counts: that is worth a line.
    async fn record_dead(&self, client: &ClientRow, delegation: &Delegation, token: &Token, refusal: &Refusal) {
        let actor = Actor::Client(client.id.clone());
        let mut line = self.line(Kind::TokenRefuse, self.now(), delegation.tenant, actor, self.correlation());
        tell(&mut line, delegation);
        line.token = Some(token.id);
        line.action = scope_text(&token.scope);
        self.record_refusal(line, refusal).await;
    }
}

enum Looked {
    Active,
    Dead { delegation: Box<Delegation>, token: Box<Token>, refusal: Refusal },
    Unknown,
}

async fn look(engine: &Engine, tx: &mut Tx, client: &ClientRow, id: TokenId) -> Result<Looked, Refusal> {
    let now = engine.now();
    let Some(token) = tx.token(client.tenant, id).await? else { return Ok(Looked::Unknown) };
    if token.expires_at <= now {
        return Ok(Looked::Unknown);
    }
    let Some(api) = tx.api_by_audience(token.tenant, &token.audience).await? else { return Ok(Looked::Unknown) };
    // Only the client that the contract of `aud` names (RFC 7662 §4).
    if api.contract.introspection_client != client.id {
        return Ok(Looked::Unknown);
    }
    let Some(row) = tx.delegation(token.tenant, token.delegation, Lock::None).await? else { return Ok(Looked::Unknown) };
    let delegation = row.delegation;
    match still_justified(tx, engine, &delegation, now, Lock::None).await {
        Ok(_) => Ok(Looked::Active),
        Err(refusal) if matches!(refusal.code, Code::Busy | Code::Unavailable) => Err(refusal),
        Err(refusal) => Ok(Looked::Dead { delegation: Box::new(delegation), token: Box::new(token), refusal }),
    }
}
