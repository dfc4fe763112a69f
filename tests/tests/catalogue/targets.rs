//! Oddities of scope, audience and resource: a restriction that can't be met is refused, never ignored (RFC 8693 §2.1, RFC 8707 §2).

use countersign_testkit::chain::audience;

use crate::{
    row::{Expect, Family, Go as _, INVALID_REQUEST, INVALID_SCOPE, INVALID_TARGET, Row, Tried, nothing, row},
    stage::Stage,
};

const LINE: &str = "token.exchange";
const INVALID_DETAILS: Expect = Expect::Refused(400, "invalid_authorization_details");

pub fn family() -> Family {
    Family {
        room: "targets",
        title: "A token is asked to reach further",
        beside: "the gateway's exchange for the ledger",
        prepare: nothing,
        legitimate: |s| s.pass_on().with("scope", "ledger:post").go(),
        rows: [scopes(), audiences(), resources()].into_iter().flatten().collect(),
    }
}

fn with(name: &'static str, value: &'static str) -> impl for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static {
    move |s| s.pass_on().with(name, value).go()
}

fn resource(value: &'static str) -> impl for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static {
    move |s| s.pass_on().without("audience").with("resource", value).go()
}

fn scopes() -> Vec<Row> {
    vec![
        row("an action that was not signed", "RFC 8693 §5, RFC 6749 §3.3", INVALID_SCOPE, with("scope", "ledger:close")).told(LINE),
        row("an action more than was signed", "RFC 8693 §5", INVALID_SCOPE, with("scope", "ledger:post ledger:close")).told(LINE),
        row("the parent's own scope at the next API", "RFC 8693 §2.1", INVALID_SCOPE, with("scope", "order:refund")).told(LINE),
        row("everything, by a star", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "*")).told(LINE),
        row("a scope in capitals", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "LEDGER:POST")).told(LINE),
        row("a scope that begins like one that is had", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "ledger:posts")).told(LINE),
        row("two spaces in a scope", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "ledger:post  ledger:read")),
        row("a comma between scopes", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "ledger:post,ledger:read")).told(LINE),
        row("a space after a scope", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "ledger:post ")),
        row("a scope of a blank", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", " ")),
        row("a quote in a scope", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "ledger:\"post")),
        row("a homoglyph in a scope", "RFC 6749 §3.3, RFC 8264 §12.5", INVALID_SCOPE, with("scope", "l\u{435}dger:post")),
        row("a space that joins two scopes", "RFC 6749 §3.3", INVALID_SCOPE, with("scope", "ledger:post\u{a0}ledger:close")),
        row("a tab between scopes", "RFC 6749 §3.3", INVALID_REQUEST, with("scope", "ledger:post\tledger:close")),
        row("a scope of 300 letters", "RFC 6749 §3.3", INVALID_SCOPE, |s| s.pass_on().with("scope", &"x".repeat(300)).go()),
        row("two scopes, each a parameter", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.pass_on().and("scope", "ledger:post").and("scope", "ledger:close").go()),
        row("the scope of a refresh token", "RFC 9700 §2.2.2", INVALID_SCOPE, with("scope", "offline_access")).told(LINE),
        row("the scope of an id token", "RFC 9700 §2.3", INVALID_SCOPE, with("scope", "openid")).told(LINE),
    ]
}

fn audiences() -> Vec<Row> {
    vec![
        row("an API that no action calls", "RFC 8693 §2.2.2", INVALID_TARGET, |s| s.pass_on().with("audience", &audience("vault")).go()).told(LINE),
        row("a hop further than the next", "RFC 8693 §5, docs/decisions/0012", INVALID_TARGET, |s| s.pass_on().with("audience", &audience("bank")).go())
            .told(LINE),
        row("back to where it is", "RFC 8693 §5", INVALID_TARGET, |s| s.pass_on().with("audience", &audience("gateway")).go()).told(LINE),
        row("an API that is not there", "RFC 8693 §2.2.2", INVALID_TARGET, |s| s.pass_on().with("audience", &audience("nowhere")).go()).told(LINE),
        row("another company's API of the same name", "RFC 8693 §5", INVALID_TARGET, |s| {
            s.pass_on().with("audience", "https://api.acme.example/accounts").go()
        })
        .told(LINE),
        row("this service itself", "RFC 8693 §5", INVALID_TARGET, |s| {
            let issuer = s.world.issuer.clone();
            s.pass_on().with("audience", &issuer).go()
        })
        .told(LINE),
        row("the audience but for its case", "RFC 8693 §2.1", INVALID_TARGET, with("audience", "https://API.acme.example/ledger")).told(LINE),
        row("the audience with a slash behind", "RFC 8693 §2.1", INVALID_TARGET, with("audience", "https://api.acme.example/ledger/")).told(LINE),
        row("the audience with an escape in it", "RFC 3986 §6.2.2", INVALID_TARGET, with("audience", "https://api.acme.example/%6cedger")).told(LINE),
        row("the audience with a port", "RFC 3986 §6.2.3", INVALID_TARGET, with("audience", "https://api.acme.example:443/ledger")).told(LINE),
        row("the audience by another scheme", "RFC 8693 §2.1", INVALID_TARGET, with("audience", "http://api.acme.example/ledger")).told(LINE),
        row("a homoglyph in the audience", "RFC 8693 §2.1, RFC 8264 §12.5", INVALID_TARGET, with("audience", "https://api.acm\u{435}.example/ledger"))
            .told(LINE),
        row("a space before the audience", "RFC 8693 §2.1", INVALID_TARGET, with("audience", " https://api.acme.example/ledger")).told(LINE),
        row("every API, by a star", "RFC 8693 §5", INVALID_TARGET, with("audience", "*")).told(LINE),
        row("the name of the API instead of its audience", "RFC 8693 §2.1", INVALID_TARGET, with("audience", "ledger")).told(LINE),
        row("two audiences of a service", "RFC 8693 §2.1", INVALID_TARGET, |s| s.pass_on().and("audience", &audience("bank")).go()),
        row("no audience of a service", "RFC 9700 §2.3", INVALID_TARGET, |s| s.pass_on().without("audience").go()),
        row("an empty audience", "RFC 6749 §3.2", INVALID_TARGET, with("audience", "")),
    ]
}

fn resources() -> Vec<Row> {
    vec![
        row("a resource with a fragment", "RFC 8707 §2", INVALID_TARGET, resource("https://api.acme.example/ledger#x")),
        row("a resource that is no address", "RFC 8707 §2", INVALID_TARGET, resource("ledger")),
        row("a resource that is relative", "RFC 8707 §2", INVALID_TARGET, resource("/ledger")),
        row("a resource with a query", "RFC 8707 §2", INVALID_TARGET, resource("https://api.acme.example/ledger?x=1")).told(LINE),
        row("a resource below the API", "RFC 8707 §2", INVALID_TARGET, resource("https://api.acme.example/ledger/7")).told(LINE),
        row("a resource above the API", "RFC 8707 §2", INVALID_TARGET, resource("https://api.acme.example/")).told(LINE),
        row("two resources", "RFC 8707 §2", INVALID_TARGET, |s| {
            s.pass_on().without("audience").and("resource", &audience("ledger")).and("resource", &audience("bank")).go()
        }),
        row("resource and audience, the same", "RFC 8693 §2.1", INVALID_TARGET, |s| s.pass_on().and("resource", &audience("ledger")).go()),
        row("a restriction by `authorization_details`, which would be ignored", "RFC 9396 §5", INVALID_DETAILS, |s| {
            s.pass_on().with("authorization_details", r#"[{"type":"payment","limit":"10.00"}]"#).go()
        }),
    ]
}
