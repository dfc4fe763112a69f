//! From the command line to the first window.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use countersign_client::Edge;
use countersign_domain::canonical::Digest;
use countersign_server::edge::{OsEntropy, SystemClock};
use tauri::{App, AppHandle, Manager, RunEvent, Runtime};
use tracing_subscriber::EnvFilter;

use crate::{
    args::Args,
    closing, commands,
    folder::Folder,
    keychain::{OsKeychain, Vault},
    shell::Shell,
};

/// Runs the program until its last window is closed.
#[must_use]
pub fn run() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).init();
    let context = tauri::generate_context!();
    let identifier = context.config().identifier.clone();
    let built = tauri::Builder::default()
        // First, so that a second launch ends before it touches anything.
        .plugin(single_instance(&identifier, &args))
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .invoke_handler(commands::handler())
        .on_window_event(closing::on_window_event)
        .setup(move |app| setup(app, args))
        .build(context);
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if matches!(event, RunEvent::Exit) {
                    closing::on_exit(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the console can't start");
            ExitCode::FAILURE
        }
    }
}

/// One process for each data folder: a second launch opens a window in the first.
fn single_instance<R: Runtime>(identifier: &str, args: &Args) -> tauri::plugin::TauriPlugin<R> {
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app: &AppHandle<R>, _args, _cwd| {
        let Some(shell) = app.try_state::<Arc<Shell<R>>>() else { return };
        match shell.open_window() {
            Ok(seat) => shell.raise(&seat),
            Err(error) => tracing::error!(%error, "no window could be opened for the second launch"),
        }
    });
    match instance_of(args) {
        Some(suffix) => builder.dbus_id(format!("{identifier}.{suffix}")).build(),
        None => builder.build(),
    }
}

/// What tells the processes of different data folders apart; none for the usual folder.
fn instance_of(args: &Args) -> Option<String> {
    let folder = match (&args.data_dir, args.sample) {
        (Some(dir), _) => std::path::absolute(dir).unwrap_or_else(|_| dir.clone()),
        (None, true) => PathBuf::from("sample"),
        (None, false) => return None,
    };
    let digest = Digest::of("countersign data folder", folder.as_os_str().as_encoded_bytes()).to_string();
    Some(format!("d{}", digest.get(..16).unwrap_or_default()))
}

/// The sample has a folder of its own, so that it never mixes with what is real.
fn folder_of(usual: &Path, args: &Args) -> PathBuf {
    match &args.data_dir {
        Some(dir) => dir.clone(),
        None if args.sample => usual.join("sample"),
        None => usual.to_owned(),
    }
}

fn setup<R: Runtime>(app: &mut App<R>, args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let folder = Folder::open(&folder_of(&app.path().app_data_dir()?, &args))?;
    let edge = Edge { clock: Arc::new(SystemClock), entropy: Arc::new(OsEntropy) };
    let vault = Vault::new(Arc::new(OsKeychain));
    let shell = Shell::new(app.handle().clone(), edge, args, folder, vault);
    app.manage(Arc::clone(&shell));
    let first = shell.open_window()?;
    tauri::async_runtime::spawn(async move { shell.wake(&first).await });
    closing::obey_signals(app.handle().clone());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_data_folder_has_a_process_of_its_own() {
        let args = |words: &[&str]| Args::parse_from([&["countersign-console"], words].concat());
        assert_eq!(instance_of(&args(&[])), None);
        let of = [args(&["--sample"]), args(&["--data-dir", "/a"]), args(&["--data-dir", "/b"])].map(|a| instance_of(&a).unwrap());
        assert!(of[0] != of[1] && of[1] != of[2]);
        assert_eq!(instance_of(&args(&["--data-dir", "/a", "--sample"])), Some(of[1].clone()));
        assert_eq!(folder_of(Path::new("/u"), &args(&["--sample"])), Path::new("/u/sample"));
        assert_eq!(folder_of(Path::new("/u"), &args(&["--sample", "--data-dir", "/d"])), Path::new("/d"));
    }
}
