//! A person arrives in a window: who they are, the live stream, and the delegation that they left behind.

use std::{sync::Arc, time::Duration};

use countersign_api::{
    Problem,
    console::Stream,
    event::{EventQuery, EventView},
    session::Me,
};
use countersign_client::{Live, Session};
use countersign_domain::{Code, person::Role};
use futures::StreamExt;
use tauri::Runtime;
use tokio_util::sync::CancellationToken;

use crate::{acting::Acting, seat::Seat, shell::locked};

/// How long to wait before asking again where the trail stands.
const AGAIN: Duration = Duration::from_secs(1);

impl<R: Runtime> Seat<R> {
    /// Lets the person of `session` in.
    ///
    /// # Errors
    /// If the service does not say who they are.
    pub async fn arrive(self: &Arc<Self>, session: Session) -> Result<(), Problem> {
        let me = session.me_get().await?;
        session.keep(self.shell.vault.clone(), me.id, me.session).await;
        let gone = CancellationToken::new();
        self.change(|inside| {
            inside.me = Some(me.clone());
            inside.session = Some(session.clone());
            inside.stream = Some(Stream::Connecting);
            inside.follower = Some(gone.clone());
        });
        self.entitle();
        self.shell.comes_back(self);
        self.take_over(&session, &me).await;
        let seat = Arc::clone(self);
        tokio::spawn(async move {
            tokio::select! {
                () = gone.cancelled() => {}
                () = seat.follow(&session) => {}
            }
        });
        Ok(())
    }

    /// Asks again who is here: after a fresh proof, or when their roles were changed.
    pub(crate) async fn look_at_me(&self, session: &Session) {
        if let Ok(me) = session.me_get().await {
            self.change(|inside| inside.me = Some(me));
        }
    }

    /// Finds the delegation that this person left alive, and takes it up with a new warrant; the old one is dead from then on.
    async fn take_over(&self, session: &Session, me: &Me) {
        if !me.roles.contains(&Role::Agent) {
            return;
        }
        let live = match session.delegation_list().await {
            Ok(list) => list.items.into_iter().find(|d| d.live),
            Err(problem) => return tracing::warn!(correlation = %problem.correlation, "whether a delegation lives could not be asked"),
        };
        let Some(live) = live else { return };
        if self.shell.seats().iter().any(|s| locked(&s.inside).acting.as_ref().is_some_and(|a| a.view.id == live.id)) {
            return tracing::info!(delegation = %live.id, "another window holds the live delegation; it stays there");
        }
        match session.delegation_reissue(live.id).await {
            Ok(started) => self.change(|inside| inside.acting = Some(Acting::new(started))),
            Err(problem) => tracing::warn!(correlation = %problem.correlation, code = ?problem.code, "the live delegation could not be taken up"),
        }
    }

    /// Hands the live stream to the window for as long as the sign-in stands.
    async fn follow(&self, session: &Session) {
        let Some(place) = self.place(session).await else { return self.leave() };
        let mut live = session.live(place);
        while let Some(news) = live.next().await {
            match news {
                Live::Connecting => self.change(|inside| inside.stream = Some(Stream::Connecting)),
                Live::Connected => {
                    self.change(|inside| inside.stream = Some(Stream::Live));
                    // What ended while there was no connection.
                    self.look_at_acting(session).await;
                }
                Live::Lines(lines) => {
                    self.tell("trail", &lines);
                    self.heed(session, &lines).await;
                }
                Live::Over(problem) => {
                    tracing::info!(correlation = %problem.correlation, "the sign-in is over");
                    session.forget().await;
                    return self.leave();
                }
            }
        }
    }

    /// Where the trail stands now: the window reads what came before by itself.
    async fn place(&self, session: &Session) -> Option<i64> {
        let newest = EventQuery { limit: Some(1), ..EventQuery::default() };
        loop {
            match session.event_list(&newest).await {
                Ok(page) => return Some(page.place),
                Err(problem) if problem.code == Code::NotSignedIn => return None,
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    /// Lines that change what this window may do.
    async fn heed(&self, session: &Session, lines: &[EventView]) {
        let (acting, me) = {
            let inside = locked(&self.inside);
            (inside.acting.as_ref().map(|a| a.view.id), inside.me.as_ref().map(|m| m.id))
        };
        if lines.iter().any(|l| l.kind == "delegation.end" && l.delegation.is_some() && l.delegation == acting) {
            self.look_at_acting(session).await;
        }
        if lines.iter().any(|l| l.kind == "person.change" && l.person.is_some() && l.person == me) {
            self.look_at_me(session).await;
        }
    }

    /// Asks how the delegation stands that is held here. If it is over, the last token stays until it is dismissed.
    async fn look_at_acting(&self, session: &Session) {
        let held = locked(&self.inside).acting.as_ref().filter(|a| a.live()).map(|a| a.view.id);
        let Some(id) = held else { return };
        match session.delegation_get(id).await {
            Ok(view) => self.change(|inside| {
                if let Some(acting) = inside.acting.as_mut().filter(|a| a.view.id == id) {
                    acting.view = view;
                }
            }),
            Err(problem) => tracing::warn!(correlation = %problem.correlation, "how the delegation stands could not be asked"),
        }
    }
}
