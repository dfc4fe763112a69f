//! What the service answered, with the questions that tests ask of it.

use countersign_api::Problem;
use countersign_domain::Code;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An HTTP answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("the body arrives whole") }
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("not JSON ({e}): {} {}", self.status, self.body))
    }

    /// The body of a success as a view.
    #[must_use]
    pub fn view<T: DeserializeOwned>(&self) -> T {
        assert!((200..300).contains(&self.status), "refused: {} {}", self.status, self.body);
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("not that view ({e}): {}", self.body))
    }

    /// The problem of a refusal.
    #[must_use]
    pub fn problem(&self) -> Problem {
        assert!(self.status >= 400, "not refused: {} {}", self.status, self.body);
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("not a problem ({e}): {}", self.body))
    }

    /// The code of a refusal.
    #[must_use]
    pub fn code(&self) -> Code {
        self.problem().code
    }

    /// The rules of a refusal.
    #[must_use]
    pub fn rules(&self) -> Vec<String> {
        self.problem().reasons.into_iter().map(|r| r.rule).collect()
    }

    /// `error` of an OAuth endpoint's refusal.
    #[must_use]
    pub fn error(&self) -> String {
        assert!(self.status >= 400, "not refused: {} {}", self.status, self.body);
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether it is the refusal of a proof that carries no good nonce, in the form of its endpoint, with the nonce to carry (RFC 9449 §8, §9).
    #[must_use]
    pub fn wants_nonce(&self) -> bool {
        let told = match self.status {
            400 => serde_json::from_str::<Value>(&self.body).is_ok_and(|body| body["error"] == "use_dpop_nonce"),
            401 => self.header("www-authenticate").starts_with("DPoP error=\"use_dpop_nonce\""),
            _ => false,
        };
        told && !self.header("dpop-nonce").is_empty()
    }

    /// A header field as text; empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}
