//! The shell as its web view sees it: real commands, real permissions, a real service; only screen and keychain are stood in for.

mod commands;
mod page;
mod walk;

use std::sync::Arc;

use clap::Parser as _;
use countersign_api::{Problem, console::ConsoleState};
use countersign_client::Edge;
use countersign_server::edge::{OsEntropy, SystemClock};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::{
    App, Manager as _, WebviewWindow,
    ipc::{CallbackFn, InvokeBody, InvokeResponseBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder},
    webview::InvokeRequest,
};

use crate::{
    args::Args,
    folder::Folder,
    keychain::{SecretStore, Vault, tests::FakeKeychain},
    shell::Shell,
};

/// A console on a folder and a keychain of its own.
pub(super) struct World {
    pub(super) app: App<MockRuntime>,
    pub(super) shell: Arc<Shell<MockRuntime>>,
}

impl World {
    /// Starts one as the program does, with its first window.
    pub(super) async fn start(dir: &std::path::Path, keychain: &Arc<FakeKeychain>, words: &[&str]) -> Self {
        let args = Args::parse_from([&["countersign-console", "--browser", "true"], words].concat());
        let app = mock_builder().invoke_handler(crate::commands::handler()).build(tauri::generate_context!(test = true)).unwrap();
        let edge = Edge { clock: Arc::new(SystemClock), entropy: Arc::new(OsEntropy) };
        let vault = Vault::new(Arc::clone(keychain) as Arc<dyn SecretStore>);
        let shell = Shell::new(app.handle().clone(), edge, args, Folder::open(dir).unwrap(), vault);
        app.manage(Arc::clone(&shell));
        let first = shell.open_window().unwrap();
        shell.wake(&first).await;
        Self { app, shell }
    }

    pub(super) fn window(&self, number: u32) -> WebviewWindow<MockRuntime> {
        self.app.get_webview_window(&format!("window-{number}")).unwrap()
    }

    /// Calls a command as the web view of a window does.
    pub(super) async fn call<T: DeserializeOwned>(&self, window: u32, command: &str, args: Value) -> Result<T, Problem> {
        let raw = self.raw(&self.window(window), command, args).await;
        match raw {
            Ok(value) => Ok(serde_json::from_value(value).unwrap()),
            Err(value) => Err(serde_json::from_value(value.clone()).unwrap_or_else(|_| panic!("not a problem: {value}"))),
        }
    }

    /// The same, with whatever comes back; which is looked through for secrets.
    pub(super) async fn raw(&self, window: &WebviewWindow<MockRuntime>, command: &str, args: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(args),
            headers: tauri::http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.to_string(),
        };
        let window = window.clone();
        let answer = tokio::task::spawn_blocking(move || get_ipc_response(&window, request)).await.unwrap();
        let answer = answer.map(|body| match body {
            InvokeResponseBody::Json(text) => serde_json::from_str(&text).unwrap(),
            InvokeResponseBody::Raw(_) => panic!("`{command}` answers no JSON"),
        });
        let text = answer.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        assert_no_secret(command, &text);
        answer
    }

    pub(super) async fn state(&self, window: u32) -> ConsoleState {
        self.call(window, "console_state", json!({})).await.unwrap()
    }

    /// Waits until the window stands as `wanted`, a minute at most.
    pub(super) async fn until(&self, window: u32, wanted: impl Fn(&ConsoleState) -> bool) -> ConsoleState {
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        loop {
            let state = self.state(window).await;
            if wanted(&state) {
                return state;
            }
            assert!(std::time::Instant::now() < deadline, "it never came to that: {state:?}");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

/// A failed test must not wait for a browser that never comes.
impl Drop for World {
    fn drop(&mut self) {
        for seat in self.shell.seats() {
            seat.abandon();
        }
    }
}

/// Nothing that looks like a token of ours or of anybody goes over to a web view.
pub(super) fn assert_no_secret(what: &str, text: &str) {
    for mark in ["csa_", "csr_", "csw_", "csc_"] {
        assert!(!text.contains(mark), "`{what}` gives away `{mark}…`: {text}");
    }
    // A JWT has parts; what is random may begin as one.
    let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let jwt = text.split(|c| !in_token(c)).find(|word| word.find("eyJ").is_some_and(|at| word[at..].contains('.')));
    assert_eq!(jwt, None, "`{what}` gives away a JWT: {text}");
}
