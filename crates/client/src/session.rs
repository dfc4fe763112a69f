//! A sign-in: its tokens, their renewal, and every call made with them. Tokens never leave this process but to the service.

use std::sync::{Arc, OnceLock};

use countersign_api::Problem;
use countersign_domain::{CorrelationId, PersonId, Secret, SessionId, Timestamp};
use countersign_oauth::{
    OAuthError,
    dpop::{DpopKey, Proving},
    error::ErrorCode,
    token::{TokenAnswer, TokenRequest},
};
use reqwest::{Method, header::CONTENT_TYPE};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard, watch};
use url::Url;

use crate::{
    CLIENT_ID, Client, Edge, fault,
    nonces::Door,
    transport::Lost,
    vault::{Kept, TokenVault},
};

/// An access token is renewed this long before it runs out.
const EARLY: Duration = Duration::from_secs(30);

/// Whether a session still stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    In,
    /// It is over: ended here, or the service will not renew it.
    Out,
}

/// A sign-in at one service. Cheap to clone; all clones are the same sign-in.
#[derive(Clone)]
pub struct Session(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) client: Client,
    key: DpopKey,
    /// Held while the token is renewed, so that only one renewal runs and all who wait get its result.
    tokens: Mutex<Option<Tokens>>,
    standing: watch::Sender<Standing>,
    keeper: OnceLock<Keeper>,
}

struct Tokens {
    /// The access token and when it runs out by this computer's clock; none before the first renewal of a session that was kept.
    access: Option<(Secret, Timestamp)>,
    refresh: Secret,
}

struct Keeper {
    vault: Arc<dyn TokenVault>,
    person: PersonId,
    session: SessionId,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("issuer", &self.0.client.issuer()).field("standing", &*self.0.standing.borrow()).finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) fn from_answer(client: Client, key: DpopKey, answer: TokenAnswer, correlation: CorrelationId) -> Result<Self, Problem> {
        let refresh = answer.refresh_token.ok_or_else(|| fault::not_the_service(client.issuer(), 200, correlation))?;
        let until = expiry(client.edge(), answer.expires_in);
        Ok(Self::with(client, key, Tokens { access: Some((answer.access_token, until)), refresh }))
    }

    /// Takes up a sign-in that was kept. Its first call renews the access token.
    ///
    /// # Errors
    /// If what was kept can't be read, in which case the person signs in again.
    pub fn restore(client: Client, kept: &Kept, vault: Arc<dyn TokenVault>) -> Result<Self, Problem> {
        let correlation = client.edge().correlation();
        let key = DpopKey::from_pkcs8(&kept.key).map_err(|_| fault::signed_out(correlation))?;
        let session = Self::with(client, key, Tokens { access: None, refresh: kept.refresh.clone() });
        let _ = session.0.keeper.set(Keeper { vault, person: kept.person, session: kept.session });
        Ok(session)
    }

    fn with(client: Client, key: DpopKey, tokens: Tokens) -> Self {
        let standing = watch::Sender::new(Standing::In);
        Self(Arc::new(Inner { client, key, tokens: Mutex::new(Some(tokens)), standing, keeper: OnceLock::new() }))
    }

    /// Keeps this sign-in in `vault` from now on. What goes wrong there is the vault's to tell; the session goes on in memory.
    pub async fn keep(&self, vault: Arc<dyn TokenVault>, person: PersonId, session: SessionId) {
        let _ = self.0.keeper.set(Keeper { vault, person, session });
        self.store().await;
    }

    /// Writes what is kept once more, after the vault has changed.
    pub async fn store(&self) {
        let tokens = self.0.tokens.lock().await;
        self.store_locked(&tokens).await;
    }

    async fn store_locked(&self, tokens: &MutexGuard<'_, Option<Tokens>>) {
        let (Some(keeper), Some(tokens)) = (self.0.keeper.get(), tokens.as_ref()) else { return };
        let (issuer, refresh, key) = (self.0.client.issuer().into(), tokens.refresh.clone(), self.0.key.to_pkcs8());
        let kept = Kept { issuer, person: keeper.person, session: keeper.session, refresh, key };
        if let Err(fault) = keeper.vault.store(&kept).await {
            tracing::warn!(fault = ?fault.fault, "the sign-in could not be kept");
        }
    }

    /// The service.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Whether it stands, and when that changes.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.0.standing.subscribe()
    }

    /// A DPoP proof (RFC 9449 §4.2) by this session's key for a call to an API, bound to `token` if there is one.
    ///
    /// # Errors
    /// If the key can't sign.
    pub fn proof(&self, method: &str, url: &Url, token: Option<&Secret>, correlation: CorrelationId) -> Result<String, Problem> {
        self.prove(&Proving { htm: method, htu: url.as_str(), access_token: token, nonce: None }, correlation)
    }

    /// The same for a call to the service itself, which wants its newest nonce in it (RFC 9449 §9).
    pub(crate) fn call_proof(&self, method: &str, url: &Url, access: &Secret, correlation: CorrelationId) -> Result<String, Problem> {
        let nonce = self.0.client.transport.nonces.newest(Door::Call);
        self.prove(&Proving { htm: method, htu: url.as_str(), access_token: Some(access), nonce: nonce.as_deref() }, correlation)
    }

    fn prove(&self, call: &Proving<'_>, correlation: CorrelationId) -> Result<String, Problem> {
        let transport = &self.0.client.transport;
        self.0.key.proof(call, &transport.edge.random_hex::<16>(), transport.service_now()).map_err(|error| {
            tracing::error!(%error, "no proof could be made");
            fault::problem(
                countersign_domain::Code::Unavailable,
                "The key can't sign",
                "This computer could not make a proof of its key, so nothing was sent. Sign out and in again.",
                correlation,
            )
        })
    }

    /// A good access token, renewed if it is about to run out.
    pub(crate) async fn access(&self, correlation: CorrelationId) -> Result<Secret, Problem> {
        let mut tokens = self.0.tokens.lock().await;
        let now = self.0.client.edge().clock.now();
        match tokens.as_ref() {
            None => Err(fault::signed_out(correlation)),
            Some(Tokens { access: Some((access, until)), .. }) if now + EARLY < *until => Ok(access.clone()),
            Some(_) => self.renew_locked(&mut tokens, correlation).await,
        }
    }

    /// Another access token than `refused`, which the service did not take.
    pub(crate) async fn renew(&self, refused: &Secret, correlation: CorrelationId) -> Result<Secret, Problem> {
        let mut tokens = self.0.tokens.lock().await;
        match tokens.as_ref().and_then(|t| t.access.as_ref()) {
            Some((access, _)) if access != refused => Ok(access.clone()),
            _ => self.renew_locked(&mut tokens, correlation).await,
        }
    }

    async fn renew_locked(&self, tokens: &mut MutexGuard<'_, Option<Tokens>>, correlation: CorrelationId) -> Result<Secret, Problem> {
        let refresh = tokens.as_ref().map(|t| t.refresh.clone()).ok_or_else(|| fault::signed_out(correlation))?;
        let request = TokenRequest::RefreshToken { refresh_token: refresh.clone(), client_id: CLIENT_ID.into() };
        match redeem(&self.0.client, &self.0.key, &request, correlation).await {
            Ok(answer) => {
                let until = expiry(self.0.client.edge(), answer.expires_in);
                let access = answer.access_token.clone();
                **tokens = Some(Tokens { access: Some((answer.access_token, until)), refresh: answer.refresh_token.unwrap_or(refresh) });
                self.store_locked(tokens).await;
                Ok(access)
            }
            Err(Refused::ByService(OAuthError { code: ErrorCode::InvalidGrant | ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient, .. })) => {
                **tokens = None;
                self.left().await;
                Err(fault::signed_out(correlation))
            }
            Err(refused) => Err(refused.into_problem(&self.0.client, correlation)),
        }
    }

    /// Takes the newer access token that a fresh proof brought.
    pub(crate) async fn proved(&self, answer: TokenAnswer) {
        let until = expiry(self.0.client.edge(), answer.expires_in);
        if let Some(tokens) = self.0.tokens.lock().await.as_mut() {
            tokens.access = Some((answer.access_token, until));
        }
    }

    /// Asks the token endpoint with this session's key.
    pub(crate) async fn ask_token(&self, request: &TokenRequest, correlation: CorrelationId) -> Result<TokenAnswer, Refused> {
        redeem(&self.0.client, &self.0.key, request, correlation).await
    }

    /// Forgets all tokens here, whatever the service knows of it.
    pub async fn forget(&self) {
        *self.0.tokens.lock().await = None;
        self.left().await;
    }

    async fn left(&self) {
        if let Some(keeper) = self.0.keeper.get()
            && let Err(fault) = keeper.vault.delete(self.0.client.issuer(), keeper.person, keeper.session).await
        {
            tracing::warn!(fault = ?fault.fault, "the sign-in could not be removed from where it is kept");
        }
        self.0.standing.send_replace(Standing::Out);
    }
}

/// Tokens run out by this computer's clock, counted from the moment of the answer: no clock of another is asked.
pub(crate) fn expiry(edge: &Edge, expires_in: u64) -> Timestamp {
    edge.clock.now() + Duration::from_secs(expires_in)
}

/// Why the token endpoint gave nothing.
#[derive(Debug)]
pub(crate) enum Refused {
    /// No answer.
    Lost(Lost),
    /// A refusal (RFC 6749 §5.2).
    ByService(OAuthError),
    /// Something that is not of the service.
    Strange(u16),
    /// It could not be asked.
    Unasked(Problem),
}

impl Refused {
    pub(crate) fn into_problem(self, client: &Client, correlation: CorrelationId) -> Problem {
        match self {
            Self::Lost(lost) => lost.into_problem(),
            Self::ByService(error) => fault::problem(crate::exchange::code_of(error.code), "The service said no", sentence(&error), correlation),
            Self::Strange(status) => fault::not_the_service(client.issuer(), status, correlation),
            Self::Unasked(problem) => problem,
        }
    }
}

/// A refusal's own words as a sentence.
pub(crate) fn sentence(error: &OAuthError) -> String {
    let mut chars = error.description.trim_end_matches('.').chars();
    match chars.next() {
        Some(first) => format!("{}{}. Nothing was granted.", first.to_uppercase(), chars.as_str()),
        None => format!("The service answered {}. Nothing was granted.", error.code),
    }
}

/// `POST` to the token endpoint with a proof of `key` (RFC 9449 §5); once more if another nonce is wanted in it (§8).
pub(crate) async fn redeem(client: &Client, key: &DpopKey, request: &TokenRequest, correlation: CorrelationId) -> Result<TokenAnswer, Refused> {
    match redeem_once(client, key, request, correlation).await {
        // The proof was looked at and nothing else; the nonce that came with the refusal is noted by now.
        Err(Refused::ByService(OAuthError { code: ErrorCode::UseDpopNonce, .. })) => redeem_once(client, key, request, correlation).await,
        other => other,
    }
}

async fn redeem_once(client: &Client, key: &DpopKey, request: &TokenRequest, correlation: CorrelationId) -> Result<TokenAnswer, Refused> {
    let url = client.metadata.token_endpoint.clone();
    let transport = &client.transport;
    let nonce = transport.nonces.newest(Door::Token);
    let call = Proving { htm: "POST", htu: url.as_str(), access_token: None, nonce: nonce.as_deref() };
    let proof = key.proof(&call, &transport.edge.random_hex::<16>(), transport.service_now()).map_err(|error| {
        tracing::error!(%error, "no proof could be made");
        Refused::Unasked(fault::signed_out(correlation))
    })?;
    let form = transport
        .request(Method::POST, url, correlation)
        .header("DPoP", proof)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(request.to_body().expose().to_owned());
    let answer = transport.send(Door::Token, form, correlation).await.map_err(Refused::Lost)?;
    if answer.status == 200 {
        return TokenAnswer::parse(&answer.body).map_err(|_| Refused::Strange(answer.status));
    }
    Err(serde_json::from_slice::<OAuthError>(&answer.body).map_or(Refused::Strange(answer.status), Refused::ByService))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_a_sentence() {
        let say = |text: &str| sentence(&OAuthError::new(ErrorCode::InvalidGrant, text));
        assert_eq!(say("the code was used already"), "The code was used already. Nothing was granted.");
        assert_eq!(say(""), "The service answered invalid_grant. Nothing was granted.");
    }
}
