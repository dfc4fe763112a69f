//! Pages that only tell: something is done, or was not.

use countersign_api::Problem;
use maud::html;

use super::layout::{Page, sentence};

/// Something is done.
pub(crate) struct Told<'a> {
    /// In a few words.
    pub title: &'a str,
    /// What follows.
    pub text: &'a str,
}

impl Told<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let body = html! {
            div .stack { h1 { (self.title) } p .two { (self.text) } }
            p .small.mute { "You can close this page." }
        };
        Page::new(self.title, body)
    }
}

/// Something was not done: what happened, what to do, what to quote.
pub(crate) fn problem(problem: &Problem) -> Page {
    let body = html! {
        div .stack { h1 { (problem.title) } }
        div .note.seal role="alert" {
            p { (sentence(&problem.detail)) }
            @for reason in problem.reasons.iter().filter(|r| r.text != problem.detail) { p { (sentence(&reason.text)) } }
        }
        p .two { "Nothing was done. Go back to your console to try again." }
        p .small.mute { "Code " span .mono { (serde_json::to_string(&problem.code).unwrap_or_default().trim_matches('"')) } ", to quote to an operator: " span .mono { (problem.correlation) } }
    };
    Page::new(problem.title.clone(), body)
}
