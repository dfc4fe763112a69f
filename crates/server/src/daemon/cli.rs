//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Delegated access with a reason, a second signature and a record: the service.
#[derive(Debug, Parser)]
#[command(name = "countersignd", version, after_help = super::env::HELP)]
pub(super) struct Cli {
    /// The configuration file; all of it can be set by environment variables instead.
    #[arg(long, short, env = "COUNTERSIGN_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Subcommand)]
pub(super) enum Command {
    /// Migrate the database and serve (what is done when nothing is said).
    #[default]
    Serve,
    /// Migrate the database and end.
    Migrate,
    /// Read the configuration with all that it names, say whether it can be used, and end.
    CheckConfig,
    /// Ask the running service whether it is ready; exit code 0 if so, 1 if not.
    Healthcheck,
    /// Write a new master key to standard output.
    NewMasterKey,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        assert_eq!(Cli::parse_from(["countersignd"]).command.unwrap_or_default(), Command::Serve);
        assert_eq!(Cli::parse_from(["countersignd", "check-config", "--config", "a.toml"]).command, Some(Command::CheckConfig));
    }
}
