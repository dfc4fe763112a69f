//! What stands before every route: the `Host` check, and headers that keep browsers from doing more than they should.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use countersign_domain::Code;
use countersign_oauth::ErrorCode;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::time::{Instant, timeout};

use crate::{
    fault::Fault,
    front::Front,
    metrics::Metrics,
    nonce, oauth,
    trace::{self, Source},
};

/// Routes that tell nothing about anybody, asked by orchestrators under whatever name.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];

/// What the guards know.
#[derive(Clone)]
pub(crate) struct Guards {
    /// What is shown to the outside.
    pub front: Arc<Front>,
    /// Where correlation ids come from.
    pub source: Source,
    /// How long a request may take.
    pub whole: Duration,
    /// Where requests are counted that no handler answered.
    pub metrics: Arc<Metrics>,
}

/// All of them, in order. One layer: the router clones and boxes all that stands inside of each of its layers, for every request.
pub(crate) async fn guarded(State(guards): State<Guards>, request: Request, next: Next) -> Response {
    let Guards { front, source, whole, metrics } = &guards;
    let (endpoint, started) = (oauth::endpoint(request.uri().path()), Instant::now());
    let timed = |request| in_time(*whole, endpoint, nonce::handed(request, |request| next.run(request)));
    let mut response = headers(front, trace::traced(source, request, |request| host(front, request, timed))).await;
    if let Some(endpoint) = endpoint {
        oauth::count_unanswered(metrics, endpoint, &mut response, started.elapsed());
    }
    response
}

/// Refuses requests that name another host: DNS that was rebound to this address would come in that way.
async fn host<F: Future<Output = Response>>(front: &Front, request: Request, next: impl FnOnce(Request) -> F) -> Response {
    if OPEN.contains(&request.uri().path()) || front.is_named_by(&request) {
        return next(request).await;
    }
    Fault::new(Code::Forbidden, "Another address", format!("this service answers as {} only; use that address", front.issuer))
        .status(StatusCode::MISDIRECTED_REQUEST)
        .into_response()
}

/// Lets go of a request that takes too long. What it began may still be done: a transaction is not broken off. The live stream is an
/// answer that has begun, and goes on.
async fn in_time(whole: Duration, endpoint: Option<&str>, answer: impl Future<Output = Response>) -> Response {
    if let Ok(response) = timeout(whole, answer).await {
        return response;
    }
    if endpoint.is_some() {
        let text = "this took too long, and whether it was done is not known; send it again, with a new proof or assertion where it had one";
        return oauth::unanswered(ErrorCode::TemporarilyUnavailable, text);
    }
    let text = "this took too long, and whether it was done is not known; look again, or send it again under the same idempotency key";
    Fault::new(Code::Unavailable, "Too slow", text).into_response()
}

/// Adds what every answer carries; what a route has set itself stays.
async fn headers(front: &Front, answer: impl Future<Output = Response>) -> Response {
    let mut response = answer.await;
    let always: [(HeaderName, &'static str); 6] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in always {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if front.secure {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::DefaultBodyLimit, middleware, routing::post};
    use http::HeaderMap;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;
    use crate::{
        config::ServerConfig,
        edge::{OsEntropy, SystemClock},
        input::{BODY_MAX, Body as JsonBody},
        limits::Limits,
    };

    /// The guards as the service has them, before routes that read a body, that fail, and that never answer.
    fn service(config: &ServerConfig, metrics: &Arc<Metrics>) -> Router {
        let front = Arc::new(Front::new(config, &config.issuer));
        let source = Source { clock: Arc::new(SystemClock), entropy: Arc::new(OsEntropy) };
        let guards = Guards { front, source, whole: config.limits.whole, metrics: Arc::clone(metrics) };
        let fail = post(async || -> &'static str { panic!("on purpose") });
        let never = post(async || std::future::pending::<&'static str>().await);
        Router::new()
            .route("/v1/echo", post(async |JsonBody(value): JsonBody<Vec<u8>>| axum::Json(value)))
            .route("/v1/fail", fail.clone())
            .route("/v1/never", never.clone())
            .route("/oauth/token", fail)
            .route("/oauth/revoke", never)
            .route("/healthz", axum::routing::get(async || "up"))
            .fallback(async || Fault::no_route())
            .method_not_allowed_fallback(async || Fault::no_method())
            .layer(DefaultBodyLimit::max(BODY_MAX))
            .layer(middleware::from_fn_with_state(guards, guarded))
    }

    async fn ask(request: http::request::Builder, body: impl Into<Body>) -> (StatusCode, HeaderMap, Value) {
        let service = service(&ServerConfig::embedded(43_117), &Arc::new(metrics()));
        answered(service, request.body(body.into()).unwrap()).await
    }

    fn metrics() -> Metrics {
        Metrics::new("0.0.0", "sqlite")
    }

    async fn answered(service: Router, request: Request) -> (StatusCode, HeaderMap, Value) {
        let (parts, body) = service.oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    fn to(path: &str) -> http::request::Builder {
        Request::post(path).header(header::HOST, "localhost:43117").header(header::CONTENT_TYPE, "application/json")
    }

    #[tokio::test]
    async fn a_rebound_name_is_refused_before_any_route() {
        let (status, headers, problem) = ask(Request::post("/v1/echo").header(header::HOST, "evil.example"), "[]").await;
        assert_eq!((status, &problem["code"]), (StatusCode::MISDIRECTED_REQUEST, &Value::from("forbidden")));
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        let (status, _, _) = ask(Request::get("/healthz").header(header::HOST, "10.1.2.3:8443"), "").await;
        assert_eq!(status, StatusCode::OK);
    }

    #[tokio::test]
    async fn every_refusal_is_a_problem_with_its_correlation_id() {
        let large = vec![b' '; BODY_MAX + 1];
        let cases: [(http::request::Builder, Vec<u8>, u16); 7] = [
            (to("/nowhere"), vec![], 404),
            (Request::get("/v1/echo").header(header::HOST, "localhost:43117"), vec![], 405),
            (to("/v1/echo"), b"{".to_vec(), 422),
            (to("/v1/echo"), b"[256]".to_vec(), 422),
            (to("/v1/echo"), large, 413),
            (Request::post("/v1/echo").header(header::HOST, "localhost:43117"), b"[]".to_vec(), 415),
            (to("/v1/fail"), vec![], 500),
        ];
        for (request, body, wanted) in cases {
            let (status, headers, problem) = ask(request, body).await;
            assert_eq!(status.as_u16(), wanted, "{problem}");
            assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{problem}");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{problem}");
            assert_eq!(problem["status"], wanted);
            assert_eq!(problem["correlation"], headers[trace::CORRELATION].to_str().unwrap());
            assert!(problem["correlation"].as_str().unwrap().starts_with("cor_"));
        }
    }

    #[tokio::test]
    async fn what_fails_or_takes_too_long_is_refused_in_the_form_of_its_endpoint_and_counted() {
        let limits = Limits { whole: Duration::ZERO, ..Limits::embedded() };
        let metrics = Arc::new(metrics());
        let service = service(&ServerConfig { limits, ..ServerConfig::embedded(43_117) }, &metrics);
        let ask = async |path: &str| answered(service.clone(), to(path).body(Body::empty()).unwrap()).await;

        // RFC 6749 §5.2.
        for (path, wanted, error, wait) in [("/oauth/token", 500, "server_error", None), ("/oauth/revoke", 503, "temporarily_unavailable", Some("1"))] {
            let (status, headers, body) = ask(path).await;
            assert_eq!((status.as_u16(), &body["error"]), (wanted, &Value::from(error)), "{body}");
            assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
            assert_eq!(headers[header::CONTENT_TYPE], "application/json");
            assert_eq!(headers[header::CACHE_CONTROL], "no-store");
            assert_eq!(headers.get(header::RETRY_AFTER).map(|v| v.to_str().unwrap()), wait, "{path}");
            assert!(headers[trace::CORRELATION].to_str().unwrap().starts_with("cor_"));
        }
        let (status, headers, problem) = ask("/v1/never").await;
        assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &Value::from("unavailable")));
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");

        let text = metrics.text().unwrap();
        let counted: Vec<_> = text.lines().filter(|line| line.starts_with("countersign_oauth_requests_total")).collect();
        assert_eq!(counted.len(), 2, "{text}");
        for (endpoint, outcome) in [("token", "server_error"), ("revocation", "temporarily_unavailable")] {
            let wanted = format!(r#"countersign_oauth_requests_total{{endpoint="{endpoint}",outcome="{outcome}"}} 1"#);
            assert!(counted.contains(&wanted.as_str()), "{text}");
        }
    }

    #[tokio::test]
    async fn every_answer_carries_the_guard_s_headers() {
        let (status, headers, _) = ask(to("/v1/echo"), "[1]").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("frame-ancestors 'none'"));
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "there is no TLS to insist on");
    }
}
