//! The embedded service: the same one as `countersignd`, started inside this process, with its record in the data folder.
//!
//! It is reached over HTTP like any other; nothing in this process goes past that, but for the link that makes the first admin.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use countersign_api::Problem;
use countersign_client::{Edge, Secret, VaultFault, fault};
use countersign_domain::{Code, CorrelationId, Entropy, contract::Contract};
use countersign_oauth::seal::MasterKey;
use countersign_policy::Bundle;
use countersign_server::{Deps, Running, Sample, ServeError, Server, ServerConfig};
use countersign_store::Store;

use url::Url;

use crate::{
    args::Args,
    folder::{self, Folder, FolderError},
    keychain::Vault,
};

const DATABASE: &str = "countersign.db";
const PORT: &str = "port";
const KEY_FILE: &str = "master.key";
/// What the sample company's APIs promise and want: their own texts, so that the two can't drift apart. Text only, none of their code.
const ACCOUNTS: &str = include_str!("../../samples/accounts-api/contract.toml");
const LEDGER: &str = include_str!("../../samples/accounts-api/ledger.toml");
/// Where they answer unless `--accounts-api` and `--ledger-api` say otherwise.
const ACCOUNTS_AT: &str = "http://127.0.0.1:4760";
const LEDGER_AT: &str = "http://127.0.0.1:4761";

/// Why the embedded service does not start.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Its key belongs in the keychain, which can't be used; the person has not said how to go on.
    #[error("{0}")]
    Keychain(#[from] VaultFault),
    /// There is a record and no key to it.
    #[error(
        "the record in `{0}` is there, but the key that goes with it is neither in the keychain nor in `master.key`; unlock the keychain that has it, or choose another folder with --data-dir"
    )]
    KeyGone(PathBuf),
    /// The key is not one.
    #[error("the key that seals the service's keys can't be read: {0}")]
    Key(#[from] countersign_oauth::seal::SealError),
    /// The folder can't be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The port that was kept can't be read.
    #[error("`{0}` is no port; correct the file `port` in the data folder, or remove it to take a new one")]
    Port(String),
    /// The policy can't be read.
    #[error(transparent)]
    Bundle(#[from] countersign_policy::BundleError),
    /// The record can't be opened.
    #[error("the record can't be opened: {0}")]
    Store(#[from] countersign_store::OpenError),
    /// The sample's contract can't be read.
    #[error("the sample's contract can't be read: {0}")]
    Contract(#[from] toml::de::Error),
    /// The service does not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

impl EmbeddedError {
    /// For the person.
    #[must_use]
    pub fn problem(&self, correlation: CorrelationId) -> Problem {
        tracing::error!(%correlation, error = %self, "the embedded service does not start");
        let detail = format!("The service inside this console could not be started: {self}. Nothing was changed.");
        fault::problem(Code::Unavailable, "The service does not start", detail, correlation)
    }
}

/// Starts it.
///
/// # Errors
/// [`EmbeddedError`]; then nothing is left running.
pub async fn start(folder: &Folder, args: &Args, vault: &Vault, edge: &Edge) -> Result<Running, EmbeddedError> {
    let kept = kept_port(folder)?;
    let master = master_key(folder, vault, &*edge.entropy).await?;
    let sample = if args.sample { Some(sample(folder, args, &*edge.entropy)?) } else { None };
    let deps = Deps {
        store: Store::open_sqlite(&folder.join(DATABASE)).await?,
        bundle: Bundle::default_bundle()?,
        master,
        clock: Arc::clone(&edge.clock),
        entropy: Arc::clone(&edge.entropy),
        contracts: Vec::new(),
        clients: Vec::new(),
        issuers: Vec::new(),
        sample,
    };
    let running = Server::bind(ServerConfig::embedded(kept.or(args.port).unwrap_or(0)), deps).await?;
    if let (None, Some(address)) = (kept, running.local_addrs().first()) {
        // The issuer is in every token and entry from now on, so the port stays.
        folder.write(PORT, &address.port().to_string())?;
    }
    Ok(running)
}

/// The issuer that it will have, as far as that is known before it runs.
#[must_use]
pub fn issuer(folder: &Folder, args: &Args) -> String {
    match kept_port(folder).ok().flatten().or(args.port) {
        Some(port) => format!("http://localhost:{port}"),
        None => "http://localhost".into(),
    }
}

fn kept_port(folder: &Folder) -> Result<Option<u16>, EmbeddedError> {
    let Some(text) = folder.read(PORT)? else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| EmbeddedError::Port(text.trim().chars().take(20).collect()))
}

/// From the keychain; from a file of its owner's alone where the person went on without one. Made at the first run.
async fn master_key(folder: &Folder, vault: &Vault, entropy: &dyn Entropy) -> Result<MasterKey, EmbeddedError> {
    if let Some(text) = folder.read(KEY_FILE)? {
        return Ok(MasterKey::from_text(&Secret::new(text.to_string()))?);
    }
    let account = format!("service key of {}", folder.join(DATABASE).display());
    let first_run = !folder.join(DATABASE).exists();
    match vault.state() {
        countersign_api::console::Keychain::Memory if first_run => {
            let master = MasterKey::generate(entropy);
            folder.write(KEY_FILE, master.to_text().expose())?;
            tracing::warn!(file = %folder.join(KEY_FILE).display(), "without a keychain, the key that seals the service's keys is in a file that only this login can read");
            Ok(master)
        }
        countersign_api::console::Keychain::Memory => Err(EmbeddedError::KeyGone(folder.join(DATABASE))),
        countersign_api::console::Keychain::Fault { fault, text } => Err(VaultFault { fault, text }.into()),
        countersign_api::console::Keychain::Kept => match vault.text(account.clone()).await? {
            Some(text) => Ok(MasterKey::from_text(&text)?),
            None if first_run => {
                let master = MasterKey::generate(entropy);
                vault.set_text(account, master.to_text()).await?;
                Ok(master)
            }
            None => Err(EmbeddedError::KeyGone(folder.join(DATABASE))),
        },
    }
}

fn sample(folder: &Folder, args: &Args, entropy: &dyn Entropy) -> Result<Sample, EmbeddedError> {
    let api = |text: &str, url: Option<&Url>, otherwise: &str, file: Option<&PathBuf>, name: &str| {
        let mut contract: Contract = toml::from_str(text)?;
        url.map_or(otherwise, |url| url.as_str().trim_end_matches('/')).clone_into(&mut contract.base_url);
        let file = file.cloned().unwrap_or_else(|| folder.join(name));
        Ok::<_, EmbeddedError>((contract, secret(&file, entropy)?))
    };
    // What is called comes first.
    let ledger = api(LEDGER, args.ledger_api.as_ref(), LEDGER_AT, args.ledger_secret_file.as_ref(), "ledger-secret")?;
    let accounts = api(ACCOUNTS, args.accounts_api.as_ref(), ACCOUNTS_AT, args.accounts_secret_file.as_ref(), "accounts-secret")?;
    Ok(Sample { apis: vec![ledger, accounts] })
}

/// Read, or made at the first start: for this user alone.
fn secret(file: &Path, entropy: &dyn Entropy) -> Result<Secret, EmbeddedError> {
    if let Some(text) = folder::read_small(file)?.filter(|text| !text.trim().is_empty()) {
        return Ok(Secret::new(text.trim().to_owned()));
    }
    // A key's text is 256 random bits, which is what a secret must be.
    let secret = MasterKey::generate(entropy).to_text();
    folder::write_private(file, secret.expose())?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use countersign_api::console::KeychainFault;
    use countersign_server::edge::{OsEntropy, SystemClock};

    use super::*;
    use crate::keychain::{SecretStore, tests::FakeKeychain};

    fn world(fake: FakeKeychain) -> (tempfile::TempDir, Folder, Vault, Arc<FakeKeychain>) {
        let dir = tempfile::tempdir().unwrap();
        let (folder, fake) = (Folder::open(dir.path()).unwrap(), Arc::new(fake));
        let vault = Vault::new(Arc::clone(&fake) as Arc<dyn SecretStore>);
        (dir, folder, vault, fake)
    }

    #[tokio::test]
    async fn the_key_is_in_the_keychain_and_nowhere_else() {
        let (_dir, folder, vault, _) = world(FakeKeychain::default());
        vault.open(false).await.unwrap();
        let key = master_key(&folder, &vault, &OsEntropy).await.unwrap();
        let again = master_key(&folder, &vault, &OsEntropy).await.unwrap();
        assert_eq!(key.to_text(), again.to_text());
        assert!(folder.read(KEY_FILE).unwrap().is_none());
    }

    #[tokio::test]
    async fn without_a_keychain_it_waits_for_the_persons_word_and_then_uses_a_file() {
        let (_dir, folder, vault, _) = world(FakeKeychain::with(KeychainFault::NoBus));
        assert!(vault.open(false).await.is_err());
        assert!(matches!(master_key(&folder, &vault, &OsEntropy).await, Err(EmbeddedError::Keychain(_))));
        assert!(folder.read(KEY_FILE).unwrap().is_none(), "nothing is written without the person");
        vault.go_on_without();
        let key = master_key(&folder, &vault, &OsEntropy).await.unwrap();
        assert_eq!(folder.read(KEY_FILE).unwrap().unwrap().as_str(), key.to_text().expose());
        assert_eq!(master_key(&folder, &vault, &OsEntropy).await.unwrap().to_text(), key.to_text());
    }

    #[tokio::test]
    async fn a_record_whose_key_is_gone_is_left_alone() {
        let (_dir, folder, vault, _) = world(FakeKeychain::default());
        vault.open(false).await.unwrap();
        folder.write(DATABASE, "a record").unwrap();
        assert!(matches!(master_key(&folder, &vault, &OsEntropy).await, Err(EmbeddedError::KeyGone(_))));
    }

    #[tokio::test]
    async fn it_starts_with_the_sample_and_keeps_its_port() {
        let (_dir, folder, vault, _) = world(FakeKeychain::default());
        vault.open(false).await.unwrap();
        let args = Args::parse_from(["countersign-console", "--sample"]);
        let edge = Edge { clock: Arc::new(SystemClock), entropy: Arc::new(OsEntropy) };
        let first = start(&folder, &args, &vault, &edge).await.unwrap();
        let at = first.issuer().to_owned();
        assert_eq!(at, issuer(&folder, &args));
        first.shutdown().await;
        let second = start(&folder, &args, &vault, &edge).await.unwrap();
        assert_eq!(second.issuer(), at);
        let client = countersign_client::Client::discover(&url::Url::parse(&at).unwrap(), edge).await.unwrap();
        assert!(client.about().embedded && client.about().sample);
        second.shutdown().await;
    }

    #[test]
    fn the_samples_contracts_can_be_registered_reach_each_other_and_their_secrets_stay() {
        let (dir, folder, _, _) = world(FakeKeychain::default());
        let args = Args::parse_from(["countersign-console", "--sample", "--accounts-api", "http://127.0.0.1:9"]);
        let one = sample(&folder, &args, &OsEntropy).unwrap();
        let contracts: Vec<&Contract> = one.apis.iter().map(|(contract, _)| contract).collect();
        for contract in &contracts {
            contract.check().unwrap();
        }
        let at: Vec<_> = contracts.iter().map(|c| (c.key.as_str(), c.base_url.as_str())).collect();
        assert_eq!(at, [("ledger", LEDGER_AT), ("accounts", "http://127.0.0.1:9")]);
        let all = contracts.iter().copied().collect::<countersign_domain::hop::Contracts<'_>>();
        let reached = all.follow(&contracts[1].audience, &std::collections::BTreeSet::from(["profile:read".to_owned()])).unwrap();
        let reached: Vec<_> = reached.iter().map(|hop| (hop.audience.as_str(), hop.scope.as_str())).collect();
        assert_eq!(reached, [("https://api.acme.example/ledger", "payment:read")]);

        let secrets = |sample: &Sample| sample.apis.iter().map(|(_, secret)| secret.expose().to_owned()).collect::<Vec<_>>();
        let made = secrets(&one);
        assert_ne!(made[0], made[1]);
        assert_eq!(secrets(&sample(&folder, &args, &OsEntropy).unwrap()), made);
        for (name, text) in ["ledger-secret", "accounts-secret"].into_iter().zip(made) {
            let file = dir.path().join(name);
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
            #[cfg(unix)]
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        }
    }
}
