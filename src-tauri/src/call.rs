//! One call to the API of the live delegation: recorded before it is sent, and after.

use std::{sync::OnceLock, time::Duration};

use countersign_api::{
    Problem,
    call::{CallIntent, CallOutcome},
    console::{ApiAnswer, ApiCall},
};
use countersign_client::{ApiToken, Session, body, discovery, fault, traceparent};
use countersign_domain::{ApiId, CorrelationId};
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap},
    redirect::Policy,
};
use tauri::Runtime;
use url::Url;

use crate::seat::Seat;

const TIMEOUT: Duration = Duration::from_secs(15);
const MAX_ANSWER: usize = 256 << 10;
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// What came back over the wire, or did not.
#[derive(Default)]
struct Outcome {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
    cut: bool,
    failed: Option<String>,
}

impl<R: Runtime> Seat<R> {
    /// Calls the API for the customer.
    ///
    /// # Errors
    /// If the call is not acceptable, its intent could not be recorded, or no token was given: then nothing was sent to the API.
    pub async fn api_call(&self, call: ApiCall) -> Result<ApiAnswer, Problem> {
        let session = self.signed_in()?;
        let (view, hold) = self.held()?;
        let correlation = self.shell.edge.correlation();
        let base = self.base_url(&session, view.api, correlation).await?;
        let url = address(&base, &call.path)
            .ok_or_else(|| fault::invalid("A path begins with `/` and stays below the API's address. Nothing was sent.", correlation))?;
        let method = method(&call.method)
            .ok_or_else(|| fault::invalid(format!("`{}` is not one of {}. Nothing was sent.", call.method, METHODS.join(", ")), correlation))?;
        let intent = session.call_intend(view.id, &CallIntent { method: call.method.clone(), path: call.path.clone() }).await?;
        let begun = self.shell.edge.clock.now();
        let sent = match hold.token(&session, &view).await {
            Ok(token) => Ok(self.send(&session, method, url, call.body, &token, correlation).await),
            Err(problem) => Err(problem),
        };
        let took_ms = u32::try_from(self.shell.edge.clock.now().since(begun).as_millis()).unwrap_or(u32::MAX);
        let status = sent.as_ref().ok().and_then(|o| o.status);
        let reported = session.call_report(intent.id, &CallOutcome { status, took_ms }).await;
        if let Err(problem) = &reported {
            tracing::warn!(correlation = %problem.correlation, "what came of a call could not be recorded");
        }
        let Outcome { status, headers, body, cut, failed } = sent?;
        self.change(|inside| {
            if let Some(acting) = inside.acting.as_mut().filter(|a| a.view.id == view.id) {
                acting.view.calls = acting.view.calls.saturating_add(1);
            }
        });
        Ok(ApiAnswer { status, headers, body, cut, took_ms, failed, intent: intent.event, outcome: reported.ok().map(|r| r.event) })
    }

    async fn base_url(&self, session: &Session, api: ApiId, correlation: CorrelationId) -> Result<Url, Problem> {
        let contracts = session.contract_list().await?;
        let contract = contracts.items.into_iter().find(|c| c.id == api);
        contract
            .and_then(|c| Url::parse(&c.base_url).ok())
            .ok_or_else(|| fault::invalid("Where this API answers is not known. Nothing was sent. Ask your admin.", correlation))
    }

    async fn send(&self, session: &Session, method: Method, url: Url, text: Option<String>, token: &ApiToken, correlation: CorrelationId) -> Outcome {
        let failed = |why: &str| Outcome { failed: Some(why.into()), ..Outcome::default() };
        let Some(http) = http(discovery::is_loopback(&url)) else {
            return failed("TLS can't be used on this computer, so nothing was sent");
        };
        let mut request = http
            .request(method.clone(), url.clone())
            .header("traceparent", traceparent(correlation, &self.shell.edge))
            .header(ACCEPT, "application/json, */*;q=0.5");
        if token.bound {
            match session.proof(method.as_str(), &url, Some(&token.token), correlation) {
                Ok(proof) => request = request.header(AUTHORIZATION, format!("DPoP {}", token.token.expose())).header("DPoP", proof),
                Err(problem) => return failed(&problem.detail),
            }
        } else {
            request = request.bearer_auth(token.token.expose());
        }
        if let Some(text) = text.filter(|t| !t.trim().is_empty()) {
            request = request.header(CONTENT_TYPE, "application/json").body(text);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return failed("The API can't be reached. Nothing was sent"),
            Err(error) if error.is_timeout() => return failed("The API gave no answer within 15 seconds. It is not known whether the call was done"),
            Err(_) => return failed("The connection to the API broke. It is not known whether the call was done"),
        };
        let (status, headers) = (answer.status().as_u16(), read_headers(answer.headers(), token));
        match body::read(answer, MAX_ANSWER).await {
            Ok(read) => Outcome { status: Some(status), headers, body: without(&String::from_utf8_lossy(&read.bytes), token), cut: read.cut, failed: None },
            Err(_) => Outcome { status: Some(status), headers, cut: true, ..Outcome::default() },
        }
    }
}

fn method(name: &str) -> Option<Method> {
    METHODS.contains(&name).then(|| Method::from_bytes(name.as_bytes()).ok()).flatten()
}

/// The address of `path` below `base`; `None` if it would leave it, for the token is for that API alone.
fn address(base: &Url, path: &str) -> Option<Url> {
    let plain =
        path.starts_with('/') && !path.starts_with("//") && path.chars().count() <= 2000 && !path.contains(['\\', '#']) && !path.chars().any(char::is_control);
    let root = base.as_str().trim_end_matches('/');
    let url = Url::parse(&format!("{root}{path}")).ok().filter(|_| plain)?;
    let below = format!("{}/", base.path().trim_end_matches('/'));
    (url.origin() == base.origin() && url.username().is_empty() && url.path().starts_with(&below)).then_some(url)
}

fn read_headers(headers: &HeaderMap, token: &ApiToken) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_string(), without(&String::from_utf8_lossy(value.as_bytes()), token))).collect()
}

/// An API that gives back what it was sent must not bring the token into the window.
fn without(text: &str, token: &ApiToken) -> String {
    text.replace(token.token.expose(), "[token]")
}

/// Redirects are not followed: the token is for this API alone (RFC 9700 §4.12). What is on this computer is asked without a proxy.
fn http(loopback: bool) -> Option<&'static reqwest::Client> {
    static CLIENTS: [OnceLock<Option<reqwest::Client>>; 2] = [OnceLock::new(), OnceLock::new()];
    let make = || {
        let builder = reqwest::Client::builder().redirect(Policy::none()).timeout(TIMEOUT);
        if loopback { builder.no_proxy().build().ok() } else { builder.build().ok() }
    };
    CLIENTS.get(usize::from(loopback))?.get_or_init(make).as_ref()
}

#[cfg(test)]
mod tests {
    use countersign_client::Secret;
    use countersign_domain::Timestamp;

    use super::*;

    #[test]
    fn a_path_stays_below_the_apis_address() {
        let at = |base: &str, path: &str| address(&Url::parse(base).unwrap(), path).map(String::from);
        assert_eq!(at("http://127.0.0.1:4760", "/customers/cus_1?x=1").as_deref(), Some("http://127.0.0.1:4760/customers/cus_1?x=1"));
        assert_eq!(at("https://api.example/v2/", "/a/../b").as_deref(), Some("https://api.example/v2/b"));
        for bad in ["", "customers", "//evil.example/x", "/../x", "/a/../../x", "/%2e%2e/x", "/\\evil.example", "/a#b", "/a\nb", "@evil.example/", ":99/x"] {
            assert_eq!(at("https://api.example/v2", bad), None, "{bad}");
        }
    }

    #[test]
    fn only_known_methods_are_sent() {
        assert_eq!(method("PATCH"), Some(Method::PATCH));
        for bad in ["get", "CONNECT", "TRACE", "", "GET /"] {
            assert_eq!(method(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_echoed_token_does_not_reach_the_window() {
        let token = ApiToken { token: Secret::new("eyJ0.a.b".into()), bound: false, expires_at: Timestamp::default() };
        assert_eq!(without("you sent Bearer eyJ0.a.b!", &token), "you sent Bearer [token]!");
    }
}
