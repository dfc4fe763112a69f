//! Opening an address in the person's own browser, where passwords are typed and nowhere else.

use std::process::Stdio;

use tokio::process::Command;

/// How addresses are opened.
#[derive(Debug, Clone)]
pub struct Browser {
    /// A command instead of the system browser: for a kiosk, or a run without a screen.
    command: Option<String>,
}

impl Browser {
    /// The system browser, or `command`, whose words are split at spaces.
    #[must_use]
    pub fn new(command: Option<String>) -> Self {
        Self { command: command.filter(|c| !c.trim().is_empty()) }
    }

    /// Whether the browser could be started. What it then shows is not known here.
    pub async fn open(&self, url: &str) -> bool {
        let opened = match &self.command {
            Some(command) => run(command, url),
            None => system(url.to_owned()).await,
        };
        // Without the address: a link that makes the first admin is a secret.
        if let Err(error) = &opened {
            tracing::warn!(%error, "the browser could not be opened");
        }
        opened.is_ok()
    }
}

fn run(command: &str, url: &str) -> Result<(), String> {
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    let mut child = Command::new(program)
        .args(words)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("`{program}`: {e}"))?;
    // Waited for, so that no dead child stays behind.
    tokio::spawn(async move { child.wait().await });
    Ok(())
}

async fn system(url: String) -> Result<(), String> {
    let opening = tokio::task::spawn_blocking(move || tauri_plugin_opener::open_url(url, None::<&str>));
    match opening.await {
        Ok(opened) => opened.map_err(|e| e.to_string()),
        Err(e) => Err(e.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_gets_the_address_as_its_last_word() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("opened");
        assert!(Browser::new(Some(format!("cp /dev/null {}", at.display()))).open("").await || at.exists());
        assert!(!Browser::new(Some("/no/such/browser --new-window".into())).open("http://localhost").await);
    }
}
