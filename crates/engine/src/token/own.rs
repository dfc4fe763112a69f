//! Client credentials (RFC 6749 §4.4): what a machine gets for itself. It is good at this service only, as actor token; it has no
//! scope, and no person is its subject.

use std::time::Duration;

use countersign_domain::Code;
use countersign_oauth::{
    OAuthError,
    dpop::Proof,
    error::ErrorCode,
    token::{TokenAnswer, TokenType},
};
use countersign_store::ClientTokenRow;
use countersign_trail::Kind;

use crate::{Engine, Refusal, client::Machine, token::mint};

/// Label under which the store keeps the fingerprint of a machine's own token.
pub(crate) const OWN: &str = "client token";
/// How long a machine's own token lives.
pub(crate) const OWN_TTL: Duration = Duration::from_mins(10);

impl Engine {
    /// The client-credentials grant.
    ///
    /// # Errors
    /// RFC 6749 §5.2; `invalid_target`, if it is to be good anywhere else (RFC 8707 §2).
    pub(crate) async fn client_credentials(&self, machine: &Machine, target: Option<&str>, proof: Option<&Proof>) -> Result<TokenAnswer, OAuthError> {
        if target.is_some_and(|t| t != self.settings().issuer) {
            let text = "a client's own token is good at this service only; exchange a token that your API was called with to call another";
            let refusal = Refusal::new(Code::Refused, text).with_oauth(ErrorCode::InvalidTarget);
            return Err(self.refused_of(machine, Kind::TokenIssue, refusal).await.oauth());
        }
        let token = self.secret("csm_");
        let (hash, jkt) = (token.fingerprint(OWN), proof.map(|p| p.jkt.clone()));
        let kept = self.act_secret(machine, Kind::TokenIssue, move |s| {
            Box::pin(async move {
                s.engine.minting()?;
                let client = s.call.client.id.clone();
                s.line.client = Some(client.clone());
                let (jkt, x5t) = mint::bound(s.call.binds(jkt)?);
                let key = jkt.is_some();
                let row = ClientTokenRow { hash, tenant: s.call.client.tenant, client, jkt, x5t, expires_at: s.now + OWN_TTL };
                s.tx.client_token_insert(&row).await?;
                s.line.figures.insert("exp".into(), row.expires_at.unix_secs());
                Ok(key)
            })
        });
        let key = kept.await.map_err(|r| r.oauth())?;
        Ok(TokenAnswer {
            access_token: token,
            issued_token_type: None,
            token_type: if key { TokenType::Dpop } else { TokenType::Bearer },
            expires_in: OWN_TTL.as_secs(),
            scope: None,
            refresh_token: None,
            authorization_details: None,
        })
    }
}
