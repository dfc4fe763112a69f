//! The program `countersignd`: see [`countersign_server::daemon`].

use std::process::ExitCode;

fn main() -> ExitCode {
    countersign_server::daemon::main()
}
