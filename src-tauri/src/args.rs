//! What the program is told when it is started.

use std::path::PathBuf;

use clap::Parser;
use url::Url;

/// Act for a customer with a reason, a second signature and a record.
#[derive(Debug, Clone, Parser)]
#[command(name = "countersign-console", version, about)]
pub struct Args {
    /// Let the embedded service hold the sample workspace, in a data folder of its own.
    #[arg(long, env = "COUNTERSIGN_SAMPLE")]
    pub sample: bool,
    /// Keep settings and the embedded service's record in this folder.
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Port of the embedded service at its first run; it is kept from then on.
    #[arg(long, value_name = "PORT", env = "COUNTERSIGN_PORT")]
    pub port: Option<u16>,
    /// Where the sample's Accounts API answers.
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_ACCOUNTS_API")]
    pub accounts_api: Option<Url>,
    /// File with the secret that the sample's Accounts API introspects and exchanges with; made if it is not there.
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_ACCOUNTS_SECRET_FILE")]
    pub accounts_secret_file: Option<PathBuf>,
    /// Where the sample's Ledger API answers.
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_LEDGER_API")]
    pub ledger_api: Option<Url>,
    /// File with the secret that the sample's Ledger API introspects with; made if it is not there.
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_LEDGER_SECRET_FILE")]
    pub ledger_secret_file: Option<PathBuf>,
    /// Open addresses with this command instead of the system browser; the address becomes its last argument.
    #[arg(long, value_name = "COMMAND", env = "COUNTERSIGN_BROWSER")]
    pub browser: Option<String>,
}
