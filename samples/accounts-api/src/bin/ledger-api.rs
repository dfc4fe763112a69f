//! Starts the Ledger API of the sample company.

use std::{net::SocketAddr, process::ExitCode};

use accounts_api::{
    Settings, ledger,
    start::{self, SecretFrom, StartError},
};
use clap::Parser;

/// The Ledger API of the sample company, which other APIs call for a customer whom somebody acts for.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Whose tokens it takes.
    #[arg(long)]
    issuer: url::Url,
    /// Its own name: `aud` of its tokens.
    #[arg(long, default_value = "https://api.acme.example/ledger")]
    audience: String,
    /// Where it listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The client that it introspects as.
    #[arg(long, default_value = "ledger-api")]
    client_id: String,
    #[command(flatten)]
    secret: SecretFrom,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    start::exit(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    let Arguments { issuer, audience, listen, client_id, secret } = arguments;
    let settings = Settings { issuer, audience, client_id, client_secret: secret.read()? }.check()?;
    start::serve(listen, ledger::router(ledger::Ledger::new(settings, start::http()?).into())).await
}
