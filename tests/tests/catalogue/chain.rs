//! Along the chain: a token that was found is of no use, nothing comes back clean, and what ended takes its children along.

use countersign_domain::{
    Secret,
    contract::{Contract, Mode},
};
use countersign_testkit::chain::{audience, contract};
use futures::FutureExt as _;
use serde_json::json;

use crate::{
    row::{Expect, Family, Go as _, INVALID_PROOF, INVALID_REQUEST, INVALID_TARGET, Row, Tried, UNAUTHORIZED, row},
    stage::Stage,
};

const LINE: &str = "token.exchange";

pub fn family() -> Family {
    Family {
        room: "chain",
        title: "A token that was passed on is misused",
        beside: "the gateway's exchange for the ledger",
        prepare: |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                let at_bank = s.ledger.passed_on(&child, "bank").await;
                let looped = s.world.machine("bank-api").passed_on(&at_bank, "gateway").await;
                let handle = s.world.machine("bank-api").passed_on(&at_bank, "notify").await;
                let bound = s.world.machine("notify-api").with_key().pass_on(&handle, "archive", &[]).await;
                let bound = bound.json()["access_token"].as_str().expect("a token").to_owned();
                s.kept.extend([("child", child), ("at bank", at_bank), ("looped", looped), ("handle", handle), ("bound", bound)]);
            }
            .boxed()
        },
        legitimate: |s| s.pass_on().go(),
        rows: [found(), shape(), ended()].into_iter().flatten().collect(),
    }
}

/// An exchange of what was kept under this name, by a machine, for an API.
fn by(machine: &'static str, token: &'static str, to: &'static str) -> impl for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static {
    move |s| {
        let token = if token == "parent" { s.parent.clone() } else { s.kept(token).to_owned() };
        s.passed_on_by(&s.world.machine(machine), &token, to).go()
    }
}

fn found() -> Vec<Row> {
    let refused = |name: &'static str, section: &'static str, machine, token, to| row(name, section, INVALID_REQUEST, by(machine, token, to)).told(LINE);
    vec![
        refused("a token that a stranger found in a log", "RFC 8693 §5, RFC 9700 §4.9", "stranger-api", "parent", "ledger"),
        refused("a token at the API that is called next, which was not called with it", "RFC 8693 §4.4", "ledger-api", "parent", "bank"),
        refused("a token at the end of the chain, by its first service", "RFC 8693 §4.4", "gateway-api", "at bank", "notify"),
        refused("its own child, which is for another", "RFC 8693 §4.4", "gateway-api", "child", "bank"),
        refused("an opaque token by somebody else", "RFC 8693 §4.4", "bank-api", "handle", "archive"),
        refused("an opaque token that a stranger found", "RFC 9700 §4.9", "stranger-api", "handle", "archive"),
        refused("a bound token that a stranger found", "RFC 9449 §11.1", "stranger-api", "bound", "vault"),
        row("an opaque token with one sign changed", "RFC 6819 §4.6.3", INVALID_REQUEST, |s| {
            let token = s.kept("handle").to_owned();
            let last = if token.ends_with('A') { "B" } else { "A" };
            s.passed_on_by(&s.world.machine("notify-api"), &format!("{}{last}", &token[..token.len() - 1]), "archive").go()
        })
        .told(LINE),
        row("a service's token at another company's client", "RFC 8693 §5", INVALID_REQUEST, |s| {
            s.pass_on().basic("globex-api", countersign_testkit::world::CLIENT_SECRET).go()
        }),
        row("a service's token at the agent's console", "RFC 8693 §4.1", UNAUTHORIZED, |s| {
            let child = Secret::new(s.kept("child").to_owned());
            s.dana.exchange(&child).with("subject_token_type", countersign_oauth::token::TYPE_ACCESS_TOKEN).with("audience", &audience("bank")).go()
        })
        .told("token.exchange"),
    ]
}

fn shape() -> Vec<Row> {
    vec![
        row(
            "a loop: the same service twice",
            "RFC 8693 §4.1, docs/decisions/0012",
            Expect::Because("invalid_request", "rail:no-loops"),
            by("gateway-api", "looped", "ledger"),
        )
        .told(LINE),
        row("a sixth actor", "RFC 8693 §4.1, docs/decisions/0012", Expect::Because("invalid_request", "rail:chain"), by("archive-api", "bound", "vault"))
            .told(LINE),
        row("an API that takes bound tokens only, without a proof", "RFC 9449 §5", INVALID_REQUEST, by("notify-api", "handle", "archive")).told(LINE),
        row("the same, with a proof that is none", "RFC 9449 §5", INVALID_PROOF, |s| {
            let token = s.kept("handle").to_owned();
            s.passed_on_by(&s.world.machine("notify-api"), &token, "archive").head("dpop", "e30.e30.e30").go()
        }),
        row("a JWT where the contract has opaque tokens", "RFC 8693 §2.1", INVALID_REQUEST, |s| {
            let token = s.kept("at bank").to_owned();
            let form = s.passed_on_by(&s.world.machine("bank-api"), &token, "notify");
            form.with("requested_token_type", "urn:ietf:params:oauth:token-type:jwt").go()
        })
        .told(LINE),
        row(
            "washing: the child exchanged for the first API again, by its first service",
            "keycloak #52691, RFC 8693 §4.1",
            INVALID_REQUEST,
            by("gateway-api", "child", "gateway"),
        )
        .told(LINE),
        row(
            "washing: back along the chain",
            "keycloak #52691, RFC 8693 §4.1",
            Expect::Because("invalid_target", "rail:reach"),
            by("ledger-api", "child", "gateway"),
        )
        .told(LINE),
        row("a chain that skips a link", "RFC 8693 §5, docs/decisions/0012", INVALID_TARGET, by("gateway-api", "parent", "notify")).told(LINE),
        row("a token of a part reaches what another part called", "RFC 8693 §5", INVALID_TARGET, |s| {
            async move {
                let narrow = s.exchange().with("scope", "order:read").token().await;
                s.settle().await;
                s.subject(&narrow).go().await
            }
            .boxed()
        })
        .told(LINE),
        row("an action that a contract took back since", "RFC 8693 §5, docs/decisions/0012", Expect::Refused(400, "invalid_scope"), |s| {
            async move {
                let mut shrunk = contract("ledger");
                shrunk.actions.retain(|a| a.scope != "ledger:post");
                s.world.engine().contract_register(s.world.acme, shrunk).await.expect("a contract");
                let refused = s.pass_on().with("scope", "ledger:post").go().await;
                s.world.engine().contract_register(s.world.acme, contract("ledger")).await.expect("a contract");
                refused
            }
            .boxed()
        })
        .told(LINE),
        row("a contract's new client, whom the token does not name", "RFC 8693 §4.4", INVALID_REQUEST, |s| {
            async move {
                let moved = Contract { client: Some("stranger-api".into()), ..contract("gateway") };
                s.world.engine().contract_register(s.world.acme, moved).await.expect("a contract");
                let refused = s.passed_on_by(&s.stranger, &s.parent, "ledger").go().await;
                s.world.engine().contract_register(s.world.acme, contract("gateway")).await.expect("a contract");
                refused
            }
            .boxed()
        })
        .told(LINE),
        row("an API that no longer takes tokens of people who are named", "RFC 8693 §1.1", INVALID_TARGET, |s| {
            async move {
                let hidden = Contract { modes: vec![Mode::Impersonation], ..contract("ledger") };
                s.world.engine().contract_register(s.world.acme, hidden).await.expect("a contract");
                let refused = s.pass_on().go().await;
                s.world.engine().contract_register(s.world.acme, contract("ledger")).await.expect("a contract");
                refused
            }
            .boxed()
        })
        .told(LINE),
    ]
}

/// What ended, beside a sister that lives.
fn ended() -> Vec<Row> {
    vec![
        row("a token that was given back", "RFC 7009 §2.2", INVALID_REQUEST, |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                assert_eq!(s.gateway.revoke(&child).await.status, 200);
                s.settle().await;
                s.passed_on_by(&s.ledger, &child, "bank").go().await
            }
            .boxed()
        })
        .told(LINE),
        row("the child of a token that was given back", "RFC 7009 §2.1", INVALID_REQUEST, |s| {
            async move {
                let child = s.gateway.passed_on(&s.parent, "ledger").await;
                let grandchild = s.ledger.passed_on(&child, "bank").await;
                assert_eq!(s.gateway.revoke(&child).await.status, 200);
                s.settle().await;
                s.passed_on_by(&s.world.machine("bank-api"), &grandchild, "notify").go().await
            }
            .boxed()
        })
        .told(LINE),
        row(
            "a token of a delegation that was ended",
            "RFC 9700 §2.2, docs/decisions/0003",
            Expect::Because("invalid_request", "rail:delegation-ended"),
            |s| {
                async move {
                    let (old, dlg) = (s.parent.clone(), countersign_testkit::forge::claims(&s.parent)["dlg"].as_str().expect("a delegation").to_owned());
                    assert_eq!(s.dana.post(&format!("/v1/delegations/{dlg}/end"), &json!({})).await.status, 200);
                    let (dana, warrant) = s.world.acting_at("gateway", &["order:read", "order:refund"]).await;
                    s.parent = dana.exchange(&warrant).with("audience", &audience("gateway")).token().await;
                    (s.dana, s.warrant) = (dana, warrant);
                    s.settle().await;
                    s.subject(&old).go().await
                }
                .boxed()
            },
        )
        .told(LINE),
    ]
}
