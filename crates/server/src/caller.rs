//! Who calls: an access token with a proof of the key that it is bound to (RFC 9449 §7).

use std::sync::{Arc, OnceLock};

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use countersign_api::operation::OPERATIONS;
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

/// Who called, for those who look at the answer.
#[derive(Clone, Default)]
struct Known(Arc<OnceLock<Call>>);

/// Counts operations, and tells the trail of calls that were refused after it was known who called and before the engine heard of it: bad JSON, say.
pub(crate) async fn told(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let known = Known::default();
    request.extensions_mut().insert(known.clone());
    let path = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let response = next.run(request).await;
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    let operation = OPERATIONS.iter().find(|o| o.path == path && o.method == method.as_str()).map_or("unknown", |o| o.name);
    let fault = response.extensions().get::<Fault>();
    app.metrics.operation(operation, fault.map(Fault::code));
    if let (Some(call), Some(code)) = (known.0.get(), fault.and_then(Fault::before_the_engine)) {
        app.engine.refused_before(call, operation, code).await;
    }
    response
}

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
        if let Some(known) = parts.extensions.get::<Known>() {
            // Nobody but this extractor sets it, once a request.
            let _ = known.0.set(call.clone());
        }
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
