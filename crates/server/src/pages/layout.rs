//! The frame of a page, and the headers that it goes out with.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, html};

/// A page on its way out.
pub(crate) struct Page {
    title: String,
    wide: bool,
    /// Where its form may lead besides this service: CSP's `form-action` holds for redirects too.
    leads_to: Option<String>,
    status: StatusCode,
    body: Markup,
}

impl Page {
    /// A narrow page.
    pub(crate) fn new(title: impl Into<String>, body: Markup) -> Self {
        Self { title: title.into(), wide: false, leads_to: None, status: StatusCode::OK, body }
    }

    /// Room for an instrument.
    pub(crate) fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// With the address that its form leads to in the end.
    pub(crate) fn leads_to(mut self, redirect: &str) -> Self {
        self.leads_to = Some(redirect.to_owned());
        self
    }

    /// With another status than 200.
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// As it is sent.
    pub(crate) fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Countersign" }
                    link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/assets/pages.css";
                }
                body { div .page { main .col.wide[self.wide] { (head()) (self.body) } } }
            }
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.status, page_headers(self.leads_to.as_deref()), self.markup().into_string()).into_response()
    }
}

/// Headers of every page.
///
/// `Referrer-Policy` is `same-origin`, not `no-referrer`: under the latter browsers send `Origin: null` with a form's POST (Fetch,
/// "append a request Origin header"), and own forms could not be told from others.
pub(crate) fn page_headers(leads_to: Option<&str>) -> HeaderMap {
    let policy = format!(
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{}",
        leads_to.map(form_target).unwrap_or_default()
    );
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    headers
}

/// The origin of a checked loopback address as a CSP source. CSP has no form for IPv6 literals, so there the scheme must do.
fn form_target(redirect: &str) -> String {
    match redirect.strip_suffix("/callback") {
        Some(origin) if origin.starts_with("http://127.0.0.1:") => format!(" {origin}"),
        Some(_) => " http:".into(),
        None => String::new(),
    }
}

fn head() -> Markup {
    html! {
        div .head {
            svg viewBox="0 0 20 20" aria-hidden="true" {
                path .line d="M2 16.4h16" {}
                path .ink d="M4.2 13.6c1.4-4.6 3.2-9.4 4.6-9.4 1.7 0-1.7 9 .3 9 .8 0 1.4-.8 1.9-1.8" {}
                path .pen d="M10.2 13.6c1.4-4.6 3.2-9.4 4.6-9.4 1.7 0-1.7 9 .3 9 .8 0 1.4-.8 1.9-1.8" {}
            }
            span .word { "Countersign" }
        }
    }
}

/// What went wrong with the form as it was sent.
pub(super) fn alert(text: Option<&str>) -> Markup {
    html! { @if let Some(text) = text { div .note.seal role="alert" { p { (sentence(text)) } } } }
}

/// The hidden field that binds a form to its browser.
pub(super) fn bound(token: &crate::cookie::FormToken) -> Markup {
    html! { input type="hidden" name="csrf" value=(token.as_str()); }
}

/// Two fields for a new password.
pub(super) fn new_password() -> Markup {
    html! {
        div {
            label .lab for="password" { "Password" }
            input .inp #password name="password" type="password" autocomplete="new-password" minlength=(super::PASSWORD_MIN) maxlength=(super::PASSWORD_MAX) required aria-describedby="password-rule";
            p .help #password-rule { (super::PASSWORD_RULE) }
        }
        div {
            label .lab for="again" { "The same once more" }
            input .inp #again name="again" type="password" autocomplete="new-password" maxlength=(super::PASSWORD_MAX) required;
        }
    }
}

/// Errors are written lower case without a full stop, for logs; a person reads sentences.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_to_this_service_and_one_console() {
        let policy = |to| page_headers(to)[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy(None).ends_with("form-action 'self'"));
        assert!(policy(Some("http://127.0.0.1:49152/callback")).ends_with("form-action 'self' http://127.0.0.1:49152"));
        assert!(policy(Some("http://[::1]:49152/callback")).ends_with("form-action 'self' http:"));
    }

    #[test]
    fn a_person_reads_a_sentence() {
        assert_eq!(sentence("the password is not right; try again"), "The password is not right; try again.");
        assert_eq!(sentence(""), ".");
    }
}
