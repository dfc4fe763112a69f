//! Accepting a token: RFC 6750 for how it comes, RFC 9068 for what it must be, RFC 8693 §4.1 for who acts.

use axum::http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header, errors::ErrorKind};
use serde::{Deserialize, Serialize};

use crate::{Settings, fault::Fault, issuer::Issuer};

/// Seconds by which clocks may differ.
const LEEWAY_S: u64 = 5;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who acts now.
    pub sub: String,
    /// For whom that one acts, where an API calls the next one (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

/// What a token says. Its signature was checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// For whom.
    pub sub: String,
    /// Who acts for them.
    pub act: Option<Actor>,
    /// What may be done, space-separated (RFC 6749 §3.3).
    #[serde(default)]
    pub scope: String,
    /// This token.
    pub jti: String,
    /// Its key, if it is bound to one (RFC 7800).
    pub cnf: Option<serde_json::Value>,
}

/// A token that was accepted for one call.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// As it came, for introspection.
    pub token: String,
    /// For whom.
    pub sub: String,
    /// Who acts.
    pub act: Actor,
    /// This token.
    pub jti: String,
}

/// Accepts the token of a call on `customer` that needs `scope`.
///
/// # Errors
/// With what is wrong with the token, or that it does not reach this far.
pub async fn accept(settings: &Settings, issuer: &Issuer, headers: &HeaderMap, customer: &str, scope: &'static str) -> Result<Accepted, Fault> {
    let token = bearer(headers)?;
    let claims = verify(settings, issuer, token).await?;
    if claims.cnf.is_some() {
        return Err(Fault::InvalidToken("the token is bound to a key, and this API takes plain bearer tokens; exchange for one without".to_owned()));
    }
    let Some(act) = claims.act else {
        return Err(Fault::InvalidToken("the token does not say who acts (`act`); exchange for a delegated one".to_owned()));
    };
    if !claims.scope.split(' ').any(|s| s == scope) {
        return Err(Fault::InsufficientScope {
            scope,
            text: format!("this needs `{scope}`, and the token has `{}`; ask for access that includes it", claims.scope),
        });
    }
    if claims.sub != customer {
        let text = format!("the token speaks for `{}`, not for `{customer}`; ask for access on a case of that customer", claims.sub);
        return Err(Fault::InsufficientScope { scope, text });
    }
    Ok(Accepted { token: token.to_owned(), sub: claims.sub, act, jti: claims.jti })
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1); nowhere else is looked.
fn bearer(headers: &HeaderMap) -> Result<&str, Fault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    let value = first.ok_or(Fault::NoToken)?;
    let split = value.to_str().ok().and_then(|v| v.split_once(' '));
    match (split, second) {
        (Some((scheme, token)), None) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => Ok(token),
        _ => Err(Fault::NoToken),
    }
}

async fn verify(settings: &Settings, issuer: &Issuer, token: &str) -> Result<Claims, Fault> {
    let invalid = |text: &str| Fault::InvalidToken(text.to_owned());
    let header = decode_header(token).map_err(|_| invalid("the token is not a JWT; exchange for one"))?;
    // RFC 9068 §4: an ID token or any other JWT of the same issuer is not an access token.
    let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
    if !matches!(typ.as_deref(), Some("at+jwt" | "application/at+jwt")) {
        return Err(invalid("the JWT is not an access token (`typ` is not `at+jwt`)"));
    }
    let kid = header.kid.ok_or_else(|| invalid("the token does not name its key (`kid`)"))?;
    let key = issuer.key(&kid).await?;
    let mut wanted = Validation::new(Algorithm::ES256);
    wanted.leeway = LEEWAY_S;
    wanted.validate_nbf = true;
    wanted.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    wanted.set_issuer(&[settings.iss()]);
    wanted.set_audience(&[settings.audience.as_str()]);
    decode::<Claims>(token, &key, &wanted).map(|data| data.claims).map_err(|error| invalid(sentence(error.kind())))
}

const fn sentence(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ExpiredSignature => "the token is over; exchange again",
        ErrorKind::ImmatureSignature => "the token does not count yet; is your clock right",
        ErrorKind::InvalidAudience => "the token is for another API; exchange for this audience",
        ErrorKind::InvalidIssuer => "the token is of another issuer",
        ErrorKind::InvalidSignature => "the signature does not hold",
        ErrorKind::InvalidAlgorithm => "the token is not signed with ES256",
        _ => "the token lacks a claim that this API needs (RFC 9068), or is damaged",
    }
}
