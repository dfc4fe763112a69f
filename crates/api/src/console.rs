//! What goes between the desktop shell and its web view. No secret is among it.

use countersign_domain::{EventId, RequestId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{client::SecretView, delegation::DelegationView, session::Me};

/// All that a window knows of itself; sent whenever it changes, as the event `console`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct ConsoleState {
    /// The service that it uses; none before the first choice.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceView>,
    /// Who is signed in.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub me: Option<Me>,
    /// Where the refresh token is.
    pub keychain: Keychain,
    /// The browser is open, and what for.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserWait>,
    /// For whom this window acts.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting: Option<DelegationView>,
    /// Whether the live stream stands.
    pub stream: Stream,
    /// This window's label.
    pub window: String,
    /// The difference between the service's clock and this computer's, in milliseconds (service minus computer).
    pub clock_skew_ms: i32,
}

/// The service that a console uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ServiceView {
    /// Inside this console, or elsewhere.
    pub embedded: bool,
    /// Its issuer.
    pub issuer: String,
    /// Whether it is the sample workspace.
    pub sample: bool,
    /// Where the first admin is made, until there is one (embedded only).
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<bool>,
}

/// Which service to use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ServiceChoice {
    /// The one inside this console.
    Embedded,
    /// The one at this address.
    Shared {
        /// `https://…`, or plain HTTP on loopback.
        url: String,
    },
}

/// Where the refresh token is, and why not in the keychain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Keychain {
    /// In the operating system's keychain.
    Kept,
    /// The keychain can't be used; the person has not yet said how to go on.
    Fault {
        /// Which fault.
        fault: KeychainFault,
        /// What happened and what to do.
        text: String,
    },
    /// In memory, by the person's choice: the session ends with the window.
    Memory,
}

/// Why the keychain can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum KeychainFault {
    /// It is there, and locked.
    Locked,
    /// No keychain service is running.
    NoService,
    /// There is no session bus to reach one by.
    NoBus,
    /// It said no.
    Denied,
}

/// The browser is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct BrowserWait {
    /// What for: the request whose review wants a fresh proof; none for a sign-in.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<RequestId>,
    /// The page shows the same.
    pub match_code: String,
    /// The page's address, to open by hand.
    pub url: String,
    /// Until when it waits.
    pub until: Timestamp,
    /// Whether the system browser could be opened.
    pub opened: bool,
}

/// Whether the live stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Not signed in.
    Off,
    /// Connecting, or trying again.
    Connecting,
    /// Live.
    Live,
}

/// A call to the API of the live delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct ApiCall {
    /// The HTTP method.
    pub method: String,
    /// The path with its query, below the API's base address.
    pub path: String,
    /// A JSON body.
    #[serde(default)]
    #[ts(optional)]
    pub body: Option<String>,
}

/// A client's new secret, which the console wrote into a file: it never comes into a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SecretSaved {
    /// Which.
    pub secret: SecretView,
    /// The file, which only this user of the machine can read.
    pub path: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ApiAnswer {
    /// The HTTP status; none if no answer came.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The answer's header fields.
    pub headers: Vec<(String, String)>,
    /// The answer's body as text, at most 256 KiB of it.
    pub body: String,
    /// Whether the body was cut.
    pub cut: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// Why no answer came.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The line of the intent.
    pub intent: EventId,
    /// The line of the outcome; none if it could not be recorded.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<EventId>,
}
