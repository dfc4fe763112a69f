//! Problems made on this side: where the service gave none, or could not be reached.

use countersign_api::Problem;
use countersign_domain::{Code, CorrelationId};

/// A problem with nothing but its code, a title and a sentence.
#[must_use]
pub fn problem(code: Code, title: &str, detail: impl Into<String>, correlation: CorrelationId) -> Problem {
    Problem {
        kind: "about:blank".into(),
        title: title.into(),
        status: code.status(),
        detail: detail.into(),
        code,
        reasons: Vec::new(),
        correlation,
        step_up: None,
    }
}

/// No answer came. Whether anything was done is not known where the call was sent; `sent` says whether it was.
#[must_use]
pub fn unreachable(issuer: &str, sent: bool, correlation: CorrelationId) -> Problem {
    let detail = if sent {
        format!("The service at {issuer} gave no answer, so it is not known whether this was done. Nothing more was sent. Look again when it can be reached.")
    } else {
        format!(
            "The service at {issuer} can't be reached. Nothing was sent and nothing was done. Check that it runs and that this computer is online, then try again."
        )
    };
    problem(Code::Unreachable, "The service can't be reached", detail, correlation)
}

/// Something answered, but not as the service does.
#[must_use]
pub fn not_the_service(issuer: &str, status: u16, correlation: CorrelationId) -> Problem {
    problem(
        Code::Unreachable,
        "The answer could not be read",
        format!(
            "What answered at {issuer} (status {status}) does not answer as the service does. Check the address and what stands in between, such as a proxy."
        ),
        correlation,
    )
}

/// Nobody is signed in here any more.
#[must_use]
pub fn signed_out(correlation: CorrelationId) -> Problem {
    problem(Code::NotSignedIn, "Not signed in", "This window is not signed in any more. Nothing was done. Sign in, then try again.", correlation)
}

/// An input that is refused before anything is sent.
#[must_use]
pub fn invalid(detail: impl Into<String>, correlation: CorrelationId) -> Problem {
    problem(Code::InvalidInput, "That can't be used", detail, correlation)
}
