//! Somebody else's issuer that a test drives: its own keys, a real address for them, and an endpoint that is asked about tokens.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{
    Secret,
    alg::Algorithm,
    issuer::{ACCESS_TOKEN, Asked, Issuer, Keys},
};
use countersign_engine::TrustedIssuer;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What we prove with, there, who we are.
pub const SECRET: &str = "what-the-bank-knows-us-by-0123456789";

/// How an issuer fails whoever asks it.
#[derive(Debug, Clone)]
pub enum Odd {
    /// It answers nobody.
    Down,
    /// It sends whoever asks elsewhere.
    Redirect(String),
    /// It answers this many bytes.
    Long(usize),
    /// It answers something else.
    Text(String),
}

struct Answers {
    published: Vec<Value>,
    introspection: Value,
    odd: Option<Odd>,
    /// What was sent to the introspection endpoint last.
    asked: String,
}

/// An issuer, listening.
pub struct ForeignIssuer {
    /// Its address, and its `iss`.
    pub iss: String,
    keys: Mutex<BTreeMap<String, Arc<EcdsaKeyPair>>>,
    answers: Arc<Mutex<Answers>>,
    reads: Arc<AtomicUsize>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl ForeignIssuer {
    /// One with a key `k1`.
    pub async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let iss = format!("http://{}", listener.local_addr().expect("an address"));
        let answers = Arc::new(Mutex::new(Answers { published: Vec::new(), introspection: json!({ "active": false }), odd: None, asked: String::new() }));
        let reads = Arc::new(AtomicUsize::new(0));
        tokio::spawn(serve(listener, Arc::clone(&answers), Arc::clone(&reads)));
        let issuer = Self { iss, keys: Mutex::default(), answers, reads };
        issuer.rotate("k1");
        issuer
    }

    /// Makes a key of this name, and publishes it in the place of all others.
    pub fn rotate(&self, kid: &str) {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        locked(&self.answers).published = vec![json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": b64(x), "y": b64(y) })];
        locked(&self.keys).insert(kid.to_owned(), Arc::new(key));
    }

    /// Its public key, as it publishes it.
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        locked(&self.answers).published[0].clone()
    }

    /// Whether it answers nobody.
    pub fn set_down(&self, down: bool) {
        self.set_odd(down.then_some(Odd::Down));
    }

    /// How it fails from now on, if it does.
    pub fn set_odd(&self, odd: Option<Odd>) {
        locked(&self.answers).odd = odd;
    }

    /// What it answers whoever asks about a token.
    pub fn says(&self, answer: Value) {
        locked(&self.answers).introspection = answer;
    }

    /// How often its keys were read.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// What was sent to its introspection endpoint last.
    #[must_use]
    pub fn asked(&self) -> String {
        locked(&self.answers).asked.clone()
    }

    /// A token with this header and these claims, signed with the key that `kid` names, or else with `k1`.
    #[must_use]
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let keys = locked(&self.keys);
        let key = header["kid"].as_str().and_then(|kid| keys.get(kid)).or_else(|| keys.get("k1")).expect("a key");
        let signature = key.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
        format!("{message}.{}", b64(signature))
    }

    /// As it is registered for a company: its scope `orders` stands for these actions of the API with this audience.
    #[must_use]
    pub fn trusted(&self, tenant: &str, audience: &str, actions: &[&str]) -> TrustedIssuer {
        let mapping = BTreeMap::from([("orders".to_owned(), actions.iter().map(|a| (*a).to_owned()).collect())]);
        let issuer = Issuer {
            tenant: tenant.to_owned(),
            issuer: self.iss.clone(),
            keys: Keys::At(format!("{}/jwks", self.iss)),
            algs: vec![Algorithm::Es256],
            typ: vec![ACCESS_TOKEN.to_owned()],
            customer: "sub".to_owned(),
            audiences: BTreeMap::from([(audience.to_owned(), mapping)]),
            max_age_s: 300,
            token_ttl_s: 300,
            introspection: None,
        };
        TrustedIssuer { issuer, secret: None }
    }

    /// The same, asked about older tokens.
    #[must_use]
    pub fn asked_about(&self, trusted: TrustedIssuer) -> TrustedIssuer {
        let introspection = Some(Asked { endpoint: format!("{}/introspect", self.iss), client_id: "countersign".into() });
        TrustedIssuer { issuer: Issuer { introspection, ..trusted.issuer }, secret: Some(Secret::new(SECRET.into())) }
    }
}

async fn serve(listener: TcpListener, answers: Arc<Mutex<Answers>>, reads: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (answers, reads) = (Arc::clone(&answers), Arc::clone(&reads));
        tokio::spawn(async move { answer(stream, &answers, &reads).await });
    }
}

/// One request a connection: enough for whoever asks, and nothing to get wrong.
async fn answer(mut stream: TcpStream, answers: &Mutex<Answers>, reads: &AtomicUsize) -> Option<()> {
    let request = read(&mut stream).await?;
    let (status, body) = {
        let mut answers = locked(answers);
        if request.starts_with("GET /jwks ") {
            reads.fetch_add(1, Ordering::SeqCst);
        }
        match request.split_once(' ').map(|(method, rest)| (method, rest.split(' ').next().unwrap_or_default())) {
            Some(("GET" | "POST", _)) if answers.odd.is_some() => match answers.odd.clone().expect("it is") {
                Odd::Down => ("503 Service Unavailable".to_owned(), String::new()),
                Odd::Redirect(to) => (format!("307 Temporary Redirect\r\nlocation: {to}"), String::new()),
                Odd::Long(bytes) => ("200 OK".to_owned(), " ".repeat(bytes)),
                Odd::Text(text) => ("200 OK".to_owned(), text),
            },
            Some(("GET", "/jwks")) => ("200 OK".to_owned(), json!({ "keys": answers.published }).to_string()),
            Some(("POST", "/introspect")) => {
                answers.asked = request.clone();
                ("200 OK".to_owned(), answers.introspection.to_string())
            }
            _ => ("404 Not Found".to_owned(), String::new()),
        }
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse::<usize>().ok()));
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
