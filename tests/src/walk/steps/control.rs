//! What an admin sets up: a machine with its secret, a key that rotates, a contract that somebody else agrees to.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{
    super::{Done, Fault, admin, agent::go_to, locate::At},
    Walk, Windows,
};

const MACHINE: &str = "newsletter-api";

impl Walk {
    pub(super) async fn sets_up(&mut self, at: &Windows) -> Done {
        self.begin("9. ruth registers a machine, whose secret goes into a file, and rotates the keys");
        let page = &at.ruth;
        go_to(page, "Clients").await?;
        page.press(&At::button("Register a client…")).await?;
        let dialog = At::dialog("Register a client");
        page.write(&At::field("Id").inside(&dialog), MACHINE).await?;
        page.write(&At::field("Name").inside(&dialog), "The newsletter").await?;
        page.press(&At::choice("With a secret in a header").inside(&dialog)).await?;
        self.shot(page, "register-a-client").await?;
        page.press(&At::button(&format!("Register {MACHINE}")).inside(&dialog)).await?;
        page.see(&At::heading("The newsletter")).await?;
        page.press(&At::button("Make a secret…")).await?;
        page.press(&At::button("Make the secret")).await?;
        let saved = At::dialog(&format!("A secret for {MACHINE} is in a file"));
        page.see(&saved).await?;
        self.shot(page, "a-secret-is-in-a-file").await?;
        let path = page.ask("return document.querySelector('[aria-label=\"The file\"]').value").await?;
        only_ours(path.as_str().unwrap_or_default())?;
        page.press(&At::button("Done")).await?;
        self.diary.note("the secret is in a file that only this user can read, and never was in the window");

        go_to(page, "Keys").await?;
        page.press(&At::button("Rotate now…")).await?;
        self.shot(page, "rotate-the-keys").await?;
        page.press(&At::button("Rotate the ES256 key").inside(&At::dialog("Rotate the ES256 key now?"))).await?;
        page.gone(&At::dialog("Rotate the ES256 key now?")).await?;
        self.shot(page, "keys").await?;
        go_to(page, "Clock").await?;
        page.see(&At::named("Clock").saying("The clock holds nothing up.")).await?;
        self.shot(page, "clock").await?;
        go_to(page, "APIs").await?;
        page.see(&At::heading("Accounts")).await?;
        self.shot(page, "apis").await?;
        go_to(page, "Live trail").await?;
        for kind in ["client.register", "client.change", "key.activate"] {
            admin::sees(page, kind, &["ruth"]).await?;
        }
        Ok(())
    }
}

fn only_ours(path: &str) -> Done {
    let fail = |cause| Fault::File { path: path.into(), cause };
    let (meta, text) = (fs::metadata(path).map_err(fail)?, fs::read_to_string(path).map_err(fail)?);
    let mode = meta.permissions().mode() & 0o777;
    if mode == 0o600 && text.starts_with("css_") && text.len() > 40 {
        Ok(())
    } else {
        Err(Fault::otherwise("a secret for this user alone", format!("a file of {} bytes, mode {mode:o}", text.len())))
    }
}
