//! Authorization codes with PKCE: where an answer is sent, who redeems it, and how often (RFC 6749 §4.1, RFC 7636, RFC 9700).

use countersign_domain::Secret;
use countersign_oauth::token::TokenRequest;
use countersign_testkit::{Person, Post, world::PASSWORD};
use futures::FutureExt as _;

use crate::{
    row::{Expect, Family, Go as _, INVALID_GRANT, INVALID_REQUEST, Row, Tried, UNAUTHORIZED, nothing, row},
    stage::Stage,
};

const LINE: &str = "session.refuse";
const REDIRECT: &str = "http://127.0.0.1:49152/callback";

pub fn family() -> Family {
    Family {
        room: "codes",
        title: "A sign-in is hijacked",
        beside: "another agent's sign-in",
        prepare: nothing,
        legitimate: |s| async move { vec![redeem(&s.tove, &code(s).await).send().await] }.boxed(),
        rows: [authorize(), redeemed(), pages()].into_iter().flatten().collect(),
    }
}

async fn code(s: &Stage) -> TokenRequest {
    Person::code(&s.world, "tove", PASSWORD).await
}

/// Redeems a code at a console with this person's key.
fn redeem(at: &Person, request: &TokenRequest) -> Post {
    let TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, client_id } = request else { unreachable!("it is a code") };
    let form = at.form_for("/oauth/token").with("grant_type", "authorization_code").with("code", code.expose()).with("client_id", client_id);
    form.with("redirect_uri", redirect_uri.as_str()).with("code_verifier", code_verifier.expose())
}

/// Opens the sign-in page with one parameter as given; without it, if that is empty.
fn opened(name: &'static str, value: &'static str) -> impl for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static {
    move |s| {
        let challenge = "A".repeat(43);
        let good = [
            ("response_type", "code"),
            ("client_id", "console"),
            ("redirect_uri", REDIRECT),
            ("state", "xyz"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let form = good.iter().filter(|(n, _)| *n != name).fold(s.world.form("/authorize"), |form, (n, v)| form.and(n, v));
        let form = if value.is_empty() { form } else { form.and(name, value) };
        let path = format!("/authorize?{}", form.encoded());
        async move { vec![s.world.get(&path).await] }.boxed()
    }
}

fn authorize() -> Vec<Row> {
    let redirect = |name: &'static str, to: &'static str| row(name, "RFC 9700 §4.1.3, RFC 8252 §7.3", Expect::Page, opened("redirect_uri", to));
    let back = |name: &'static str, section: &'static str, error: &'static str, parameter: &'static str, value: &'static str| {
        row(name, section, Expect::SentBack(error), opened(parameter, value))
    };
    vec![
        redirect("sent to somebody's site", "https://evil.example/callback"),
        redirect("sent to a site that begins like loopback", "http://127.0.0.1.evil.example/callback"),
        redirect("sent to another path", "http://127.0.0.1:9/other"),
        redirect("sent to a path beside it", "http://127.0.0.1:9/callback/../other"),
        redirect("sent to localhost by name", "http://localhost:9/callback"),
        redirect("sent to an address with a name in it", "http://user@127.0.0.1:9/callback"),
        redirect("sent to a script", "javascript:alert(1)"),
        redirect("sent to an address with a fragment", "http://127.0.0.1:9/callback#x"),
        redirect("sent to an address with a query", "http://127.0.0.1:9/callback?to=https://evil.example"),
        redirect("sent to loopback spelled otherwise", "http://127.1:9/callback"),
        redirect("sent to a program's own scheme", "countersign:/callback"),
        row("a client that nobody registered", "RFC 6749 §4.1.2.1", Expect::Page, opened("client_id", "other")),
        row("a machine at the sign-in page", "RFC 6749 §4.1.2.1", Expect::Page, opened("client_id", "gateway-api")),
        row("no client at the sign-in page", "RFC 6749 §4.1.1", Expect::Page, opened("client_id", "")),
        back("a token in the answer's address", "RFC 9700 §2.1.2", "unsupported_response_type", "response_type", "token"),
        back("code and token at once", "RFC 9700 §2.1.2", "unsupported_response_type", "response_type", "code token"),
        back("no response type", "RFC 6749 §3.1.1", "invalid_request", "response_type", ""),
        back("no code challenge", "RFC 9700 §2.1.1, §4.8", "invalid_request", "code_challenge", ""),
        back("a plain code challenge", "RFC 7636 §7.2", "invalid_request", "code_challenge_method", "plain"),
        back("a code challenge of no method, which is plain", "RFC 7636 §4.3", "invalid_request", "code_challenge_method", ""),
        back("a code challenge cut short", "RFC 7636 §4.2", "invalid_request", "code_challenge", "AAAA"),
        row("two redirect addresses", "RFC 6749 §3.1", Expect::Page, |s| {
            let query = format!("response_type=code&client_id=console&redirect_uri={REDIRECT}&redirect_uri=https://evil.example&code_challenge_method=S256");
            async move { vec![s.world.get(&format!("/authorize?{query}")).await] }.boxed()
        }),
    ]
}

fn redeemed() -> Vec<Row> {
    fn with(name: &'static str, value: &'static str) -> impl for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static {
        move |s| async move { vec![redeem(&s.tove, &code(s).await).with(name, value).send().await] }.boxed()
    }
    vec![
        row("a code that never was", "RFC 6749 §10.10", INVALID_GRANT, with("code", "csc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        row("a stolen code without its verifier", "RFC 7636 §1, §4.5", INVALID_REQUEST, with("code_verifier", "")),
        row("a stolen code with another verifier", "RFC 7636 §4.6", INVALID_GRANT, with("code_verifier", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
            .told(LINE),
        row("the challenge shown as verifier", "RFC 7636 §7.2", INVALID_GRANT, |s| {
            async move {
                let request = code(s).await;
                let TokenRequest::AuthorizationCode { code_verifier, .. } = &request else { unreachable!("it is a code") };
                let challenge = countersign_oauth::pkce::Challenge::of(code_verifier);
                vec![redeem(&s.tove, &request).with("code_verifier", challenge.as_str()).send().await]
            }
            .boxed()
        })
        .told(LINE),
        row("a code with another redirect address", "RFC 6749 §4.1.3, §10.6", INVALID_GRANT, with("redirect_uri", "http://127.0.0.1:49153/callback"))
            .told(LINE),
        row("a code without a redirect address", "RFC 6749 §4.1.3", INVALID_REQUEST, with("redirect_uri", "")),
        row("a code injected into another sign-in", "RFC 9700 §4.5", INVALID_GRANT, |s| {
            async move {
                let (stolen, own) = (code(s).await, code(s).await);
                let TokenRequest::AuthorizationCode { code: stolen, .. } = stolen else { unreachable!("it is a code") };
                vec![redeem(&s.tove, &own).with("code", stolen.expose()).send().await]
            }
            .boxed()
        })
        .told(LINE),
        row("a code without a proof of the key", "RFC 9449 §10", Expect::Refused(400, "invalid_dpop_proof"), |s| {
            async move {
                let form = redeem(&s.tove, &code(s).await);
                let TokenRequest::AuthorizationCode { .. } = code(s).await else { unreachable!("it is a code") };
                let bare = s.world.form("/oauth/token").body(form.encoded());
                vec![bare.send().await]
            }
            .boxed()
        }),
        row("a code two minutes later", "RFC 6749 §4.1.2", INVALID_GRANT, |_| {
            async move {
                // In a world of its own, for time passes.
                let other = countersign_testkit::World::new().await;
                let tove = other.person("tove").await;
                let request = Person::code(&other, "tove", PASSWORD).await;
                other.clock.advance(std::time::Duration::from_mins(2));
                vec![redeem(&tove, &request).send().await]
            }
            .boxed()
        }),
        row("a code at a machine", "RFC 6749 §4.1.3", UNAUTHORIZED, |s| {
            async move {
                let form = redeem(&s.tove, &code(s).await).with("client_id", "gateway-api");
                vec![s.gateway.form("/oauth/token").body(form.encoded()).send().await]
            }
            .boxed()
        })
        .told("token.issue"),
        row("a code redeemed again", "RFC 6749 §4.1.2, §10.5", Expect::Once(400, "invalid_grant"), |s| {
            async move {
                let request = code(s).await;
                vec![redeem(&s.tove, &request).send().await, redeem(&s.tove, &request).send().await]
            }
            .boxed()
        }),
        row("what came of a code that was redeemed again", "RFC 6749 §4.1.2", Expect::Challenged("invalid_token"), |s| {
            async move {
                let request = code(s).await;
                let tokens = redeem(&s.tove, &request).send().await.json();
                let mut stolen = s.tove.clone();
                stolen.access = Secret::new(tokens["access_token"].as_str().expect("a token").to_owned());
                assert_eq!(stolen.get("/v1/me").await.status, 200);
                redeem(&s.elsewhere, &request).send().await;
                vec![stolen.get("/v1/me").await]
            }
            .boxed()
        }),
    ]
}

fn pages() -> Vec<Row> {
    fn sent(
        fields: &'static [(&'static str, &'static str)],
        origin: Option<&'static str>,
    ) -> impl for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static {
        move |s| {
            async move {
                let challenge = "A".repeat(43);
                let query = s.world.form("/authorize").and("response_type", "code").and("client_id", "console").and("redirect_uri", REDIRECT);
                let path = format!("?{}", query.and("code_challenge", &challenge).and("code_challenge_method", "S256").encoded());
                let form = fields.iter().fold(s.world.form("/authorize").at_path(&path), |form, (n, v)| form.and(n, v));
                let form = origin.into_iter().fold(form, |form, origin| form.head("origin", origin));
                vec![form.send().await]
            }
            .boxed()
        }
    }
    const DANA: &[(&str, &str)] = &[("login", "dana"), ("password", PASSWORD), ("act", "sign_in")];
    vec![
        row("the sign-in form sent by another site", "RFC 6819 §4.4.1.8", Expect::Page, sent(DANA, Some("https://evil.example"))),
        row("the sign-in form sent without its own token", "RFC 6819 §4.4.1.8, RFC 9700 §4.7", Expect::Page, sent(DANA, None)),
        row("a homoglyph: `dаna` with a Cyrillic letter and dana's password", "RFC 8264 §12.5", Expect::Page, |s| {
            async move {
                let path = format!("/authorize?response_type=code&client_id=console&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&code_challenge={}&code_challenge_method=S256", "A".repeat(43));
                let mut browser = s.world.browser();
                let page = browser.open(&path).await;
                vec![browser.send(&path, &page, &[("login", "d\u{430}na"), ("password", PASSWORD), ("act", "sign_in")]).await]
            }
            .boxed()
        }),
        row("two clients at the sign-in page", "RFC 6749 §3.1", Expect::Page, |s| {
            async move { vec![s.world.form("/authorize").at_path("?client_id=console&client_id=other").go().await.remove(0)] }.boxed()
        }),
    ]
}
