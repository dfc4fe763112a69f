//! What handlers share, and the whole router.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware,
    routing::{get, post},
};
use countersign_domain::{Clock, Entropy};
use countersign_engine::Engine;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::{
    browser, caller,
    door::Door,
    fault::Fault,
    front::Front,
    guard::{self, Guards},
    health, input,
    limit::Tries,
    limits::Limits,
    metrics::Metrics,
    oauth, openapi, pages,
    rate::Rates,
    register::Register,
    routes,
    tls::Certificate,
    trace,
};

/// What handlers share. Cloned several times a request: one count for all of it.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl From<Parts> for App {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// All of it.
pub(crate) struct Parts {
    /// The use cases.
    pub engine: Engine,
    /// What is shown to the outside.
    pub front: Arc<Front>,
    /// The service's own certificate, and the authorities of its clients', where it serves TLS.
    pub certificate: Option<Arc<Certificate>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Counts password tries.
    pub tries: Arc<Tries>,
    /// Counts calls of the OAuth endpoints.
    pub rates: Arc<Rates>,
    /// Numbers.
    pub metrics: Arc<Metrics>,
    /// Lets connections in.
    pub door: Door,
    /// How much is held and how long is waited.
    pub limits: Limits,
    /// How the background work is.
    pub health: Arc<health::Health>,
    /// What each tenant gets.
    pub register: Arc<Register>,
    /// Cancelled when the service stops.
    pub stop: CancellationToken,
}

impl FromRef<App> for Arc<Front> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.front)
    }
}

impl FromRef<App> for Guards {
    fn from_ref(app: &App) -> Self {
        let source = trace::Source { clock: Arc::clone(&app.clock), entropy: Arc::clone(&app.entropy) };
        Self { front: Arc::clone(&app.front), source, whole: app.limits.whole, metrics: Arc::clone(&app.metrics) }
    }
}

/// All routes behind all guards.
pub(crate) fn router(app: App) -> Router {
    let open = Router::new()
        .route("/", get(browser::root))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(openapi::served))
        .route("/.well-known/oauth-authorization-server", get(oauth::metadata))
        .route("/.well-known/openid-configuration", get(oauth::openid))
        .route("/.well-known/jwks.json", get(oauth::jwks))
        .route("/.well-known/oauth-protected-resource", get(oauth::protected_resource))
        .route("/.well-known/oauth-protected-resource/{*path}", get(oauth::protected_resource))
        .route("/authorize", get(browser::authorize::show).post(browser::authorize::send))
        .route("/setup", get(browser::setup::show).post(browser::setup::send))
        .route("/invite", get(browser::invite::show).post(browser::invite::send))
        .route("/assets/{name}", get(pages::assets::asset));
    let programs = Router::new()
        .route("/oauth/token", post(oauth::token))
        .route("/oauth/introspect", post(oauth::introspect))
        .route("/oauth/revoke", post(oauth::revoke))
        .route("/oauth/resource-metadata", post(oauth::resource_metadata))
        .route_layer(middleware::from_fn_with_state(app.clone(), oauth::limited));
    let operations = routes::router().route_layer(middleware::from_fn_with_state(app.clone(), caller::told));
    open.merge(programs)
        .merge(operations)
        .fallback(async || Fault::no_route())
        .method_not_allowed_fallback(async || Fault::no_method())
        .layer(DefaultBodyLimit::max(input::BODY_MAX))
        .layer(RequestBodyTimeoutLayer::new(app.limits.body))
        .layer(middleware::from_fn_with_state(app.clone(), guard::guarded))
        .with_state(app)
}
