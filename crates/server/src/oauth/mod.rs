//! The OAuth endpoints that programs call. Answers and refusals have the RFCs' own form, not that of `/v1`.

mod about;
mod introspect;
mod resource;
mod revoke;
mod token;

pub(crate) use about::{jwks, metadata, openid};
pub(crate) use introspect::introspect;
pub(crate) use resource::{protected_resource, resource_metadata};
pub(crate) use revoke::revoke;
pub(crate) use token::token;

use std::{net::SocketAddr, time::Duration};

use axum::{
    Json, RequestExt as _,
    body::Bytes,
    extract::{ConnectInfo, FromRequest, Request, State, rejection::BytesRejection},
    middleware::Next,
    response::{IntoResponse, Response},
};
use countersign_domain::{CorrelationId, client::CONSOLE};
use countersign_oauth::{ErrorCode, OAuthError, challenge, client_assertion, client_auth::Presented, dpop::Proof, form::Form};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use tokio::time::Instant;

use crate::{
    app::App,
    caller::{Only, only},
    metrics::Metrics,
    rate::{Later, Payer},
    trace::Correlation,
};

/// Headers of every answer that has a token in it or could have (RFC 6749 §5.1).
const UNCACHED: [(HeaderName, &str); 2] = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];

/// A refusal of an OAuth endpoint (RFC 6749 §5.2).
pub(crate) struct Refused {
    error: OAuthError,
    /// Whether the client proves itself with HTTP Basic here.
    basic: bool,
    /// When to come again, if it was too often.
    later: Option<Later>,
}

impl From<Later> for Refused {
    fn from(later: Later) -> Self {
        let text = format!("there were too many requests; wait {} s and send it again", later.seconds());
        Self { error: OAuthError::new(ErrorCode::TemporarilyUnavailable, text), basic: false, later: Some(later) }
    }
}

/// Whose call it turned out to be; on the answer, for [`limited`].
#[derive(Clone)]
struct Paid(Payer);

/// Counts calls by address, and by whoever turns out to make them (RFC 6585 §4).
pub(crate) async fn limited(State(app): State<App>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |c| c.0);
    let address = app.front.address(peer, request.headers());
    let endpoint = endpoint(request.uri().path()).unwrap_or(TOKEN);
    let started = Instant::now();
    let mut response = match app.rates.arrive(address) {
        Ok(()) => next.run(request).await,
        Err(later) => {
            tracing::debug!(%address, wait_s = later.seconds(), "too many calls");
            Refused::from(later).into_response()
        }
    };
    let endpoint = response.extensions_mut().remove().map_or(endpoint, |Asked(grant)| grant);
    let refused = response.extensions_mut().remove().map(|Outcome(word)| word);
    app.metrics.call(endpoint, refused, started.elapsed());
    if let Some(Paid(payer)) = response.extensions_mut().remove() {
        app.rates.pay(address, &payer);
    }
    response
}

/// What was asked for, where one endpoint does several things.
#[derive(Clone, Copy)]
struct Asked(&'static str);

/// Why it was refused.
#[derive(Clone, Copy)]
struct Outcome(&'static str);

/// The token endpoint, as long as it is not known what kind of grant was asked for.
const TOKEN: &str = "token";

/// The endpoint that a path leads to, as numbers name it; none, if the path is not one of theirs.
pub(crate) fn endpoint(path: &str) -> Option<&'static str> {
    Some(match path.strip_prefix("/oauth/")? {
        "introspect" => "introspection",
        "revoke" => "revocation",
        "resource-metadata" => "resource_metadata",
        _ => TOKEN,
    })
}

/// What an endpoint answers where its handler does not: it failed, or took too long.
pub(crate) fn unanswered(code: ErrorCode, text: &str) -> Response {
    Refused::from(OAuthError::new(code, text)).into_response()
}

/// Counts such an answer, which [`limited`] never sees.
pub(crate) fn count_unanswered(metrics: &Metrics, endpoint: &'static str, response: &mut Response, took: Duration) {
    if let Some(Outcome(word)) = response.extensions_mut().remove() {
        metrics.call(endpoint, Some(word), took);
    }
}

/// An answer to somebody who is known by now, and pays for it.
fn paid(payer: Option<Payer>, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    if let Some(payer) = payer {
        response.extensions_mut().insert(Paid(payer));
    }
    response
}

/// Who pays, if they turn out to be whom they say: a machine by its name, a console by its key.
fn payer(presented: &Presented, proof: Option<&Proof>) -> Option<Payer> {
    match presented {
        Presented::Public(id) if id != CONSOLE => Some(Payer::Client(id.clone())),
        Presented::Public(_) => proof.map(|p| Payer::Key(p.jkt.clone())),
        Presented::Basic(given) | Presented::Post(given) => Some(Payer::Client(given.client_id.clone())),
        Presented::Assertion { client_id, assertion } => {
            client_id.clone().or_else(|| client_assertion::unverified_client_id(assertion.expose())).map(Payer::Client)
        }
    }
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self { error, basic: false, later: None }
    }
}

impl Refused {
    /// At an endpoint where clients prove themselves with HTTP Basic.
    fn basic(error: OAuthError) -> Self {
        Self::of(error, true)
    }

    /// Whichever it is.
    fn of(error: OAuthError, basic: bool) -> Self {
        Self { error, basic, later: None }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self.later {
            Some(_) => StatusCode::TOO_MANY_REQUESTS,
            None => StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::BAD_REQUEST),
        };
        let mut response = (status, UNCACHED, Json(self.error.clone().into_json())).into_response();
        response.extensions_mut().insert(Outcome(if self.later.is_some() { "too_many" } else { self.error.code.as_str() }));
        let wait = self.later.map_or_else(|| (self.error.code == ErrorCode::TemporarilyUnavailable).then_some(1), |later| Some(later.seconds()));
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let told = (self.basic && self.error.code == ErrorCode::InvalidClient).then(challenge::basic);
        if let Some(value) = told.and_then(|text| HeaderValue::from_str(&text).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// Whether it is a machine, which proves itself; with nothing else said, by the certificate of its connection.
fn is_machine(presented: &Presented) -> bool {
    !matches!(presented, Presented::Public(id) if id == CONSOLE)
}

/// How the client says who it is.
fn presented(parts: &Parts, form: &Form) -> Result<Presented, OAuthError> {
    match only(&parts.headers, header::AUTHORIZATION.as_str()) {
        Only::None => Presented::read(None, form),
        Only::One(text) => Presented::read(Some(text), form),
        Only::Bad => Err(OAuthError::invalid_request("send one `Authorization` header at the most")),
    }
}

/// What ties the log lines, the trail and the answer of this request together.
fn correlation(parts: &Parts) -> Result<CorrelationId, OAuthError> {
    match parts.extensions.get() {
        Some(Correlation(id)) => Ok(*id),
        None => Err(OAuthError::new(ErrorCode::ServerError, "the request was not traced, and nothing was done")),
    }
}

/// A form's bytes with the head that it came with.
pub(crate) struct Posted {
    /// Method, address, headers.
    pub parts: Parts,
    /// The form, not yet read.
    pub body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        // Its limit goes with the body, so that its head need not.
        let (parts, body) = request.with_limited_body().into_parts();
        if !is_form(&parts.headers) {
            return Err(OAuthError::invalid_request("the body is not said to be a form; send `Content-Type: application/x-www-form-urlencoded`").into());
        }
        let body = Bytes::from_request(Request::new(body), state).await;
        body.map(|body| Self { parts, body })
            .map_err(|e: BytesRejection| OAuthError::invalid_request(format!("the body can't be read: {}", e.body_text())).into())
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
