//! How refusals leave: problem details (RFC 9457) with the headers that belong to them.
//!
//! A handler or extractor makes a [`Fault`]; [`crate::trace`] writes its body, because it alone knows the correlation id. OAuth
//! endpoints and pages have forms of their own.

use axum::response::{IntoResponse, Response};
use countersign_api::{Problem, problem::StepUp};
use countersign_domain::{Code, CorrelationId};
use countersign_engine::Refusal;
use countersign_oauth::{ErrorCode, OAuthError, challenge};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::{limit::Wait, pages};

/// A refusal on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Fault(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    why: Why,
    status: StatusCode,
    headers: HeaderMap,
    page: bool,
}

#[derive(Debug, Clone)]
enum Why {
    /// The engine's word.
    Refusal(Refusal),
    /// It never came as far as the engine.
    Front { code: Code, title: &'static str, detail: String },
}

impl Fault {
    /// One that the engine never sees.
    pub(crate) fn new(code: Code, title: &'static str, detail: impl Into<String>) -> Self {
        Self::of(Why::Front { code, title, detail: detail.into() }, code)
    }

    fn of(why: Why, code: Code) -> Self {
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        Self(Box::new(Parts { why, status, headers: HeaderMap::new(), page: false }))
    }

    /// Input that can't be read.
    pub(crate) fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidInput, "Not acceptable", detail)
    }

    /// No such address.
    pub(crate) fn no_route() -> Self {
        Self::new(Code::NotFound, "Not found", "there is nothing at this address; see /openapi.json for what there is")
    }

    /// Another method is wanted.
    pub(crate) fn no_method() -> Self {
        Self::new(Code::NotFound, "Not found", "this address does not take that method; see /openapi.json for what it takes")
            .status(StatusCode::METHOD_NOT_ALLOWED)
    }

    /// No access token was sent at all: the challenge names no error (RFC 6750 §3.1).
    pub(crate) fn no_token() -> Self {
        Self::new(Code::NotSignedIn, "Not signed in", "there is no access token; sign in").challenge(&challenge::dpop(None))
    }

    /// The access token or its proof is malformed (RFC 9449 §7.1).
    pub(crate) fn bad_token(error: &OAuthError) -> Self {
        let (code, title) = match error.code {
            ErrorCode::InvalidToken => (Code::NotSignedIn, "Not signed in"),
            _ => (Code::InvalidProof, "Proof of the key is not good"),
        };
        Self::new(code, title, error.description.clone()).challenge(&challenge::dpop(Some(error)))
    }

    /// With another status than its code's own.
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// For a person at a browser.
    pub(crate) fn page(mut self) -> Self {
        self.0.page = true;
        self
    }

    /// What a program acts on.
    pub(crate) fn code(&self) -> Code {
        match &self.0.why {
            Why::Front { code, .. } => *code,
            Why::Refusal(refusal) => refusal.code,
        }
    }

    /// Its code, if the engine never heard of the call.
    pub(crate) fn before_the_engine(&self) -> Option<Code> {
        match self.0.why {
            Why::Front { code, .. } => Some(code),
            Why::Refusal(_) => None,
        }
    }

    fn challenge(self, text: &str) -> Self {
        match HeaderValue::from_str(text) {
            Ok(value) => self.header(header::WWW_AUTHENTICATE, value),
            Err(_) => self,
        }
    }

    fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    fn problem(self, correlation: CorrelationId) -> Problem {
        let Parts { why, status, .. } = *self.0;
        let problem = match why {
            Why::Refusal(refusal) => refusal.problem(correlation),
            Why::Front { code, title, detail } => {
                Problem { kind: "about:blank".into(), title: title.into(), status: 0, detail, code, reasons: Vec::new(), correlation, step_up: None }
            }
        };
        Problem { status: status.as_u16(), ..problem }
    }

    /// Writes its status, headers and body into `response`.
    pub(crate) fn write(mut self, correlation: CorrelationId, response: &mut Response) {
        *response.status_mut() = self.0.status;
        response.headers_mut().extend(std::mem::take(&mut self.0.headers));
        response.headers_mut().remove(header::CONTENT_LENGTH);
        let page = self.0.page;
        let problem = self.problem(correlation);
        if page {
            response.headers_mut().remove(header::WWW_AUTHENTICATE);
            response.headers_mut().extend(pages::page_headers(None));
            *response.body_mut() = pages::problem(&problem).markup().into_string().into();
        } else {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            *response.body_mut() = serde_json::to_vec(&problem).unwrap_or_default().into();
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let (code, told) = (refusal.code, challenge_of(&refusal));
        let busy = code == Code::Busy;
        let fault = Self::of(Why::Refusal(refusal), code);
        let fault = if busy { fault.header(header::RETRY_AFTER, HeaderValue::from_static("1")) } else { fault };
        told.iter().fold(fault, |fault, text| fault.challenge(text))
    }
}

/// `WWW-Authenticate` of a 401 (RFC 9449 §7.1, RFC 9470 §3).
fn challenge_of(refusal: &Refusal) -> Option<String> {
    let told = |code| Some(challenge::dpop(Some(&OAuthError::new(code, refusal.detail.clone()))));
    match (refusal.code, &refusal.step_up) {
        (Code::NotSignedIn, _) => told(ErrorCode::InvalidToken),
        (Code::InvalidProof, _) => told(ErrorCode::InvalidDpopProof),
        (Code::FreshProofRequired, Some(StepUp { acr_values, max_age })) => Some(challenge::step_up(acr_values, u64::from(*max_age))),
        (Code::FreshProofRequired, None) => told(ErrorCode::InsufficientUserAuthentication),
        _ => None,
    }
}

impl From<Wait> for Fault {
    fn from(wait: Wait) -> Self {
        Self::new(Code::TooMany, "Too many tries", wait.to_string()).header(header::RETRY_AFTER, HeaderValue::from(wait.seconds()))
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
