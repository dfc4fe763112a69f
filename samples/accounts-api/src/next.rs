//! Calling the next API for the same customer: the token that this API was called with is exchanged for one at the next (RFC 8693).
//!
//! This is all that passing on takes. The new token says that this API acts for the agent, reaches no further than what was signed,
//! and dies with what it came from. Never send on the token that came: it is for another audience, and the next API refuses it.

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{Settings, bearer::Accepted, fault::Fault, introspect::form_encoded, issuer::Issuer};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The API that comes next.
#[derive(Debug, Clone)]
pub struct Next {
    /// Where it answers.
    pub url: Url,
    /// Its name: `aud` of its tokens.
    pub audience: String,
}

/// What is read of a good answer (RFC 8693 §2.2.1).
#[derive(Deserialize)]
struct Exchanged {
    access_token: String,
    /// What it reaches, which may be less than was asked for.
    scope: String,
}

/// What is read of a refusal (RFC 6749 §5.2).
#[derive(Debug, Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Whoever calls the next API, and how.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The client that this API is.
    pub settings: &'a Settings,
    /// The way out.
    pub http: &'a reqwest::Client,
    /// Where tokens are exchanged.
    pub issuer: &'a Issuer,
}

impl Caller<'_> {
    /// Calls `next` at `path` for whoever `accepted` speaks for, with a token that reaches `scope` there and nothing more.
    ///
    /// # Errors
    /// If no token is given for it, or it does not answer; then nothing was done there.
    pub async fn call(self, next: &Next, accepted: &Accepted, scope: &'static str, method: Method, path: &str, body: Option<Value>) -> Result<Value, Fault> {
        let token = self.exchange(next, accepted, scope).await?;
        let unreachable = |error: reqwest::Error| {
            tracing::warn!(%error, next = next.audience, "the next API does not answer");
            Fault::IssuerUnreachable
        };
        let url = format!("{}{path}", next.url.as_str().trim_end_matches('/'));
        let mut call = self.http.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            call = call.json(&body);
        }
        let answer = call.send().await.map_err(unreachable)?;
        let status = answer.status();
        if status.is_success() {
            return answer.json().await.map_err(unreachable);
        }
        let said: Refused = answer.json().await.map_err(unreachable)?;
        tracing::warn!(%status, error = said.error, next = next.audience, "the next API refused");
        Err(match status {
            StatusCode::UNAUTHORIZED => Fault::InvalidToken(said.error_description),
            StatusCode::FORBIDDEN => Fault::InsufficientScope { scope, text: said.error_description },
            StatusCode::NOT_FOUND => Fault::NotFound(said.error_description),
            s if s.is_client_error() => Fault::InvalidRequest(said.error_description),
            _ => Fault::IssuerUnreachable,
        })
    }

    /// A token for `next`, in exchange for the one that came (RFC 8693 §2.1). This API proves itself as the client that its contract
    /// names, and needs no actor token: it is the actor.
    async fn exchange(self, next: &Next, accepted: &Accepted, scope: &'static str) -> Result<String, Fault> {
        let unreachable = |error: reqwest::Error| {
            tracing::warn!(%error, "a token could not be exchanged");
            Fault::IssuerUnreachable
        };
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", accepted.token.as_str()),
            ("subject_token_type", ACCESS_TOKEN),
            ("audience", next.audience.as_str()),
            ("scope", scope),
        ];
        let endpoint = self.issuer.token_endpoint().await?;
        let Settings { client_id, client_secret, .. } = self.settings;
        let call = self.http.post(endpoint).basic_auth(form_encoded(client_id), Some(form_encoded(&client_secret.0))).form(&form);
        let answer = call.send().await.map_err(unreachable)?;
        if !answer.status().is_success() {
            let refused: Refused = answer.json().await.map_err(unreachable)?;
            return Err(refusal(&refused, next, scope));
        }
        let given: Exchanged = answer.json().await.map_err(unreachable)?;
        if given.scope.split(' ').any(|s| s == scope) {
            return Ok(given.access_token);
        }
        Err(Fault::InsufficientScope { scope, text: format!("what was signed does not reach `{scope}` at {}; ask for access that does", next.audience) })
    }
}

/// What a refused exchange means for whoever called this API.
fn refusal(refused: &Refused, next: &Next, scope: &'static str) -> Fault {
    tracing::warn!(error = refused.error, next = next.audience, "an exchange was refused");
    match refused.error.as_str() {
        "invalid_target" | "invalid_scope" => {
            Fault::InsufficientScope { scope, text: format!("what was signed does not reach `{scope}` at {}; ask for access that does", next.audience) }
        }
        // RFC 8693 §2.2.2: the token that came is not good, or no longer.
        "invalid_request" => Fault::InvalidToken(format!("the token can't be passed on, and nothing was done: {}", refused.error_description)),
        _ => Fault::IssuerUnreachable,
    }
}
