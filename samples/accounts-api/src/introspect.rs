//! Asking the issuer, before a write, whether the token still counts (RFC 7662): a signature tells only that it once did.

use serde::Deserialize;

use crate::{
    Settings,
    bearer::{Accepted, Actor},
    fault::Fault,
    issuer::Issuer,
};

/// What is read of the answer (RFC 7662 §2.2).
#[derive(Debug, Deserialize)]
struct Answer {
    active: bool,
    sub: Option<String>,
    act: Option<Actor>,
    jti: Option<String>,
}

/// Whether `accepted` still counts, now.
///
/// # Errors
/// If it no longer does, or the issuer does not answer; then nothing may be changed.
pub async fn still_good(settings: &Settings, http: &reqwest::Client, issuer: &Issuer, accepted: &Accepted) -> Result<(), Fault> {
    let unreachable = |error: reqwest::Error| {
        tracing::warn!(%error, "introspection failed");
        Fault::IssuerUnreachable
    };
    let endpoint = issuer.introspection_endpoint().await?;
    // RFC 6749 §2.3.1: both halves are form-encoded before they become Basic credentials.
    let answer = http
        .post(endpoint)
        .basic_auth(form_encoded(&settings.client_id), Some(form_encoded(&settings.client_secret.0)))
        .form(&[("token", accepted.token.as_str()), ("token_type_hint", "access_token")])
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(unreachable)?;
    let answer: Answer = answer.json().await.map_err(unreachable)?;
    let same = answer.sub.is_none_or(|sub| sub == accepted.sub)
        && answer.act.is_none_or(|act| act == accepted.act)
        && answer.jti.is_none_or(|jti| jti == accepted.jti);
    if answer.active && same {
        return Ok(());
    }
    Err(Fault::InvalidToken("the token no longer counts: what it was given for is over, and nothing was changed; ask for access again".to_owned()))
}

pub(crate) fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
