//! Whether the process is up, and whether it can do its work.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::{Json, extract::State};
use countersign_domain::Code;
use serde::Serialize;

use crate::{app::App, fault::Fault};

/// How the background work is.
#[derive(Debug, Default)]
pub(crate) struct Health {
    sequencer: AtomicBool,
}

impl Health {
    /// Says how the sequencer is.
    pub(crate) fn set_sequencer(&self, well: bool) {
        self.sequencer.store(well, Ordering::Relaxed);
    }

    fn sequencer(&self) -> bool {
        self.sequencer.load(Ordering::Relaxed)
    }
}

/// That it is well.
#[derive(Debug, Serialize)]
pub(crate) struct Well {
    status: &'static str,
}

/// `GET /healthz`: the process is up.
pub(crate) async fn healthz() -> Json<Well> {
    Json(Well { status: "up" })
}

/// `GET /readyz`: the store answers, keys are there, events get their places.
pub(crate) async fn readyz(State(app): State<App>) -> Result<Json<Well>, Fault> {
    app.engine.ready().await?;
    if app.stop.is_cancelled() {
        return Err(Fault::new(Code::Unavailable, "Stopping", "the service is stopping; ask another replica"));
    }
    if !app.health.sequencer() {
        return Err(Fault::new(Code::Unavailable, "Not ready", "events do not get their places; see the log"));
    }
    Ok(Json(Well { status: "ready" }))
}
