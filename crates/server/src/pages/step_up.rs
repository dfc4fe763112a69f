//! The request once more, before a signature: who signs, sees here what it covers, whatever their console showed.

use std::sync::LazyLock;

use countersign_api::{
    contract::HopView,
    request::{RequestView, ReviewView},
};
use countersign_domain::{
    Timestamp,
    contract::{Action, Mode, Risk},
    review::Decision,
};
use maud::{Markup, html};

use super::layout::{Page, alert, bound};
use crate::cookie::FormToken;

/// What the page shows.
pub(crate) struct StepUpPage<'a> {
    /// Where its form goes.
    pub action: &'a str,
    /// Where the browser goes in the end.
    pub leads_to: &'a str,
    /// What the console shows too.
    pub match_code: &'a str,
    /// Binds the form to the browser.
    pub form: &'a FormToken,
    /// Who must prove who they are.
    pub name: &'a str,
    /// What they look at.
    pub request: &'a RequestView,
    /// Their yes or no.
    pub decision: Decision,
    /// What went wrong.
    pub problem: Option<&'a str>,
}

impl StepUpPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Page {
        let (title, verb, class) = match self.decision {
            Decision::Sign => ("Sign a request", "Sign", "btn sign"),
            Decision::Refuse => ("Refuse a request", "Refuse", "btn danger"),
        };
        let body = html! {
            (self.instrument())
            form .sheet.form method="post" action=(self.action) {
                (bound(self.form))
                div .stack {
                    p { b { (self.name) } ", prove that it is you. " (self.meaning()) }
                    p .two { "The console shows the same code: " b .mono { (self.match_code) } }
                }
                (alert(self.problem))
                // Lets the browser's password store offer the right one; the service goes by the session, not by this field.
                input type="text" name="username" value=(self.name) autocomplete="username" hidden readonly;
                div {
                    label .lab for="password" { "Password of " (self.name) }
                    input .inp #password name="password" type="password" autocomplete="current-password" maxlength=(super::PASSWORD_MAX) required;
                    p .help { "Nobody else's password does, whoever is signed in at this browser." }
                }
                div .row {
                    button class=(class) name="act" value="sign" { (verb) }
                    button .btn.ghost name="act" value="cancel" formnovalidate { "Not now" }
                }
            }
        };
        Page::new(title, body).wide().leads_to(self.leads_to)
    }

    fn meaning(&self) -> &'static str {
        match self.decision {
            Decision::Sign => "Your signature covers exactly what stands above, counts once, and goes on record with your name.",
            Decision::Refuse => "Your refusal ends this request, and goes on record with your name.",
        }
    }

    fn instrument(&self) -> Markup {
        let r = self.request;
        let kind = match r.mode {
            Mode::Delegated => "Request for delegated access",
            Mode::Impersonation => "Request for impersonation",
        };
        html! {
            article .inst aria-label="Request" {
                svg .band viewBox="0 0 700 14" preserveAspectRatio="xMinYMid slice" aria-hidden="true" { path d=(*BAND) {} }
                div .inst-h { h1 { (kind) } span .mono { (short_id(&r.id.to_string())) } }
                p .prose {
                    b { (r.asker.name) } " asks to act for customer " span .fig { (r.customer.subject) } ", on case " span .fig { (r.case.key) }
                    " (" (r.case.title) "), at the " b { (r.api_name) } " API, to do what is listed below, for " b { (minutes(r.minutes)) } " from the start."
                }
                p .said { "“" (r.reason) "”" }
                ul .acts aria-label="Actions, by risk" { @for action in &r.actions { (act(action)) } }
                @if !r.hops.is_empty() {
                    p { "To do that, services act on at other APIs, in " (r.asker.name) "’s name:" }
                    ul .acts aria-label="Actions at other APIs, by risk" { @for hop in &r.hops { (passed_on(hop)) } }
                }
                div .sigs {
                    div .sig { div .hand { (r.asker.name) } div .role { "Asks" } div .as { (utc(r.asked_at)) } }
                    @for review in &r.reviews { (given(review)) }
                    (self.yours())
                }
                div .inst-f { "Digest " span .mono { (short_digest(&r.digest.to_string())) } ". " (r.needed) @if r.needed == 1 { " signature" } @else { " signatures" } " owed in all, of the group " (r.group) ". It lapses at " (utc(r.lapses_at)) "." }
            }
        }
    }

    fn yours(&self) -> Markup {
        let (class, hint, role) = match self.decision {
            Decision::Sign => ("sig you", "you sign here", "Countersigns"),
            Decision::Refuse => ("sig you no", "you refuse here", "Refuses"),
        };
        html! { div class=(class) { div .hand { (hint) } div .role { (role) } div .as { (self.name) ", with a password" } } }
    }
}

fn given(review: &ReviewView) -> Markup {
    let role = match review.decision {
        Decision::Sign => "Signs",
        Decision::Refuse => "Refuses",
    };
    html! { div .sig { div .hand { (review.by.name) } div .role { (role) } div .as { (utc(review.at)) } } }
}

/// One line of what follows at other APIs.
fn passed_on(hop: &HopView) -> Markup {
    html! { li { b { (hop.name) } (risk(hop.risk)) span .effect { "at " (hop.api_name) } span .mono.mute { (hop.scope) } } }
}

fn act(action: &Action) -> Markup {
    html! { li { b { (action.name) } (risk(action.risk)) span .effect { (action.effect) } span .mono.mute { (action.scope) } } }
}

/// Four rising bars and a word: colour never speaks alone.
fn risk(risk: Risk) -> Markup {
    let word = match risk {
        Risk::Low => "Low",
        Risk::Medium => "Medium",
        Risk::High => "High",
        Risk::Critical => "Critical",
    };
    html! {
        span class={ "risk " (risk.as_str()) } {
            svg viewBox="0 0 15 12" aria-hidden="true" {
                @for bar in 0..4_u8 { rect .on[bar < risk.level()] x=(bar * 4) y=(9 - bar * 3) width="3" height=(3 + bar * 3) {} }
            }
            (word)
        }
    }
}

fn minutes(n: u32) -> String {
    if n == 1 { "1 minute".into() } else { format!("{n} minutes") }
}

/// Prefix and last six: heads of UUIDv7 look alike.
fn short_id(id: &str) -> String {
    match (id.split_once('_'), id.len().checked_sub(6).and_then(|at| id.get(at..))) {
        (Some((prefix, _)), Some(tail)) => format!("{prefix}_…{tail}"),
        _ => id.to_owned(),
    }
}

/// First eight, last four.
fn short_digest(digest: &str) -> String {
    match (digest.get(..8), digest.len().checked_sub(4).and_then(|at| digest.get(at..))) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => digest.to_owned(),
    }
}

/// `20 Nov 2026, 13:32:07 UTC`: a page without script can't know the reader's zone, so it names its own.
fn utc(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.to_string();
    let read = || {
        let (year, month, day) = (text.get(..4)?, text.get(5..7)?.parse::<usize>().ok()?, text.get(8..10)?.trim_start_matches('0'));
        Some(format!("{day} {} {year}, {} UTC", MONTHS.get(month.checked_sub(1)?)?, text.get(11..19)?))
    };
    read().unwrap_or_else(|| text.clone())
}

/// The engraved band on top of an instrument.
static BAND: LazyLock<String> = LazyLock::new(|| {
    use std::fmt::Write as _;
    let mut path = String::new();
    for wave in 0..6_u8 {
        let (height, length) = if wave < 3 { (5.2, 17.0) } else { (2.6, 8.5) };
        for step in 0..=140_u16 {
            let x = f64::from(step) * 5.0;
            let y = 7.0 + height * f64::sin(x / length + f64::from(wave) * std::f64::consts::TAU / 3.0);
            let _ = write!(path, "{}{x} {y:.1}", if step == 0 { 'M' } else { 'L' });
        }
    }
    path
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_digests_and_times_are_cut_as_the_console_cuts_them() {
        assert_eq!(short_id("req_01a1f920-d180-7b31-9d04-5e77c0c07d52"), "req_…c07d52");
        assert_eq!(short_digest(&"0123456789abcdef".repeat(4)), "01234567…cdef");
        assert_eq!(utc(Timestamp::from_micros(1_795_181_527_914_123)), "20 Nov 2026, 13:32:07 UTC");
        assert_eq!(utc(Timestamp::from_secs(1_793_577_600)), "2 Nov 2026, 00:00:00 UTC");
    }
}
