//! The real `countersignd` on a folder of its own: configured by files, set up over HTTP, stopped or killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by it")]

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use countersign_domain::contract::Contract;
use countersign_testkit::{Person, SetClock, Site, world::PASSWORD};

/// Writes what the service starts with: a port of its own, a database, a master key, these contracts, for each its client, or who may
/// introspect, with this secret, and what else there is.
pub(crate) fn configure(folder: &Path, contracts: &[Contract], client_secret: &str, more: &str) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let key = Command::new(env!("CARGO_BIN_EXE_countersignd")).arg("new-master-key").output().unwrap();
    secret(&folder.join("master-key"), String::from_utf8(key.stdout).unwrap().trim());
    secret(&folder.join("client-secret"), client_secret);
    std::fs::create_dir(folder.join("contracts")).unwrap();
    let issuer = format!("http://127.0.0.1:{port}");
    let mut text = format!(
        "issuer = \"{issuer}\"\nlisten = [\"127.0.0.1:{port}\"]\ncontracts = \"contracts\"\n\
         [database]\npath = \"countersign.db\"\n[master_key]\nfile = \"master-key\"\n"
    );
    for contract in contracts {
        let file = folder.join("contracts").join(format!("{}.toml", contract.key));
        std::fs::write(file, toml::to_string(contract).unwrap()).unwrap();
        let client = contract.client.as_ref().or(contract.introspection_clients.first()).unwrap();
        write!(text, "[[client]]\nid = \"{client}\"\nsecret_file = \"client-secret\"\n").unwrap();
    }
    std::fs::write(folder.join("countersign.toml"), text + more).unwrap();
    std::fs::write(folder.join("issuer"), issuer).unwrap();
}

fn secret(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// A running service.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) site: Site,
    setup: Option<String>,
}

impl Daemon {
    /// Starts it on a folder that is configured; `step` is where it is to die, if anywhere.
    pub(crate) fn start(folder: &Path, step: &str) -> Self {
        let issuer = std::fs::read_to_string(folder.join("issuer")).unwrap();
        let first = !folder.join("countersign.db").exists();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersignd"));
        command.arg("--config").arg(folder.join("countersign.toml")).env_remove("FAILPOINTS");
        if !step.is_empty() {
            command.env("FAILPOINTS", format!("{step}=return"));
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let site = Site::at(&issuer, Arc::new(SetClock::of_the_machine()));
        // What it says last: at its first start how the first admin is made, later that it serves.
        let last = if first { "; open http" } else { "serving" };
        let mut told = String::new();
        while !told.contains(last) {
            assert!(errors.read_line(&mut told).unwrap() > 0, "countersignd ended: {told}");
        }
        let setup = told.split_once("; open ").and_then(|(_, rest)| rest.split(' ').next()).map(str::to_owned);
        // Its log is read on, so that it never waits for us.
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        Self { child, site, setup }
    }

    /// Makes the first admin, ruth of acme, by the link that was told.
    pub(crate) async fn set_up(&self) -> Person {
        let link = self.setup.as_deref().expect("a link for the first admin");
        fill(&self.site, link, &[("tenant", "acme"), ("login", "ruth"), ("password", PASSWORD), ("again", PASSWORD)]).await;
        Person::sign_in(&self.site, "ruth", PASSWORD).await
    }

    /// Waits for its end; asks for it where it did not die by itself.
    pub(crate) fn stop(mut self, alive: bool) {
        if alive {
            let kill = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
            assert!(kill.success());
        }
        let status = self.child.wait().unwrap();
        assert_eq!(status.success(), alive, "{status}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It is over already, unless the test failed.
        let _ = self.child.kill();
    }
}

/// Opens the page of a link, and sends its form.
pub(crate) async fn fill(site: &Site, link: &str, fields: &[(&str, &str)]) {
    let path = link.strip_prefix(&site.issuer).unwrap();
    let mut browser = site.browser();
    let page = browser.open(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let done = browser.send(path, &page, fields).await;
    assert!(done.status < 400, "{}", done.body);
}
