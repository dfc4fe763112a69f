//! The program `countersign-console`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

// As in `countersignd`: the service may be in this very process.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    countersign_console::run()
}
