//! One window and the person in it: their sign-in, their live stream, what they act for. No two windows share any of it.

use std::sync::{Arc, Mutex};

use countersign_api::{
    Problem,
    console::{BrowserWait, ConsoleState, Stream},
    session::Me,
};
use countersign_client::{Session, SignIn, fault};
use countersign_domain::{Code, RequestId, Timestamp};
use serde::Serialize;
use tauri::{Emitter, EventTarget, Manager, Runtime};
use tokio_util::sync::CancellationToken;

use crate::{
    acting::Acting,
    shell::{Shell, locked},
};

/// One window.
pub struct Seat<R: Runtime> {
    /// Its label.
    pub label: String,
    pub(crate) shell: Arc<Shell<R>>,
    pub(crate) inside: Mutex<Inside>,
}

/// Who is in it, and what goes on.
#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) me: Option<Me>,
    pub(crate) session: Option<Session>,
    pub(crate) acting: Option<Acting>,
    pub(crate) stream: Option<Stream>,
    pub(crate) browser: Option<Waiting>,
    pub(crate) follower: Option<CancellationToken>,
}

/// The browser is open.
pub(crate) struct Waiting {
    pub(crate) wait: BrowserWait,
    pub(crate) cancel: CancellationToken,
}

impl<R: Runtime> Seat<R> {
    pub(crate) fn new(label: String, shell: Arc<Shell<R>>) -> Self {
        Self { label, shell, inside: Mutex::default() }
    }

    /// The sign-in of this window.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        locked(&self.inside).session.clone()
    }

    /// The sign-in of this window, or the problem that there is none.
    ///
    /// # Errors
    /// [`Code::NotSignedIn`].
    pub fn signed_in(&self) -> Result<Session, Problem> {
        self.session().ok_or_else(|| fault::signed_out(self.shell.edge.correlation()))
    }

    /// Who is in this window.
    #[must_use]
    pub fn me(&self) -> Option<Me> {
        locked(&self.inside).me.clone()
    }

    /// Whether a live delegation is held here.
    #[must_use]
    pub fn acts(&self) -> bool {
        locked(&self.inside).acting.as_ref().is_some_and(Acting::live)
    }

    /// All that the window knows of itself.
    #[must_use]
    pub fn state(&self) -> ConsoleState {
        self.state_of(&locked(&self.inside))
    }

    fn state_of(&self, inside: &Inside) -> ConsoleState {
        let skew = inside.session.as_ref().map_or(0, |s| s.client().clock_skew_ms());
        ConsoleState {
            service: locked(&self.shell.view).clone(),
            me: inside.me.clone(),
            keychain: self.shell.vault.state(),
            browser: inside.browser.as_ref().map(|b| b.wait.clone()),
            acting: inside.acting.as_ref().map(|a| a.view.clone()),
            stream: inside.stream.unwrap_or(Stream::Off),
            window: self.label.clone(),
            clock_skew_ms: i32::try_from(skew).unwrap_or_default(),
        }
    }

    /// Tells the window how it stands.
    pub fn changed(&self) {
        // INVARIANT: told under the lock, so that the window hears of changes in the order in which they were made.
        let inside = locked(&self.inside);
        self.tell("console", &self.state_of(&inside));
    }

    /// Changes something, and tells the window.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Inside)) {
        let mut inside = locked(&self.inside);
        change(&mut inside);
        self.tell("console", &self.state_of(&inside));
    }

    /// Says in the window's title who is in it, for whoever looks for it among others.
    pub(crate) fn entitle(&self) {
        let title = self.me().map_or_else(|| "Countersign".into(), |me| format!("{} – Countersign", me.name));
        if let Some(window) = self.shell.app.get_webview_window(&self.label)
            && let Err(error) = window.set_title(&title)
        {
            tracing::debug!(%error, window = self.label, "the window could not be given a title");
        }
    }

    /// To this window alone.
    pub(crate) fn tell<T: Serialize + Clone>(&self, event: &str, what: &T) {
        #[cfg(test)]
        locked(&self.shell.told).push((self.label.clone(), event.to_owned(), serde_json::to_value(what).unwrap_or_default()));
        if let Err(error) = self.shell.app.emit_to(EventTarget::webview_window(&self.label), event, what) {
            tracing::debug!(%error, event, window = self.label, "the window could not be told");
        }
    }

    /// Signs somebody in through the browser; nothing happens if they cancel.
    ///
    /// # Errors
    /// If it was not granted, or the service can't be reached.
    pub async fn sign_in(self: &Arc<Self>) -> Result<(), Problem> {
        if self.session().is_some() {
            return Ok(());
        }
        let client = self.shell.client().await?;
        let sign_in = SignIn::begin(&client).await?;
        match self.through_browser(sign_in, None).await? {
            Some(session) => self.arrive(session).await,
            None => Ok(()),
        }
    }

    /// Opens the browser for `sign_in` and waits for it. `None` if the person cancelled.
    ///
    /// # Errors
    /// If the browser is open for something else, or the service says no.
    pub async fn through_browser(&self, sign_in: SignIn, step_up: Option<RequestId>) -> Result<Option<Session>, Problem> {
        let cancel = CancellationToken::new();
        let url = sign_in.url().to_owned();
        let until = self.service_time(sign_in.until(), sign_in.clock_skew_ms());
        let wait = BrowserWait { step_up, match_code: sign_in.match_code().to_owned(), url: url.clone(), until, opened: true };
        {
            let mut inside = locked(&self.inside);
            if inside.browser.is_some() {
                let detail = "This window waits for a page in the browser already. Nothing was begun. Finish that page or cancel it first.";
                return Err(fault::problem(Code::Conflict, "The browser is open already", detail, self.shell.edge.correlation()));
            }
            inside.browser = Some(Waiting { wait, cancel: cancel.clone() });
        }
        // From here on the browser's answer is awaited, so that none comes too early.
        let (opened, done) = tokio::join!(self.show_page(&url), sign_in.wait(&cancel));
        tracing::debug!(opened, "the browser is done");
        self.change(|inside| inside.browser = None);
        done
    }

    async fn show_page(&self, url: &str) -> bool {
        self.changed();
        let opened = self.shell.browser.open(url).await;
        self.change(|inside| {
            if let Some(waiting) = &mut inside.browser {
                waiting.wait.opened = opened;
            }
        });
        opened
    }

    /// The window counts by the service's clock.
    fn service_time(&self, at: Timestamp, skew_ms: i64) -> Timestamp {
        // A window that nobody is signed in at knows no skew yet, and counts by this computer's.
        let skew_ms = if self.session().is_some() { skew_ms } else { 0 };
        Timestamp::from_micros(at.micros().saturating_add(skew_ms.saturating_mul(1000)))
    }

    /// Opens the page that is awaited once more.
    pub async fn browser_again(&self) {
        let url = locked(&self.inside).browser.as_ref().map(|b| b.wait.url.clone());
        if let Some(url) = url {
            self.show_page(&url).await;
        }
    }

    /// Waits for the browser no longer.
    pub fn browser_cancel(&self) {
        if let Some(waiting) = &locked(&self.inside).browser {
            waiting.cancel.cancel();
        }
    }

    /// Signs out: at the service, in the keychain and here.
    ///
    /// # Errors
    /// If the service could not be told. Here it is over all the same.
    pub async fn sign_out(self: &Arc<Self>) -> Result<(), Problem> {
        let Some(session) = self.session() else { return Ok(()) };
        let me = self.me();
        let told = session.session_end().await;
        self.leave();
        if let Some(me) = me {
            self.shell.remember(|s| s.people.retain(|_, person| *person != me.id));
        }
        match told {
            // Over there already, which is what was wanted.
            Err(problem) if problem.code != Code::NotSignedIn => Err(problem),
            _ => Ok(()),
        }
    }

    /// Nobody is in this window any more.
    pub(crate) fn leave(&self) {
        self.change(|inside| {
            if let Some(follower) = inside.follower.take() {
                follower.cancel();
            }
            *inside = Inside { browser: inside.browser.take(), ..Inside::default() };
        });
        self.entitle();
    }

    /// The window is gone. The sign-in stays where it is kept.
    pub(crate) fn abandon(&self) {
        let inside = std::mem::take(&mut *locked(&self.inside));
        if let Some(follower) = inside.follower {
            follower.cancel();
        }
        if let Some(waiting) = inside.browser {
            waiting.cancel.cancel();
        }
    }
}
