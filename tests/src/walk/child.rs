//! A program that the walk starts, with all that it starts in turn. None outlives the walk.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::process::{Child as Process, Command};

use super::{Done, Fault};

/// How long a program may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(15);

/// A running program, the first of its own process group.
#[derive(Debug)]
pub struct Child {
    program: String,
    process: Process,
    group: Option<u32>,
    log: PathBuf,
}

impl Child {
    /// Starts it; what it says goes to `log`.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start(mut command: Command, log: &Path) -> Done<Self> {
        let program = command.as_std().get_program().to_string_lossy().into_owned();
        let out = File::options().create(true).append(true).open(log).map_err(|cause| Fault::File { path: log.to_owned(), cause })?;
        let also = out.try_clone().map_err(|cause| Fault::File { path: log.to_owned(), cause })?;
        command.stdin(Stdio::null()).stdout(out).stderr(also).process_group(0).kill_on_drop(true);
        let process = command.spawn().map_err(|e| Fault::program(&program, e))?;
        let group = process.id();
        Ok(Self { program, process, group, log: log.to_owned() })
    }

    /// Its process id, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// What it said so far.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Whether it runs still.
    ///
    /// # Errors
    /// If it has ended, with what it said last.
    pub fn alive(&mut self) -> Done {
        match self.process.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.ended(status)),
            Err(e) => Err(Fault::program(&self.program, e)),
        }
    }

    fn ended(&self, status: ExitStatus) -> Fault {
        let said = self.said();
        let last: Vec<&str> = said.lines().rev().take(5).collect();
        Fault::program(&self.program, format!("ended with {status}: {}", last.into_iter().rev().collect::<Vec<_>>().join(" / ")))
    }

    /// Asks it to end, and waits for it; ends it by force if it does not.
    pub async fn stop(&mut self) {
        let Some(group) = self.group else { return };
        signal("TERM", &format!("-{group}"));
        if tokio::time::timeout(GRACE, self.process.wait()).await.is_err() {
            signal("KILL", &format!("-{group}"));
            let _ = self.process.wait().await;
        }
        self.group = None;
        // What it left behind.
        signal("KILL", &format!("-{group}"));
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            signal("TERM", &format!("-{group}"));
            signal("KILL", &format!("-{group}"));
        }
    }
}

/// Sends a signal through the shell's own `kill`, which is there on every system.
pub fn signal(name: &str, to: &str) {
    let _ = std::process::Command::new("sh").args(["-c", "kill -s \"$1\" -- \"$2\"", "sh", name, to]).stderr(Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_ends_with_all_that_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]);
        let mut child = Child::start(command, &dir.path().join("log")).unwrap();
        let begun = std::time::Instant::now();
        while child.said().trim().is_empty() {
            assert!(begun.elapsed() < Duration::from_mins(1));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        child.alive().unwrap();
        let grandchild = child.said().trim().to_owned();
        child.stop().await;
        assert!(child.alive().is_err());
        let state = || std::fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
        while !(state().is_empty() || state().contains(") Z ")) {
            assert!(begun.elapsed() < Duration::from_mins(1));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
