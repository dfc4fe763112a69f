//! Who calls: an access token with a proof of the key that it is bound to (RFC 9449 §7).

use axum::extract::FromRequestParts;
use countersign_domain::{Code, Secret};
use countersign_engine::Call;
use countersign_oauth::{
    ErrorCode, OAuthError, challenge,
    dpop::{Dpop, DpopError, Expect, Proof},
    nonce::Nonces,
};
use http::{HeaderMap, header, request::Parts};
use tracing::{Span, field};

use crate::{app::App, fault::Fault, input::idempotency_key, nonce::Handed, trace::Correlation};

/// The caller of an operation.
pub(crate) struct Caller(pub Call);

impl FromRequestParts<App> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let token = access_token(&parts.headers)?;
        let proof = proof(app, parts, app.engine.call_nonces(), Some(&token)).map_err(|e| Fault::bad_token(&e))?;
        let Some(Correlation(correlation)) = parts.extensions.get().copied() else {
            return Err(Fault::new(Code::Unavailable, "Failed", "the request was not traced, and nothing was done"));
        };
        let key = idempotency_key(&parts.headers)?;
        let mut call = app.engine.caller(&token, &proof, correlation).await?;
        call.idempotency_key = key;
        // Random ids, which name nobody to whoever has the log alone.
        Span::current().record("person", field::display(call.person)).record("session", field::display(call.session));
        Ok(Self(call))
    }
}

fn access_token(headers: &HeaderMap) -> Result<Secret, Fault> {
    match only(headers, header::AUTHORIZATION.as_str()) {
        Only::None => Err(Fault::no_token()),
        Only::One(text) => challenge::access_token(text).map_err(|e| Fault::bad_token(&e)),
        Only::Bad => Err(Fault::bad_token(&OAuthError::new(ErrorCode::InvalidToken, "send exactly one `Authorization` header"))),
    }
}

/// The proof of the key, if one came with a request to the token endpoint or its neighbours. Whether it must is for the engine to say.
pub(crate) fn token_proof(app: &App, parts: &Parts) -> Result<Option<Proof>, OAuthError> {
    match only(&parts.headers, "dpop") {
        Only::None => Ok(None),
        _ => proof(app, parts, app.engine.token_nonces(), None).map(Some),
    }
}

/// Exactly one `DPoP` header (RFC 9449 §4.3, check 1), with a nonce of ours. The next nonce goes out with whatever is answered.
fn proof(app: &App, parts: &Parts, nonces: &Nonces, token: Option<&Secret>) -> Result<Proof, OAuthError> {
    let text = match only(&parts.headers, "dpop") {
        Only::One(text) => text,
        Only::None => return Err(OAuthError::new(ErrorCode::InvalidDpopProof, "there is no `DPoP` header; send a proof of your key")),
        Only::Bad => return Err(OAuthError::new(ErrorCode::InvalidDpopProof, "send exactly one `DPoP` header")),
    };
    // The address as the service knows itself: whatever `Host` says was checked to be the same.
    let htu = format!("{}{}", app.front.issuer, parts.uri.path());
    let now = app.clock.now();
    let checked = Dpop::check(text, &Expect { htm: parts.method.as_str(), htu: &htu, ath: token, nonces, now });
    let next = match &checked {
        Ok(proof) => proof.nonce.next.clone(),
        Err(DpopError::Nonce) => Some(nonces.current(now)),
        Err(_) => None,
    };
    if let (Some(nonce), Some(handed)) = (next, parts.extensions.get::<Handed>()) {
        handed.out(nonce);
    }
    Ok(checked?)
}

/// A header that must not come twice.
pub(crate) enum Only<'a> {
    /// It did not come.
    None,
    /// It came once, as text.
    One(&'a str),
    /// It came twice, or is no text.
    Bad,
}

/// The value of the header `name`.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Only<'a> {
    let mut given = headers.get_all(name).iter();
    match (given.next().map(http::HeaderValue::to_str), given.next()) {
        (None, _) => Only::None,
        (Some(Ok(text)), None) => Only::One(text),
        _ => Only::Bad,
    }
}
