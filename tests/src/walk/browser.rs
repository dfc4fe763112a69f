//! The person's browser: a real Chromium with a profile of its own, which opens what the console wants opened.

use std::{
    os::unix::fs::MetadataExt as _,
    time::{Duration, Instant},
};

use fantoccini::Client;
use serde_json::json;
use tokio::process::Command;

use super::{
    Done, Fault,
    child::Child,
    console::connect,
    diary::Diary,
    locate::At,
    page::{PATIENCE, Page},
    stage::{Stage, free_port},
};

const FLAGS: [&str; 8] = [
    "--headless=new",
    "--window-size=1280,1000",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// The browser.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    client: Client,
    /// Its page.
    pub page: Page,
    seen: usize,
    password: String,
}

impl Browser {
    /// Starts it.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(stage: &Stage) -> Done<Self> {
        let port = free_port()?;
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        let mut driver = Child::start(command, &stage.join("browser.log"))?;
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).into();
        // Chromium can't sandbox itself as root, as containers have it.
        if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            flags.push("--no-sandbox".into());
        }
        flags.push(format!("--user-data-dir={}", stage.join("chromium").display()));
        let client = connect(&mut driver, port, "chromedriver", json!({ "browserName": "chrome", "goog:chromeOptions": { "args": flags } })).await?;
        let page = Page::new(client.clone(), None, "the browser");
        Ok(Self { driver, client, page, seen: 0, password: String::new() })
    }

    /// Opens the next address that the console wants opened, and checks that page and window show the same code.
    async fn follow(&mut self, stage: &Stage, window: &Page) -> Done {
        let begun = Instant::now();
        let address = loop {
            if let Some(address) = stage.opened().get(self.seen) {
                break address.clone();
            }
            if begun.elapsed() > PATIENCE {
                return Err(Fault::otherwise("an address to open in the browser", "none"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        self.seen += 1;
        let code = window.read(&At::match_code()).await?;
        let shaped = code.len() == 9 && code.chars().nth(4) == Some('-');
        if !shaped {
            return Err(Fault::otherwise("a code such as KX41-9QTE in the window", code));
        }
        self.page.go(&address).await?;
        self.page.see(&At::page().saying(&code)).await?;
        Ok(())
    }

    /// Signs `person` in for `window`. `known`: who is signed in at this browser already, by whose name the page must call them.
    ///
    /// # Errors
    /// If a page does not say what it must.
    pub async fn sign_in(&mut self, stage: &Stage, diary: &mut Diary, window: &Page, person: &str, known: Option<&str>) -> Done {
        self.follow(stage, window).await?;
        if let Some(known) = known {
            self.page.see(&At::heading(&format!("Continue as {known}?"))).await?;
            diary.keep(&format!("browser-knows-{known}"), &self.page.picture().await?)?;
            if known == person {
                self.page.press(&At::button(&format!("Continue as {person}"))).await?;
                return self.done().await;
            }
            self.page.press(&At::button("Use another account")).await?;
        }
        self.page.see(&At::heading("Sign in")).await?;
        let note = self.page.read(&At::named("Sample workspace")).await?;
        self.password = said_password(&note)?;
        diary.keep(&format!("browser-sign-in-{person}"), &self.page.picture().await?)?;
        self.page.press(&At::button(person)).await?;
        self.page.write(&At::field("Password"), &self.password).await?;
        self.page.press(&At::button("Sign in")).await?;
        self.done().await
    }

    /// Proves once more that it is `person`, for the request that the page shows and that says all of `shown`.
    ///
    /// # Errors
    /// If the page does not show the request.
    pub async fn prove(&mut self, stage: &Stage, diary: &mut Diary, window: &Page, proof: &Proof<'_>) -> Done {
        self.follow(stage, window).await?;
        for text in proof.shown {
            self.page.see(&At::named("Request").saying(text)).await?;
        }
        self.page.see(&At::page().saying(&format!("{}, prove that it is you", proof.person))).await?;
        diary.keep(&format!("browser-{}-proves", proof.person), &self.page.picture().await?)?;
        self.page.write(&At::field("Password"), &self.password).await?;
        self.page.press(&At::button(proof.button)).await?;
        self.done().await
    }

    async fn done(&self) -> Done {
        self.page.see(&At::heading("You can close this page")).await.map(drop)
    }

    /// Ends it.
    pub async fn stop(mut self) {
        let _ = self.client.clone().close().await;
        self.driver.stop().await;
    }
}

/// What a fresh proof is for.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// Whose.
    pub person: &'a str,
    /// What the page says in its instrument.
    pub shown: &'a [&'a str],
    /// The button that gives it.
    pub button: &'a str,
}

/// The password of the sample's people, as the page tells it.
fn said_password(note: &str) -> Done<String> {
    let said = note.split_once("the password of all of them is ").map(|(_, rest)| rest.trim_end_matches('.').trim());
    let said = said.filter(|p| !p.is_empty()).ok_or_else(|| Fault::otherwise("a page that says the sample's password", note))?;
    Ok(said.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_the_password() {
        assert_eq!(said_password("Choose whom to play; the password of all of them is open-sesame.").unwrap(), "open-sesame");
        assert!(said_password("Choose whom to play.").is_err());
    }
}
