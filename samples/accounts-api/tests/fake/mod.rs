//! An issuer to test against, and the API started beside it: both real, on loopback.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use accounts_api::{Api, ClientSecret, Settings, router};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

pub(crate) const AUDIENCE: &str = "https://api.acme.example/accounts";
/// `accounts-api` and `s3cret` as RFC 7617 has them.
const BASIC: &str = "Basic YWNjb3VudHMtYXBpOnMzY3JldA==";

pub(crate) struct Issuer {
    pub(crate) url: String,
    key: EncodingKey,
    pub(crate) active: AtomicBool,
    pub(crate) asked: AtomicU32,
    pub(crate) down: AtomicBool,
}

pub(crate) struct World {
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) api: String,
    pub(crate) audience: String,
    pub(crate) http: reqwest::Client,
}

pub(crate) fn new_key() -> EncodingKey {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref())
}

#[expect(clippy::disallowed_methods, reason = "the API under test reads the wall clock, as any API does")]
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

async fn metadata(State(issuer): State<Arc<Issuer>>) -> Result<Json<Value>, StatusCode> {
    if issuer.down.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let url = &issuer.url;
    Ok(Json(json!({ "issuer": url, "jwks_uri": format!("{url}/keys"), "introspection_endpoint": format!("{url}/introspect") })))
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let mut jwk = Jwk::from_encoding_key(&issuer.key, Algorithm::ES256).unwrap();
    jwk.common.key_id = Some("k1".to_owned());
    Json(json!({ "keys": [jwk] }))
}

async fn introspect(State(issuer): State<Arc<Issuer>>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Result<Json<Value>, StatusCode> {
    issuer.asked.fetch_add(1, Ordering::SeqCst);
    if issuer.down.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    if headers.get("authorization").is_none_or(|v| v != BASIC) || !form.iter().any(|(k, v)| k == "token" && !v.is_empty()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(Json(json!({ "active": issuer.active.load(Ordering::SeqCst) })))
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::called(|_| AUDIENCE.to_owned()).await
    }

    /// An API that is called so, given its address.
    pub(crate) async fn called(audience: impl FnOnce(&str) -> String) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Arc::new(Issuer { url, key: new_key(), active: true.into(), asked: 0.into(), down: false.into() });
        let app = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/keys", get(keys))
            .route("/introspect", post(introspect))
            .with_state(issuer.clone());
        tokio::spawn(async { axum::serve(listener, app).await });
        let place = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", place.local_addr().unwrap());
        let audience = audience(&api);
        let settings = Settings {
            issuer: issuer.url.parse().unwrap(),
            audience: audience.clone(),
            client_id: "accounts-api".to_owned(),
            client_secret: ClientSecret("s3cret".to_owned()),
        };
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        let app = router(Api::new(settings.check().unwrap(), http.clone()).into());
        tokio::spawn(async { axum::serve(place, app).await });
        Self { issuer, api, audience, http }
    }

    /// Claims in which nothing is wrong.
    pub(crate) fn claims(&self) -> Value {
        let now = now();
        json!({
            "iss": self.issuer.url, "aud": self.audience, "sub": "cus_8812", "act": { "sub": "usr_dana" }, "client_id": "console",
            "scope": "profile:read address:write refund:write export:create", "iat": now, "nbf": now, "exp": now + 300, "jti": "tok_1",
        })
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        sign_as(claims, "at+jwt", "k1", &self.issuer.key)
    }

    pub(crate) fn good(&self) -> String {
        self.sign(&self.claims())
    }

    pub(crate) fn with(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        self.sign(&claims)
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut call = self.http.request(method.parse().unwrap(), format!("{}{path}", self.api));
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        if let Some(body) = body {
            call = call.json(&body);
        }
        let answer = call.send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|v| v.to_str().unwrap().to_owned());
        Answer { status: answer.status().as_u16(), challenge, body: answer.json().await.unwrap() }
    }

    pub(crate) async fn read(&self, token: &str) -> Answer {
        self.call("GET", "/customers/cus_8812", Some(token), None).await
    }
}

pub(crate) fn sign_as(claims: &Value, typ: &str, kid: &str, key: &EncodingKey) -> String {
    let header = Header { typ: Some(typ.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
    encode(&header, claims, key).unwrap()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: Option<String>,
    pub(crate) body: Value,
}
