//! The first run: who has the one-time link makes the tenant and its first admin.

use maud::html;

use super::layout::{Page, alert, bound, new_password};
use crate::cookie::FormToken;

/// What the page shows.
pub(crate) struct Setup<'a> {
    /// Binds the form to the browser.
    pub form: &'a FormToken,
    /// The link's token.
    pub token: &'a str,
    /// What stands in the tenant's field.
    pub tenant: &'a str,
    /// What stands in the name's field.
    pub login: &'a str,
    /// What went wrong.
    pub problem: Option<&'a str>,
}

impl Setup<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let body = html! {
            div .stack {
                h1 { "Set up this service" }
                p .two { "It is empty. You become its first admin, invite the others by link, and give them their roles. This page works once." }
            }
            (alert(self.problem))
            form .sheet.form method="post" action="/setup" {
                (bound(self.form))
                input type="hidden" name="token" value=(self.token);
                div {
                    label .lab for="tenant" { "Company or team" }
                    input .inp #tenant name="tenant" value=(self.tenant) maxlength="80" autocomplete="organization" required autofocus;
                    p .help { "The tenant: no other ever sees its data." }
                }
                div {
                    label .lab for="login" { "Your name" }
                    input .inp #login name="login" value=(self.login) maxlength="40" autocomplete="username" autocapitalize="none" spellcheck="false" required aria-describedby="login-rule";
                    p .help #login-rule { "To sign in with, and as others see you: 2 to 40 lower-case letters, digits, dots and hyphens." }
                }
                (new_password())
                div .row { button .btn.ink { "Make the first admin" } }
            }
        };
        Page::new("Set up", body)
    }
}
