//! What the walk prints, line by line, and the pictures that it keeps.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use super::{Done, Fault};

/// Prints and keeps.
#[derive(Debug)]
pub struct Diary {
    out: PathBuf,
    begun: Instant,
    kept: u32,
}

impl Diary {
    /// Pictures go to `out`; those of an earlier walk go away.
    ///
    /// # Errors
    /// If the folder can't be used.
    pub fn new(out: &Path) -> Done<Self> {
        let fail = |cause| Fault::File { path: out.to_owned(), cause };
        fs::create_dir_all(out).map_err(fail)?;
        for entry in fs::read_dir(out).map_err(fail)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = name.starts_with("failed-") || name.as_bytes().iter().take(2).all(u8::is_ascii_digit);
            if ours && [".png", ".html", ".log"].iter().any(|end| name.ends_with(end)) {
                fs::remove_file(entry.path()).map_err(fail)?;
            }
        }
        let out = std::path::absolute(out).map_err(fail)?;
        Ok(Self { out, begun: Instant::now(), kept: 0 })
    }

    /// Where the pictures are.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Prints a line with the time since the start.
    pub fn say(&self, line: &str) {
        let _ = writeln!(std::io::stdout(), "{:6.1} s  {line}", self.begun.elapsed().as_secs_f64());
    }

    /// Prints what happened within a step.
    pub fn note(&self, line: &str) {
        self.say(&format!("   {line}"));
    }

    /// Keeps a picture under the next number.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn keep(&mut self, name: &str, png: &[u8]) -> Done {
        self.kept += 1;
        self.keep_as(&format!("{:02}-{name}.png", self.kept), png)
    }

    /// Keeps a file.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn keep_as(&self, name: &str, bytes: &[u8]) -> Done {
        let path = self.out.join(name);
        fs::write(&path, bytes).map_err(|cause| Fault::File { path, cause })
    }

    /// The path of the next picture, for a program that writes it itself.
    pub fn next_path(&mut self, name: &str) -> PathBuf {
        self.kept += 1;
        self.out.join(format!("{:02}-{name}.png", self.kept))
    }

    /// How many pictures were kept.
    #[must_use]
    pub fn kept(&self) -> u32 {
        self.kept
    }
}
