//! An invitation: the person who got the link chooses their password.

use maud::html;

use super::layout::{Page, alert, bound, new_password};
use crate::cookie::FormToken;

/// What the page shows.
pub(crate) struct Invite<'a> {
    /// Binds the form to the browser.
    pub form: &'a FormToken,
    /// The link's token.
    pub token: &'a str,
    /// Who was invited.
    pub name: &'a str,
    /// Where to.
    pub tenant_name: &'a str,
    /// What went wrong.
    pub problem: Option<&'a str>,
}

impl Invite<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let body = html! {
            div .stack {
                h1 { "Choose your password" }
                p .two { "You are invited to " b { (self.tenant_name) } " as " b { (self.name) } ". With this password you sign in, and prove who you are when you sign a request." }
            }
            (alert(self.problem))
            form .sheet.form method="post" action="/invite" {
                (bound(self.form))
                input type="hidden" name="token" value=(self.token);
                input type="text" name="username" value=(self.name) autocomplete="username" hidden readonly;
                (new_password())
                div .row { button .btn.ink { "Set the password" } }
            }
            p .small.mute { "If you are not " (self.name) ", close this page: who sets this password, acts under that name." }
        };
        Page::new("Choose your password", body)
    }
}
