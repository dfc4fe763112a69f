//! Starts the Accounts API of the sample company.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use accounts_api::{
    Api, Settings,
    next::Next,
    router,
    start::{self, SecretFrom, StartError},
};
use clap::Parser;

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
    /// The client that it introspects and exchanges as.
    #[arg(long, default_value = "accounts-api")]
    client_id: String,
    #[command(flatten)]
    secret: SecretFrom,
    /// Where the Ledger API answers; without it, nothing is asked of it.
    #[arg(long)]
    ledger_url: Option<url::Url>,
    /// The Ledger API's name: what a token is exchanged for.
    #[arg(long, default_value = "https://api.acme.example/ledger")]
    ledger_audience: String,
    /// For trying things by hand: writes the token of each call into this file, for its owner alone.
    #[arg(long)]
    keep_token: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    start::exit(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    let Arguments { issuer, audience, listen, client_id, secret, ledger_url, ledger_audience, keep_token } = arguments;
    let settings = Settings { issuer, audience, client_id, client_secret: secret.read()? }.check()?;
    let ledger = ledger_url.map(|url| Next { url, audience: ledger_audience });
    let api = Api::new(settings, start::http()?).with_ledger(ledger).keeping_token(keep_token);
    start::serve(listen, router(api.into())).await
}
