//! Starting and stopping a service.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum_server::{
    Handle,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use countersign_domain::Secret;
use countersign_engine::{Engine, OpenError, Refusal, Settings, bootstrap};
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};
use url::Url;

use crate::{
    abroad::Https,
    app::{self, App, Parts},
    background,
    certified::Certified,
    config::{ConfigError, Deps, ServerConfig, TlsFiles},
    door::Door,
    front::Front,
    health::Health,
    limit::Tries,
    limits::{HEAD_MAX, HEADERS, Limits, STREAMS},
    listen::{self, BindError, Bound},
    metrics::{self, Metrics},
    rate::Rates,
    register::Register,
    tls::{Certificate, TlsError},
};

/// How long requests that are under way may take to finish at a stop.
const GRACE: Duration = Duration::from_secs(10);

/// Connections of those who read the numbers.
const SCRAPERS: usize = 16;

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It is told things that can't go together.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its address is taken.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Its certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Its store or keys can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What its configuration gives to tenants was refused.
    #[error("the service can't be set up: {0}")]
    Refused(#[from] Refusal),
    /// There is no way to others.
    #[error("other services can't be asked: {0}")]
    Abroad(#[from] reqwest::Error),
    /// A socket can't be served.
    #[error("the address can't be served: {0}")]
    Io(#[from] std::io::Error),
}

/// The service.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Binds its addresses, opens the engine under the issuer that they give, and serves.
    ///
    /// # Errors
    /// If anything that it needs isn't there; then nothing is left running.
    pub async fn bind(config: ServerConfig, deps: Deps) -> Result<Running, ServeError> {
        config.check()?;
        for contract in deps.contracts.iter().chain(deps.sample.iter().flat_map(|s| &s.apis).map(|(contract, _)| contract)) {
            config.check_contract(contract)?;
        }
        config.check_issuers(deps.issuers.iter().map(|t| &t.issuer))?;
        let tls = config.tls.clone().map(Certificate::load).transpose()?.map(Arc::new);
        let Bound { listeners, issuer, ipv4_only } = listen::bind(&config)?;
        let app = open(&config, &issuer, tls.clone(), deps).await?;
        let mut running = Running {
            app: app.clone(),
            addrs: Vec::new(),
            ipv4_only,
            handles: Vec::new(),
            listeners: Vec::new(),
            rest: CancellationToken::new(),
            background: Vec::new(),
            metrics_addr: None,
        };
        for listener in listeners {
            running.addrs.push(listener.local_addr()?);
            let handle = Handle::new();
            running.handles.push(handle.clone());
            running.listeners.push(serve(listener, tls.as_ref().map(|tls| tls.in_use()), handle, &app)?);
        }
        running.scraped(config.metrics_listen)?;
        running.background = background::start(&app, tls.as_ref(), &running.rest);
        info!(issuer = %app.front.issuer, addrs = ?running.addrs, "serving");
        Ok(running)
    }
}

async fn open(config: &ServerConfig, issuer: &Url, certificate: Option<Arc<Certificate>>, deps: Deps) -> Result<App, ServeError> {
    let front = Arc::new(Front::new(config, issuer));
    let settings = Settings {
        issuer: front.issuer.clone(),
        embedded: config.embedded,
        sample: deps.sample.is_some(),
        version: env!("CARGO_PKG_VERSION").into(),
        certificates: config.tls.as_ref().map(TlsFiles::certificates).unwrap_or_default(),
    };
    let (clock, entropy) = (deps.clock, deps.entropy);
    let engine = Engine::open(deps.store, deps.bundle, deps.master, Arc::clone(&clock), Arc::clone(&entropy), settings).await?;
    engine.reach_abroad(Arc::new(Https::new()?));
    engine.trust(deps.issuers)?;
    if let Some(sample) = deps.sample {
        bootstrap::sample(&engine, sample.apis).await?;
    }
    let register = Arc::new(Register { contracts: deps.contracts, clients: deps.clients });
    register.all(&engine).await?;
    let tries = Arc::new(Tries::new(Arc::clone(&clock)));
    let rates = Arc::new(Rates::new(config.limits.address, config.limits.client));
    let metrics = Arc::new(Metrics::new(env!("CARGO_PKG_VERSION"), engine.database()));
    Ok(App::from(Parts {
        engine,
        metrics,
        front,
        certificate,
        clock,
        entropy,
        tries,
        rates,
        door: Door::new(config.limits.connections, config.limits.idle),
        limits: config.limits,
        health: Arc::new(Health::default()),
        register,
        stop: CancellationToken::new(),
    }))
}

fn serve(listener: TcpListener, tls: Option<RustlsConfig>, handle: Handle<SocketAddr>, app: &App) -> Result<JoinHandle<()>, std::io::Error> {
    let service = app::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle);
    held_to(&app.limits, server.http_builder());
    let Some(tls) = tls else {
        let server = server.acceptor(app.door.clone());
        return Ok(tokio::spawn(async move { ended(server.serve(service).await) }));
    };
    let server = server.acceptor(Certified(RustlsAcceptor::new(tls).handshake_timeout(app.limits.head).acceptor(app.door.clone())));
    Ok(tokio::spawn(async move { ended(server.serve(service).await) }))
}

/// What hyper looks after: the heads of requests, and how many of them one connection may have under way.
fn held_to(limits: &Limits, http: &mut Builder<TokioExecutor>) {
    http.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_headers(HEADERS).max_buf_size(HEAD_MAX);
    http.http2().timer(TokioTimer::new()).max_header_list_size(u32::try_from(HEAD_MAX).unwrap_or(u32::MAX)).max_concurrent_streams(STREAMS);
}

fn ended(result: std::io::Result<()>) {
    if let Err(error) = result {
        error!(%error, "a listener ended");
    }
}

/// A service that runs. Dropping it stops it at once; [`Running::shutdown`] lets it finish what it does.
pub struct Running {
    app: App,
    addrs: Vec<SocketAddr>,
    ipv4_only: bool,
    handles: Vec<Handle<SocketAddr>>,
    listeners: Vec<JoinHandle<()>>,
    /// Background work goes on until the last request is done: its lines want their places.
    rest: CancellationToken,
    background: Vec<JoinHandle<()>>,
    metrics_addr: Option<SocketAddr>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("issuer", &self.app.front.issuer).field("addrs", &self.addrs).finish_non_exhaustive()
    }
}

impl Running {
    /// `iss` of its tokens, and the origin of its pages; no slash at its end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.app.front.issuer
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addrs(&self) -> &[SocketAddr] {
        &self.addrs
    }

    /// Whether this computer has no IPv6, so that only 127.0.0.1 is listened on.
    #[must_use]
    pub const fn ipv4_only(&self) -> bool {
        self.ipv4_only
    }

    /// The use cases.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.app.engine
    }

    /// Where the first admin is made, while there is none. Each call ends the link before.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn setup_link(&self) -> Result<Option<Secret>, Refusal> {
        let token = self.app.engine.setup_token().await?;
        Ok(token.map(|token| Secret::new(format!("{}/setup?token={}", self.issuer(), token.expose()))))
    }

    /// Where Prometheus scrapes, if anywhere.
    #[must_use]
    pub const fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics_addr
    }

    /// Serves the numbers, on an address of their own: they tell how busy the service is and ask nobody who they are, so whoever runs it
    /// decides by the network who may read them, and no route of the public address leads there.
    fn scraped(&mut self, address: Option<SocketAddr>) -> Result<(), ServeError> {
        let Some(address) = address else { return Ok(()) };
        let listener = listen::one(address)?;
        self.metrics_addr = Some(listener.local_addr()?);
        let handle = Handle::new();
        self.handles.push(handle.clone());
        let mut server = axum_server::from_tcp(listener)?.handle(handle);
        held_to(&self.app.limits, server.http_builder());
        let server = server.acceptor(Door::new(SCRAPERS, self.app.limits.idle));
        let service = metrics::router(self.app.clone()).into_make_service();
        self.listeners.push(tokio::spawn(async move { ended(server.serve(service).await) }));
        Ok(())
    }

    /// Reads certificate and key again, for new connections. The background does so too, soon after their files have changed.
    ///
    /// # Errors
    /// If they can't be used; then those in use stay.
    pub fn reload_certificate(&self) -> Result<(), TlsError> {
        self.app.certificate.as_ref().map_or(Ok(()), |certificate| certificate.reload().map(drop))
    }

    /// Drops what is past its use, and counts it. The background does so too, every minute.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn prune(&self) -> Result<(), Refusal> {
        background::prune(self.app.clone()).await
    }

    /// Ends streams, lets requests that are under way finish (10 s at most), stops background work.
    pub async fn shutdown(mut self) {
        self.app.stop.cancel();
        for handle in &self.handles {
            handle.graceful_shutdown(Some(GRACE));
        }
        joined(std::mem::take(&mut self.listeners)).await;
        // Before the sequencer's last round, so that these lines get their places too.
        let told = self.app.engine.tell_refusals(true).await.and(self.app.engine.clock_sync().await);
        if let Err(reason) = told {
            error!(%reason, "not all could be written down at the stop");
        }
        self.rest.cancel();
        joined(std::mem::take(&mut self.background)).await;
        info!(issuer = %self.app.front.issuer, "stopped");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.app.stop.cancel();
        self.rest.cancel();
        for handle in &self.handles {
            handle.shutdown();
        }
    }
}

async fn joined(tasks: Vec<JoinHandle<()>>) {
    for task in tasks {
        if let Err(error) = task.await {
            error!(%error, "a task failed");
        }
    }
}
