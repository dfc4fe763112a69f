//! Starting and stopping a service.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use countersign_domain::Secret;
use countersign_engine::{Engine, OpenError, Refusal, Settings, bootstrap};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};
use url::Url;

use crate::{
    app::{self, App},
    background,
    config::{ConfigError, Deps, ServerConfig},
    front::Front,
    health::Health,
    limit::Tries,
    listen::{self, BindError, Bound},
    register::Register,
    tls::{self, TlsError},
};

/// How long requests that are under way may take to finish at a stop.
const GRACE: Duration = Duration::from_secs(10);

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
        for contract in deps.contracts.iter().chain(deps.sample.as_ref().map(|s| &s.contract)) {
            config.check_contract(contract)?;
        }
        let tls = config.tls.as_ref().map(tls::load).transpose()?;
        let Bound { listeners, issuer, ipv4_only } = listen::bind(&config)?;
        let app = open(&config, &issuer, deps).await?;
        let mut running = Running {
            app: app.clone(),
            addrs: Vec::new(),
            ipv4_only,
            handles: Vec::new(),
            listeners: Vec::new(),
            rest: CancellationToken::new(),
            background: Vec::new(),
        };
        let router = app::router(app.clone());
        for listener in listeners {
            running.addrs.push(listener.local_addr()?);
            let handle = Handle::new();
            running.handles.push(handle.clone());
            running.listeners.push(serve(listener, tls.clone(), handle, router.clone())?);
        }
        running.background = background::start(&app, &running.rest);
        info!(issuer = %app.front.issuer, addrs = ?running.addrs, "serving");
        Ok(running)
    }
}

async fn open(config: &ServerConfig, issuer: &Url, deps: Deps) -> Result<App, ServeError> {
    let front = Arc::new(Front::new(config, issuer));
    let settings =
        Settings { issuer: front.issuer.clone(), embedded: config.embedded, sample: deps.sample.is_some(), version: env!("CARGO_PKG_VERSION").into() };
    let (clock, entropy) = (deps.clock, deps.entropy);
    let engine = Engine::open(deps.store, deps.bundle, deps.master, Arc::clone(&clock), Arc::clone(&entropy), settings).await?;
    if let Some(sample) = deps.sample {
        bootstrap::sample(&engine, sample.contract, &sample.client_secret).await?;
    }
    let register = Arc::new(Register { contracts: deps.contracts, clients: deps.clients });
    register.all(&engine).await?;
    let tries = Arc::new(Tries::new(Arc::clone(&clock)));
    Ok(App { engine, front, clock, entropy, tries, health: Arc::new(Health::default()), register, stop: CancellationToken::new() })
}

fn serve(listener: TcpListener, tls: Option<RustlsConfig>, handle: Handle<SocketAddr>, router: Router) -> Result<JoinHandle<()>, std::io::Error> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let Some(tls) = tls else {
        let server = axum_server::from_tcp(listener)?.handle(handle);
        return Ok(tokio::spawn(async move { ended(server.serve(service).await) }));
    };
    let server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle);
    Ok(tokio::spawn(async move { ended(server.serve(service).await) }))
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
    pub const fn engine(&self) -> &Engine {
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

    /// Ends streams, lets requests that are under way finish (10 s at most), stops background work.
    pub async fn shutdown(mut self) {
        self.app.stop.cancel();
        for handle in &self.handles {
            handle.graceful_shutdown(Some(GRACE));
        }
        joined(std::mem::take(&mut self.listeners)).await;
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
