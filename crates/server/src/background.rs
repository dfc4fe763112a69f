//! Work that no request waits for: events get their places, what is over lapses, what is no longer needed is dropped.
//!
//! A failure is logged once, tried again after longer and longer pauses, and its end is logged too.

use std::{future::Future, sync::Arc, time::Duration};

use countersign_domain::Code;
use countersign_engine::Refusal;
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::{app::App, tls::Certificate};

/// Nobody tells of lines that other replicas wrote.
const LOOK_SHARED: Duration = Duration::from_millis(200);
/// Alone with its store, the service is told of each line; this is for what a stop left behind.
const LOOK_ALONE: Duration = Duration::from_secs(1);
/// How much of the mark a crash may forget at most.
const CLOCK: Duration = Duration::from_secs(1);
const CERTIFICATE: Duration = Duration::from_secs(30);
const TELL: Duration = Duration::from_secs(1);
const LAPSE: Duration = Duration::from_secs(1);
const PRUNE: Duration = Duration::from_mins(1);
/// So long at most until another replica knows of a rotation, also in an emergency.
const KEYS: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(5);

/// Starts all of it. It ends when `stop` is cancelled.
pub(crate) fn start(app: &App, certificate: Option<&Arc<Certificate>>, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
    let mut work = vec![
        tokio::spawn(repeat(app.clone(), stop.clone(), "refusals could not be told of", TELL, async |app| app.engine.tell_refusals(false).await)),
        tokio::spawn(repeat(app.clone(), stop.clone(), "the clock's mark could not be written down", CLOCK, async |app| app.engine.clock_sync().await)),
        tokio::spawn(sequencer(app.clone(), stop.clone())),
        tokio::spawn(repeat(app.clone(), stop.clone(), "what is over could not lapse", LAPSE, async |app| app.engine.lapse_due().await.map(drop))),
        tokio::spawn(repeat(app.clone(), stop.clone(), "the signing keys could not be looked after", KEYS, async |app| app.engine.keys_tend().await)),
        tokio::spawn(repeat(app.clone(), stop.clone(), "what is no longer needed could not be dropped", PRUNE, prune)),
    ];
    work.extend(certificate.map(|certificate| tokio::spawn(watch(Arc::clone(certificate), stop.clone()))));
    work
}

/// Looks whether certificate and key have changed. Their contents are compared: times of files say little where they are linked anew.
async fn watch(certificate: Arc<Certificate>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(CERTIFICATE) => {}
        }
        let looked = Arc::clone(&certificate);
        match tokio::task::spawn_blocking(move || looked.reload()).await {
            Ok(Ok(true)) => info!("the certificate was read anew"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => error!(%error, "the certificate's files have changed and can't be used; the old one stays"),
            Err(error) => error!(%error, "a task failed"),
        }
    }
}

/// Drops what is past its use, and says how much that was.
pub(crate) async fn prune(app: App) -> Result<(), Refusal> {
    for (what, count) in app.engine.prune().await? {
        if count > 0 {
            app.metrics.pruned(what, count);
            info!(what = what.as_str(), count, "dropped what is past its use");
        }
    }
    Ok(())
}

async fn sequencer(app: App, stop: CancellationToken) {
    let unplaced = app.engine.unplaced();
    let look = if app.engine.settings().embedded { LOOK_ALONE } else { LOOK_SHARED };
    let mut trouble = Trouble::new("events could not be given their places", look);
    while !stop.is_cancelled() {
        let done = app.engine.place_events().await;
        trouble.heed(done.as_ref().err());
        app.health.set_sequencer(!trouble.lasts());
        if done.is_ok_and(|placed| placed > 0) {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = unplaced.notified(), if !trouble.lasts() => {}
            () = sleep(trouble.pause()) => {}
        }
    }
    app.health.set_sequencer(false);
    // Lines of the last requests get their place now and not at the next start.
    trouble.heed(app.engine.place_events().await.err().as_ref());
}

async fn repeat<F>(app: App, stop: CancellationToken, what: &'static str, every: Duration, work: impl Fn(App) -> F + Send)
where
    F: Future<Output = Result<(), Refusal>> + Send,
{
    let mut trouble = Trouble::new(what, every);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(trouble.pause()) => {}
        }
        trouble.heed(work(app.clone()).await.err().as_ref());
    }
}

/// Something that fails and is tried again.
struct Trouble {
    what: &'static str,
    every: Duration,
    failed: u32,
}

impl Trouble {
    fn new(what: &'static str, every: Duration) -> Self {
        Self { what, every, failed: 0 }
    }

    fn heed(&mut self, refusal: Option<&Refusal>) {
        match refusal {
            // A lost race, or another replica was faster.
            Some(refusal) if refusal.code == Code::Busy => {}
            Some(refusal) => {
                if self.failed == 0 {
                    error!(reason = %refusal, "{}; trying again", self.what);
                }
                self.failed = self.failed.saturating_add(1);
            }
            None => {
                if self.failed > 0 {
                    info!(failed = self.failed, "{}; now it works again", self.what);
                }
                self.failed = 0;
            }
        }
    }

    fn lasts(&self) -> bool {
        self.failed > 0
    }

    fn pause(&self) -> Duration {
        let backed_off = self.every.saturating_mul(2_u32.saturating_pow(self.failed.min(16)));
        if self.lasts() { backed_off.min(LONGEST.max(self.every)) } else { self.every }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        let mut trouble = Trouble::new("nothing", LOOK_SHARED);
        assert_eq!(trouble.pause(), LOOK_SHARED);
        trouble.failed = 2;
        assert_eq!(trouble.pause(), LOOK_SHARED * 4);
        trouble.failed = 40;
        assert_eq!(trouble.pause(), LONGEST);
        trouble.heed(None);
        assert!(!trouble.lasts());
    }
}
