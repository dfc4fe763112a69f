//! Sign-in: whoever is signed in at this browser is named and may go on, or another signs in.

use countersign_engine::{BrowserPerson, SamplePerson};
use maud::{Markup, html};

use super::layout::{Page, alert, bound};
use crate::cookie::FormToken;

/// What the page shows.
pub(crate) struct SignIn<'a> {
    /// Where its forms go: this very request, with its query.
    pub action: &'a str,
    /// Where the browser goes in the end.
    pub leads_to: &'a str,
    /// What the console shows too.
    pub match_code: &'a str,
    /// Binds the forms to the browser.
    pub form: &'a FormToken,
    /// Who is signed in and may go on.
    pub person: Option<&'a BrowserPerson>,
    /// What stands in the login field.
    pub login: &'a str,
    /// The people of the sample workspace with its password; none elsewhere.
    pub sample: Option<(&'a [SamplePerson], &'a str)>,
    /// What went wrong.
    pub problem: Option<&'a str>,
}

impl SignIn<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let body = html! {
            div .stack {
                h1 { @if let Some(p) = self.person { "Continue as " (p.name) "?" } @else { "Sign in" } }
                p .two { "A console on this computer wants to sign you in. Check that it shows the same code:" }
                p { span .match { (self.match_code) } }
            }
            (alert(self.problem))
            @match self.person {
                Some(person) => (self.go_on(person)),
                None => (self.credentials()),
            }
            p .small.mute { "Your password stays between this page and the service. The console never sees it. If you opened no console, close this page." }
        };
        Page::new("Sign in", body).leads_to(self.leads_to)
    }

    fn go_on(&self, person: &BrowserPerson) -> Markup {
        html! {
            form .sheet.form method="post" action=(self.action) {
                (bound(self.form))
                input type="hidden" name="person" value=(person.person);
                div .who {
                    i aria-hidden="true" { (person.name.chars().take(1).collect::<String>()) }
                    div { b { (person.name) } div .small.mute { (person.tenant_name) ", signed in at this browser" } }
                }
                div .row {
                    button .btn.ink name="act" value="continue" { "Continue as " (person.name) }
                    button .btn name="act" value="another" { "Use another account" }
                }
            }
        }
    }

    fn credentials(&self) -> Markup {
        html! {
            @if let Some((people, password)) = self.sample { (self.people(people, password)) }
            form .sheet.form method="post" action=(self.action) {
                (bound(self.form))
                div {
                    label .lab for="login" { "Name" }
                    input .inp #login name="login" value=(self.login) autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="80" required autofocus[self.login.is_empty()];
                }
                div {
                    label .lab for="password" { "Password" }
                    input .inp #password name="password" type="password" autocomplete="current-password" maxlength=(super::PASSWORD_MAX) required autofocus[!self.login.is_empty()];
                }
                div .row { button .btn.ink name="act" value="sign_in" { "Sign in" } }
            }
        }
    }

    fn people(&self, people: &[SamplePerson], password: &str) -> Markup {
        html! {
            section .note.ochre aria-label="Sample workspace" {
                p { b { "This is the sample workspace." } " Nobody in it is real. Choose whom to play; the password of all of them is " b .mono { (password) } "." }
            }
            form method="post" action=(self.action) {
                (bound(self.form))
                input type="hidden" name="act" value="pick";
                ul .people {
                    @for p in people {
                        li {
                            button .person name="login" value=(p.name) aria-pressed=(if p.name == self.login { "true" } else { "false" }) {
                                b { (p.name) } span { (p.roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ")) }
                            }
                        }
                    }
                }
            }
        }
    }
}
