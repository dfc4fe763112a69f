//! One span and one line a request, the correlation id on the answer, and the bodies of refusals.
//!
//! Logs name the route and never the address that was called: paths and queries hold tokens of invitations, and `/authorize`'s
//! query holds what a person is about to do.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use countersign_domain::{Clock, Code, CorrelationId, Entropy};
use countersign_oauth::ErrorCode;
use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;
use tracing::{Instrument, Span, error, field, info, info_span};

use crate::{fault::Fault, oauth};

/// The correlation id on answers.
pub(crate) const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

/// What ties log lines, events and the answer of one request together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Correlation(pub CorrelationId);

/// Where correlation ids come from.
#[derive(Clone)]
pub(crate) struct Source {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Around all but the headers that every answer carries.
pub(crate) async fn traced<F: Future<Output = Response>>(source: &Source, mut request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let correlation = CorrelationId::new(source.clock.now(), source.entropy.as_ref());
    request.extensions_mut().insert(Correlation(correlation));
    let (span, endpoint) = (span(&request, correlation), oauth::endpoint(request.uri().path()));
    async {
        let started = Instant::now();
        let mut response = AssertUnwindSafe(next(request)).catch_unwind().await.unwrap_or_else(|_| failed(endpoint));
        finish(&mut response, correlation);
        let (status, took_ms) = (response.status().as_u16(), u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
            error!(status, took_ms, "failed");
        } else {
            info!(status, took_ms, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// What is answered when a handler panics; at an OAuth endpoint, if it was one's.
fn failed(endpoint: Option<&str>) -> Response {
    let text = "the service failed at this request; quote the correlation id to an operator";
    if endpoint.is_some() {
        return oauth::unanswered(ErrorCode::ServerError, text);
    }
    Fault::new(Code::Unavailable, "Failed", text).status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

fn span(request: &Request, correlation: CorrelationId) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let span = info_span!("request", %correlation, method = %request.method(), route, trace_id = field::Empty, person = field::Empty, session = field::Empty);
    if let Some(trace) = trace_id(request.headers()) {
        span.record("trace_id", trace);
    }
    span
}

fn finish(response: &mut Response, correlation: CorrelationId) {
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        fault.write(correlation, response);
    }
    if let Ok(value) = HeaderValue::from_str(&correlation.to_string()) {
        response.headers_mut().insert(CORRELATION, value);
    }
}

/// `trace-id` of a `traceparent` (W3C Trace Context §3.2); none if malformed, given twice, or all zero.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all("traceparent").iter();
    let (Some(one), None) = (given.next(), given.next()) else { return None };
    let mut parts = one.to_str().ok()?.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let known = version != "ff" && (version != "00" || parts.next().is_none());
    let formed = hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2);
    let zero = |s: &str| s.bytes().all(|b| b == b'0');
    (known && formed && !zero(trace) && !zero(parent)).then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_on_if_it_is_well_formed() {
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(HeaderName::from_static("traceparent"), HeaderValue::from_str(text).unwrap())]);
            trace_id(&headers).map(str::to_owned)
        };
        // The example of W3C Trace Context §3.2.
        assert_eq!(read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        for bad in [
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "hello",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
