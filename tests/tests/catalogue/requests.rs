//! Requests that can be read in two ways, or not at all.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use futures::FutureExt as _;

use crate::row::{Expect, Family, Go as _, INVALID_REQUEST, INVALID_SCOPE, INVALID_TARGET, Row, attack, nothing, row};

const UNSUPPORTED: Expect = Expect::Refused(400, "unsupported_grant_type");

pub fn family() -> Family {
    Family {
        room: "requests",
        title: "A request is malformed",
        beside: "a machine's request for its own token",
        prepare: nothing,
        legitimate: |s| s.own().go(),
        rows: [form(), size(), grants(), http()].into_iter().flatten().collect(),
    }
}

fn packed(body: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(body.as_bytes()).expect("a Vec takes all");
    gzip.finish().expect("a Vec takes all")
}

fn form() -> Vec<Row> {
    let raw = |body: &'static [u8]| attack(move |s| s.own().body(body).go());
    vec![
        row("JSON instead of a form", "RFC 6749 §4.4.2", INVALID_REQUEST, |s| {
            s.own().only_head("content-type", "application/json").body(r#"{"grant_type":"client_credentials"}"#).go()
        }),
        row("a form that is called text", "RFC 6749 Appendix B, §3.2", INVALID_REQUEST, |s| s.own().only_head("content-type", "text/plain").go()),
        row("a form in parts", "RFC 6749 §3.2", INVALID_REQUEST, |s| {
            let body = "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nclient_credentials\r\n--x--\r\n";
            s.own().only_head("content-type", "multipart/form-data; boundary=x").body(body).go()
        }),
        row("a packed body: a bomb", "RFC 9110 §8.4, RFC 6819 §4.4.1.11", INVALID_REQUEST, |s| {
            // What is good as it stands, and the same before megabytes of nothing. Both are small when they arrive: whoever unpacks takes the first.
            let form = s.own().encoded();
            let bomb = format!("{form}{}", "&".repeat(4_000_000));
            let posts = [form, bomb].map(|body| s.own().head("content-encoding", "gzip").body(packed(&body)).send());
            futures::future::join_all(posts).boxed()
        }),
        row("a doubled grant type of a machine", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.own().and("grant_type", "refresh_token").go()),
        row("a doubled parameter that nobody knows", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.own().and("x", "1").and("x", "2").go()),
        row("a doubled client", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.own().and("client_id", "gateway-api").and("client_id", "ledger-api").go()),
        row(
            "a doubled parameter, one spelled with an escape",
            "RFC 6749 §3.2",
            INVALID_REQUEST,
            raw(b"grant_type=client_credentials&grant%5Ftype=refresh_token"),
        ),
        row("half an escape", "RFC 6749 Appendix B, §3.2", INVALID_REQUEST, raw(b"grant_type=client_credentials&x=%4")),
        row("an escape that is none", "RFC 6749 Appendix B, §3.2", INVALID_REQUEST, raw(b"grant_type=client%zzcredentials")),
        row("text that is not UTF-8", "RFC 6749 Appendix B, §3.2", INVALID_REQUEST, raw(b"grant_type=client_credentials&x=%ff%fe")),
        row("a dot in two bytes", "RFC 3629 §3", INVALID_REQUEST, raw(b"grant_type=client_credentials&x=%c0%ae")),
        row("a zero byte behind the grant", "RFC 6749 Appendix A, §3.2", INVALID_REQUEST, raw(b"grant_type=client_credentials%00")),
        row("a line break in a value", "RFC 6749 Appendix A, §3.2", INVALID_REQUEST, raw(b"grant_type=client_credentials&x=a%0d%0ab")),
        row("parameters split by semicolons", "RFC 6749 §3.2", UNSUPPORTED, raw(b"grant_type=client_credentials;x=1")),
        row("no grant type", "RFC 6749 §4.4.2", INVALID_REQUEST, |s| s.own().without("grant_type").go()),
        row("an empty grant type", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.own().with("grant_type", "").go()),
        row("parameters in the address", "RFC 6749 §3.2, §2.3.1", INVALID_REQUEST, |s| {
            s.own().without("grant_type").at_path("?grant_type=client_credentials").go()
        }),
        row("two tokens to introspect", "RFC 7662 §2.1", INVALID_REQUEST, |s| s.ask(&s.parent).and("token", "x").go()),
        row("no token to introspect", "RFC 7662 §2.1", INVALID_REQUEST, |s| s.ask(&s.parent).without("token").go()),
        row("two tokens to revoke", "RFC 7009 §2.1", INVALID_REQUEST, |s| s.gateway.form("/oauth/revoke").and("token", &s.parent).and("token", "x").go()),
        row("no token to revoke", "RFC 7009 §2.1", INVALID_REQUEST, |s| s.gateway.form("/oauth/revoke").go()),
    ]
}

fn size() -> Vec<Row> {
    vec![
        row("a body of 20 KB", "RFC 6819 §4.4.1.11", INVALID_REQUEST, |s| {
            s.own().and("a", &"y".repeat(8000)).and("b", &"y".repeat(8000)).and("c", &"y".repeat(4000)).go()
        }),
        row("a body of 1 MB", "RFC 6819 §4.4.1.11", Expect::Unread, |s| {
            // Nothing but its size is wrong with it: empty parameters are none.
            let body = format!("{}{}", s.own().encoded(), "&".repeat(1_000_000));
            s.own().body(body).go()
        }),
        row("a value of 9 KB", "RFC 6819 §4.4.1.11", INVALID_REQUEST, |s| s.own().and("x", &"y".repeat(9000)).go()),
        row("a name of 65 letters", "RFC 6819 §4.4.1.11", INVALID_REQUEST, |s| s.own().and(&"y".repeat(65), "1").go()),
        row("sixty parameters", "RFC 6819 §4.4.1.11", INVALID_REQUEST, |s| (0..60).fold(s.own(), |post, n| post.and(&format!("p{n}"), "1")).go()),
        row("a subject token of 12 KB", "RFC 6819 §4.4.1.11", INVALID_REQUEST, |s| s.subject(&"A".repeat(12_000)).go()),
        row("seventy header fields", "RFC 6585 §5", Expect::Status(431), |s| (0..70).fold(s.own(), |post, n| post.head(&format!("x-{n}"), "1")).go()),
    ]
}

fn grants() -> Vec<Row> {
    let grant = |name: &'static str| attack(move |s| s.own().with("grant_type", name).and("username", "dana").and("password", "four words in a row").go());
    vec![
        row("the grant `password`", "RFC 9700 §2.4", UNSUPPORTED, grant("password")),
        row("the grant `implicit`", "RFC 9700 §2.1.2", UNSUPPORTED, grant("implicit")),
        row("the grant of a JWT", "RFC 7523 §2.1", UNSUPPORTED, grant("urn:ietf:params:oauth:grant-type:jwt-bearer")),
        row("the grant of a SAML assertion", "RFC 7522 §2.1", UNSUPPORTED, grant("urn:ietf:params:oauth:grant-type:saml2-bearer")),
        row("the grant of a device", "RFC 8628 §3.4", UNSUPPORTED, grant("urn:ietf:params:oauth:grant-type:device_code")),
        row("the grant in capitals", "RFC 6749 §4.4.2", UNSUPPORTED, grant("CLIENT_CREDENTIALS")),
        row("a machine asks for a scope of people", "RFC 6749 §4.4.2, RFC 8693 §5", INVALID_SCOPE, |s| s.own().with("scope", "order:read").go()),
        row("a machine asks for a token for an API", "RFC 8707 §2", INVALID_TARGET, |s| s.own().with("resource", "https://api.acme.example/ledger").go())
            .told("token.issue"),
        row("a machine asks for an API by `audience`", "RFC 8693 §2.1", INVALID_TARGET, |s| s.own().with("audience", "https://api.acme.example/ledger").go())
            .told("token.issue"),
        row("a machine asks for somebody to be its subject", "RFC 8693 §2.1", INVALID_REQUEST, |s| {
            s.own().with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange").with("requested_subject", "cus_8812").go()
        }),
    ]
}

fn http() -> Vec<Row> {
    vec![
        row("GET at the token endpoint", "RFC 6749 §3.2", Expect::Status(405), |s| s.own().method("GET").go()),
        row("PUT at the token endpoint", "RFC 6749 §3.2", Expect::Status(405), |s| s.own().method("PUT").go()),
        row("GET at introspection, the token in the address", "RFC 7662 §4", Expect::Status(405), |s| {
            let query = format!("?token={}", s.parent);
            s.ask(&s.parent).method("GET").at_path(&query).go()
        }),
        row("another name in `Host`: DNS was rebound", "RFC 9110 §7.2", Expect::Status(421), |s| s.own().only_head("host", "evil.example").go()),
        row("the service's name with another port", "RFC 9110 §7.2", Expect::Status(421), |s| s.own().only_head("host", "localhost:1").go()),
        row("a path that ends in a slash", "RFC 3986 §6.2.3", Expect::Status(404), |s| s.own().at_path("/").go()),
    ]
}
