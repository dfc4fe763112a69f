//! Numbers for Prometheus, on an address of their own.
//!
//! Labels come from closed lists: an endpoint, an operation, a code, a kind of row. Nobody's name, id, address or client is one: numbers
//! are kept for long and read by many.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use countersign_domain::Code;
use countersign_store::Stale;
use http::{StatusCode, header};
use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::Registry,
};
use tracing::warn;

use crate::app::App;

/// One name and one value from a closed list.
type Label = (&'static str, &'static str);
type Timed<const N: usize> = Family<[Label; N], Histogram>;

/// OpenMetrics 1.0, which Prometheus reads.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const OK: &str = "ok";

/// What is counted as it happens, and what is looked up when it is asked for.
pub(crate) struct Metrics {
    registry: Registry,
    calls: Family<[Label; 2], Counter>,
    took: Timed<1>,
    operations: Family<[Label; 2], Counter>,
    tokens: Counter,
    pruned: Family<[Label; 1], Counter>,
    sent_away: Counter,
    connections: Gauge,
    live: Gauge,
    backlog: Gauge,
    behind: Gauge,
    keys: Family<Vec<(String, String)>, Gauge>,
}

fn seconds() -> Histogram {
    // Half a millisecond to sixteen seconds.
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new(version: &str, database: &'static str) -> Self {
        let mut this = Self {
            registry: Registry::with_prefix("countersign"),
            calls: Family::default(),
            took: Family::new_with_constructor(seconds),
            operations: Family::default(),
            tokens: Counter::default(),
            pruned: Family::default(),
            sent_away: Counter::default(),
            connections: Gauge::default(),
            live: Gauge::default(),
            backlog: Gauge::default(),
            behind: Gauge::default(),
            keys: Family::default(),
        };
        let r = &mut this.registry;
        r.register("oauth_requests", "Requests to the OAuth endpoints, by what came of them", this.calls.clone());
        r.register("oauth_request_seconds", "How long requests to the OAuth endpoints took", this.took.clone());
        r.register("operations", "Operations, by what came of them", this.operations.clone());
        r.register("tokens_issued", "Tokens for APIs that were issued by this process", this.tokens.clone());
        r.register("rows_pruned", "Rows past their use that were dropped", this.pruned.clone());
        r.register("connections_sent_away", "Connections that were closed because all places were taken", this.sent_away.clone());
        r.register("connections", "Connections that are open", this.connections.clone());
        r.register("delegations_live", "Delegations that have not ended", this.live.clone());
        r.register("events_unplaced", "Lines of the trail that wait for their place", this.backlog.clone());
        r.register("clock_behind_seconds", "How far the clock stands behind its mark; beyond the tolerance nothing is minted", this.behind.clone());
        r.register("signing_keys", "Signing keys, by state", this.keys.clone());
        r.register("build", "What runs here", Info::new([("version", version.to_owned()), ("database", database.to_owned())].to_vec()));
        for what in Stale::ALL {
            // Shown from the first day on, with nothing dropped yet.
            drop(this.pruned.get_or_create(&[("what", what.as_str())]));
        }
        this
    }

    /// A request to an OAuth endpoint was answered.
    pub(crate) fn call(&self, endpoint: &'static str, outcome: Option<&'static str>, took: Duration) {
        self.calls.get_or_create(&[("endpoint", endpoint), ("outcome", outcome.unwrap_or(OK))]).inc();
        self.took.get_or_create(&[("endpoint", endpoint)]).observe(took.as_secs_f64());
        if endpoint == "exchange" && outcome.is_none() {
            self.tokens.inc();
        }
    }

    /// An operation was answered.
    pub(crate) fn operation(&self, name: &'static str, refused: Option<Code>) {
        self.operations.get_or_create(&[("operation", name), ("outcome", refused.map_or(OK, word))]).inc();
    }

    /// All of them, in the form that Prometheus reads.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Rows were dropped.
    pub(crate) fn pruned(&self, what: Stale, count: u64) {
        self.pruned.get_or_create(&[("what", what.as_str())]).inc_by(count);
    }
}

/// A code as it goes over the wire.
const fn word(code: Code) -> &'static str {
    match code {
        Code::NotSignedIn => "not_signed_in",
        Code::InvalidProof => "invalid_proof",
        Code::FreshProofRequired => "fresh_proof_required",
        Code::Forbidden => "forbidden",
        Code::Refused => "refused",
        Code::NotFound => "not_found",
        Code::InvalidInput => "invalid_input",
        Code::Conflict => "conflict",
        Code::Lapsed => "lapsed",
        Code::CaseNotYours => "case_not_yours",
        Code::DelegationEnded => "delegation_ended",
        Code::TooMany => "too_many",
        Code::Busy => "busy",
        Code::Unavailable => "unavailable",
        Code::Unreachable => "unreachable",
    }
}

/// What the separate address answers: `GET /metrics`, and nothing else.
pub(crate) fn router(app: App) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app)
}

async fn metrics(State(app): State<App>) -> Response {
    let metrics = Arc::clone(&app.metrics);
    match app.engine.figures().await {
        Ok(figures) => {
            metrics.live.set(figures.delegations_live);
            metrics.backlog.set(figures.events_unplaced);
            metrics.behind.set(i64::try_from(figures.clock_behind.as_secs()).unwrap_or(i64::MAX));
            // A state that no key is in any more must not keep its last number.
            metrics.keys.clear();
            for (state, count) in figures.keys {
                metrics.keys.get_or_create(&vec![("state".to_owned(), state)]).set(count);
            }
        }
        // What is counted in memory is worth having above all when the store does not answer.
        Err(reason) => warn!(%reason, "some numbers could not be looked up"),
    }
    metrics.connections.set(i64::try_from(app.door.held()).unwrap_or(i64::MAX));
    metrics.sent_away.inc_by(app.door.sent_away().saturating_sub(metrics.sent_away.get()));
    match metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_on_the_wire() {
        let all = [
            Code::NotSignedIn,
            Code::InvalidProof,
            Code::FreshProofRequired,
            Code::Forbidden,
            Code::Refused,
            Code::NotFound,
            Code::InvalidInput,
            Code::Conflict,
            Code::Lapsed,
            Code::CaseNotYours,
            Code::DelegationEnded,
            Code::TooMany,
            Code::Busy,
            Code::Unavailable,
            Code::Unreachable,
        ];
        for code in all {
            assert_eq!(serde_json::to_value(code).unwrap(), word(code));
        }
    }
}
