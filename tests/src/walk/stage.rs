//! What the walk stands on: a folder of its own, the sample company's two APIs, and the browser's command. All of it goes away with it.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::Entropy as _;
use countersign_server::edge::OsEntropy;
use tempfile::TempDir;
use tokio::process::Command;

use super::{Done, Fault, child::Child, page::PATIENCE};

/// Where the programs are, and where the pictures go.
#[derive(Debug, Clone)]
pub struct Options {
    /// The console.
    pub console: PathBuf,
    /// The sample company's APIs.
    pub accounts_api: PathBuf,
    /// The one that it calls.
    pub ledger_api: PathBuf,
    /// The folder of the pictures.
    pub out: PathBuf,
}

/// What stays while consoles come and go.
#[derive(Debug)]
pub struct Stage {
    folder: TempDir,
    apis: [Child; 2],
    /// Of the Accounts API and of the Ledger.
    urls: [String; 2],
    port: u16,
    console: PathBuf,
}

impl Stage {
    /// Makes it.
    ///
    /// # Errors
    /// If an API does not start.
    pub async fn open(options: &Options) -> Done<Self> {
        let folder = tempfile::tempdir().map_err(|cause| Fault::File { path: std::env::temp_dir(), cause })?;
        let port = free_port()?;
        let (ledger, ledger_url) = api(&options.ledger_api, folder.path(), "ledger", port, &[]).await?;
        let (accounts, accounts_url) = api(&options.accounts_api, folder.path(), "accounts", port, &["--ledger-url", &ledger_url]).await?;
        let opener = folder.path().join("open");
        write(&opener, &format!("printf '%s\\n' \"$1\" >> '{}'\n", folder.path().join("opened").display()))?;
        Ok(Self { folder, apis: [accounts, ledger], urls: [accounts_url, ledger_url], port, console: options.console.clone() })
    }

    /// A file in the folder.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder of the console.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.join("data")
    }

    /// What the console says.
    #[must_use]
    pub fn console_log(&self) -> PathBuf {
        self.join("console.log")
    }

    /// The addresses that the console wanted opened, in order.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        fs::read_to_string(self.join("opened")).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// The console as it is started each time: program and arguments.
    #[must_use]
    pub fn console(&self) -> (PathBuf, Vec<String>) {
        let text = |path: PathBuf| path.display().to_string();
        let args = [
            "--sample".into(),
            "--data-dir".into(),
            text(self.data()),
            "--port".into(),
            self.port.to_string(),
            "--accounts-api".into(),
            self.urls[0].clone(),
            "--accounts-secret-file".into(),
            text(self.join("accounts-secret")),
            "--ledger-api".into(),
            self.urls[1].clone(),
            "--ledger-secret-file".into(),
            text(self.join("ledger-secret")),
            "--browser".into(),
            // Through the shell, for the folder may lie where nothing may be executed.
            format!("sh {}", text(self.join("open"))),
        ];
        (self.console.clone(), args.into())
    }

    /// Ends what it started.
    pub async fn close(mut self) {
        for api in &mut self.apis {
            api.stop().await;
        }
    }
}

/// Starts one of the sample company's APIs with a secret of its own; answers where it listens.
async fn api(program: &Path, folder: &Path, name: &str, issuer_port: u16, more: &[&str]) -> Done<(Child, String)> {
    let secret = folder.join(format!("{name}-secret"));
    write(&secret, &random_text())?;
    let mut command = Command::new(program);
    command.args(["--issuer", &format!("http://localhost:{issuer_port}"), "--client-secret-file"]).arg(&secret).args(more);
    let mut api = Child::start(command, &folder.join(format!("{name}-api.log")))?;
    let url = announced(&mut api, "listening on ").await?;
    Ok((api, url))
}

fn write(path: &Path, text: &str) -> Done {
    fs::write(path, text).map_err(|cause| Fault::File { path: path.to_owned(), cause })
}

fn random_text() -> String {
    let mut bytes = [0; 32];
    OsEntropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A port that is free on both loopback addresses at this moment.
///
/// # Errors
/// If the system gives none.
pub fn free_port() -> Done<u16> {
    let fail = |cause: std::io::Error| Fault::program("loopback", cause);
    for _ in 0..50 {
        let four = TcpListener::bind(("127.0.0.1", 0)).map_err(fail)?;
        let port = four.local_addr().map_err(fail)?.port();
        match TcpListener::bind(("::1", port)) {
            Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => {}
            // Free, or a system without IPv6.
            _ => return Ok(port),
        }
    }
    Err(Fault::program("loopback", "no port is free"))
}

/// What a program says after `before`, once it says so.
async fn announced(child: &mut Child, before: &str) -> Done<String> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let said = child.said();
        if let Some(rest) = said.lines().find_map(|line| line.strip_prefix(before)) {
            return Ok(rest.trim().to_owned());
        }
        child.alive()?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(Fault::program("an API of the sample", "it did not say where it listens"))
}
