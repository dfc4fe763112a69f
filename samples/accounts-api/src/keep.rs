//! The token of the last call in a file, for trying things by hand. Off unless asked for; no API of yours should have this.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

/// Writes `token` into `file`, for its owner alone.
///
/// # Errors
/// If it can't be written.
pub fn keep(file: &Path, token: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)?.write_all(token.as_bytes())
}
