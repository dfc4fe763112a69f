//! Acting for a customer: the delegation held in a window, with its warrant and its last token, which never leave this process.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use countersign_api::{Problem, delegation::DelegationView};
use countersign_client::{ApiToken, Session, Started, Warrant, fault};
use countersign_domain::{Code, DelegationId, RequestId};
use tauri::Runtime;
use tokio::sync::Mutex;

use crate::{seat::Seat, shell::locked};

/// A token with less than this left is exchanged anew.
const MARGIN: Duration = Duration::from_secs(30);

/// A delegation held in a window.
pub struct Acting {
    /// It.
    pub view: DelegationView,
    pub(crate) hold: Arc<Hold>,
}

/// The secrets of it.
pub(crate) struct Hold {
    warrant: Warrant,
    /// Held while a token is exchanged, so that calls side by side need one exchange.
    token: Mutex<Option<ApiToken>>,
}

impl Acting {
    /// What a start or a reissue gave.
    #[must_use]
    pub fn new(started: Started) -> Self {
        let hold = Hold { warrant: started.warrant, token: Mutex::new(None) };
        Self { view: started.delegation, hold: Arc::new(hold) }
    }

    /// Whether it is live, as far as is known here.
    #[must_use]
    pub fn live(&self) -> bool {
        self.view.live && self.view.ended.is_none()
    }
}

impl Hold {
    /// A token for a call now. After an end from elsewhere: the last one, as long as it lasts, so that the API itself can refuse it.
    pub(crate) async fn token(&self, session: &Session, view: &DelegationView) -> Result<ApiToken, Problem> {
        let edge = session.client().edge();
        let mut token = self.token.lock().await;
        let margin = if view.live && view.ended.is_none() { MARGIN } else { Duration::ZERO };
        if let Some(token) = token.as_ref().filter(|t| t.lasts(edge.clock.now(), margin)) {
            return Ok(token.clone());
        }
        if margin.is_zero() {
            let detail = "This delegation is over and no token of it is left. Nothing was sent to the API. Ask again if you still need access.";
            return Err(fault::problem(Code::DelegationEnded, "The delegation is over", detail, edge.correlation()));
        }
        let scope: BTreeSet<String> = view.actions.iter().map(|a| a.scope.clone()).collect();
        match session.exchange(&self.warrant, &view.audience, &scope).await {
            Ok(fresh) => Ok(token.insert(fresh).clone()),
            // Near its end a delegation gives no new token; the old one is still good for what it has left.
            Err(problem) => match token.as_ref().filter(|t| t.lasts(edge.clock.now(), Duration::ZERO)) {
                Some(last) if problem.code == Code::DelegationEnded => Ok(last.clone()),
                _ => Err(problem),
            },
        }
    }
}

impl<R: Runtime> Seat<R> {
    /// Starts a signed request. A window has one live delegation at a time.
    ///
    /// # Errors
    /// [`Code::Conflict`] if one lives here; the service's refusal.
    pub async fn start(&self, request: RequestId) -> Result<DelegationView, Problem> {
        let session = self.signed_in()?;
        if self.acts() {
            let detail = "This window acts for a customer already. Nothing was started. End that first, or use another window.";
            return Err(fault::problem(Code::Conflict, "One at a time", detail, self.shell.edge.correlation()));
        }
        let started = session.delegation_start(request).await?;
        let view = started.delegation.clone();
        self.change(|inside| inside.acting = Some(Acting::new(started)));
        self.shell.comes_back(self);
        Ok(view)
    }

    /// Ends a delegation. If it is the one held here, its token is dropped at once.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn end(&self, id: DelegationId) -> Result<DelegationView, Problem> {
        let view = self.signed_in()?.delegation_end(id).await?;
        self.change(|inside| {
            if inside.acting.as_ref().is_some_and(|a| a.view.id == id) {
                inside.acting = None;
            }
        });
        Ok(view)
    }

    /// Puts away a delegation that has ended.
    pub fn dismiss(&self) {
        self.change(|inside| {
            if inside.acting.as_ref().is_some_and(|a| !a.live()) {
                inside.acting = None;
            }
        });
    }

    /// What is held here, for a call.
    pub(crate) fn held(&self) -> Result<(DelegationView, Arc<Hold>), Problem> {
        let held = locked(&self.inside).acting.as_ref().map(|a| (a.view.clone(), Arc::clone(&a.hold)));
        held.ok_or_else(|| {
            let detail = "This window acts for nobody, so nothing was sent. Start a signed request first.";
            fault::problem(Code::Conflict, "Not acting", detail, self.shell.edge.correlation())
        })
    }
}
