//! A token of a trusted issuer that is no customer's own for this API, or would wash one: issuers that are trusted are driven by the test.

use countersign_testkit::{chain::audience, forge};
use serde_json::{Value, json};

use crate::row::{Expect, Family, Go as _, INVALID_REQUEST, Row, Tried, UNAUTHORIZED, nothing, row};
use crate::stage::Stage;

const CUSTOMERS: Expect = Expect::Because("invalid_request", "rail:customer-token");
const NOBODY: Expect = Expect::Because("invalid_request", "rail:customer");
const ISSUER: Expect = Expect::Because("invalid_request", "rail:trusted-issuer");
const LINE: &str = "token.exchange";

pub fn family() -> Family {
    Family {
        room: "present",
        title: "A customer's own token of a trusted issuer is forged, another's, or washed",
        beside: "the gateway's exchange of a real one",
        prepare: nothing,
        legitimate: |s| s.subject(&said(s, &json!({}))).go(),
        rows: [issuer(), audiences(), time(), kind(), washing(), subject(), signature(), hands()].into_iter().flatten().collect(),
    }
}

/// A token of the bank's that says this as well.
fn said(s: &Stage, more: &Value) -> String {
    signed(s, &json!({}), more)
}

fn parts(s: &Stage, header: &Value, more: &Value) -> (Value, Value) {
    let now = s.now();
    let mut head = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" });
    let mut claims = json!({
        "iss": s.bank.iss, "sub": "cus_8812", "aud": audience("gateway"), "client_id": "mobile-app", "scope": "openid orders",
        "iat": now, "exp": now + 600, "jti": "one"
    });
    for (object, more) in [(&mut head, header), (&mut claims, more)] {
        for (name, value) in more.as_object().expect("an object") {
            object[name] = value.clone();
        }
    }
    (head, claims)
}

fn signed(s: &Stage, header: &Value, more: &Value) -> String {
    let (head, claims) = parts(s, header, more);
    s.bank.sign(&head, &claims)
}

/// A row about claims, which the bank signs.
fn claimed<F>(name: &'static str, section: &'static str, expect: Expect, claims: F) -> Row
where
    F: Fn(&Stage) -> Value + Send + Sync + 'static,
{
    row(format!("a customer's token: {name}"), section, expect, move |s| s.subject(&said(s, &claims(s))).go()).told(LINE)
}

/// A row about headers, signed by the bank or by somebody else.
fn headed<F>(name: &'static str, section: &'static str, header: F) -> Row
where
    F: Fn(&Stage) -> (Value, bool) + Send + Sync + 'static,
{
    row(format!("a customer's token: {name}"), section, INVALID_REQUEST, move |s| {
        let (header, own) = header(s);
        let (head, claims) = parts(s, &header, &json!({}));
        s.subject(&if own { s.bank.sign(&head, &claims) } else { s.theirs.sign(head, claims) }).go()
    })
    .told(LINE)
}

fn issuer() -> Vec<Row> {
    vec![
        claimed("of an issuer that nobody registered", "RFC 8693 §2.1, RFC 8725 §3.8", ISSUER, |_| json!({ "iss": "https://login.other.example" })),
        claimed("of the issuer's address with a slash", "RFC 8414 §3.3, RFC 8725 §3.8", ISSUER, |s| json!({ "iss": format!("{}/", s.bank.iss) })),
        claimed("of no issuer", "RFC 8725 §3.8", Expect::Because("invalid_request", "refused"), |_| json!({ "iss": null })),
        claimed("of our own issuer, by its own word", "RFC 9700 §4.4", Expect::Because("invalid_request", "refused"), |s| json!({ "iss": s.world.issuer })),
    ]
}

fn audiences() -> Vec<Row> {
    let section = "RFC 8725 §3.9, RFC 9068 §4";
    vec![
        claimed("for another API", section, CUSTOMERS, |_| json!({ "aud": audience("ledger") })),
        claimed("for an API that is not there", section, CUSTOMERS, |_| json!({ "aud": "https://api.acme.example/nowhere" })),
        claimed("for the API by its client's name", section, CUSTOMERS, |_| json!({ "aud": "gateway-api" })),
        claimed("for several APIs", section, CUSTOMERS, |_| json!({ "aud": [audience("gateway"), audience("ledger")] })),
        claimed("for no API", section, CUSTOMERS, |_| json!({ "aud": null })),
        claimed("for the token endpoint", "RFC 9700 §4.4", CUSTOMERS, |s| json!({ "aud": s.world.issuer })),
    ]
}

fn time() -> Vec<Row> {
    let section = "RFC 7519 §4.1.4, RFC 9068 §4";
    vec![
        claimed("expired", section, CUSTOMERS, |s| json!({ "iat": s.now() - 200, "exp": s.now() })),
        claimed("without an end", section, CUSTOMERS, |_| json!({ "exp": null })),
        claimed(
            "older than five minutes",
            "RFC 8693 §5, docs/decisions/0022",
            Expect::Because("invalid_request", "rail:fresh-token"),
            |s| json!({ "iat": s.now() - 300 }),
        ),
        claimed("of no age", "RFC 9068 §2.2", CUSTOMERS, |_| json!({ "iat": null })),
        claimed("from the future", "RFC 7519 §4.1.6", CUSTOMERS, |s| json!({ "iat": s.now() + 60 })),
        claimed("not yet good", "RFC 7519 §4.1.5", CUSTOMERS, |s| json!({ "nbf": s.now() + 60 })),
    ]
}

fn kind() -> Vec<Row> {
    let section = "RFC 8725 §3.11, RFC 8693 §3";
    vec![
        claimed("an id token by its nonce", section, CUSTOMERS, |_| json!({ "nonce": "n" })),
        claimed("an id token by its hash", section, CUSTOMERS, |_| json!({ "at_hash": "h" })),
        claimed("an id token by its own word", section, CUSTOMERS, |_| json!({ "typ": "ID" })),
        claimed("a refresh token by its own word", section, CUSTOMERS, |_| json!({ "typ": "Refresh" })),
        headed("the kind of an id token", "RFC 8725 §3.11, RFC 9068 §2.1", |_| (json!({ "typ": "JWT" }), true)),
        headed("no kind", "RFC 8725 §3.11, RFC 9068 §2.1", |_| (json!({ "typ": null }), true)),
        headed("a kind of ours", "RFC 8725 §3.12", |_| (json!({ "typ": "token-introspection+jwt" }), true)),
        row("a customer's token called an id token", "RFC 8693 §3", INVALID_REQUEST, |s| {
            s.subject(&said(s, &json!({}))).with("subject_token_type", "urn:ietf:params:oauth:token-type:id_token").go()
        }),
        row("a refresh token of the trusted issuer", "RFC 8693 §3", INVALID_REQUEST, |s| s.subject("opaque-0123456789").go()).told(LINE),
    ]
}

fn washing() -> Vec<Row> {
    vec![
        claimed("washing: it was passed on there already", "RFC 8693 §4.1, keycloak #52691", CUSTOMERS, |_| json!({ "act": { "sub": "some-api" } })),
        claimed("washing: it names our agent as its actor", "RFC 8693 §4.1, keycloak #52691", CUSTOMERS, |s| json!({ "act": { "sub": s.dana.me.id } })),
        claimed("washing: it has a delegation of ours", "RFC 8693 §4.1, docs/decisions/0022", CUSTOMERS, |_| json!({ "dlg": "dlg_one" })),
        row("washing: a token of ours, signed again by the trusted issuer", "RFC 8693 §5, keycloak #52691", CUSTOMERS, |s| {
            let (header, mut claims) = s.changed(|header, _| header["kid"] = "k1".into());
            claims["iss"] = s.bank.iss.clone().into();
            s.subject(&s.bank.sign(&header, &claims)).go()
        })
        .told(LINE),
        claimed("another client may exchange it", "RFC 8693 §4.4", CUSTOMERS, |_| json!({ "may_act": { "sub": "ledger-api" } })),
        claimed("bound to a key that the gateway does not hold", "RFC 9449 §6, RFC 7800 §3", CUSTOMERS, |_| json!({ "cnf": { "jkt": "thumb" } })),
    ]
}

fn subject() -> Vec<Row> {
    let section = "RFC 7519 §4.1.2";
    vec![
        claimed("of nobody", section, NOBODY, |_| json!({ "sub": "cus_0000" })),
        claimed("a homoglyph: `сus_8812` with a Cyrillic letter", "RFC 7519 §4.1.2, RFC 8264 §12.5", NOBODY, |_| json!({ "sub": "\u{441}us_8812" })),
        claimed("a homoglyph: a letter in its wide form", "RFC 7519 §4.1.2, RFC 8264 §12.5", NOBODY, |_| json!({ "sub": "\u{ff43}us_8812" })),
        claimed("in capitals", "RFC 7519 §7.3", NOBODY, |_| json!({ "sub": "CUS_8812" })),
        claimed("with a space at its end", "RFC 7519 §7.3", NOBODY, |_| json!({ "sub": "cus_8812 " })),
        claimed("of one of our people", section, NOBODY, |s| json!({ "sub": s.dana.me.id })),
        claimed("of one of our clients", section, NOBODY, |_| json!({ "sub": "ledger-api" })),
        claimed("of the console", section, NOBODY, |_| json!({ "sub": "console" })),
    ]
}

fn signature() -> Vec<Row> {
    let unsigned = |name: &'static str, alg: &'static str| {
        row(format!("a customer's token: {name}"), "RFC 8725 §2.1, §3.1", INVALID_REQUEST, move |s| {
            let (head, claims) = parts(s, &json!({ "alg": alg }), &json!({}));
            s.subject(&forge::unsigned(head, claims)).go()
        })
        .told(LINE)
    };
    vec![
        unsigned("`alg` none", "none"),
        unsigned("`alg` NONE", "NONE"),
        headed("the published key as a shared secret", "RFC 8725 §2.1, §3.1", |_| (json!({ "alg": "HS256" }), true)),
        headed("another curve", "RFC 8725 §3.1", |_| (json!({ "alg": "ES384" }), true)),
        headed("an algorithm that the issuer is not registered with", "RFC 8725 §3.1", |_| (json!({ "alg": "EdDSA" }), true)),
        headed("a stranger's signature", "RFC 8725 §3.3", |_| (json!({}), false)),
        headed("a stranger's key in the header", "RFC 8725 §3.10, RFC 7515 §4.1.3", |s| (json!({ "jwk": s.theirs.jwk() }), false)),
        headed("the issuer's own key in the header", "RFC 7515 §4.1.3", |s| (json!({ "jwk": s.bank.public_jwk() }), true)),
        headed("an address of keys in the header", "RFC 8725 §3.10, RFC 7515 §4.1.2", |s| (json!({ "jku": format!("{}/jwks", s.world.issuer) }), false)),
        headed("a certificate's address in the header", "RFC 8725 §3.10, RFC 7515 §4.1.5", |s| (json!({ "x5u": s.world.issuer }), false)),
        headed("something critical", "RFC 7515 §4.1.11", |_| (json!({ "crit": ["exp"] }), true)),
        row("a customer's token signed with our own key's name", "RFC 8725 §3.3", INVALID_REQUEST, |s| {
            let kid = forge::header(&s.parent)["kid"].clone();
            let (head, claims) = parts(s, &json!({ "kid": kid }), &json!({}));
            s.subject(&s.ours.sign(head, claims)).go()
        })
        .told(LINE),
    ]
}

/// By whom it is not for.
fn hands() -> Vec<Row> {
    let thief = |name: &'static str, shown: fn(&Stage, &str) -> Tried<'static>| {
        row(format!("a customer's token shown by {name}"), "RFC 8693 §5, RFC 9700 §4.8", CUSTOMERS, move |s| shown(s, &said(s, &json!({})))).told(LINE)
    };
    vec![
        thief("the client of another API", |s, token| s.passed_on_by(&s.ledger, token, "bank").go()),
        thief("a client that no contract names", |s, token| s.passed_on_by(&s.stranger, token, "ledger").go()),
        row("a customer's token at a console", "RFC 8693 §2.1, docs/decisions/0022", UNAUTHORIZED, |s| {
            let form = s.dana.exchange(&countersign_domain::Secret::new(said(s, &json!({}))));
            form.with("subject_token_type", "urn:ietf:params:oauth:token-type:access_token").with("audience", &audience("ledger")).go()
        })
        .told("token.exchange"),
        row("a customer's token asked about as if it were ours", "RFC 7662 §4", Expect::Inactive, |s| s.ask(&said(s, &json!({}))).go()),
        row("a customer's token as the actor's", "RFC 8693 §2.1", INVALID_REQUEST, |s| {
            let token = said(s, &json!({}));
            let form = s.subject(&token).with("actor_token", &token);
            form.with("actor_token_type", "urn:ietf:params:oauth:token-type:access_token").go()
        })
        .told(LINE),
        row("a customer who is present, for an action that no action of the API calls", "RFC 8693 §2.2.1", Expect::Refused(400, "invalid_target"), |s| {
            s.passed_on_by(&s.gateway, &said(s, &json!({})), "bank").go()
        })
        .told(LINE),
    ]
}
