//! Somebody signed in at a console of their own: a key, an access token, and plain HTTP.

use std::{sync::Arc, time::Duration};

use countersign_api::{call::CallIntended, case::CaseView, contract::ContractView, delegation::DelegationView, request::RequestView, session::Me};
use countersign_domain::{Clock, Entropy, RequestId, Secret, canonical::Digest, review::Decision};
use countersign_oauth::{
    authorize::{AuthorizeRequest, Prompt, ReviewDetail},
    dpop::{DpopKey, Proving},
    pkce::{self, Challenge},
    redirect::LoopbackRedirect,
    token::{TokenAnswer, TokenRequest},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    Answer, Exchange, Post, SeededEntropy, SetClock,
    browser::redirected,
    nonces::Nonces,
    world::{PASSWORD, Site},
};

pub(crate) const TOKEN: &str = "/oauth/token";
const REDIRECT: &str = "http://127.0.0.1:49152/callback";

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    /// Their login.
    pub login: String,
    /// The key of their console.
    pub key: Arc<DpopKey>,
    /// Their access token.
    pub access: Secret,
    /// Their refresh token.
    pub refresh: Secret,
    /// Who they are, as the service says.
    pub me: Me,
    pub(crate) issuer: String,
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) nonces: Arc<Nonces>,
}

/// A code that is worth a fresh proof, and what redeems it.
pub struct Proven {
    /// The redemption.
    pub redeem: TokenRequest,
}

impl Person {
    /// Signs in through the pages, and leaves the code as it is: what would redeem it.
    pub async fn code(world: &Site, login: &str, password: &str) -> TokenRequest {
        let (request, verifier) = plain(world.entropy.as_ref());
        let path = format!("/authorize?{}", request.to_query());
        let mut browser = world.browser();
        let page = browser.open(&path).await;
        let done = browser.send(&path, &page, &[("login", login), ("password", password), ("act", "sign_in")]).await;
        let code = redirected(&done, "code").unwrap_or_else(|| panic!("no code: {} {}", done.status, done.body));
        redemption(&code, &request, verifier)
    }

    /// Signs in through the pages, at a new console.
    pub async fn sign_in(world: &Site, login: &str, password: &str) -> Self {
        let redeem = Self::code(world, login, password).await;
        Self::redeemed(world, login, DpopKey::generate().expect("a key"), &redeem).await
    }

    /// Redeems a code, at a console with this key.
    pub async fn redeemed(world: &Site, login: &str, key: DpopKey, redeem: &TokenRequest) -> Self {
        let key = Arc::new(key);
        let nobody = Console { issuer: &world.issuer, http: &world.http, clock: &world.clock, entropy: &world.entropy, nonces: &world.nonces };
        let answer = nobody.token(&key, redeem).await;
        let tokens = TokenAnswer::parse(answer.body.as_bytes()).unwrap_or_else(|_| panic!("no tokens: {} {}", answer.status, answer.body));
        let access = tokens.access_token;
        let me = nobody.call(&key, &access, Method::GET, "/v1/me", None, None).await.view();
        Self {
            login: login.to_owned(),
            key,
            access,
            refresh: tokens.refresh_token.expect("a refresh token"),
            me,
            issuer: world.issuer.clone(),
            http: world.http.clone(),
            clock: Arc::clone(&world.clock),
            entropy: Arc::clone(&world.entropy),
            nonces: Arc::clone(&world.nonces),
        }
    }

    fn console(&self) -> Console<'_> {
        Console { issuer: &self.issuer, http: &self.http, clock: &self.clock, entropy: &self.entropy, nonces: &self.nonces }
    }

    /// The same console with its next access token.
    pub async fn refreshed(&self) -> Self {
        let request = TokenRequest::RefreshToken { refresh_token: self.refresh.clone(), client_id: "console".into() };
        let answer = self.token(&request).await;
        let tokens = TokenAnswer::parse(answer.body.as_bytes()).unwrap_or_else(|_| panic!("no tokens: {} {}", answer.status, answer.body));
        Self { access: tokens.access_token, refresh: tokens.refresh_token.expect("a refresh token"), ..self.clone() }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.console().call(&self.key, &self.access, Method::GET, path, None, None).await
    }

    /// The live stream after a place, as bytes.
    pub async fn stream(&self, after: i64) -> impl futures::Stream<Item = reqwest::Result<Vec<u8>>> + Unpin + use<> {
        use futures::StreamExt as _;
        let path = "/v1/events/stream";
        // Any call fetches the nonce that the stream's proof, which can't be sent twice here, is to carry.
        self.get("/v1/me").await;
        let proof = self.proof("GET", path, Some(&self.access));
        let request = self
            .http
            .get(format!("{}{path}?after={after}", self.issuer))
            .header("authorization", format!("DPoP {}", self.access.expose()))
            .header("dpop", proof);
        let response = request.send().await.expect("the stream begins");
        assert_eq!(response.status(), 200);
        Box::pin(response.bytes_stream().map(|chunk| chunk.map(|b| b.to_vec())))
    }

    /// POST of JSON, without an idempotency key.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.console().call(&self.key, &self.access, Method::POST, path, Some(body), None).await
    }

    /// POST of JSON under an idempotency key.
    pub async fn post_once(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.console().call(&self.key, &self.access, Method::POST, path, Some(body), Some(key)).await
    }

    /// Any method, as the matrix of operations wants it.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        self.console().call(&self.key, &self.access, method, path, body, None).await
    }

    /// POST to the token endpoint with proof of this console's key.
    pub async fn token(&self, request: &TokenRequest) -> Answer {
        self.console().token(&self.key, request).await
    }

    /// A form for `path` with a proof of this console's key and the newest nonce, in which a test may change anything.
    #[must_use]
    pub fn form_for(&self, path: &'static str) -> Post {
        let site = Site {
            issuer: self.issuer.clone(),
            clock: Arc::clone(&self.clock),
            http: self.http.clone(),
            entropy: Arc::clone(&self.entropy),
            nonces: Arc::clone(&self.nonces),
        };
        Post::of(&site, path).head("dpop", &self.proof("POST", path, None)).with("client_id", "console")
    }

    /// A proof of this console's key, with the newest nonce.
    #[must_use]
    pub fn proof(&self, method: &str, path: &str, access: Option<&Secret>) -> String {
        self.proof_with(method, path, access, self.nonce(path).as_deref())
    }

    /// A proof of this console's key, with any nonce or none.
    #[must_use]
    pub fn proof_with(&self, method: &str, path: &str, access: Option<&Secret>, nonce: Option<&str>) -> String {
        self.console().proof(&self.key, method, path, access, nonce)
    }

    /// The newest nonce for a path.
    #[must_use]
    pub fn nonce(&self, path: &str) -> Option<String> {
        self.nonces.newest(path)
    }

    /// GET with these proofs, as they are and once, of the process that listens at `address`, which answers under the same issuer.
    pub async fn show(&self, address: &str, path: &str, proofs: &[String]) -> Answer {
        let request =
            self.http.get(format!("{address}{path}")).header("host", host(&self.issuer)).header("authorization", format!("DPoP {}", self.access.expose()));
        let request = proofs.iter().fold(request, |request, proof| request.header("dpop", proof));
        Answer::read(request.send().await.expect("the service answers")).await
    }

    /// A case that they see, by its key.
    pub async fn case(&self, key: &str) -> CaseView {
        let list = self.get("/v1/cases").await.json();
        let found = list["items"].as_array().into_iter().flatten().find(|c| c["key"] == key).cloned();
        serde_json::from_value(found.unwrap_or_else(|| panic!("no case {key} in {list}"))).expect("a case")
    }

    /// The API that every company has.
    pub async fn api(&self) -> ContractView {
        self.api_called("accounts").await
    }

    /// An API of their company, by its key.
    pub async fn api_called(&self, key: &str) -> ContractView {
        let list = self.get("/v1/contracts").await.json();
        let found = list["items"].as_array().into_iter().flatten().find(|c| c["key"] == key).cloned();
        serde_json::from_value(found.unwrap_or_else(|| panic!("no API {key} in {list}"))).expect("a contract")
    }

    /// What asking for `actions` on a case sends.
    pub async fn form(&self, case: &str, actions: &[&str], minutes: u32) -> Value {
        json!({
            "case": self.case(case).await.id, "api": self.api().await.id, "actions": actions, "minutes": minutes,
            "mode": "delegated", "reason": "The customer asked for it on the phone and gave the contract PIN.",
        })
    }

    /// Asks.
    pub async fn ask(&self, case: &str, actions: &[&str], minutes: u32) -> RequestView {
        let form = self.form(case, actions, minutes).await;
        self.post("/v1/requests", &form).await.view()
    }

    /// A request as it stands.
    pub async fn look(&self, id: RequestId) -> RequestView {
        self.get(&format!("/v1/requests/{id}")).await.view()
    }

    /// Sends a review, with no proof of its own.
    pub async fn review(&self, request: &RequestView, decision: Decision, reason: Option<&str>) -> Answer {
        let body = json!({ "decision": decision, "digest": request.digest, "reason": reason });
        self.post(&format!("/v1/requests/{}/review", request.id), &body).await
    }

    /// Proves who they are for signing that digest, on the page, with `password`. Answers the page's answer where it gives no code.
    pub async fn prove_with(&self, world: &Site, request: RequestId, digest: Digest, password: &str) -> Result<Proven, Answer> {
        let (mut authorize, verifier) = plain(self.entropy.as_ref());
        authorize.prompt = Some(Prompt::Login);
        authorize.max_age = Some(0);
        authorize.acr_values = vec!["urn:countersign:acr:password".into()];
        authorize.login_hint = Some(self.me.id.to_string());
        authorize.review = Some(ReviewDetail::new(request, digest, Decision::Sign, self.me.session));
        let path = format!("/authorize?{}", authorize.to_query());
        let mut browser = world.browser();
        let page = browser.open(&path).await;
        if page.status != 200 {
            return Err(page);
        }
        let done = browser.send(&path, &page, &[("password", password), ("act", "sign")]).await;
        match redirected(&done, "code") {
            Some(code) => Ok(Proven { redeem: redemption(&code, &authorize, verifier) }),
            None => Err(done),
        }
    }

    /// Proves who they are for signing a request, and redeems the proof.
    pub async fn prove(&self, world: &Site, request: &RequestView) {
        let proven = self.prove_with(world, request.id, request.digest, PASSWORD).await.unwrap_or_else(|a| panic!("no proof: {} {}", a.status, a.body));
        let answer = self.token(&proven.redeem).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Signs, with a fresh proof.
    pub async fn sign(&self, world: &Site, request: &RequestView) -> RequestView {
        self.prove(world, request).await;
        self.review(request, Decision::Sign, None).await.view()
    }

    /// Starts a request. Answers the delegation and the warrant.
    pub async fn start(&self, request: RequestId) -> (DelegationView, Secret) {
        started(&self.post(&format!("/v1/requests/{request}/start"), &json!({})).await)
    }

    /// Begins an exchange with a warrant, in which a test may change anything.
    #[must_use]
    pub fn exchange(&self, warrant: &Secret) -> Exchange {
        Exchange::of(self, warrant)
    }

    /// Records the intent of a call.
    pub async fn intend(&self, delegation: &DelegationView, method: &str, path: &str) -> CallIntended {
        self.post(&format!("/v1/delegations/{}/calls", delegation.id), &json!({ "method": method, "path": path })).await.view()
    }
}

/// What stands in `Host` for an issuer.
pub(crate) fn host(issuer: &str) -> &str {
    issuer.split_once("://").map_or(issuer, |(_, host)| host)
}

/// What a start or a reissue answered.
#[must_use]
pub fn started(answer: &Answer) -> (DelegationView, Secret) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    let warrant = body["warrant"].as_str().expect("a warrant").to_owned();
    (serde_json::from_value(body["delegation"].clone()).expect("a delegation"), Secret::new(warrant))
}

fn plain(entropy: &dyn Entropy) -> (AuthorizeRequest, Secret) {
    let verifier = pkce::new_verifier(entropy);
    let request = AuthorizeRequest {
        client_id: "console".into(),
        redirect_uri: LoopbackRedirect::parse(REDIRECT).expect("a loopback address"),
        state: Some("s".repeat(22)),
        code_challenge: Challenge::of(&verifier),
        prompt: None,
        max_age: None,
        acr_values: Vec::new(),
        login_hint: None,
        review: None,
    };
    (request, verifier)
}

fn redemption(code: &str, request: &AuthorizeRequest, code_verifier: Secret) -> TokenRequest {
    TokenRequest::AuthorizationCode {
        code: Secret::new(code.to_owned()),
        redirect_uri: request.redirect_uri.clone(),
        code_verifier,
        client_id: request.client_id.clone(),
    }
}

/// What it takes to speak to the service.
struct Console<'a> {
    issuer: &'a str,
    http: &'a reqwest::Client,
    clock: &'a Arc<SetClock>,
    entropy: &'a Arc<SeededEntropy>,
    nonces: &'a Arc<Nonces>,
}

/// A call to an operation.
struct Sent<'a> {
    method: Method,
    path: &'a str,
    body: Option<&'a Value>,
    once: Option<&'a str>,
}

impl Console<'_> {
    fn proof(&self, key: &DpopKey, method: &str, path: &str, access: Option<&Secret>, nonce: Option<&str>) -> String {
        // Two calls in one microsecond of a clock that stands must not share a proof.
        self.clock.advance(Duration::from_micros(1));
        let jti = pkce::new_verifier(self.entropy.as_ref());
        let htu = format!("{}{}", self.issuer, path.split('?').next().unwrap_or_default());
        key.proof(&Proving { htm: method, htu: &htu, access_token: access, nonce }, jti.expose(), self.clock.now()).expect("a proof")
    }

    /// Sends, and once more with the nonce that is asked for.
    async fn call(&self, key: &DpopKey, access: &Secret, method: Method, path: &str, body: Option<&Value>, once: Option<&str>) -> Answer {
        let sent = Sent { method, path, body, once };
        let answer = self.call_once(key, access, &sent).await;
        if self.nonces.note(path, &answer) { self.call_once(key, access, &sent).await } else { answer }
    }

    async fn call_once(&self, key: &DpopKey, access: &Secret, sent: &Sent<'_>) -> Answer {
        let proof = self.proof(key, sent.method.as_str(), sent.path, Some(access), self.nonces.newest(sent.path).as_deref());
        let request = self.http.request(sent.method.clone(), format!("{}{}", self.issuer, sent.path));
        let mut request = request.header("authorization", format!("DPoP {}", access.expose())).header("dpop", proof);
        if let Some(body) = sent.body {
            request = request.json(body);
        }
        if let Some(once) = sent.once {
            request = request.header("idempotency-key", once);
        }
        Answer::read(request.send().await.expect("the service answers")).await
    }

    /// Sends, and once more with the nonce that is asked for.
    async fn token(&self, key: &DpopKey, request: &TokenRequest) -> Answer {
        let answer = self.token_once(key, request).await;
        if self.nonces.note(TOKEN, &answer) { self.token_once(key, request).await } else { answer }
    }

    async fn token_once(&self, key: &DpopKey, request: &TokenRequest) -> Answer {
        let proof = self.proof(key, "POST", TOKEN, None, self.nonces.newest(TOKEN).as_deref());
        let request = self
            .http
            .post(format!("{}{TOKEN}", self.issuer))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("dpop", proof)
            .body(request.to_body().expose().to_owned());
        Answer::read(request.send().await.expect("the service answers")).await
    }
}
