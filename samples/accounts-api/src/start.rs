//! What the programs of the sample company have in common when they start: a client's secret, a line that says where, a polite end.

use std::{io::Write, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use clap::Args;

use crate::{ClientSecret, SettingsError};

/// Where a client's secret is.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SecretFrom {
    /// File with that client's secret.
    #[arg(long)]
    client_secret_file: Option<PathBuf>,
    /// Environment variable with that client's secret.
    #[arg(long)]
    client_secret_env: Option<String>,
}

/// Why a program does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No secret, no introspection.
    #[error("the client secret can't be read from `{0}`; check `--client-secret-file` or `--client-secret-env`")]
    Secret(String),
    /// Settings that can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No way out.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// No way in.
    #[error("`{0}` can't be listened on ({1}); choose another `--listen`")]
    Listen(SocketAddr, std::io::Error),
    /// The system says no.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl SecretFrom {
    /// Reads it.
    ///
    /// # Errors
    /// [`StartError::Secret`].
    pub fn read(self) -> Result<ClientSecret, StartError> {
        let (from, text) = match (self.client_secret_file, self.client_secret_env) {
            (Some(file), _) => (file.display().to_string(), std::fs::read_to_string(file).ok()),
            (None, Some(name)) => (name.clone(), std::env::var(name).ok()),
            (None, None) => (String::new(), None),
        };
        let secret = text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        secret.map(ClientSecret).ok_or(StartError::Secret(from))
    }
}

/// How these programs speak to the issuer and to each other.
///
/// # Errors
/// If the system can't.
pub fn http() -> Result<reqwest::Client, reqwest::Error> {
    // An environment's proxy must not see tokens, and an issuer that redirects is not the one that was named.
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(5)).build()
}

/// Serves until it is asked to end. Whoever started it reads the line on standard output: that it is ready, and where.
///
/// # Errors
/// If nothing can be served there.
pub async fn serve(listen: SocketAddr, router: axum::Router) -> Result<(), StartError> {
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    Ok(axum::serve(listener, router).with_graceful_shutdown(stopped()).await?)
}

/// How the program ended.
pub fn exit(outcome: Result<(), StartError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
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
