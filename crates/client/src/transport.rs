//! One HTTP exchange with the service: what goes into each, what is read from each. It decides nothing.

use std::{sync::Arc, time::Duration};

use countersign_api::Problem;
use countersign_domain::{CorrelationId, Timestamp};
use reqwest::{
    Method, RequestBuilder, Response,
    header::{DATE, HeaderMap},
    redirect::Policy,
};
use url::Url;

use crate::{
    Edge, body, fault,
    nonces::{self, Door, Nonces},
    skew::{self, Skew},
    traceparent,
};

const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(30);
/// Longer than any answer of the service.
const MAX_ANSWER: usize = 16 << 20;

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Whether the call is to be sent again, with the nonce that came with this answer.
    pub(crate) wants_nonce: bool,
}

/// Why no answer was read.
#[derive(Debug)]
pub(crate) enum Lost {
    /// Nothing was sent.
    NotSent(Problem),
    /// It was sent, and what became of it isn't known.
    NoAnswer(Problem),
}

impl Lost {
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::NotSent(p) | Self::NoAnswer(p) => p,
        }
    }
}

/// What speaks HTTP to one service.
#[derive(Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    /// The service's issuer, without a slash at its end.
    pub(crate) issuer: Arc<str>,
    pub(crate) edge: Edge,
    pub(crate) skew: Arc<Skew>,
    pub(crate) nonces: Arc<Nonces>,
}

impl Transport {
    pub(crate) fn new(issuer: &str, loopback: bool, edge: Edge) -> Result<Self, Problem> {
        // RFC 9700 §4.12: tokens must not follow a redirect to somewhere else.
        let builder =
            reqwest::Client::builder().redirect(Policy::none()).connect_timeout(CONNECT).user_agent(concat!("countersign-console/", env!("CARGO_PKG_VERSION")));
        // What is on this machine is never asked for through a proxy.
        let builder = if loopback { builder.no_proxy() } else { builder };
        let http = builder.build().map_err(|e| {
            tracing::error!(error = %e, "no HTTP client");
            fault::problem(
                countersign_domain::Code::Unavailable,
                "TLS can't be used",
                "The system's certificates can't be read, so nothing was sent. Install the package ca-certificates, then start again.",
                edge.correlation(),
            )
        })?;
        Ok(Self { http, issuer: issuer.into(), edge, skew: Arc::default(), nonces: Arc::default() })
    }

    /// The service's present instant, as far as it is known: what proofs bear, so that a wrong clock here locks nobody out.
    pub(crate) fn service_now(&self) -> Timestamp {
        self.skew.apply(self.edge.clock.now())
    }

    pub(crate) fn request(&self, method: Method, url: Url, correlation: CorrelationId) -> RequestBuilder {
        self.http.request(method, url).header("traceparent", traceparent(correlation, &self.edge))
    }

    /// Sends, and gives the answer with its body unread. What it hands out is noted.
    pub(crate) async fn open(&self, door: Door, request: RequestBuilder, correlation: CorrelationId) -> Result<Response, Lost> {
        let sent = self.edge.clock.now();
        let answer = request.send().await.map_err(|e| self.lost(&e, correlation))?;
        self.note_date(answer.headers(), sent);
        self.nonces.note(door, answer.headers());
        Ok(answer)
    }

    /// Sends, and reads the whole answer.
    pub(crate) async fn send(&self, door: Door, request: RequestBuilder, correlation: CorrelationId) -> Result<Answer, Lost> {
        let answer = self.open(door, request.timeout(WHOLE), correlation).await?;
        let status = answer.status().as_u16();
        let wants_nonce = nonces::wanted(status, answer.headers());
        let read = body::read(answer, MAX_ANSWER).await.map_err(|e| self.lost(&e, correlation))?;
        if read.cut {
            Err(Lost::NoAnswer(fault::not_the_service(&self.issuer, status, correlation)))
        } else {
            Ok(Answer { status, body: read.bytes, wants_nonce })
        }
    }

    fn lost(&self, error: &reqwest::Error, correlation: CorrelationId) -> Lost {
        // `without_url`: an address may hold what a log must not.
        let not_sent = error.is_connect() || error.is_builder();
        tracing::warn!(%correlation, not_sent, timeout = error.is_timeout(), "no answer from the service");
        let problem = fault::unreachable(&self.issuer, !not_sent, correlation);
        if not_sent { Lost::NotSent(problem) } else { Lost::NoAnswer(problem) }
    }

    fn note_date(&self, headers: &HeaderMap, sent: Timestamp) {
        if let Some(date) = headers.get(DATE).and_then(|d| d.to_str().ok()).and_then(skew::parse_date) {
            self.skew.note(sent, self.edge.clock.now(), date);
        }
    }
}
