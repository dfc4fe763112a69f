//! The end: the embedded service goes with the last window, after a word with whoever is acting.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use countersign_api::console::ServiceView;
use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};
use tauri::{AppHandle, Manager, Runtime, WindowEvent};

use crate::shell::{Shell, locked};

/// How long the embedded service may take to finish what it does.
const GRACE: Duration = Duration::from_secs(12);
/// The button that closes the window all the same.
const CLOSE: &str = "Close";

/// What happens to a window.
pub fn on_window_event<R: Runtime>(window: &tauri::Window<R>, event: &WindowEvent) {
    let Some(shell) = window.try_state::<Arc<Shell<R>>>() else { return };
    match event {
        WindowEvent::CloseRequested { api, .. } if owes_a_warning(&shell, window.label()) => {
            api.prevent_close();
            ask(&shell, window);
        }
        WindowEvent::Destroyed => shell.closed(window.label()),
        _ => {}
    }
}

/// Whether closing this window ends the service under somebody who acts.
fn owes_a_warning<R: Runtime>(shell: &Shell<R>, label: &str) -> bool {
    let embedded = locked(&shell.view).as_ref().is_some_and(|v: &ServiceView| v.embedded);
    let seats = shell.seats();
    let last = seats.iter().all(|s| s.label == label);
    embedded && last && seats.iter().any(|s| s.acts())
}

/// Asks once, however often the window is closed meanwhile. It stays until the answer is to close it.
fn ask<R: Runtime>(shell: &Arc<Shell<R>>, window: &tauri::Window<R>) {
    if shell.asks_to_close.swap(true, Ordering::AcqRel) {
        return;
    }
    let customer = shell.seats().iter().find_map(|s| s.state().acting).map(|a| a.customer.subject).unwrap_or_default();
    let (asking, shown) = (Arc::clone(shell), window.clone());
    let asked = window.run_on_main_thread(move || {
        let dialog = AsyncMessageDialog::new()
            .set_level(MessageLevel::Warning)
            .set_parent(&shown)
            .set_title("Close while acting?")
            .set_description(format!(
                "You act for {customer}. This is the last window, and the service ends with it: no further call can be made until you open the console again. \
                 The delegation stays as it is and runs out at its time; then you can take it up again or end it."
            ))
            .set_buttons(MessageButtons::OkCancelCustom(CLOSE.into(), "Stay".into()))
            .show();
        tauri::async_runtime::spawn(async move {
            // The same button, as GTK and as the other systems tell it.
            let closes = match dialog.await {
                MessageDialogResult::Ok => true,
                MessageDialogResult::Custom(button) => button == CLOSE,
                _ => false,
            };
            asking.asks_to_close.store(false, Ordering::Release);
            if closes {
                let _ = shown.destroy();
            }
        });
    });
    if let Err(error) = asked {
        shell.asks_to_close.store(false, Ordering::Release);
        tracing::error!(%error, "the warning could not be shown, so the window stays");
    }
}

/// Ends the embedded service before the process does.
pub fn on_exit<R: Runtime>(app: &AppHandle<R>) {
    let Some(shell) = app.try_state::<Arc<Shell<R>>>() else { return };
    let shell = Arc::clone(&shell);
    tauri::async_runtime::block_on(async move {
        if tokio::time::timeout(GRACE, shell.stop()).await.is_err() {
            tracing::warn!("the service took too long to stop");
        }
    });
}

/// A signal to end is obeyed like the last window's closing, without a question.
#[cfg(unix)]
pub fn obey_signals<R: Runtime>(app: AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else { return };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        app.exit(0);
    });
}

/// There are none here.
#[cfg(not(unix))]
pub fn obey_signals<R: Runtime>(_app: AppHandle<R>) {}
