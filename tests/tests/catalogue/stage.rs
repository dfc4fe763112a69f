//! What the attacks are made on: the real service on loopback, people who are signed in, tokens along the chain, and keys of those who
//! have no business there.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Secret;
use countersign_oauth::token::{GRANT_EXCHANGE, TYPE_ACCESS_TOKEN};
use countersign_testkit::{Db, Exchange, ForeignIssuer, Forger, Machine, Person, Post, World, chain::audience, forge};
use serde_json::{Value, json};

use crate::row::{Family, Row};

/// The service with somebody acting.
pub struct Stage {
    /// The service.
    pub world: World,
    /// Acts at the gateway for cus_8812 on ZD-4711, by [`Stage::warrant`].
    pub dana: Person,
    /// dana again, at another console.
    pub elsewhere: Person,
    /// Another agent.
    pub tove: Person,
    /// An admin.
    pub ruth: Person,
    /// dana's.
    pub warrant: Secret,
    /// The gateway's own client.
    pub gateway: Machine,
    /// The ledger's.
    pub ledger: Machine,
    /// A client that no contract names.
    pub stranger: Machine,
    /// A token for the gateway, that the ledger may be called with.
    pub parent: String,
    /// What the service signs with.
    pub ours: Forger,
    /// What somebody else signs with.
    pub theirs: Forger,
    /// An issuer of customers' own tokens that acme trusts.
    pub bank: ForeignIssuer,
    /// What `key-api` proves itself with, see [`Stage::register_key_api`].
    pub app: Forger,
    /// What a family prepared, by name.
    pub kept: BTreeMap<&'static str, String>,
    /// How many tokens there were, and the last line of the trail, before the attack.
    before: (i64, i64),
}

impl Stage {
    /// A stage of its own for a family.
    pub async fn set() -> Self {
        let world = World::with_chain(Db::Sqlite).await;
        let (dana, warrant) = world.acting_at("gateway", &["order:read", "order:refund"]).await;
        let parent = dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
        let (_, ours) = world.signing_key().await;
        let bank = ForeignIssuer::open().await;
        world.engine().trust(vec![bank.trusted("acme", &audience("gateway"), &["order:read", "order:refund"])]).expect("it can be trusted");
        Self {
            elsewhere: world.person("dana").await,
            tove: world.person("tove").await,
            ruth: world.person("ruth").await,
            gateway: world.machine("gateway-api"),
            ledger: world.machine("ledger-api"),
            stranger: world.machine("stranger-api"),
            ours,
            theirs: Forger::new(),
            app: Forger::new(),
            bank,
            kept: BTreeMap::new(),
            before: (0, 0),
            world,
            dana,
            warrant,
            parent,
        }
    }

    /// An exchange of dana's warrant, as it should be.
    pub fn exchange(&self) -> Exchange {
        self.dana.exchange(&self.warrant).with("audience", &audience("gateway"))
    }

    /// The gateway's exchange of what it was called with, for the ledger, as it should be.
    pub fn pass_on(&self) -> Post {
        self.passed_on_by(&self.gateway, &self.parent, "ledger")
    }

    /// An exchange of `token` by `machine` for the API with this key.
    pub fn passed_on_by(&self, machine: &Machine, token: &str, to: &str) -> Post {
        let form = machine.form("/oauth/token").with("grant_type", GRANT_EXCHANGE).with("subject_token", token);
        form.with("subject_token_type", TYPE_ACCESS_TOKEN).with("audience", &audience(to))
    }

    /// The gateway's exchange of `token`, whatever it is.
    pub fn subject(&self, token: &str) -> Post {
        self.pass_on().with("subject_token", token)
    }

    /// The gateway's request for a token for itself.
    pub fn own(&self) -> Post {
        self.gateway.form("/oauth/token").with("grant_type", "client_credentials")
    }

    /// The gateway asks about a token.
    pub fn ask(&self, token: &str) -> Post {
        self.gateway.form("/oauth/introspect").with("token", token)
    }

    /// The parent with another header or other claims, signed with the service's own key: what only a broken service would sign.
    pub fn resigned(&self, change: impl FnOnce(&mut Value, &mut Value)) -> String {
        let (header, claims) = self.changed(change);
        self.ours.sign(header, claims)
    }

    /// Header and claims of the parent, changed.
    pub fn changed(&self, change: impl FnOnce(&mut Value, &mut Value)) -> (Value, Value) {
        let (mut header, mut claims) = (forge::header(&self.parent), forge::claims(&self.parent));
        change(&mut header, &mut claims);
        (header, claims)
    }

    /// What was kept under this name.
    pub fn kept(&self, name: &str) -> &str {
        self.kept.get(name).unwrap_or_else(|| panic!("no `{name}` was prepared"))
    }

    /// The present, in seconds.
    pub fn now(&self) -> i64 {
        countersign_domain::Clock::now(self.world.clock.as_ref()).unix_secs()
    }

    /// Registers `key-api`, which proves itself with [`Stage::app`], and `twin-api`, with the same key.
    pub async fn register_key_api(&self) {
        let mut jwk = self.app.jwk();
        jwk["kid"] = "app-1".into();
        let jwks = json!({ "keys": [jwk] }).to_string();
        for id in ["key-api", "twin-api"] {
            let made = self.ruth.post("/v1/clients", &json!({ "id": id, "name": id, "auth": "private_key_jwt", "jwks": jwks })).await;
            assert_eq!(made.status, 200, "{}", made.body);
        }
    }

    /// Registers a client that proves itself with a secret, and makes it one.
    pub async fn register(&mut self, id: &'static str, auth: &str) {
        let made = self.ruth.post("/v1/clients", &json!({ "id": id, "name": id, "auth": auth })).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let made = self.ruth.post(&format!("/v1/clients/{id}/secrets"), &json!({})).await.json();
        self.kept.insert(id, made["client_secret"].as_str().expect("a secret").to_owned());
    }

    /// What was minted and written so far belongs to the preparation.
    pub async fn settle(&mut self) {
        self.told().await;
        self.before.0 = self.world.minted().await;
    }

    /// The refused lines since the last look, by kind.
    async fn told(&mut self) -> Vec<String> {
        // So that each refusal has its line, however many there are of a kind.
        self.world.engine().tell_refusals(true).await.expect("refusals are told");
        let (place, lines) = self.world.lines_after(self.world.acme, self.before.1).await;
        self.before.1 = place;
        lines.into_iter().filter(|l| format!("{:?}", l.decision) == "Refused").map(|l| l.kind.as_str()).collect()
    }

    /// Whether the attack of a row is refused as the row says; what is different, if not.
    pub async fn refuses(&mut self, row: &Row) -> Result<(), String> {
        self.settle().await;
        let answers = (row.attack)(self).await;
        if let Some(other) = row.expect.missed(&answers) {
            return Err(format!("expected {}, got {other}", row.expect.words()));
        }
        let good = answers.iter().filter(|a| a.status == 200 && a.body.contains("issued_token_type")).count();
        let minted = self.world.minted().await - self.before.0;
        if usize::try_from(minted) != Ok(good) {
            return Err(format!("{minted} tokens were minted, and {good} given"));
        }
        let told: BTreeSet<String> = self.told().await.into_iter().collect();
        let expected: BTreeSet<String> = row.lines.iter().map(|kind| (*kind).to_owned()).collect();
        if told == expected { Ok(()) } else { Err(format!("the trail has refused lines {told:?}")) }
    }

    /// The legitimate call goes well.
    pub async fn goes_well(&mut self, family: &Family) -> Result<(), String> {
        for answer in (family.legitimate)(self).await {
            let active = !answer.body.contains("\"active\":false");
            if !(200..304).contains(&answer.status) || !active {
                return Err(format!("beside it, {} does not work: {} {}", family.beside, answer.status, answer.body));
            }
        }
        Ok(())
    }
}
