//! Reading what the browser brings back (RFC 6749 §4.1.2, RFC 9207). Pure.

use std::borrow::Cow;

use countersign_domain::Secret;

/// What an answer to our question looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) state: &'a str,
    pub(crate) issuer: &'a str,
}

/// What the browser brought.
#[derive(Debug, PartialEq)]
pub(crate) enum Callback {
    /// A code, to our question, from our service.
    Code(Secret),
    /// A refusal, to our question, from our service.
    Refused {
        /// The error code (RFC 6749 §4.1.2.1).
        error: String,
        /// Its sentence.
        description: String,
    },
    /// Not an answer to our question: somebody else's, or made up.
    Stray,
}

/// Reads a request target such as `/callback?code=…&state=…&iss=…`.
pub(crate) fn read(target: &str, expected: Expected<'_>) -> Callback {
    let Some(query) = target.strip_prefix("/callback?") else { return Callback::Stray };
    let pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let once = |name: &str| {
        let mut found = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_ref());
        // A parameter sent twice is none (RFC 6749 §3.1).
        found.next().filter(|_| found.next().is_none())
    };
    // RFC 9207 §2.4: an answer of another issuer is not looked at any further.
    if once("state") != Some(expected.state) || once("iss") != Some(expected.issuer) {
        return Callback::Stray;
    }
    match (once("code"), once("error")) {
        (Some(code), None) if !code.is_empty() => Callback::Code(Secret::new(code.to_owned())),
        (None, Some(error)) => Callback::Refused { error: short(error), description: short(once("error_description").unwrap_or_default()) },
        _ => Callback::Stray,
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: Expected<'static> = Expected { state: "s1", issuer: "http://localhost:4750" };
    const ISS: &str = "iss=http%3A%2F%2Flocalhost%3A4750";

    #[test]
    fn a_code_to_our_question_from_our_service_is_taken() {
        assert_eq!(read(&format!("/callback?code=csc_x%2Dy&state=s1&{ISS}"), EXPECTED), Callback::Code(Secret::new("csc_x-y".into())));
    }

    #[test]
    fn a_refusal_is_told() {
        let refused = read(&format!("/callback?error=access_denied&error_description=not+now%0A&state=s1&{ISS}"), EXPECTED);
        assert_eq!(refused, Callback::Refused { error: "access_denied".into(), description: "not now".into() });
    }

    #[test]
    fn anything_else_is_stray() {
        for target in [
            "/".to_owned(),
            "/callback".to_owned(),
            "/favicon.ico".to_owned(),
            format!("/callback?code=c&state=s2&{ISS}"),
            format!("/callback?code=c&{ISS}"),
            "/callback?code=c&state=s1".to_owned(),
            "/callback?code=c&state=s1&iss=https%3A%2F%2Fevil.example".to_owned(),
            "/callback?code=c&state=s1&iss=http%3A%2F%2Flocalhost%3A4750%2F".to_owned(),
            format!("/callback?state=s1&{ISS}"),
            format!("/callback?code=&state=s1&{ISS}"),
            format!("/callback?code=c&code=d&state=s1&{ISS}"),
            format!("/callback?code=c&error=x&state=s1&{ISS}"),
            format!("/callback?code=c&state=s1&state=s1&{ISS}"),
            format!("/callback/?code=c&state=s1&{ISS}"),
        ] {
            assert_eq!(read(&target, EXPECTED), Callback::Stray, "{target}");
        }
    }
}
