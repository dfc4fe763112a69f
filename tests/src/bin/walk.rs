//! Plays the walk on the screen that `DISPLAY` names. `scripts/run.sh` calls it on a machine without one.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use countersign_tests::walk::{Options, play};

/// Plays the main job through the console's real windows and a real browser, and keeps a picture of each step.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the pictures.
    #[arg(long, default_value = "pictures")]
    out: PathBuf,
    /// The console; the one beside this program if it is not named.
    #[arg(long)]
    console: Option<PathBuf>,
    /// The sample company's API; the one beside this program if it is not named.
    #[arg(long)]
    accounts_api: Option<PathBuf>,
    /// The API that it calls; the one beside this program if it is not named.
    #[arg(long)]
    ledger_api: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { out, console, accounts_api, ledger_api } = Arguments::parse();
    let beside = |name: &str| std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(name))).unwrap_or_else(|| name.into());
    let options = Options {
        out,
        console: console.unwrap_or_else(|| beside("countersign-console")),
        accounts_api: accounts_api.unwrap_or_else(|| beside("accounts-api")),
        ledger_api: ledger_api.unwrap_or_else(|| beside("ledger-api")),
    };
    match play(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "the walk failed: {fault}");
            ExitCode::FAILURE
        }
    }
}
