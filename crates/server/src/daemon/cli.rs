//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::keys::Keys;

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
#[derive(Debug, Clone, PartialEq, Eq, Default, Subcommand)]
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
    /// Look at the signing keys, rotate them, back them up, restore them.
    #[command(subcommand)]
    Keys(Keys),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use countersign_domain::alg::Algorithm;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        assert_eq!(Cli::parse_from(["countersignd"]).command.unwrap_or_default(), Command::Serve);
        assert_eq!(Cli::parse_from(["countersignd", "check-config", "--config", "a.toml"]).command, Some(Command::CheckConfig));
        let rotate = |args: &[&str]| Cli::try_parse_from(["countersignd", "keys", "rotate"].iter().chain(args)).map_err(|e| e.to_string());
        let planned = Keys::Rotate { algorithm: Algorithm::Es256, emergency: false, reason: None };
        assert_eq!(rotate(&[]).unwrap().command, Some(Command::Keys(planned)));
        let emergency = Keys::Rotate { algorithm: Algorithm::EdDsa, emergency: true, reason: Some("lost".into()) };
        assert_eq!(rotate(&["--algorithm", "EdDSA", "--emergency", "--reason", "lost"]).unwrap().command, Some(Command::Keys(emergency)));
        assert!(rotate(&["--emergency"]).is_err(), "an emergency has a reason");
        assert!(rotate(&["--algorithm", "none"]).unwrap_err().contains("write one of ES256, EdDSA, RS256, PS256"));
    }
}
