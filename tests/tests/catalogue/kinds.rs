//! Every kind of token of ours wherever another kind belongs (RFC 8725 §3.11, §3.12): the product of two lists.

use countersign_domain::Secret;
use countersign_oauth::{
    client_assertion::TYPE_JWT_BEARER,
    token::{TYPE_ACCESS_TOKEN, TYPE_JWT, TYPE_WARRANT, TokenRequest},
};
use countersign_testkit::{Person, world::PASSWORD};
use futures::FutureExt as _;

use crate::{
    assertions,
    row::{Expect, Family, Go as _, INVALID_CLIENT, INVALID_GRANT, INVALID_PROOF, INVALID_REQUEST, Row, Tried, row},
    stage::Stage,
};

/// What is shown, by its name in [`Stage::kept`].
const KINDS: [&str; 13] = [
    "an access token",
    "a refresh token",
    "a warrant",
    "a code",
    "a machine's own token",
    "a client's secret",
    "a handle",
    "a token for an API",
    "a bound token for an API",
    "a signed answer of introspection",
    "a proof of possession",
    "a client assertion",
    "a nonce",
];

/// Where it is shown, what is at home there, and what comes of anything else.
const PLACES: [(&str, &[&str], Expect); 9] = [
    ("as warrant", &["a warrant"], INVALID_REQUEST),
    ("as actor token of a console", &["an access token"], INVALID_REQUEST),
    // A handle and a token for an API are at home there, in the hands of that API; in others', see `chain`.
    ("as subject token", &["a handle", "a token for an API", "a bound token for an API"], INVALID_REQUEST),
    ("as subject token called a JWT", &["a handle", "a token for an API", "a bound token for an API"], INVALID_REQUEST),
    ("as actor token of a machine", &["a machine's own token"], INVALID_REQUEST),
    ("as refresh token", &["a refresh token"], INVALID_GRANT),
    ("as code", &["a code"], INVALID_GRANT),
    ("as client assertion", &["a client assertion"], INVALID_CLIENT),
    ("as proof", &["a proof of possession"], INVALID_PROOF),
];

const SECRET: &str = "as client secret";
const CALL: &str = "at a call";
const INTROSPECTION: &str = "at introspection";

pub fn family() -> Family {
    let product =
        PLACES.into_iter().flat_map(|(place, home, expect)| KINDS.into_iter().filter(|kind| !home.contains(kind)).map(move |kind| (kind, place, expect)));
    let others = KINDS.into_iter().flat_map(|kind| {
        [
            (kind, SECRET, INVALID_CLIENT, "a client's secret"),
            (kind, CALL, Expect::Challenged("invalid_token"), "an access token"),
            (kind, INTROSPECTION, Expect::Inactive, "a token for an API"),
        ]
    });
    let others = others.filter(|(kind, _, _, home)| kind != home).map(|(kind, place, expect, _)| (kind, place, expect));
    Family {
        room: "kinds",
        title: "A token of one kind is shown where another belongs",
        beside: "the gateway's exchange for the ledger",
        prepare: |s| prepare(s).boxed(),
        legitimate: |s| s.pass_on().go(),
        rows: product.chain(others).map(|(kind, place, expect)| shown(kind, place, expect)).collect(),
    }
}

async fn prepare(s: &mut Stage) {
    s.register_key_api().await;
    let TokenRequest::AuthorizationCode { code, .. } = Person::code(&s.world, "tove", PASSWORD).await else { unreachable!("it is a code") };
    let child = s.gateway.passed_on(&s.parent, "ledger").await;
    let at_bank = s.ledger.passed_on(&child, "bank").await;
    let handle = s.world.machine("bank-api").passed_on(&at_bank, "notify").await;
    let bound = s.world.machine("notify-api").with_key().pass_on(&handle, "archive", &[]).await.json();
    let answer = s.ask(&s.parent).head("accept", "application/token-introspection+jwt").send().await.body;
    let kept = [
        s.tove.access.expose().to_owned(),
        s.tove.refresh.expose().to_owned(),
        s.warrant.expose().to_owned(),
        code.expose().to_owned(),
        s.gateway.own().await,
        s.gateway.secret.clone(),
        handle,
        s.parent.clone(),
        bound["access_token"].as_str().expect("a token").to_owned(),
        answer,
        s.tove.proof("POST", "/oauth/token", None),
        assertions::assertion(s),
        s.dana.nonce("/oauth/token").expect("a nonce"),
    ];
    s.kept.extend(KINDS.into_iter().zip(kept));
}

fn shown(kind: &'static str, place: &'static str, expect: Expect) -> Row {
    let shown = row(format!("{kind} {place}"), "RFC 8725 §3.11, §3.12", expect, move |s| show(s, place, s.kept(kind).to_owned()));
    match place {
        "as warrant" | "as actor token of a console" | "as subject token" | "as subject token called a JWT" | "as actor token of a machine" => {
            shown.told("token.exchange")
        }
        SECRET => shown.told("client.refuse"),
        _ => shown,
    }
}

fn show(s: &Stage, place: &str, token: String) -> Tried<'static> {
    match place {
        "as warrant" => s.exchange().with("subject_token", &token).with("subject_token_type", TYPE_WARRANT).go(),
        "as actor token of a console" => s.exchange().with("actor_token", &token).go(),
        "as subject token" => s.subject(&token).go(),
        "as subject token called a JWT" => s.subject(&token).with("subject_token_type", TYPE_JWT).go(),
        "as actor token of a machine" => s.pass_on().with("actor_token", &token).with("actor_token_type", TYPE_ACCESS_TOKEN).go(),
        "as refresh token" => s.tove.form_for("/oauth/token").with("grant_type", "refresh_token").with("refresh_token", &token).go(),
        "as code" => {
            let form = s.tove.form_for("/oauth/token").with("grant_type", "authorization_code").with("code", &token);
            form.with("redirect_uri", "http://127.0.0.1:49152/callback").with("code_verifier", &"A".repeat(43)).go()
        }
        "as client assertion" => {
            let form = s.world.form("/oauth/token").with("grant_type", "client_credentials").with("client_assertion_type", TYPE_JWT_BEARER);
            form.with("client_assertion", &token).go()
        }
        "as proof" => s.exchange().proof(Some(token)).go(),
        SECRET => s.own().basic("gateway-api", &token).go(),
        CALL => {
            let (access, proof) = (Secret::new(token.clone()), "/v1/me");
            let call =
                s.world.form(proof).method("GET").head("authorization", &format!("DPoP {token}")).head("dpop", &s.dana.proof("GET", proof, Some(&access)));
            async move { vec![call.send().await] }.boxed()
        }
        INTROSPECTION => s.ask(&token).go(),
        other => unreachable!("no such place: {other}"),
    }
}
