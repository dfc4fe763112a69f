//! A console exchanges its warrant: nothing wider, elsewhere, for another or by another than what was signed.

use countersign_oauth::token::{TYPE_ACCESS_TOKEN, TYPE_JWT, TYPE_WARRANT};
use countersign_testkit::chain::audience;
use futures::FutureExt as _;

use crate::row::{
    Expect, Family, Go as _, INVALID_CLIENT, INVALID_PROOF, INVALID_REQUEST, INVALID_SCOPE, INVALID_TARGET, Row, UNAUTHORIZED, attack, nothing, row,
};

const LINE: &str = "token.exchange";
const NEVER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub fn family() -> Family {
    Family {
        room: "console",
        title: "A warrant is exchanged",
        beside: "the agent's own exchange",
        prepare: nothing,
        legitimate: |s| s.exchange().go(),
        rows: [subject(), actor(), asked(), stolen()].into_iter().flatten().collect(),
    }
}

fn subject() -> Vec<Row> {
    let of_type = |kind: &'static str| attack(move |s| s.exchange().with("subject_token_type", kind).go());
    vec![
        row("no subject token", "RFC 8693 §2.1", INVALID_REQUEST, |s| s.exchange().without("subject_token").go()),
        row("no subject token type", "RFC 8693 §2.1", INVALID_REQUEST, |s| s.exchange().without("subject_token_type").go()),
        row("an id token as subject", "RFC 8693 §3", INVALID_REQUEST, of_type("urn:ietf:params:oauth:token-type:id_token")),
        row("a SAML assertion as subject", "RFC 8693 §3", INVALID_REQUEST, of_type("urn:ietf:params:oauth:token-type:saml2")),
        row("a refresh token as subject", "RFC 8693 §5", INVALID_REQUEST, |s| {
            s.exchange().with("subject_token", s.dana.refresh.expose()).with("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token").go()
        }),
        row("a warrant that never was", "RFC 6819 §4.6.3", INVALID_REQUEST, |s| s.exchange().with("subject_token", &format!("csw_{NEVER}")).go()).told(LINE),
        row("a warrant with one sign changed", "RFC 6819 §4.6.3", INVALID_REQUEST, |s| {
            let warrant = s.warrant.expose();
            let last = if warrant.ends_with('A') { "B" } else { "A" };
            s.exchange().with("subject_token", &format!("{}{last}", &warrant[..warrant.len() - 1])).go()
        })
        .told(LINE),
        row("a warrant without its prefix", "RFC 8725 §3.12", INVALID_REQUEST, |s| {
            s.exchange().with("subject_token", s.warrant.expose().trim_start_matches("csw_")).go()
        })
        .told(LINE),
        row("a first-party token called a warrant", "RFC 8725 §3.12", INVALID_REQUEST, |s| s.exchange().with("subject_token", s.dana.access.expose()).go())
            .told(LINE),
        row("a first-party token as subject", "RFC 8693 §5", UNAUTHORIZED, |s| {
            s.exchange().with("subject_token", s.dana.access.expose()).with("subject_token_type", TYPE_ACCESS_TOKEN).go()
        })
        .told(LINE),
        row("washing: its own token once more, by the console", "RFC 8693 §4.1, keycloak #52691", UNAUTHORIZED, |s| {
            s.exchange().with("subject_token", &s.parent).with("subject_token_type", TYPE_ACCESS_TOKEN).with("audience", &audience("ledger")).go()
        })
        .told(LINE),
        row("washing: the same, called a JWT", "RFC 8693 §3, keycloak #52691", UNAUTHORIZED, |s| {
            s.exchange().with("subject_token", &s.parent).with("subject_token_type", TYPE_JWT).with("audience", &audience("ledger")).go()
        })
        .told(LINE),
        row("washing: its own token called a warrant", "RFC 8693 §4.1", INVALID_REQUEST, |s| s.exchange().with("subject_token", &s.parent).go()).told(LINE),
    ]
}

fn actor() -> Vec<Row> {
    let form = vec![
        row("no actor token: the agent gets lost", "RFC 8693 §5, keycloak #51489", INVALID_REQUEST, |s| {
            s.exchange().without("actor_token").without("actor_token_type").go()
        }),
        row("an actor token type without a token", "RFC 8693 §2.1", INVALID_REQUEST, |s| s.exchange().without("actor_token").go()),
        row("an actor token without its type", "RFC 8693 §2.1", INVALID_REQUEST, |s| s.exchange().without("actor_token_type").go()),
        row("an actor token called a JWT", "RFC 8693 §3", INVALID_REQUEST, |s| s.exchange().with("actor_token_type", TYPE_JWT).go()),
    ];
    let framing = vec![
        row("framing: another agent's access token as actor", "RFC 8693 §5", INVALID_REQUEST, |s| {
            s.exchange().with("actor_token", s.tove.access.expose()).go()
        }),
        row("the same agent's access token of another console", "RFC 9449 §11.1", INVALID_REQUEST, |s| {
            s.exchange().with("actor_token", s.elsewhere.access.expose()).go()
        }),
        row("a customer's token as actor", "RFC 8693 §4.1", INVALID_REQUEST, |s| s.exchange().with("actor_token", &s.parent).go()),
        row("the warrant as actor", "RFC 8725 §3.12", INVALID_REQUEST, |s| s.exchange().with("actor_token", s.warrant.expose()).go()),
        row("the refresh token as actor", "RFC 8725 §3.12", INVALID_REQUEST, |s| s.exchange().with("actor_token", s.dana.refresh.expose()).go()),
        row("an actor token that never was", "RFC 6819 §4.6.3", INVALID_REQUEST, |s| s.exchange().with("actor_token", &format!("csa_{NEVER}")).go()),
        row("framing: a machine's own token as actor", "RFC 8693 §4.1", INVALID_REQUEST, |s| {
            async move {
                let own = s.gateway.own().await;
                s.exchange().with("actor_token", &own).go().await
            }
            .boxed()
        }),
        row("framing: an actor that the attacker wrote and signed", "RFC 8693 §4.1, RFC 8725 §3.1", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, claims| claims["sub"] = s.tove.me.id.to_string().into());
            s.exchange().with("actor_token", &s.theirs.sign(header, claims)).go()
        }),
    ];
    form.into_iter().chain(framing.into_iter().map(|row| row.told(LINE))).collect()
}

fn asked() -> Vec<Row> {
    vec![
        row("a scope that was not signed", "RFC 8693 §2.2.2", INVALID_SCOPE, |s| s.exchange().with("scope", "order:refund order:audit").go()).told(LINE),
        row("a scope of another API", "RFC 8693 §5", INVALID_SCOPE, |s| s.exchange().with("scope", "ledger:post").go()).told(LINE),
        row("another API of the same company", "RFC 8693 §2.2.2, RFC 8707 §3", INVALID_TARGET, |s| s.exchange().with("audience", &audience("vault")).go())
            .told(LINE),
        row("an API that it reaches only through another", "RFC 8693 §5", INVALID_TARGET, |s| s.exchange().with("audience", &audience("ledger")).go())
            .told(LINE),
        row("no API: good everywhere", "RFC 8693 §5, RFC 9700 §2.3", INVALID_TARGET, |s| s.exchange().without("audience").go()),
        row("two APIs", "RFC 8693 §2.1", INVALID_TARGET, |s| s.exchange().and("audience", &audience("ledger")).go()),
        row("audience and resource, which differ", "RFC 8693 §2.1, RFC 8707 §2", INVALID_TARGET, |s| s.exchange().and("resource", &audience("ledger")).go()),
        row("a refresh token is asked for", "RFC 8693 §2.2.1", INVALID_REQUEST, |s| {
            s.exchange().with("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token").go()
        }),
        row("an id token is asked for", "RFC 8693 §3", INVALID_REQUEST, |s| {
            s.exchange().with("requested_token_type", "urn:ietf:params:oauth:token-type:id_token").go()
        }),
        row("a doubled subject token", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.exchange().and("subject_token", s.warrant.expose()).go()),
        row("a doubled actor token", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.exchange().and("actor_token", s.tove.access.expose()).go()),
        row("a doubled grant type", "RFC 6749 §3.2", INVALID_REQUEST, |s| s.exchange().and("grant_type", "refresh_token").go()),
    ]
}

fn stolen() -> Vec<Row> {
    vec![
        row("another client's name", "RFC 6749 §10.2", INVALID_CLIENT, |s| s.exchange().with("client_id", "accounts-api").go()).told("client.refuse"),
        row("no proof of the key: the warrant was copied", "RFC 9449 §11.1", INVALID_PROOF, |s| s.exchange().proof(None).go()),
        row("another agent's key", "RFC 9449 §6", INVALID_REQUEST, |s| s.exchange().proof(Some(s.tove.proof("POST", "/oauth/token", None))).go()).told(LINE),
        row("a stolen warrant at another agent's console", "RFC 9700 §4.10.1", INVALID_REQUEST, |s| {
            s.tove.exchange(&s.warrant).with("audience", &audience("gateway")).go()
        })
        .told(LINE),
        row("a stolen warrant at the same agent's other console", "RFC 9449 §11.1", INVALID_REQUEST, |s| {
            s.elsewhere.exchange(&s.warrant).with("audience", &audience("gateway")).go()
        })
        .told(LINE),
        row("a stolen warrant at another company's console", "RFC 8693 §5", INVALID_REQUEST, |s| {
            async move { s.world.person("gina").await.exchange(&s.warrant).with("audience", &audience("gateway")).go().await }.boxed()
        }),
        row("a warrant at a machine", "RFC 8693 §2.1", UNAUTHORIZED, |s| {
            let form = s.subject(s.warrant.expose()).with("subject_token_type", TYPE_WARRANT);
            form.with("actor_token", "csm_x").with("actor_token_type", TYPE_ACCESS_TOKEN).go()
        })
        .told(LINE),
        row("a warrant that was issued anew since", "RFC 9700 §2.2", Expect::Refused(400, "invalid_request"), |s| {
            async move {
                let dana = s.world.person("dana").await;
                let old = s.warrant.clone();
                let path = format!("/v1/delegations/{}/warrant", countersign_testkit::forge::claims(&s.parent)["dlg"].as_str().expect("a delegation"));
                let (_, warrant) = countersign_testkit::person::started(&dana.post(&path, &serde_json::json!({})).await);
                let before = s.dana.exchange(&old).with("audience", &audience("gateway"));
                (s.dana, s.warrant) = (dana, warrant);
                before.go().await
            }
            .boxed()
        })
        .told(LINE),
    ]
}
