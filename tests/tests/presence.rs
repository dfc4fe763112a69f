//! Customers who are present: a service exchanges the customer's own token of a trusted issuer, and nothing washes it.
//!
//! The foreign issuer is a real one that the test drives: own keys at an address, an introspection endpoint. Each refusal stands beside
//! the legitimate call that must go on working.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Clock as _, CustomerId, Secret, contract::Risk};
use countersign_engine::TrustedIssuer;
use countersign_store::StoreError;
use countersign_testkit::{
    Answer, Db, ForeignIssuer, Machine, World,
    chain::{audience, contract},
};
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

#[tokio::test]
async fn a_token_that_is_not_the_customers_own_for_this_api_is_refused() {
    let scene = Scene::on(Db::Sqlite).await;
    let dana = scene.world.person("dana").await;
    let now = scene.now();
    let own = scene.world.issuer.clone();
    let token = |more: Value| scene.token(&more);
    let rows: Vec<(&str, String, &str)> = vec![
        ("an issuer that nobody registered", token(json!({ "iss": "https://login.other.example" })), "rail:trusted-issuer"),
        ("its own address with a slash", token(json!({ "iss": format!("{}/", scene.bank.iss) })), "rail:trusted-issuer"),
        ("no issuer", token(json!({ "iss": null })), "refused"),
        ("our own issuer, forged", token(json!({ "iss": own })), "refused"),
        ("another API", token(json!({ "aud": audience("ledger") })), "rail:customer-token"),
        ("an API that is not there", token(json!({ "aud": "https://api.acme.example/nowhere" })), "rail:customer-token"),
        ("the API by its client's name", token(json!({ "aud": "gateway-api" })), "rail:customer-token"),
        ("several APIs", token(json!({ "aud": [audience("gateway"), audience("ledger")] })), "rail:customer-token"),
        ("no API", token(json!({ "aud": null })), "rail:customer-token"),
        ("expired", token(json!({ "iat": now - 200, "exp": now })), "rail:customer-token"),
        ("for ever", token(json!({ "exp": null })), "rail:customer-token"),
        ("too old", token(json!({ "iat": now - 300 })), "rail:fresh-token"),
        ("of no age", token(json!({ "iat": null })), "rail:customer-token"),
        ("from the future", token(json!({ "iat": now + 60 })), "rail:customer-token"),
        ("not yet", token(json!({ "nbf": now + 60 })), "rail:customer-token"),
        ("an id token by its nonce", token(json!({ "nonce": "n" })), "rail:customer-token"),
        ("an id token by its hash", token(json!({ "at_hash": "h" })), "rail:customer-token"),
        ("an id token by its own word", token(json!({ "typ": "ID" })), "rail:customer-token"),
        ("a refresh token by its own word", token(json!({ "typ": "Refresh" })), "rail:customer-token"),
        ("a token that was passed on", token(json!({ "act": { "sub": "some-api" } })), "rail:customer-token"),
        ("a token that names our agent as actor", token(json!({ "act": { "sub": dana.me.id } })), "rail:customer-token"),
        ("a token that another client may exchange", token(json!({ "may_act": { "sub": "ledger-api" } })), "rail:customer-token"),
        ("a token that is bound", token(json!({ "cnf": { "jkt": "thumb" } })), "rail:customer-token"),
        ("nobody", token(json!({ "sub": "cus_0000" })), "rail:customer"),
        ("a homoglyph", token(json!({ "sub": "\u{441}us_8812" })), "rail:customer"),
        ("one of our people", token(json!({ "sub": dana.me.id })), "rail:customer"),
        ("one of our clients", token(json!({ "sub": "ledger-api" })), "rail:customer"),
        ("the console", token(json!({ "sub": "console" })), "rail:customer"),
        ("a customer in another case", token(json!({ "sub": "CUS_8812" })), "rail:customer"),
    ];
    for (what, subject, code) in rows {
        let refused = scene.exchange(&subject).await;
        assert_eq!((refused.status, refused.error().as_str(), reason(&refused).as_str()), (400, "invalid_request", code), "{what}: {}", refused.body);
        let told = refused.json()["error_description"].as_str().unwrap().to_owned();
        assert!(told.contains("accepted are live tokens of this service for your API"), "{what}: {told}");
        scene.at_the_ledger(&json!({})).await;
    }
    let lines = scene.lines().await;
    let told = |rule: &str| lines.iter().find(|l| l["rules"] == json!([rule])).unwrap_or_else(|| panic!("{rule}"));
    assert_eq!(
        (&told("rail:trusted-issuer")["decision"], &told("rail:trusted-issuer")["issuer"]),
        (&json!("refused"), &Value::Null),
        "what it calls itself is not repeated"
    );
    assert_eq!(told("rail:customer-token")["issuer"], scene.bank.iss);
    scene.at_the_ledger(&json!({ "may_act": { "sub": "gateway-api" } })).await;
    scene.at_the_ledger(&json!({ "aud": [audience("gateway")] })).await;
    scene.at_the_ledger(&json!({ "iat": now - 299 })).await;
}

#[tokio::test]
async fn a_header_chooses_neither_key_nor_algorithm() {
    let scene = Scene::on(Db::Sqlite).await;
    let stranger = ForeignIssuer::open().await;
    let jwk = scene.bank.public_jwk();
    let unsigned = |alg: &str| {
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}.", part(json!({ "alg": alg, "typ": "at+jwt", "kid": "k1" })), part(scene.said()))
    };
    let by_stranger = |header: Value| {
        let mut head = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" });
        head.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
        stranger.sign(&head, &scene.said())
    };
    let jku = format!("{}/jwks", stranger.iss);
    let rows = vec![
        ("no signature", unsigned("none")),
        ("no signature, in capitals", unsigned("NONE")),
        ("the public key as a shared secret", scene.signed(&json!({ "alg": "HS256" }), &json!({}))),
        ("another curve", scene.signed(&json!({ "alg": "ES384" }), &json!({}))),
        ("an algorithm that the issuer is not registered with", scene.signed(&json!({ "alg": "EdDSA" }), &json!({}))),
        ("a stranger's signature", by_stranger(json!({}))),
        ("a key in the header", by_stranger(json!({ "jwk": stranger.public_jwk() }))),
        ("its own key in the header", scene.signed(&json!({ "jwk": jwk }), &json!({}))),
        ("an address of keys in the header", by_stranger(json!({ "jku": jku }))),
        ("a certificate's address in the header", by_stranger(json!({ "x5u": jku }))),
        ("something critical", scene.signed(&json!({ "crit": ["exp"] }), &json!({}))),
        ("an id token's kind", scene.signed(&json!({ "typ": "JWT" }), &json!({}))),
        ("no kind", scene.signed(&json!({ "typ": null }), &json!({}))),
        ("a kind of ours", scene.signed(&json!({ "typ": "token-introspection+jwt" }), &json!({}))),
    ];
    for (what, token) in rows {
        let refused = scene.exchange(&token).await;
        assert_eq!((refused.status, refused.error().as_str()), (400, "invalid_request"), "{what}: {}", refused.body);
        scene.at_the_ledger(&json!({})).await;
    }
    assert_eq!(stranger.reads(), 0, "nobody was asked because a token said so");
    let mut plain = scene.registered();
    plain.issuer.typ = vec!["JWT".into()];
    scene.trust(vec![plain]);
    assert_eq!(scene.exchange(&scene.signed(&json!({ "typ": "JWT" }), &json!({}))).await.status, 200, "where it is registered so");
    assert_eq!(scene.exchange(&scene.token(&json!({}))).await.status, 400);
}

#[tokio::test]
async fn an_issuer_is_trusted_by_one_company_for_its_own_customers() {
    let scene = Scene::on(Db::Sqlite).await;
    let world = &scene.world;
    // The other company has the same customer's name and the same audience, and a gateway of its own.
    let secret = Secret::new("secret-of-globex-gate-with-enough-length".into());
    world.engine().client_register(world.globex, "globex-gate", &secret).await.unwrap();
    for key in ["ledger", "bank", "notify", "archive", "vault", "gateway"] {
        let mut theirs = contract(key);
        theirs.client = Some("globex-gate".into());
        world.engine().contract_register(world.globex, theirs).await.unwrap();
    }
    let mut theirs = world.machine("gateway-api");
    (theirs.id, theirs.secret) = ("globex-gate".into(), secret.expose().into());
    let refused = theirs.pass_on(&scene.token(&json!({})), "ledger", &[]).await;
    assert_eq!(reason(&refused), "rail:trusted-issuer", "{}", refused.body);
    let elsewhere = CustomerId::new(world.clock.now(), world.engine().entropy());
    let globex = world.globex;
    let made = world.store.write::<_, StoreError, _>(move |tx| Box::pin(async move { tx.customer_upsert(globex, "cus_globex", elsewhere).await }));
    made.await.unwrap();
    let theirs_alone = scene.token(&json!({ "sub": "cus_globex" }));
    assert_eq!(reason(&scene.exchange(&theirs_alone).await), "rail:customer", "a customer of another company");
    let both = vec![scene.registered(), scene.bank.trusted(&world.globex.to_string(), &audience("gateway"), &MAPPED)];
    scene.trust(both);
    let token = scene.token(&json!({}));
    let (ours, other) = (scene.exchange(&token).await, theirs.pass_on(&token, "ledger", &[]).await);
    let tenant = |answer: &Answer| claims(answer.json()["access_token"].as_str().unwrap())["tenant"].clone();
    assert_eq!((tenant(&ours), tenant(&other)), (json!(world.acme.to_string()), json!(world.globex.to_string())), "each its own");
    assert_eq!(theirs.pass_on(&theirs_alone, "ledger", &[]).await.status, 200);
    let child = ours.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(theirs.introspect(&child).await.json(), json!({ "active": false }));
    assert_eq!(theirs.pass_on(&child, "bank", &[]).await.error(), "invalid_request");

    let fails = |trusted: TrustedIssuer, says: &str| {
        let told = world.engine().trust(vec![scene.registered(), trusted]).unwrap_err().to_string();
        assert!(told.contains(says), "{told}");
    };
    let mut own = scene.registered();
    own.issuer.issuer = world.issuer.clone();
    fails(own, "the service itself");
    fails(scene.registered(), "registered twice");
    assert_eq!(theirs.pass_on(&scene.token(&json!({})), "ledger", &[]).await.status, 200, "those before stay");
}

#[tokio::test]
async fn only_the_client_of_the_api_that_the_customer_called_shows_their_token() {
    let scene = Scene::on(Db::Sqlite).await;
    let (world, token) = (&scene.world, scene.token(&json!({})));
    let child = scene.at_the_ledger(&json!({})).await;
    for thief in ["stranger-api", "ledger-api", "bank-api"] {
        let refused = world.machine(thief).pass_on(&token, "ledger", &[]).await;
        assert_eq!((refused.error().as_str(), reason(&refused).as_str()), ("invalid_request", "rail:customer-token"), "{thief}: {}", refused.body);
    }
    // What came of it is passed on by its own audience's client alone, and never comes back as the first actor.
    assert_eq!(scene.gateway().pass_on(&child, "bank", &[]).await.error(), "invalid_request");
    let at = "urn:ietf:params:oauth:token-type:access_token";
    let (dana, theirs) = (world.person("dana").await, world.machine("ledger-api").own().await);
    let console = dana.exchange(&Secret::new(token.clone())).with("subject_token_type", at).with("audience", &audience("ledger"));
    assert_eq!(console.send().await.error(), "unauthorized_client", "a console shows no customer's token");
    for (what, actor) in [("a person's token", dana.access.expose()), ("another machine's", theirs.as_str()), ("the customer's own", token.as_str())] {
        let refused = scene.gateway().pass_on(&token, "ledger", &[("actor_token", actor), ("actor_token_type", at)]).await;
        assert_eq!(refused.error(), "invalid_request", "{what} as actor token: {}", refused.body);
    }
    let own = scene.gateway().own().await;
    assert_eq!(scene.gateway().pass_on(&token, "ledger", &[("actor_token", &own), ("actor_token_type", at)]).await.status, 200);
    for (what, subject) in [
        ("its own token", own.as_str()),
        ("a person's first-party token", dana.access.expose()),
        ("a refresh token", "csr_AAAAAAAA"),
        ("a bank's refresh token", "opaque-0123456789"),
    ] {
        assert_eq!(scene.exchange(subject).await.error(), "invalid_request", "{what}");
    }
    let typed = [("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")];
    assert_eq!(scene.gateway().pass_on(&token, "ledger", &typed).await.error(), "invalid_request");
    assert_eq!(scene.exchange(&token).await.status, 200);
    // A foreign token is no token of ours anywhere else.
    assert_eq!(scene.gateway().introspect(&token).await.json(), json!({ "active": false }));
}

#[tokio::test]
async fn what_is_not_mapped_or_called_is_not_reached() {
    let scene = Scene::on(Db::Sqlite).await;
    let gateway = scene.gateway();
    let (token, other) = (scene.token(&json!({})), scene.token(&json!({ "scope": "openid profile order:refund", "jti": "two" })));
    for (what, subject, to, scope, error, code) in [
        ("a scope that is not mapped", &other, "ledger", "", "invalid_target", "rail:reach"),
        ("an API that nothing mapped calls", &token, "vault", "", "invalid_target", "rail:reach"),
        ("a hop further than the next", &token, "bank", "", "invalid_target", "rail:reach"),
        ("back to where it is", &token, "gateway", "", "invalid_target", "rail:reach"),
        ("an API that is not there", &token, "nowhere", "", "invalid_target", "rail:reach"),
        ("an action that nothing mapped calls", &token, "ledger", "ledger:close", "invalid_scope", "rail:only-downhill"),
        ("one action more", &token, "ledger", "ledger:read ledger:close", "invalid_scope", "rail:only-downhill"),
        ("the issuer's own value", &token, "ledger", "orders", "invalid_scope", "rail:only-downhill"),
    ] {
        let refused = gateway.pass_on(subject, to, &[("scope", scope)]).await;
        assert_eq!((refused.status, refused.error().as_str(), reason(&refused).as_str()), (400, error, code), "{what}: {}", refused.body);
        assert_eq!(gateway.pass_on(&token, "ledger", &[]).await.json()["scope"], "ledger:post ledger:read", "beside: {what}");
    }
    // Children shrink as all do: what only reads passes nothing on.
    let reads = gateway.pass_on(&token, "ledger", &[("scope", "ledger:read")]).await.json();
    let ledger = scene.world.machine("ledger-api");
    assert_eq!(ledger.pass_on(reads["access_token"].as_str().unwrap(), "bank", &[]).await.error(), "invalid_target");
}

#[tokio::test]
async fn what_owes_signatures_is_never_reached_without_a_case() {
    let scene = Scene::on(Db::Sqlite).await;
    let (world, gateway) = (&scene.world, scene.gateway());
    let mut wide = contract("gateway");
    wide.actions[2].calls.push(countersign_domain::hop::Hop { audience: audience("ledger"), scope: "ledger:close".into() });
    world.engine().contract_register(world.acme, wide.clone()).await.unwrap();
    let token = scene.token(&json!({}));
    let refused = gateway.pass_on(&token, "ledger", &[("scope", "ledger:close")]).await;
    assert_eq!((refused.error().as_str(), reason(&refused).as_str()), ("invalid_scope", "rail:needs-case"), "{}", refused.body);
    assert_eq!(gateway.pass_on(&token, "ledger", &[]).await.json()["scope"], "ledger:post ledger:read", "what is left when nothing is named");

    // Nor behind an action of little risk.
    let child = scene.at_the_ledger(&json!({})).await;
    let mut bank = contract("bank");
    bank.actions[0].risk = Risk::High;
    world.engine().contract_register(world.acme, bank).await.unwrap();
    assert_eq!(reason(&gateway.pass_on(&token, "ledger", &[("scope", "ledger:post")]).await), "rail:needs-case");
    assert_eq!(gateway.pass_on(&token, "ledger", &[]).await.json()["scope"], "ledger:read");
    let ledger = world.machine("ledger-api");
    assert_eq!(ledger.introspect(&child).await.json(), json!({ "active": false }), "what was minted before counts no more");
    assert_eq!(reason(&ledger.pass_on(&child, "bank", &[]).await), "rail:needs-case");

    // Nor by an action that itself owes them.
    wide.actions[2].risk = Risk::High;
    world.engine().contract_register(world.acme, wide).await.unwrap();
    assert_eq!(reason(&gateway.pass_on(&token, "ledger", &[("scope", "ledger:read")]).await), "rail:needs-case");
    world.engine().contract_register(world.acme, contract("gateway")).await.unwrap();
    world.engine().contract_register(world.acme, contract("bank")).await.unwrap();
    assert_eq!(scene.exchange(&token).await.status, 200);
}

#[tokio::test]
async fn an_older_token_counts_if_its_issuer_vouches_for_it_now() {
    let scene = Scene::on(Db::Sqlite).await;
    let now = scene.now();
    let old = scene.token(&json!({ "iat": now - 900, "exp": now + 120 }));
    assert_eq!(reason(&scene.exchange(&old).await), "rail:fresh-token", "nobody is asked");
    scene.trust(vec![scene.bank.asked_about(scene.registered())]);
    let good = json!({ "active": true, "sub": "cus_8812", "iss": scene.bank.iss, "aud": audience("gateway") });
    let with = |name: &str, value: Value| {
        let mut answer = good.clone();
        answer[name] = value;
        answer
    };
    for (what, answer) in [
        ("not active", json!({ "active": false })),
        ("nobody named", json!({ "active": true })),
        ("another customer", with("sub", json!("cus_3051"))),
        ("another API", with("aud", json!(audience("ledger")))),
        ("another issuer", with("iss", json!("https://login.other.example"))),
        ("over", with("exp", json!(now))),
    ] {
        scene.bank.says(answer);
        assert_eq!(reason(&scene.exchange(&old).await), "rail:fresh-token", "{what}");
        scene.bank.says(good.clone());
        assert_eq!(scene.exchange(&old).await.status, 200, "beside: {what}");
    }
    assert!(scene.bank.asked().contains(&format!("token={old}")) && scene.bank.asked().to_ascii_lowercase().contains("authorization: basic"));
    let child = scene.exchange(&old).await.json();
    assert!(child["expires_in"].as_i64().unwrap() <= 120, "never longer than the customer's own: {child}");
    let over = scene.token(&json!({ "iat": now - 900, "exp": now - 1 }));
    assert_eq!(reason(&scene.exchange(&over).await), "rail:customer-token", "expired stays expired, whatever its issuer says");
    scene.bank.set_down(true);
    let down = scene.exchange(&old).await;
    assert_eq!((down.status, down.error().as_str()), (503, "temporarily_unavailable"), "{}", down.body);
    assert_eq!(scene.exchange(&scene.token(&json!({}))).await.status, 200, "a fresh one needs nobody's word");
}

#[tokio::test]
async fn keys_are_read_anew_when_they_change_and_nothing_is_minted_while_they_can_t_be() {
    let scene = Scene::on(Db::Sqlite).await;
    let fresh = |kid: &str| scene.signed(&json!({ "kid": kid }), &json!({}));
    scene.bank.set_down(true);
    let down = scene.exchange(&fresh("k1")).await;
    assert_eq!((down.status, down.error().as_str()), (503, "temporarily_unavailable"), "{}", down.body);
    assert_eq!(scene.bank.reads(), 1);
    assert_eq!(scene.exchange(&fresh("k1")).await.status, 503);
    assert_eq!(scene.bank.reads(), 1, "who did not answer is left alone for a moment");
    scene.bank.set_down(false);
    scene.world.clock.advance(Duration::from_secs(3));
    for _ in 0..3 {
        assert_eq!(scene.exchange(&fresh("k1")).await.status, 200);
    }
    assert_eq!(scene.bank.reads(), 2, "kept once they are read");

    let before = scene.world.clock.now();
    scene.bank.rotate("k2");
    for _ in 0..3 {
        assert_eq!(scene.exchange(&fresh("k3")).await.error(), "invalid_request", "a name that nobody has");
    }
    assert_eq!(scene.bank.reads(), 2, "however many tokens name it, not at once");
    scene.world.clock.advance(Duration::from_secs(11));
    assert_eq!(scene.exchange(&fresh("k1")).await.status, 200, "what was read a moment ago is gone by");
    assert_eq!(scene.exchange(&fresh("k2")).await.status, 200, "a new name is asked for");
    assert_eq!(scene.bank.reads(), 3);
    assert_eq!(reason(&scene.exchange(&fresh("k1")).await), "rail:customer-token", "and what was taken out is gone with that");

    // A key that is taken out without another in its place is gone by for five minutes at most.
    scene.bank.rotate("k4");
    assert_eq!(scene.exchange(&fresh("k2")).await.status, 200);
    scene.world.clock.advance(Duration::from_mins(5));
    assert_eq!(reason(&scene.exchange(&fresh("k2")).await), "rail:customer-token");
    assert_eq!(scene.exchange(&fresh("k4")).await.status, 200);
    scene.bank.set_down(true);
    scene.world.clock.advance(Duration::from_mins(5));
    assert_eq!(scene.exchange(&fresh("k4")).await.status, 503, "nobody is believed by keys that are old");
    assert!(scene.world.clock.now() > before);
    let lines = scene.lines().await;
    let refused = lines.iter().rfind(|l| l["decision"] == "refused").unwrap();
    assert_eq!((&refused["rules"], &refused["issuer"]), (&json!(["issuer-unreachable"]), &json!(scene.bank.iss)), "{refused}");
}

#[tokio::test]
async fn what_came_of_it_ends_with_what_it_stands_on() {
    for db in [Db::Sqlite, Db::Postgres] {
        let scene = Scene::on(db).await;
        let (world, gateway, ledger, bank) = (&scene.world, scene.gateway(), scene.world.machine("ledger-api"), scene.world.machine("bank-api"));
        let child = scene.at_the_ledger(&json!({})).await;
        let grandchild = ledger.passed_on(&child, "bank").await;
        let alive = || async { (ledger.introspect(&child).await.json()["active"].clone(), bank.introspect(&grandchild).await.json()["active"].clone()) };
        let (yes, no) = ((json!(true), json!(true)), (json!(false), json!(false)));
        assert_eq!(alive().await, yes);

        scene.trust(Vec::new());
        assert_eq!(alive().await, no, "its issuer is no longer trusted");
        assert_eq!(ledger.pass_on(&child, "bank", &[]).await.error(), "invalid_request");
        scene.trust(vec![scene.registered()]);
        assert_eq!(alive().await, yes);

        let ruth = world.person("ruth").await;
        for (disabled, expected) in [(true, &no), (false, &yes)] {
            assert_eq!(ruth.post("/v1/clients/gateway-api", &json!({ "disabled": disabled })).await.status, 200);
            assert_eq!(alive().await, *expected, "its client is disabled: {disabled}");
        }
        let mut moved = contract("gateway");
        moved.client = Some("stranger-api".into());
        world.engine().contract_register(world.acme, moved).await.unwrap();
        assert_eq!(alive().await, no, "its API has another client");
        world.engine().contract_register(world.acme, contract("gateway")).await.unwrap();

        assert_eq!(ledger.revoke(&child).await.error(), "unauthorized_client", "it was issued to the gateway");
        let sister = scene.at_the_ledger(&json!({})).await;
        assert_eq!(alive().await, yes);
        assert_eq!(gateway.revoke(&child).await.status, 200);
        assert_eq!(alive().await, no, "revoked, and its children with it");
        assert_eq!(ledger.pass_on(&child, "bank", &[]).await.error(), "invalid_request");
        assert_eq!(ledger.introspect(&sister).await.json()["active"], true, "its sister lives");
        let lines = world.trail(&world.person("ines").await).await;
        let line = lines.iter().rfind(|l| l["kind"] == "token.revoke").unwrap();
        assert_eq!((&line["subject_name"], &line["issuer"]), (&json!("cus_8812"), &json!(scene.bank.iss)), "{line}");
    }
}

#[tokio::test]
async fn a_child_never_outlives_what_it_stands_on_and_all_of_it_is_dropped() {
    let scene = Scene::on(Db::Sqlite).await;
    let (world, now) = (&scene.world, scene.now());
    let token = scene.token(&json!({ "exp": now + 90 }));
    let short = scene.exchange(&token).await.json();
    assert_eq!(short["expires_in"], 90);
    let mut capped = scene.registered();
    capped.issuer.token_ttl_s = 40;
    scene.trust(vec![capped]);
    let child = scene.exchange(&token).await.json();
    assert_eq!(child["expires_in"], 40, "the issuer's own cap");
    world.clock.advance(Duration::from_secs(30));
    let ledger = world.machine("ledger-api");
    let further = ledger.pass_on(child["access_token"].as_str().unwrap(), "bank", &[]).await.json();
    assert_eq!(further["expires_in"], 10, "its parent's end");
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(reason(&scene.exchange(&token).await), "rail:customer-token", "it has expired");
    assert_eq!(ledger.introspect(short["access_token"].as_str().unwrap()).await.json(), json!({ "active": false }));

    world.clock.advance(Duration::from_hours(2));
    let dropped = world.engine().prune().await.unwrap();
    let count = |name: &str| dropped.iter().find(|(what, _)| what.as_str() == name).unwrap().1;
    assert_eq!((count("token"), count("presence")), (3, 1));
    scene.at_the_ledger(&json!({})).await;
}
