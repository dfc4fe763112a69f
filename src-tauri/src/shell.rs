//! What all windows of the process share: settings, keychain, service, browser; and the windows by their labels.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use countersign_api::{Problem, console::ServiceView};
use countersign_client::{Edge, Session, TokenVault, fault};
use countersign_domain::Code;
use tauri::{AppHandle, Manager, Runtime, WebviewUrl, WebviewWindowBuilder};
use tokio::sync::watch;

use crate::{args::Args, browser::Browser, folder::Folder, keychain::Vault, seat::Seat, service::Open, settings::Settings};

/// How often it is looked whether the first admin was made, while there is none.
const SETUP_LOOK: Duration = Duration::from_secs(1);

/// What all windows share.
pub struct Shell<R: Runtime> {
    /// The program.
    pub app: AppHandle<R>,
    /// Time and randomness.
    pub edge: Edge,
    /// What the program was told.
    pub args: Args,
    /// Where it keeps things.
    pub folder: Folder,
    /// The keychain.
    pub vault: Arc<Vault>,
    /// How addresses are opened.
    pub browser: Browser,
    pub(crate) settings: Mutex<Settings>,
    pub(crate) service: tokio::sync::Mutex<Option<Open>>,
    pub(crate) view: Mutex<Option<ServiceView>>,
    seats: Mutex<BTreeMap<String, Arc<Seat<R>>>>,
    made: AtomicU32,
    /// Whether somebody is being asked if they want to close while acting.
    pub(crate) asks_to_close: AtomicBool,
    awake: watch::Sender<bool>,
    /// What windows were told: label, event, payload. (A listener in Rust hears other windows' events now and then.)
    #[cfg(test)]
    pub(crate) told: Mutex<Vec<(String, String, serde_json::Value)>>,
}

/// A lock that a panic elsewhere does not take away.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R: Runtime> Shell<R> {
    /// A shell without windows. It does nothing before [`Shell::wake`].
    pub fn new(app: AppHandle<R>, edge: Edge, args: Args, folder: Folder, vault: Vault) -> Arc<Self> {
        let settings = Settings::load(&folder).unwrap_or_else(|error| {
            tracing::error!(%error, "the settings can't be read; starting without");
            Settings::default()
        });
        Arc::new(Self {
            app,
            edge,
            browser: Browser::new(args.browser.clone()),
            args,
            folder,
            vault: Arc::new(vault),
            settings: Mutex::new(settings),
            service: tokio::sync::Mutex::default(),
            view: Mutex::default(),
            seats: Mutex::default(),
            made: AtomicU32::new(0),
            asks_to_close: AtomicBool::new(false),
            awake: watch::Sender::new(false),
            #[cfg(test)]
            told: Mutex::default(),
        })
    }

    /// Tries the keychain, opens the service that was chosen, and gives `first` back to who was there last.
    pub async fn wake(self: &Arc<Self>, first: &Arc<Seat<R>>) {
        self.follow_vault();
        let _ = self.vault.open(false).await;
        if locked(&self.settings).service.is_some() {
            if let Err(problem) = self.client().await {
                tracing::warn!(correlation = %problem.correlation, code = ?problem.code, "the service could not be opened at the start");
            }
            self.restore(first).await;
        }
        self.awake.send_replace(true);
        self.clone().look_for_the_first_admin();
    }

    /// Waits until it is known where things stand, so that no window shows a page that is gone a moment later.
    pub async fn awake(&self) {
        let _ = self.awake.subscribe().wait_for(|awake| *awake).await;
    }

    fn follow_vault(self: &Arc<Self>) {
        let (weak, mut state) = (Arc::downgrade(self), self.vault.watch());
        tokio::spawn(async move {
            while state.changed().await.is_ok() {
                let Some(shell) = weak.upgrade() else { return };
                shell.changed();
            }
        });
    }

    fn look_for_the_first_admin(self: Arc<Self>) {
        let weak = Arc::downgrade(&self);
        tokio::spawn(async move {
            let mut every = tokio::time::interval(SETUP_LOOK);
            loop {
                every.tick().await;
                let Some(shell) = weak.upgrade() else { return };
                let waits = locked(&shell.view).as_ref().is_some_and(|v| v.setup == Some(true));
                if waits {
                    shell.look_at_setup().await;
                }
            }
        });
    }

    /// Takes up the sign-in of who was at this service last, if it was kept.
    pub(crate) async fn restore(self: &Arc<Self>, seat: &Arc<Seat<R>>) {
        let Ok(client) = self.client().await else { return };
        let Some(person) = locked(&self.settings).people.get(client.issuer()).copied() else { return };
        let Ok(Some(kept)) = self.vault.load(client.issuer(), person).await else { return };
        let arrived = match Session::restore(client, &kept, self.vault.clone()) {
            Ok(session) => seat.arrive(session).await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = arrived {
            tracing::warn!(correlation = %problem.correlation, code = ?problem.code, "the last sign-in could not be taken up");
        }
    }

    /// Tries the keychain again; what is only in memory is kept from then on.
    ///
    /// # Errors
    /// If it still can't be used.
    pub async fn keychain_retry(self: &Arc<Self>) -> Result<(), Problem> {
        let opened = self.vault.open(true).await;
        opened.map_err(|f| fault::problem(Code::Unavailable, "The keychain can't be used", f.text, self.edge.correlation()))?;
        for session in self.seats().iter().filter_map(|s| s.session()) {
            session.store().await;
        }
        self.go_on().await
    }

    /// Goes on without the keychain.
    ///
    /// # Errors
    /// If the service can't be opened without it.
    pub async fn keychain_memory(self: &Arc<Self>) -> Result<(), Problem> {
        self.vault.go_on_without();
        self.go_on().await
    }

    async fn go_on(self: &Arc<Self>) -> Result<(), Problem> {
        if locked(&self.settings).service.is_none() {
            return Ok(());
        }
        self.client().await?;
        let only = self.seats();
        if let [seat] = only.as_slice()
            && seat.session().is_none()
        {
            self.restore(seat).await;
        }
        Ok(())
    }

    /// Changes the settings and writes them. What can't be written is chosen again next time.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = locked(&self.settings);
        let before = settings.clone();
        change(&mut settings);
        if *settings != before
            && let Err(error) = settings.save(&self.folder)
        {
            tracing::error!(%error, "the settings can't be written");
        }
    }

    /// All windows, told how things stand.
    pub fn changed(&self) {
        for seat in self.seats() {
            seat.changed();
        }
    }

    /// The windows.
    #[must_use]
    pub fn seats(&self) -> Vec<Arc<Seat<R>>> {
        locked(&self.seats).values().cloned().collect()
    }

    /// The window with this label.
    #[must_use]
    pub fn seat(&self, label: &str) -> Option<Arc<Seat<R>>> {
        locked(&self.seats).get(label).cloned()
    }

    /// Opens a window with nobody in it.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn open_window(self: &Arc<Self>) -> tauri::Result<Arc<Seat<R>>> {
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let label = format!("window-{number}");
        let seat = Arc::new(Seat::new(label.clone(), Arc::clone(self)));
        // Before the window, which asks for its state as soon as it stands.
        locked(&self.seats).insert(label.clone(), Arc::clone(&seat));
        let window = WebviewWindowBuilder::new(&self.app, &label, WebviewUrl::default())
            .title("Countersign")
            .inner_size(1280.0, 800.0)
            .min_inner_size(900.0, 640.0)
            .build();
        if let Err(error) = window {
            locked(&self.seats).remove(&label);
            return Err(error);
        }
        Ok(seat)
    }

    /// Forgets a window that is gone, with everything in it.
    pub fn closed(&self, label: &str) {
        let seat = locked(&self.seats).remove(label);
        if let Some(seat) = seat {
            seat.abandon();
        }
        let stays = self.seats().into_iter().find(|s| s.session().is_some());
        if let Some(stays) = stays {
            self.comes_back(&stays);
        }
    }

    /// Who is in the first window at the next start: somebody who acts now, else the person in `seat`.
    pub(crate) fn comes_back(&self, seat: &Seat<R>) {
        let acts = self.seats().into_iter().find(|s| s.acts());
        let seat = acts.as_deref().unwrap_or(seat);
        if let (Some(session), Some(me)) = (seat.session(), seat.me()) {
            self.remember(|s| {
                s.people.insert(session.client().issuer().to_owned(), me.id);
            });
        }
    }

    /// Brings a window to the front.
    pub fn raise(&self, seat: &Seat<R>) {
        if let Some(window) = self.app.get_webview_window(&seat.label) {
            let _ = window.unminimize();
            let _ = window.set_focus();
        }
    }

    /// Ends the embedded service, if one runs.
    pub async fn stop(&self) {
        let open = self.service.lock().await.take();
        if let Some(running) = open.and_then(|o| o.running) {
            running.shutdown().await;
        }
    }
}
