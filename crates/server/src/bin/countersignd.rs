//! The program `countersignd`: see [`countersign_server::daemon`].

use std::process::ExitCode;

use mimalloc::MiMalloc;

// A request is many small allocations; measured with `make bench` (decision 24).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    countersign_server::daemon::main()
}
