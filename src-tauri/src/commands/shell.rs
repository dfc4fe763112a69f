//! The shell's own commands: service, sign-in, keychain, windows, acting.

use countersign_api::console::{ApiAnswer, ApiCall, ConsoleState, SecretSaved, ServiceChoice};
use countersign_client::fault;
use countersign_domain::Code;
use tauri::{Runtime, WebviewWindow, command};

use super::{Done, caller};

/// How this window stands, once that is known.
#[command]
pub async fn console_state<R: Runtime>(window: WebviewWindow<R>) -> Done<ConsoleState> {
    let seat = caller(&window)?;
    seat.shell.awake().await;
    Ok(seat.state())
}

/// Chooses the service.
#[command]
pub async fn service_choose<R: Runtime>(window: WebviewWindow<R>, choice: ServiceChoice) -> Done<ConsoleState> {
    let seat = caller(&window)?;
    seat.shell.choose(choice).await?;
    Ok(seat.state())
}

/// Opens the page on which the first admin is made.
#[command]
pub async fn setup_open<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    caller(&window)?.shell.setup().await
}

/// Signs somebody in through the browser; answers when the browser is done or was cancelled.
#[command]
pub async fn sign_in<R: Runtime>(window: WebviewWindow<R>) -> Done<ConsoleState> {
    let seat = caller(&window)?;
    seat.sign_in().await?;
    Ok(seat.state())
}

/// Opens the page that is awaited once more.
#[command]
pub async fn browser_open_again<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    caller(&window)?.browser_again().await;
    Ok(())
}

/// Waits for the browser no longer.
#[command]
pub async fn browser_cancel<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    caller(&window)?.browser_cancel();
    Ok(())
}

/// Signs out.
#[command]
pub async fn sign_out<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    caller(&window)?.sign_out().await
}

/// Tries the keychain again; the system may ask for its password.
#[command]
pub async fn keychain_retry<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    caller(&window)?.shell.keychain_retry().await
}

/// Goes on without the keychain.
#[command]
pub async fn keychain_memory<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    caller(&window)?.shell.keychain_memory().await
}

/// Opens another window, for another person.
#[command]
pub async fn window_new<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    let shell = &caller(&window)?.shell;
    shell.open_window().map(drop).map_err(|error| {
        tracing::error!(%error, "no window could be opened");
        fault::problem(Code::Unavailable, "No window could be opened", "The system gave no further window. Close one and try again.", shell.edge.correlation())
    })
}

/// Calls the API for the customer.
#[command]
pub async fn api_call<R: Runtime>(window: WebviewWindow<R>, call: ApiCall) -> Done<ApiAnswer> {
    caller(&window)?.api_call(call).await
}

/// Makes a secret for a client, into a file that only this user of the machine can read.
#[command]
pub async fn client_secret_make<R: Runtime>(window: WebviewWindow<R>, id: String) -> Done<SecretSaved> {
    caller(&window)?.save_secret(&id).await
}

/// Puts away a delegation that has ended.
#[command]
pub async fn acting_dismiss<R: Runtime>(window: WebviewWindow<R>) -> Done<()> {
    caller(&window)?.dismiss();
    Ok(())
}
