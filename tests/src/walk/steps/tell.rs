//! What the walk tells beside its steps: measures, the whole screen, and how things stood when a step failed.

use tokio::process::Command;

use super::{
    super::{Done, Fault, measure},
    Walk,
};

impl Walk {
    pub(super) fn say_measures(&self) {
        if let Some(console) = &self.console {
            let memory = measure::memory(console.process());
            self.diary.say(&format!("memory with three windows: console {} MiB, web view {} MiB (proportional set size)", memory.console, memory.web_view));
        }
    }

    /// The whole screen.
    pub(super) async fn screen(&mut self, name: &str) -> Done {
        let path = self.diary.next_path(name);
        let done = Command::new("import").args(["-window", "root"]).arg(&path).status().await;
        match done {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Fault::program("import", status)),
            Err(e) => Err(Fault::program("import", e)),
        }
    }

    /// What failed, and how things stood.
    pub(super) async fn tell(&mut self, fault: &Fault) {
        self.diary.say(&format!("FAILED: {}", self.step));
        self.diary.say(&format!("   {fault}"));
        if matches!(fault, Fault::Stopped) {
            return;
        }
        let mut pages = vec![self.browser.page.clone()];
        if let Some(console) = &self.console {
            pages.extend(console.windows().await.unwrap_or_default());
        }
        for page in pages {
            let name = page.name().replace(' ', "-");
            if let Ok(png) = page.picture().await {
                let _ = self.diary.keep_as(&format!("failed-{name}.png"), &png);
            }
            if let Ok(source) = page.source().await {
                let _ = self.diary.keep_as(&format!("failed-{name}.html"), source.as_bytes());
            }
        }
        for log in ["console.log", "accounts-api.log", "ledger-api.log", "browser.log"] {
            if let Ok(said) = std::fs::read(self.stage.join(log)) {
                let _ = self.diary.keep_as(&format!("failed-{log}"), &said);
            }
        }
        self.diary.say(&format!("   how things stood is in {}/failed-*", self.diary.out().display()));
    }
}
