//! Customers who are present: a service exchanges the customer's own token of a trusted issuer, and nothing washes it.
//!
//! The foreign issuer is a real one that the test drives: own keys at an address, an introspection endpoint. Each refusal stands beside
//! the legitimate call that must go on working.

mod issuers;
mod reach;
mod refused;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::Clock as _;
use countersign_engine::TrustedIssuer;
use countersign_testkit::{Answer, Db, ForeignIssuer, Machine, World, chain::audience};
use serde_json::{Value, json};

/// What the bank's `orders` stands for at the gateway.
const MAPPED: [&str; 2] = ["order:read", "order:refund"];

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

fn reason(answer: &Answer) -> String {
    answer.json()["countersign_code"].as_str().unwrap_or_default().to_owned()
}

/// The world, and a bank that acme trusts.
struct Scene {
    world: World,
    bank: ForeignIssuer,
}

impl Scene {
    async fn on(db: Db) -> Self {
        let (world, bank) = (World::with_chain(db).await, ForeignIssuer::open().await);
        let scene = Self { world, bank };
        scene.trust(vec![scene.registered()]);
        scene
    }

    fn registered(&self) -> TrustedIssuer {
        self.bank.trusted("acme", &audience("gateway"), &MAPPED)
    }

    fn trust(&self, issuers: Vec<TrustedIssuer>) {
        self.world.engine().trust(issuers).expect("they can be trusted");
    }

    fn now(&self) -> i64 {
        self.world.clock.now().unix_secs()
    }

    /// What a customer's access token says.
    fn said(&self) -> Value {
        let now = self.now();
        json!({
            "iss": self.bank.iss, "sub": "cus_8812", "aud": audience("gateway"), "client_id": "mobile-app", "scope": "openid orders",
            "iat": now, "exp": now + 600, "jti": "one"
        })
    }

    /// A token that says this, with these claims more.
    fn token(&self, more: &Value) -> String {
        self.signed(&json!({}), more)
    }

    fn signed(&self, header: &Value, more: &Value) -> String {
        let (mut head, mut said) = (json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" }), self.said());
        for (object, more) in [(&mut head, header), (&mut said, more)] {
            for (name, value) in more.as_object().expect("an object") {
                object[name] = value.clone();
            }
        }
        self.bank.sign(&head, &said)
    }

    fn gateway(&self) -> Machine {
        self.world.machine("gateway-api")
    }

    /// The gateway exchanges this for a token for the ledger.
    async fn exchange(&self, token: &str) -> Answer {
        self.gateway().pass_on(token, "ledger", &[]).await
    }

    /// A token for the ledger, of a customer who is present.
    async fn at_the_ledger(&self, more: &Value) -> String {
        let answer = self.exchange(&self.token(more)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    async fn lines(&self) -> Vec<Value> {
        let lines = self.world.trail(&self.world.person("ines").await).await;
        lines.into_iter().filter(|l| l["kind"] == "token.exchange").collect()
    }
}

#[tokio::test]
async fn a_service_acts_for_a_customer_who_is_present() {
    for db in [Db::Sqlite, Db::Postgres] {
        let scene = Scene::on(db).await;
        let token = scene.token(&json!({}));
        let answer = scene.gateway().pass_on(&token, "ledger", &[("scope", "ledger:post")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let child = answer.json()["access_token"].as_str().unwrap().to_owned();
        let said = claims(&child);
        assert_eq!((&said["sub"], &said["act"], &said["aud"]), (&json!("cus_8812"), &json!({ "sub": "gateway-api" }), &json!(audience("ledger"))));
        assert_eq!((&said["scope"], &said["client_id"]), (&json!("ledger:post"), &json!("gateway-api")));
        assert!(said["case"].is_null() && said["dlg"].is_null(), "there is none: {said}");
        assert_eq!(said["tenant"], scene.world.acme.to_string());
        assert!(said["exp"].as_i64() <= Some(scene.now() + 300));

        // An API calls two, or one twice: it is one transaction.
        let jwt = [("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"), ("scope", "ledger:read")];
        let second = scene.gateway().pass_on(&token, "ledger", &jwt).await.json();
        let again = claims(second["access_token"].as_str().unwrap());
        assert_eq!(again["txn"], said["txn"]);
        assert_ne!(claims(&scene.at_the_ledger(&json!({ "jti": "two" })).await)["txn"], said["txn"], "another token is another");

        let ledger = scene.world.machine("ledger-api");
        let live = ledger.introspect(&child).await.json();
        assert_eq!((&live["active"], &live["act"], &live["sub"]), (&json!(true), &said["act"], &said["sub"]));
        let at_bank = ledger.passed_on(&child, "bank").await;
        let further = claims(&at_bank);
        assert_eq!(further["act"], json!({ "sub": "ledger-api", "act": { "sub": "gateway-api" } }));
        assert_eq!((&further["txn"], &further["sub"]), (&said["txn"], &said["sub"]));
        assert!(further["exp"].as_i64() <= said["exp"].as_i64());

        let lines = scene.lines().await;
        let first = &lines[0];
        assert_eq!(
            (&first["actor"]["id"], &first["subject_name"], &first["issuer"]),
            (&json!("gateway-api"), &json!("cus_8812"), &json!(scene.bank.iss)),
            "{first}"
        );
        assert_eq!((&first["resource"], &first["decision"], &first["transaction"]), (&json!("The ledger"), &json!("allowed"), &said["txn"]));
        assert!(first["delegation"].is_null() && first["case"].is_null());
        assert_eq!(lines.last().unwrap()["actor"]["id"], "ledger-api");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_shown_many_times_at_once_is_one_transaction() {
    for db in [Db::Sqlite, Db::Postgres] {
        let scene = Scene::on(db).await;
        let token = scene.token(&json!({}));
        let answers = futures::future::join_all((0..8).map(|_| scene.exchange(&token))).await;
        let minted: Vec<Value> = answers.iter().filter(|a| a.status == 200).map(|a| claims(a.json()["access_token"].as_str().unwrap())).collect();
        assert_eq!(minted.len(), 8, "{:?}", answers.iter().map(|a| &a.body).collect::<Vec<_>>());
        assert!(minted.iter().all(|said| said["txn"] == minted[0]["txn"]), "{minted:?}");
        assert_eq!(scene.bank.reads(), 1, "and its keys are read once");
    }
}
