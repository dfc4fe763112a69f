//! What the web view may call. A command reads its arguments and calls one thing; it decides nothing.
//!
//! Each is listed in `names.rs`, and granted singly in `capabilities/console.json`; a test compares the three.

pub mod operations;
pub mod shell;

use std::sync::Arc;

use countersign_api::Problem;
use countersign_client::fault;
use tauri::{Manager, Runtime, WebviewWindow};

use crate::{seat::Seat, shell::Shell};

/// What a command answers.
pub type Done<T> = Result<T, Problem>;

/// The shell, and the window that calls.
pub(crate) fn caller<R: Runtime>(window: &WebviewWindow<R>) -> Done<Arc<Seat<R>>> {
    let shell = window.state::<Arc<Shell<R>>>();
    shell.seat(window.label()).ok_or_else(|| fault::signed_out(shell.edge.correlation()))
}

/// All commands, for a builder.
pub fn handler<R: Runtime>() -> impl Fn(tauri::ipc::Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        shell::console_state,
        shell::service_choose,
        shell::setup_open,
        shell::sign_in,
        shell::browser_open_again,
        shell::browser_cancel,
        shell::sign_out,
        shell::keychain_retry,
        shell::keychain_memory,
        shell::window_new,
        shell::api_call,
        shell::acting_dismiss,
        operations::me_get,
        operations::case_list,
        operations::case_create,
        operations::case_assign,
        operations::case_close,
        operations::case_reopen,
        operations::clock_get,
        operations::clock_lower,
        operations::contract_list,
        operations::contract_get,
        operations::contract_propose,
        operations::contract_change_list,
        operations::contract_review,
        operations::contract_withdraw,
        operations::client_list,
        operations::client_create,
        operations::client_change,
        operations::client_secret_drop,
        shell::client_secret_make,
        operations::request_preview,
        operations::request_create,
        operations::request_list,
        operations::request_get,
        operations::request_review,
        operations::request_unsign,
        operations::request_withdraw,
        operations::delegation_start,
        operations::delegation_end,
        operations::delegation_list,
        operations::delegation_get,
        operations::delegation_story,
        operations::event_list,
        operations::event_get,
        operations::person_list,
        operations::person_invite,
        operations::person_change,
        operations::person_reinvite,
        operations::key_list,
        operations::key_rotate,
    ]
}
