//! Checks and generators that `make check` and `make gen` run.
//!
//! A generated file is committed and compared here; a dependency rule is stated here once, and held against `cargo metadata`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program speaks on its streams")]

mod generated;
mod migrations;
mod rules;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the generated files.
    Gen,
    /// Compare the generated files, and check the dependency rules and the migrations.
    Check,
}

fn main() -> ExitCode {
    let root = root();
    let faults = match Args::parse().task {
        Task::Gen => generated::write(&root),
        Task::Check => [generated::compare(&root), rules::check(&root), migrations::check(&root)].concat(),
    };
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        println!("nothing to say against it");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
