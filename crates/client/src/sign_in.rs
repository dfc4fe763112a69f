//! Signing in through the system browser (RFC 8252: authorization code, PKCE, loopback redirect), and proving oneself once more
//! for one act (RFC 9470, RFC 9396). The browser is opened by the caller; no password is ever typed here.

use std::time::Duration;

use countersign_api::{Problem, problem::StepUp};
use countersign_domain::{Code, CorrelationId, PersonId, Secret, Timestamp};
use countersign_oauth::{
    authorize::{AuthorizeRequest, Prompt, ReviewDetail},
    dpop::DpopKey,
    pkce::{self, Challenge},
    redirect::LoopbackRedirect,
    token::{TokenAnswer, TokenRequest},
};
use tokio_util::sync::CancellationToken;

use crate::{
    CLIENT_ID, Client, Session,
    callback::{Callback, Expected},
    fault,
    listener::Listener,
    session,
};

/// How long the browser is waited for.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// A sign-in, or a fresh proof, that waits for the browser.
pub struct SignIn {
    client: Client,
    listener: Listener,
    redirect: LoopbackRedirect,
    state: String,
    verifier: Secret,
    purpose: Purpose,
    url: String,
    match_code: String,
    until: Timestamp,
    correlation: CorrelationId,
}

enum Purpose {
    SignIn(Box<DpopKey>),
    StepUp(Session, ReviewDetail),
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("match_code", &self.match_code).field("until", &self.until).finish_non_exhaustive()
    }
}

impl SignIn {
    /// Begins a sign-in with a key of its own.
    ///
    /// # Errors
    /// If no loopback port is free.
    pub async fn begin(client: &Client) -> Result<Self, Problem> {
        let correlation = client.edge().correlation();
        let key = DpopKey::generate().map_err(|error| {
            tracing::error!(%error, "no key could be made");
            fault::problem(
                Code::Unavailable,
                "No key could be made",
                "This computer could not make a key for the sign-in. Nothing was sent. Try again.",
                correlation,
            )
        })?;
        Self::ask(client, Purpose::SignIn(Box::new(key)), correlation, |_| {}).await
    }

    /// Begins a fresh proof of who `person` is, for the one act that `detail` names, as `wanted` by the service.
    ///
    /// # Errors
    /// If no loopback port is free.
    pub async fn begin_step_up(session: &Session, person: PersonId, detail: ReviewDetail, wanted: &StepUp) -> Result<Self, Problem> {
        let client = session.client();
        let (review, acr_values) = (detail.clone(), wanted.acr_values.split_ascii_whitespace().map(str::to_owned).collect());
        Self::ask(client, Purpose::StepUp(session.clone(), detail), client.edge().correlation(), |request| {
            request.prompt = Some(Prompt::Login);
            request.max_age = Some(0);
            request.acr_values = acr_values;
            request.login_hint = Some(person.to_string());
            request.review = Some(review);
        })
        .await
    }

    async fn ask(client: &Client, purpose: Purpose, correlation: CorrelationId, shape: impl FnOnce(&mut AuthorizeRequest)) -> Result<Self, Problem> {
        let edge = client.edge();
        let listener = Listener::bind(correlation).await?;
        let redirect = LoopbackRedirect::parse(&listener.redirect()).map_err(|e| fault::invalid(e.to_string(), correlation))?;
        let (verifier, state) = (pkce::new_verifier(&*edge.entropy), edge.random_hex::<16>());
        let code_challenge = Challenge::of(&verifier);
        let match_code = pkce::match_code(&code_challenge);
        let mut request = AuthorizeRequest {
            client_id: CLIENT_ID.into(),
            redirect_uri: redirect.clone(),
            state: Some(state.clone()),
            code_challenge,
            prompt: None,
            max_age: None,
            acr_values: Vec::new(),
            login_hint: None,
            review: None,
        };
        shape(&mut request);
        let mut url = client.metadata.authorization_endpoint.clone();
        url.set_query(Some(&request.to_query()));
        let until = edge.clock.now() + PATIENCE;
        Ok(Self { client: client.clone(), listener, redirect, state, verifier, purpose, url: url.into(), match_code, until, correlation })
    }

    /// What the browser is to open. It holds no secret: the code that comes of it is good only with what stays here.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What page and console both show.
    #[must_use]
    pub fn match_code(&self) -> &str {
        &self.match_code
    }

    /// Until when it waits, by this computer's clock.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// The service's clock less this computer's, in milliseconds.
    #[must_use]
    pub fn clock_skew_ms(&self) -> i64 {
        self.client.clock_skew_ms()
    }

    /// Waits for the browser and redeems what it brings: a session, the same one after a fresh proof. `None` if it was cancelled.
    ///
    /// # Errors
    /// [`Code::Lapsed`] after five minutes; the service's refusal, in words.
    pub async fn wait(self, cancel: &CancellationToken) -> Result<Option<Session>, Problem> {
        let Self { client, listener, redirect, state, verifier, purpose, correlation, .. } = self;
        let issuer = client.issuer().to_owned();
        let answer = tokio::select! {
            () = cancel.cancelled() => return Ok(None),
            answer = tokio::time::timeout(PATIENCE, listener.answer(Expected { state: &state, issuer: &issuer })) => answer,
        };
        let code = match answer {
            Ok(Callback::Code(code)) => code,
            Ok(Callback::Refused { error, description }) => return Err(refused(&error, &description, correlation)),
            Ok(Callback::Stray) | Err(_) => {
                return Err(fault::problem(
                    Code::Lapsed,
                    "The browser did not come back",
                    "The page was not finished within five minutes, so nothing was done. Begin again.",
                    correlation,
                ));
            }
        };
        let request = TokenRequest::AuthorizationCode { code, redirect_uri: redirect, code_verifier: verifier, client_id: CLIENT_ID.into() };
        purpose.redeem(client, &request, correlation).await.map(Some)
    }
}

impl Purpose {
    async fn redeem(self, client: Client, request: &TokenRequest, correlation: CorrelationId) -> Result<Session, Problem> {
        match self {
            Self::SignIn(key) => match session::redeem(&client, &key, request, correlation).await {
                Ok(answer) => Session::from_answer(client, *key, answer, correlation),
                Err(e) => Err(e.into_problem(&client, correlation)),
            },
            Self::StepUp(session, detail) => {
                let answer = session.ask_token(request, correlation).await.map_err(|e| e.into_problem(&client, correlation))?;
                if !echoes(&answer, &detail) {
                    return Err(fault::not_the_service(client.issuer(), 200, correlation));
                }
                session.proved(answer).await;
                Ok(session)
            }
        }
    }
}

/// RFC 9396 §7: the answer says what was granted, and it must be what was asked.
fn echoes(answer: &TokenAnswer, asked: &ReviewDetail) -> bool {
    matches!(answer.authorization_details.as_deref(), Some([one]) if one == asked)
}

fn refused(error: &str, description: &str, correlation: CorrelationId) -> Problem {
    let said = if description.is_empty() { error } else { description };
    fault::problem(
        Code::Refused,
        "The sign-in was not granted",
        format!("The service's page ended with: {said}. Nothing was done. Begin again if you want to."),
        correlation,
    )
}
