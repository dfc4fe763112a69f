//! The service that this process uses: chosen once, opened once, shared by all windows.

use countersign_api::{
    Problem,
    console::{Keychain, ServiceChoice, ServiceView},
};
use countersign_client::{Client, discovery, fault};
use countersign_domain::Code;
use countersign_server::Running;
use tauri::Runtime;
use url::Url;

use crate::{
    embedded::{self, EmbeddedError},
    shell::{Shell, locked},
};

/// An open service.
pub struct Open {
    /// How it is spoken to.
    pub client: Client,
    /// It, if it runs in this process.
    pub running: Option<Running>,
}

impl<R: Runtime> Shell<R> {
    /// The person's choice.
    ///
    /// # Errors
    /// If the service can't be opened, or somebody is signed in at another one.
    pub async fn choose(&self, choice: ServiceChoice) -> Result<(), Problem> {
        let correlation = self.edge.correlation();
        let same = locked(&self.settings).service.as_ref() == Some(&choice);
        if !same && self.seats().iter().any(|s| s.session().is_some()) {
            let detail = "Somebody is signed in at the present service in one of the windows. Nothing was changed. Sign out in every window first.";
            return Err(fault::problem(Code::Conflict, "Somebody is signed in", detail, correlation));
        }
        let mut slot = self.service.lock().await;
        if !same && let Some(running) = slot.take().and_then(|open| open.running) {
            running.shutdown().await;
        }
        if slot.is_none() {
            let before = locked(&self.view).clone();
            let opened = self.open(&choice).await;
            if opened.is_err() && !same {
                *locked(&self.view) = before;
                self.changed();
            }
            *slot = opened?;
        }
        drop(slot);
        self.remember(|settings| settings.service = Some(choice));
        self.changed();
        Ok(())
    }

    /// The client of the chosen service, which is opened if it isn't.
    ///
    /// # Errors
    /// If none is chosen, or it can't be opened.
    pub async fn client(&self) -> Result<Client, Problem> {
        let mut slot = self.service.lock().await;
        if slot.is_none() {
            let choice = locked(&self.settings).service.clone();
            let choice = choice.ok_or_else(|| fault::invalid("No service is chosen yet. Choose one first.", self.edge.correlation()))?;
            *slot = self.open(&choice).await?;
            self.changed();
        }
        slot.as_ref().map(|open| open.client.clone()).ok_or_else(|| self.keychain_problem())
    }

    /// `None`: it waits for the person's word about the keychain, and the state says so.
    async fn open(&self, choice: &ServiceChoice) -> Result<Option<Open>, Problem> {
        match choice {
            ServiceChoice::Shared { url } => self.open_shared(url).await.map(Some),
            ServiceChoice::Embedded => self.open_embedded().await,
        }
    }

    async fn open_shared(&self, text: &str) -> Result<Open, Problem> {
        let issuer = discovery::issuer_from(text, self.edge.correlation())?;
        // Shown even while it can't be reached, so that the person sees which one that is.
        self.show(ServiceView { embedded: false, issuer: issuer.as_str().trim_end_matches('/').into(), sample: false, setup: None });
        let client = Client::discover(&issuer, self.edge.clone()).await?;
        self.show(ServiceView { embedded: false, issuer: client.issuer().into(), sample: client.about().sample, setup: None });
        Ok(Open { client, running: None })
    }

    async fn open_embedded(&self) -> Result<Option<Open>, Problem> {
        let correlation = self.edge.correlation();
        let mut view = ServiceView { embedded: true, issuer: embedded::issuer(&self.folder, &self.args), sample: self.args.sample, setup: None };
        self.show(view.clone());
        let running = match embedded::start(&self.folder, &self.args, &self.vault, &self.edge).await {
            Ok(running) => running,
            Err(EmbeddedError::Keychain(_)) if matches!(self.vault.state(), Keychain::Fault { .. }) => return Ok(None),
            Err(error) => return Err(error.problem(correlation)),
        };
        view.issuer = running.issuer().into();
        view.setup = running.engine().setup_needed().await.ok();
        let issuer = Url::parse(running.issuer()).map_err(|_| fault::invalid("The service's address can't be read.", correlation))?;
        let client = Client::discover(&issuer, self.edge.clone()).await?;
        self.show(view);
        Ok(Some(Open { client, running: Some(running) }))
    }

    /// Looks whether the first admin was made meanwhile.
    pub(crate) async fn look_at_setup(&self) {
        let engine = self.service.lock().await.as_ref().and_then(|open| open.running.as_ref()).map(|r| r.engine().clone());
        let Some(engine) = engine else { return };
        let Ok(needed) = engine.setup_needed().await else { return };
        let moved = match locked(&self.view).as_mut() {
            Some(view) if view.setup != Some(needed) => {
                view.setup = Some(needed);
                true
            }
            _ => false,
        };
        if moved {
            self.changed();
        }
    }

    /// Opens the page on which the first admin is made.
    ///
    /// # Errors
    /// If there is one already, or the browser can't be opened.
    pub async fn setup(&self) -> Result<(), Problem> {
        let correlation = self.edge.correlation();
        self.client().await?;
        let slot = self.service.lock().await;
        let Some(running) = slot.as_ref().and_then(|open| open.running.as_ref()) else {
            return Err(fault::invalid("The first admin of a shared service is made where it runs. Nothing was opened.", correlation));
        };
        let link = running.setup_link().await.map_err(|refusal| refusal.problem(correlation))?;
        drop(slot);
        let Some(link) = link else {
            self.look_at_setup().await;
            return Err(fault::problem(
                Code::Conflict,
                "There is an admin already",
                "The first admin was made already. Nothing was opened. Sign in.",
                correlation,
            ));
        };
        if self.browser.open(link.expose()).await {
            return Ok(());
        }
        let detail = "The system browser could not be opened, so nothing was done. Make one the default browser, or name one with --browser, and try again.";
        Err(fault::problem(Code::Unavailable, "The browser can't be opened", detail, correlation))
    }

    fn keychain_problem(&self) -> Problem {
        let detail = match self.vault.state() {
            Keychain::Fault { text, .. } => text,
            _ => "The keychain can't be used. Try it again.".into(),
        };
        fault::problem(Code::Unavailable, "The keychain comes first", detail, self.edge.correlation())
    }

    fn show(&self, view: ServiceView) {
        *locked(&self.view) = Some(view);
        self.changed();
    }
}
