//! Exchange (RFC 8693): a warrant and the agent's own access token against a token for one API.

use std::{collections::BTreeSet, time::Duration};

use countersign_api::Problem;
use countersign_domain::{Code, Secret, Timestamp};
use countersign_oauth::{
    OAuthError,
    error::ErrorCode,
    token::{ExchangeRequest, IssuedType, Subject, TokenRequest, TokenType},
};

use crate::{
    CLIENT_ID, Session, fault,
    session::{Refused, expiry, sentence},
};

/// The handle on a delegation. Good at the token endpoint alone, beside the agent's access token and a proof of the session's key.
#[derive(Debug, Clone)]
pub struct Warrant(pub(crate) Secret);

/// A token for one API.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// The token itself.
    pub token: Secret,
    /// Whether it is shown with a proof of the session's key (RFC 9449), and not by itself (RFC 6750).
    pub bound: bool,
    /// When it runs out, by this computer's clock.
    pub expires_at: Timestamp,
}

impl ApiToken {
    /// Whether it is good for `margin` more at `now`.
    #[must_use]
    pub fn lasts(&self, now: Timestamp, margin: Duration) -> bool {
        now + margin < self.expires_at
    }
}

impl Session {
    /// Exchanges `warrant` for a token for `audience`; all that was signed if `scope` is empty.
    ///
    /// # Errors
    /// [`Code::DelegationEnded`] if the warrant is dead, [`Code::Refused`] if something is asked that is not granted any more.
    pub async fn exchange(&self, warrant: &Warrant, audience: &str, scope: &BTreeSet<String>) -> Result<ApiToken, Problem> {
        let correlation = self.client().edge().correlation();
        let request = TokenRequest::Exchange(ExchangeRequest {
            subject: Subject::Warrant(warrant.0.clone()),
            actor_token: Some(self.access(correlation).await?),
            target: audience.to_owned(),
            scope: scope.clone(),
            requested: IssuedType::AccessToken,
            client_id: Some(CLIENT_ID.into()),
        });
        let asked = match self.ask_token(&request, correlation).await {
            // A lost race did nothing, and a lost answer is a token that nobody holds: once more is safe.
            Err(Refused::Lost(_) | Refused::ByService(OAuthError { code: ErrorCode::TemporarilyUnavailable, .. })) => {
                self.ask_token(&request, correlation).await
            }
            other => other,
        };
        let answer = asked.map_err(|refused| match refused {
            // RFC 8693 §2.2.2 has one code for all that may be wrong with a subject token; ours stands beside it.
            Refused::ByService(e) if e.code == ErrorCode::InvalidRequest && e.reason.is_some() => {
                fault::problem(Code::DelegationEnded, "The delegation is over", sentence(&e), correlation)
            }
            other => other.into_problem(self.client(), correlation),
        })?;
        let expires_at = expiry(self.client().edge(), answer.expires_in);
        Ok(ApiToken { token: answer.access_token, bound: answer.token_type == TokenType::Dpop, expires_at })
    }
}

/// What a program does about a refusal of an OAuth endpoint.
pub(crate) const fn code_of(error: ErrorCode) -> Code {
    match error {
        ErrorCode::InvalidGrant | ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient | ErrorCode::InvalidToken => Code::NotSignedIn,
        ErrorCode::AccessDenied | ErrorCode::InvalidScope | ErrorCode::InsufficientScope | ErrorCode::InvalidTarget => Code::Refused,
        ErrorCode::TemporarilyUnavailable => Code::Busy,
        ErrorCode::ServerError => Code::Unavailable,
        ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce => Code::InvalidProof,
        ErrorCode::InsufficientUserAuthentication => Code::FreshProofRequired,
        ErrorCode::InvalidRequest | ErrorCode::UnsupportedGrantType | ErrorCode::UnsupportedResponseType | ErrorCode::InvalidAuthorizationDetails => {
            Code::InvalidInput
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lasts_until_its_margin_and_is_never_printed() {
        let token = ApiToken { token: Secret::new("eyJ0".into()), bound: false, expires_at: Timestamp::from_secs(100) };
        assert!(token.lasts(Timestamp::from_secs(69), Duration::from_secs(30)));
        assert!(!token.lasts(Timestamp::from_secs(70), Duration::from_secs(30)));
        assert!(
            !format!("{token:?} {:?}", Warrant(Secret::new("csw_x".into()))).contains("eyJ0")
                && !format!("{:?}", Warrant(Secret::new("csw_x".into()))).contains("csw_")
        );
    }
}
