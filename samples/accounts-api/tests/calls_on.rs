//! Two APIs of the company in a row: the first calls the second with a token that it got in exchange, over HTTP.
#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails it")]

use std::{
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use accounts_api::{Api, ClientSecret, Settings, ledger, next::Next, router};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::{
    Form, Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

const ACCOUNTS: &str = "https://api.acme.example/accounts";
const LEDGER: &str = "https://api.acme.example/ledger";

/// An issuer that exchanges as it is told to.
struct Issuer {
    url: String,
    key: EncodingKey,
    /// What the next exchange is refused with.
    refuses: Mutex<Option<&'static str>>,
    asked: Mutex<Vec<Vec<(String, String)>>>,
}

impl Issuer {
    fn token(&self, audience: &str, scope: &str, act: &Value) -> String {
        #[expect(clippy::disallowed_methods, reason = "the APIs under test read the wall clock, as any API does")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({
            "iss": self.url, "aud": audience, "sub": "cus_4470", "act": act, "scope": scope, "iat": now, "nbf": now, "exp": now + 300, "jti": "tok_1",
        });
        let header = Header { typ: Some("at+jwt".to_owned()), kid: Some("k1".to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&header, &claims, &self.key).unwrap()
    }

    /// As an agent's console has it.
    fn agents(&self) -> String {
        self.token(ACCOUNTS, "profile:read refund:write", &json!({ "sub": "usr_dana" }))
    }
}

async fn exchange(State(issuer): State<Arc<Issuer>>, Form(form): Form<Vec<(String, String)>>) -> (StatusCode, Json<Value>) {
    let of = |name: &str| form.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let (audience, scope) = (of("audience"), of("scope"));
    issuer.asked.lock().unwrap().push(form);
    if let Some(error) = *issuer.refuses.lock().unwrap() {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "error_description": "because" })));
    }
    let token = issuer.token(&audience, &scope, &json!({ "sub": "accounts-api", "act": { "sub": "usr_dana" } }));
    let answer = json!({
        "access_token": token, "issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer", "expires_in": 300,
        "scope": scope,
    });
    (StatusCode::OK, Json(answer))
}

/// Says the same to everybody.
fn said(what: Value) -> impl Fn() -> std::future::Ready<Json<Value>> + Clone {
    move || std::future::ready(Json(what.clone()))
}

async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

struct World {
    issuer: Arc<Issuer>,
    accounts: String,
    http: reqwest::Client,
    kept: std::path::PathBuf,
}

impl World {
    async fn new(name: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        let issuer = Arc::new(Issuer { url, key, refuses: Mutex::default(), asked: Mutex::default() });
        let metadata = json!({
            "issuer": issuer.url, "jwks_uri": format!("{}/keys", issuer.url), "introspection_endpoint": format!("{}/introspect", issuer.url),
            "token_endpoint": format!("{}/token", issuer.url),
        });
        let mut jwk = Jwk::from_encoding_key(&issuer.key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some("k1".to_owned());
        let app = Router::new()
            .route("/.well-known/oauth-authorization-server", get(said(metadata)))
            .route("/keys", get(said(json!({ "keys": [jwk] }))))
            .route("/introspect", post(said(json!({ "active": true }))))
            .route("/token", post(exchange))
            .with_state(Arc::clone(&issuer));
        tokio::spawn(async { axum::serve(listener, app).await });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let settings = |audience: &str, client: &str| Settings {
            issuer: issuer.url.parse().unwrap(),
            audience: audience.to_owned(),
            client_id: client.to_owned(),
            client_secret: ClientSecret("s3cret".to_owned()),
        };
        let second = serve(ledger::router(ledger::Ledger::new(settings(LEDGER, "ledger-api"), http.clone()).into())).await;
        let next = Next { url: second.parse().unwrap(), audience: LEDGER.to_owned() };
        let kept = std::env::temp_dir().join(format!("accounts-api-{}-{name}", std::process::id()));
        let api = Api::new(settings(ACCOUNTS, "accounts-api"), http.clone()).with_ledger(Some(next)).keeping_token(Some(kept.clone()));
        let accounts = serve(router(api.into())).await;
        Self { issuer, accounts, http, kept }
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}/customers/cus_4470/{path}", self.accounts);
        let mut call = self.http.request(method.parse().unwrap(), url).bearer_auth(self.issuer.agents());
        if let Some(body) = body {
            call = call.json(&body);
        }
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.kept));
    }
}

#[tokio::test]
async fn the_second_api_sees_the_first_and_for_whom_it_acts() {
    let world = World::new("chain").await;
    let (status, answer) = world.call("GET", "invoices", None).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["invoices"][1]["id"], "inv_20534");
    assert_eq!(answer["ledger"]["payments"][1], json!({ "id": "pay_74103", "invoice": "inv_20534", "amount_cents": 1990 }));
    assert_eq!(answer["ledger"]["read_by"], json!({ "sub": "cus_4470", "act": ["accounts-api", "usr_dana"] }));
    assert_eq!(answer["read_by"]["act"], "usr_dana");
    let asked = world.issuer.asked.lock().unwrap()[0].clone();
    let of = |name: &str| asked.iter().find(|(k, _)| k == name).unwrap().1.clone();
    assert_eq!((of("audience"), of("scope")), (LEDGER.to_owned(), "payment:read".to_owned()), "no wider than the call needs");
    assert_eq!(of("subject_token"), std::fs::read_to_string(&world.kept).unwrap(), "the token that came");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&world.kept).unwrap().permissions()) & 0o777, 0o600);
}

#[tokio::test]
async fn what_is_paid_back_is_booked_and_nothing_is_booked_twice_over() {
    let world = World::new("refund").await;
    let refund = |cents: u32| Some(json!({ "invoice": "inv_20534", "amount_cents": cents }));
    let (status, answer) = world.call("POST", "refunds", refund(1000)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["ledger"]["booked"], json!({ "id": "pay_90002", "invoice": "inv_20534", "amount_cents": -1000 }));
    let (status, answer) = world.call("POST", "refunds", refund(1000)).await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_request")), "more than is left");
    let (_, answer) = world.call("GET", "invoices", None).await;
    assert_eq!(answer["ledger"]["payments"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn without_a_token_for_the_second_api_nothing_is_done() {
    let world = World::new("refused").await;
    let refund = json!({ "invoice": "inv_20534", "amount_cents": 1990 });
    for (error, wanted) in
        [("invalid_target", (403, "insufficient_scope")), ("invalid_request", (401, "invalid_token")), ("invalid_client", (503, "temporarily_unavailable"))]
    {
        *world.issuer.refuses.lock().unwrap() = Some(error);
        let (status, answer) = world.call("POST", "refunds", Some(refund.clone())).await;
        assert_eq!((status, answer["error"].as_str().unwrap()), wanted, "{error}: {answer}");
    }
    *world.issuer.refuses.lock().unwrap() = None;
    let (_, answer) = world.call("GET", "invoices", None).await;
    assert_eq!((&answer["invoices"][1]["refunded_cents"], answer["ledger"]["payments"].as_array().unwrap().len()), (&json!(0), 2));
}

#[tokio::test]
async fn a_token_for_the_first_api_is_no_good_at_the_second() {
    let world = World::new("audience").await;
    let settings = Settings {
        issuer: world.issuer.url.parse().unwrap(),
        audience: LEDGER.to_owned(),
        client_id: "ledger-api".to_owned(),
        client_secret: ClientSecret("s3cret".to_owned()),
    };
    let second = serve(ledger::router(ledger::Ledger::new(settings, world.http.clone()).into())).await;
    let answer = world.http.get(format!("{second}/customers/cus_4470/payments")).bearer_auth(world.issuer.agents()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
}
