//! Starts the Accounts API of the sample company.

use std::{io::Write, net::SocketAddr, path::PathBuf, time::Duration};

use accounts_api::{Api, ClientSecret, Settings, router};
use clap::{Args, Parser};

/// The Accounts API of the sample company: an example of an API that accepts delegated tokens.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Whose tokens it takes.
    #[arg(long)]
    issuer: url::Url,
    /// Its own name: `aud` of its tokens.
    #[arg(long, default_value = "https://api.acme.example/accounts")]
    audience: String,
    /// Where it listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The client that it introspects as.
    #[arg(long, default_value = "accounts-api")]
    client_id: String,
    #[command(flatten)]
    secret: SecretFrom,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct SecretFrom {
    /// File with that client's secret.
    #[arg(long)]
    client_secret_file: Option<PathBuf>,
    /// Environment variable with that client's secret.
    #[arg(long)]
    client_secret_env: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("the client secret can't be read from `{0}`; check `--client-secret-file` or `--client-secret-env`")]
    Secret(String),
    #[error(transparent)]
    Settings(#[from] accounts_api::SettingsError),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("`{0}` can't be listened on ({1}); choose another `--listen`")]
    Listen(SocketAddr, std::io::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl SecretFrom {
    fn read(self) -> Result<ClientSecret, StartError> {
        let (from, text) = match (self.client_secret_file, self.client_secret_env) {
            (Some(file), _) => (file.display().to_string(), std::fs::read_to_string(file).ok()),
            (None, Some(name)) => (name.clone(), std::env::var(name).ok()),
            (None, None) => (String::new(), None),
        };
        let secret = text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        secret.map(ClientSecret).ok_or(StartError::Secret(from))
    }
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    let Arguments { issuer, audience, listen, client_id, secret } = arguments;
    let settings = Settings { issuer, audience, client_id, client_secret: secret.read()? }.check()?;
    // An environment's proxy must not see tokens, and an issuer that redirects is not the one that was named.
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(5)).build()?;
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
    say(&format!("listening on http://{}", listener.local_addr()?))?;
    axum::serve(listener, router(Api::new(settings, http))).with_graceful_shutdown(stopped()).await?;
    Ok(())
}

/// Whoever started it reads this line to learn that it is ready, and on which port.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

#[cfg(unix)]
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} },
        Err(_) => drop(interrupt.await),
    }
}

#[cfg(not(unix))]
async fn stopped() {
    drop(tokio::signal::ctrl_c().await);
}
