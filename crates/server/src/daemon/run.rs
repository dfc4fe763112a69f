//! What the program does, from its command line to its exit code.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use countersign_domain::{Clock, Entropy};
use countersign_oauth::seal::MasterKey;
use countersign_policy::Bundle;
use tracing::{error, info};

use super::{
    cli::{Cli, Command},
    database,
    env::Env,
    healthcheck, keys, log,
    resolve::{Source, Told, Unusable},
};
use crate::{
    config::Deps,
    edge::{OsEntropy, SystemClock},
    serve::{Running, ServeError, Server},
    tls::Certificate,
};

/// The configuration can't be used.
const UNUSABLE: u8 = 2;

/// Why the program ends before it should.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Unusable(#[from] Unusable),
    #[error(transparent)]
    Database(#[from] countersign_store::OpenError),
    #[error("the policy can't be used: {0}")]
    Policy(String),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Keys(#[from] keys::KeysFailure),
    #[error("the service is not ready: it answers {0}")]
    NotReady(u16),
}

impl Failure {
    fn code(&self) -> ExitCode {
        match self {
            Self::Unusable(_) | Self::Policy(_) | Self::Keys(keys::KeysFailure::Unusable(_)) | Self::Serve(ServeError::Config(_) | ServeError::Tls(_)) => {
                ExitCode::from(UNUSABLE)
            }
            _ => ExitCode::FAILURE,
        }
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _steps = fail::FailScenario::setup();
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Standard error may be gone; there is nobody to tell then.
            let _ = writeln!(io::stderr(), "countersignd: {failure}");
            failure.code()
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let command = cli.command.clone().unwrap_or_default();
    if command == Command::NewMasterKey {
        return Ok(writeln!(io::stdout(), "{}", MasterKey::generate(&OsEntropy).to_text().expose())?);
    }
    let source = Source::read(cli.config.as_deref(), Env::of_process())?;
    if command == Command::Healthcheck {
        return match healthcheck::ask(&source.server()?)? {
            200 => Ok(()),
            status => Err(Failure::NotReady(status)),
        };
    }
    let logged = source.logged()?;
    let told = source.resolve()?;
    let passphrase = source.passphrase()?;
    log::start(&logged)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        Command::CheckConfig => check(&told),
        Command::Migrate => runtime.block_on(migrate(&told)),
        Command::Keys(what) => Ok(runtime.block_on(keys::run(&what, told, passphrase))?),
        _ => runtime.block_on(serve(told)),
    }
}

/// Everything that can be known without a database.
fn check(told: &Told) -> Result<(), Failure> {
    told.server.tls.clone().map(Certificate::load).transpose().map_err(ServeError::from)?;
    let bundle = bundle()?;
    let text = format!("the configuration can be used: {}, {} APIs, policy {}", told.server.issuer, told.contracts.len(), bundle.version());
    Ok(writeln!(io::stdout(), "{text}")?)
}

fn bundle() -> Result<Bundle, Failure> {
    Bundle::default_bundle().map_err(|e| Failure::Policy(e.to_string()))
}

async fn migrate(told: &Told) -> Result<(), Failure> {
    database::open(&told.database).await?.close().await;
    info!("the database is migrated");
    Ok(())
}

async fn serve(told: Told) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let bundle = bundle()?;
    let store = database::open(&told.database).await?;
    let opened = store.clone();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    let deps =
        Deps { store, bundle, master: told.master, clock, entropy, contracts: told.contracts, clients: told.clients, issuers: told.issuers, sample: None };
    let running = Server::bind(told.server, deps).await?;
    tell_setup(&running).await;
    while stop.wait().await == Wanted::Reload {
        match running.reload_certificate() {
            Ok(()) => info!("the certificate was read again"),
            Err(error) => error!(%error, "the certificate can't be used; the old one stays"),
        }
    }
    info!("stopping");
    running.shutdown().await;
    opened.close().await;
    Ok(())
}

/// The link is a secret, so it goes to whoever started the program and not into the log.
async fn tell_setup(running: &Running) {
    match running.setup_link().await {
        Ok(Some(link)) => {
            let _ = writeln!(io::stderr(), "countersignd: there is no admin yet; open {} once to make the first", link.expose());
        }
        Ok(None) => {}
        Err(refusal) => error!(reason = %refusal, "whether an admin is there could not be asked"),
    }
}

/// What a signal wants.
#[derive(PartialEq, Eq)]
enum Wanted {
    Stop,
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no such signal"))]
    Reload,
}

/// What stops the program: SIGTERM or SIGINT. SIGHUP has it read its certificate again.
struct Stop {
    #[cfg(unix)]
    hup: tokio::signal::unix::Signal,
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    #[cfg(unix)]
    int: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    /// From now on; before it, the signals end the program at once.
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { hup: signal(SignalKind::hangup())?, term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) -> Wanted {
        tokio::select! { _ = self.term.recv() => Wanted::Stop, _ = self.int.recv() => Wanted::Stop, _ = self.hup.recv() => Wanted::Reload }
    }
}

#[cfg(not(unix))]
impl Stop {
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(&mut self) -> Wanted {
        // Should the signal not be to be had, the program runs until it is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Wanted::Stop
    }
}
