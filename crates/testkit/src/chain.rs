//! APIs along which a token is passed on, and the machines that do it.
//!
//! `gateway` → `ledger` → `bank` → `notify` (opaque tokens) → `archive` (bound tokens) → `vault`; and `bank` calls `gateway` back.

use countersign_domain::{
    Secret,
    alg::Algorithm,
    contract::{Action, Contract, Format, Mode, Risk, Subject},
    hop::Hop,
};
use countersign_oauth::{
    dpop::{DpopKey, Proving},
    pkce,
    token::{GRANT_EXCHANGE, TYPE_ACCESS_TOKEN},
};

use crate::{Answer, Db, Person, Post, Site, World, wire};

/// `aud` of the API with this key.
#[must_use]
pub fn audience(key: &str) -> String {
    format!("https://api.acme.example/{key}")
}

/// The secret of the machine with this name.
fn secret_of(id: &str) -> String {
    format!("secret-of-{id}-with-enough-length")
}

/// Scope value, and what it calls: key of the API and scope value.
type Row<'a> = (&'a str, Risk, &'a [(&'a str, &'a str)]);

const APIS: &[(&str, &[Row<'_>])] = &[
    (
        "gateway",
        &[
            ("order:read", Risk::Low, &[]),
            ("order:audit", Risk::Low, &[("ledger", "ledger:read")]),
            ("order:refund", Risk::Medium, &[("ledger", "ledger:read"), ("ledger", "ledger:post")]),
        ],
    ),
    ("ledger", &[("ledger:read", Risk::Low, &[]), ("ledger:post", Risk::Medium, &[("bank", "pay:out")]), ("ledger:close", Risk::Critical, &[])]),
    ("bank", &[("pay:out", Risk::Low, &[("notify", "mail:send"), ("gateway", "order:audit")])]),
    ("notify", &[("mail:send", Risk::Low, &[("archive", "file:put")])]),
    ("archive", &[("file:put", Risk::Low, &[("vault", "key:use")])]),
    ("vault", &[("key:use", Risk::Low, &[])]),
];

/// The contract of one of the chain's APIs.
#[must_use]
pub fn contract(key: &str) -> Contract {
    let (_, rows) = APIS.iter().find(|(k, _)| *k == key).expect("an API of the chain");
    let call = |(api, scope): &(&str, &str)| Hop { audience: audience(api), scope: (*scope).to_owned() };
    let action = |(scope, risk, calls): &Row<'_>| Action {
        scope: (*scope).to_owned(),
        name: format!("Do {scope}"),
        effect: "As its name says.".into(),
        risk: *risk,
        calls: calls.iter().map(call).collect(),
    };
    Contract {
        key: key.into(),
        name: format!("The {key}"),
        audience: audience(key),
        base_url: "http://127.0.0.1:9".into(),
        actions: rows.iter().map(action).collect(),
        endpoints: Vec::new(),
        modes: vec![Mode::Delegated],
        max_minutes: 60,
        token_ttl_s: 300,
        bound: key == "archive",
        format: if key == "notify" { Format::Opaque } else { Format::Jwt },
        alg: Algorithm::Es256,
        subject: Subject::Unique,
        client: Some(format!("{key}-api")),
        introspection_clients: if key == "ledger" { vec!["auditor-api".into()] } else { Vec::new() },
    }
}

impl World {
    /// A world with the chain's APIs in it.
    pub async fn with_chain(db: Db) -> Self {
        Self::on(db).await.chained().await
    }

    /// The same, with the chain's APIs in it.
    pub async fn chained(self) -> Self {
        let world = self;
        let keys = APIS.iter().map(|(key, _)| format!("{key}-api"));
        for id in keys.chain(["auditor-api".into(), "stranger-api".into()]) {
            world.engine().client_register(world.acme, &id, &Secret::new(secret_of(&id))).await.expect("a client");
        }
        for (key, _) in APIS.iter().rev() {
            world.engine().contract_register(world.acme, contract(key)).await.expect("a contract");
        }
        world
    }

    /// A machine of the chain: `gateway-api`, `ledger-api`, …, `auditor-api`, or `stranger-api`, which no contract names.
    #[must_use]
    pub fn machine(&self, id: &str) -> Machine {
        Machine { site: (**self).clone(), id: id.into(), secret: secret_of(id), key: None }
    }

    /// dana, with a token for the gateway that the ledger may be called with.
    pub async fn at_the_gateway(&self) -> (Person, String) {
        let (dana, warrant) = self.acting_at("gateway", &["order:read", "order:refund"]).await;
        let token = dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
        (dana, token)
    }

    /// dana, acting at one of the chain's APIs for 15 minutes.
    pub async fn acting_at(&self, key: &str, actions: &[&str]) -> (Person, Secret) {
        let (dana, sana) = (self.person("dana").await, self.person("sana").await);
        let mut form = dana.form("ZD-4711", actions, 15).await;
        form["api"] = dana.api_called(key).await.id.to_string().into();
        let asked = dana.post("/v1/requests", &form).await.view();
        sana.sign(self, &asked).await;
        let (_, warrant) = dana.start(asked.id).await;
        (dana, warrant)
    }
}

/// A service that proves itself with a secret.
#[derive(Clone)]
pub struct Machine {
    site: Site,
    /// Its `client_id`.
    pub id: String,
    /// Its secret.
    pub secret: String,
    key: Option<std::sync::Arc<DpopKey>>,
}

impl Machine {
    /// The same, with a key whose possession it proves at each request.
    #[must_use]
    pub fn with_key(self) -> Self {
        Self { key: Some(std::sync::Arc::new(DpopKey::generate().expect("a key"))), ..self }
    }

    /// The same, speaking through this client.
    #[must_use]
    pub fn over(self, http: &reqwest::Client) -> Self {
        Self { site: Site { http: http.clone(), ..self.site }, ..self }
    }

    /// POST of a form with HTTP Basic; once more with the nonce that a proof is to carry.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let answer = self.post_once(path, form).await;
        if self.key.is_some() && self.site.nonces.note(path, &answer) { self.post_once(path, form).await } else { answer }
    }

    /// A POST of a form with HTTP Basic and no proof, as it goes over the wire.
    #[must_use]
    pub fn wire(&self, path: &str, form: &[(&str, &str)]) -> String {
        wire::text(self.site.http.post(format!("{}{path}", self.site.issuer)).basic_auth(&self.id, Some(&self.secret)).form(form))
    }

    /// A form for `path` with HTTP Basic, in which a test may change anything.
    #[must_use]
    pub fn form(&self, path: &'static str) -> Post {
        Post::of(&self.site, path).basic(&self.id, &self.secret)
    }

    async fn post_once(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut request = self.site.http.post(format!("{}{path}", self.site.issuer)).basic_auth(&self.id, Some(&self.secret)).form(form);
        if let Some(key) = &self.key {
            let (jti, nonce) = (pkce::new_verifier(self.site.entropy.as_ref()), self.site.nonces.newest(path));
            let now = countersign_domain::Clock::now(self.site.clock.as_ref());
            let htu = format!("{}{path}", self.site.issuer);
            let call = Proving { htm: "POST", htu: &htu, access_token: None, nonce: nonce.as_deref() };
            request = request.header("dpop", key.proof(&call, jti.expose(), now).expect("a proof"));
        }
        Answer::read(request.send().await.expect("the service answers")).await
    }

    /// A token for itself.
    pub async fn own(&self) -> String {
        let answer = self.post("/oauth/token", &[("grant_type", "client_credentials")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// Exchanges `parent` for a token for the API with this key; `more` is added.
    pub async fn pass_on(&self, parent: &str, to: &str, more: &[(&str, &str)]) -> Answer {
        let to = audience(to);
        let mut form = vec![("grant_type", GRANT_EXCHANGE), ("subject_token", parent), ("subject_token_type", TYPE_ACCESS_TOKEN), ("audience", to.as_str())];
        form.retain(|(name, _)| !more.iter().any(|(n, _)| n == name));
        form.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/oauth/token", &form).await
    }

    /// As [`Machine::pass_on`], which must go well.
    pub async fn passed_on(&self, parent: &str, to: &str) -> String {
        let answer = self.pass_on(parent, to, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// Asks whether a token counts.
    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("/oauth/introspect", &[("token", token)]).await
    }

    /// Gives a token back.
    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("/oauth/revoke", &[("token", token)]).await
    }
}
