//! The console, started and driven through its own windows by WebKit's driver.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, wd::Capabilities, wd::WindowHandle};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{net::TcpStream, process::Command};

use super::{
    Done, Fault,
    child::{Child, signal},
    measure,
    page::{PATIENCE, Page},
    stage::{Stage, free_port},
};

/// What is found out about each start.
const LOG: &str = "info,countersign_console=debug,countersign_client=debug,countersign_server=debug,countersign_engine=debug,countersign_store=debug";

/// A running console.
#[derive(Debug)]
pub struct Console {
    driver: Child,
    client: Client,
    process: u32,
}

impl Console {
    /// Starts it. Its first window stands.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(stage: &Stage) -> Done<Self> {
        let (program, args) = stage.console();
        let mut command = Command::new("WebKitWebDriver");
        let port = free_port()?;
        command.arg(format!("--port={port}"));
        command.envs([("TAURI_WEBVIEW_AUTOMATION", "true"), ("GDK_BACKEND", "x11"), ("NO_AT_BRIDGE", "1"), ("RUST_LOG", LOG)]);
        let mut driver = Child::start(command, &stage.console_log())?;
        let options = json!({ "webkitgtk:browserOptions": { "binary": program, "args": args } });
        let client = connect(&mut driver, port, "WebKitWebDriver", options).await?;
        let process = driver.id().map(measure::children).unwrap_or_default();
        let process = process.into_iter().find(|id| is(*id, &program));
        let process = process.ok_or_else(|| Fault::program(program.display().to_string(), "its process was not found"))?;
        Ok(Self { driver, client, process })
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process
    }

    async fn handles(&self) -> Done<Vec<WindowHandle>> {
        self.client.windows().await.map_err(|e| Fault::Driver { page: "the console".into(), cause: Box::new(e) })
    }

    /// All windows that there are.
    ///
    /// # Errors
    /// If the driver does not answer.
    pub async fn windows(&self) -> Done<Vec<Page>> {
        let handles = self.handles().await?;
        Ok(handles.into_iter().enumerate().map(|(i, h)| Page::new(self.client.clone(), Some(h), &format!("window {}", i + 1))).collect())
    }

    /// The only window.
    ///
    /// # Errors
    /// If there are others.
    pub async fn only_window(&self, name: &str) -> Done<Page> {
        match <[WindowHandle; 1]>::try_from(self.handles().await?) {
            Ok([handle]) => Ok(Page::new(self.client.clone(), Some(handle), name)),
            Err(all) => Err(Fault::otherwise("one window", format!("{}", all.len()))),
        }
    }

    /// The window that stands after `open` and did not before.
    ///
    /// # Errors
    /// If none comes.
    pub async fn window_by(&self, name: &str, open: impl AsyncFnOnce() -> Done) -> Done<Page> {
        let before = self.handles().await?;
        open().await?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(handle) = self.handles().await?.into_iter().find(|h| !before.contains(h)) {
                return Ok(Page::new(self.client.clone(), Some(handle), name));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Fault::otherwise("another window", format!("{} as before", before.len())))
    }

    /// Ends the program as a system that shuts down would, and waits for its end.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn stop(self) -> Done {
        signal("TERM", &self.process.to_string());
        self.ended().await
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn ended(mut self) -> Done {
        let begun = Instant::now();
        while measure::runs(self.process) {
            if begun.elapsed() > PATIENCE {
                self.driver.stop().await;
                return Err(Fault::program("countersign-console", "it did not end"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The session ended with the program; the driver may say so.
        let _ = self.client.clone().close().await;
        self.driver.stop().await;
        Ok(())
    }
}

/// Whether this process runs that program.
fn is(id: u32, program: &Path) -> bool {
    let wanted = program.canonicalize().ok();
    wanted.is_some() && std::fs::read_link(format!("/proc/{id}/exe")).ok() == wanted
}

/// A session with the program that the driver at `port` starts.
///
/// # Errors
/// If the driver or the program does not start.
pub async fn connect(driver: &mut Child, port: u16, name: &str, capabilities: Value) -> Done<Client> {
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        driver.alive()?;
        if begun.elapsed() > PATIENCE {
            return Err(Fault::program(name, "it does not listen"));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let capabilities: Capabilities = serde_json::from_value(capabilities).map_err(|e| Fault::program(name, e))?;
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let connecting = builder.capabilities(capabilities);
    let connected = connecting.connect(&format!("http://127.0.0.1:{port}")).await;
    connected.map_err(|e| Fault::Session { program: name.into(), cause: Box::new(e) })
}
