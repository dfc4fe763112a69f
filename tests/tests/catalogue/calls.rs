//! Calls with a console's access token: useless without its key, and each proof good for one call (RFC 9449 §7, RFC 6750 §5).

use countersign_domain::Secret;
use countersign_testkit::{Forger, forge};
use futures::FutureExt as _;
use serde_json::Value;

use crate::{
    row::{Expect, Family, Row, Tried, nothing, row},
    stage::Stage,
};

const ME: &str = "/v1/me";
const TOKEN: Expect = Expect::Challenged("invalid_token");
const PROOF: Expect = Expect::Challenged("invalid_dpop_proof");
const NONCE: Expect = Expect::Challenged("use_dpop_nonce");

pub fn family() -> Family {
    Family {
        room: "calls",
        title: "An access token of a console is stolen",
        beside: "the agent's own call",
        prepare: nothing,
        legitimate: |s| async move { vec![s.dana.get(ME).await] }.boxed(),
        rows: [stolen(), proofs(), bodies()].into_iter().flatten().collect(),
    }
}

/// A call with these two headers, whatever they are.
fn called(s: &Stage, authorization: &str, proof: Option<&str>) -> Tried<'static> {
    let call = s.world.form(ME).method("GET").head("authorization", authorization);
    let call = proof.into_iter().fold(call, |call, proof| call.head("dpop", proof));
    async move { vec![call.send().await] }.boxed()
}

fn dpop(s: &Stage) -> String {
    format!("DPoP {}", s.dana.access.expose())
}

fn own_proof(s: &Stage) -> String {
    s.dana.proof("GET", ME, Some(&s.dana.access))
}

/// A call with this for an access token, and dana's proof for it.
fn instead(s: &Stage, token: &str) -> Tried<'static> {
    let proof = s.dana.proof("GET", ME, Some(&Secret::new(token.to_owned())));
    called(s, &format!("DPoP {token}"), Some(&proof))
}

/// A call with a proof of dana's key with something changed.
fn changed(s: &Stage, change: impl FnOnce(&mut Value)) -> Tried<'static> {
    let good = own_proof(s);
    let mut claims = forge::claims(&good);
    change(&mut claims);
    called(s, &dpop(s), Some(&Forger::with(&s.dana.key.to_pkcs8()).sign(forge::header(&good), claims)))
}

fn stolen() -> Vec<Row> {
    vec![
        row("a stolen access token with the thief's key", "RFC 9449 §6, §7.1", TOKEN, |s| {
            called(s, &dpop(s), Some(&s.tove.proof("GET", ME, Some(&s.dana.access))))
        })
        .told("session.refuse"),
        row("a stolen access token without a proof", "RFC 9449 §7.1", PROOF, |s| called(s, &dpop(s), None)),
        row("a stolen access token as Bearer", "RFC 9449 §7.2", TOKEN, |s| called(s, &format!("Bearer {}", s.dana.access.expose()), None)),
        row("a stolen access token as Bearer, beside a proof", "RFC 9449 §7.2", TOKEN, |s| {
            called(s, &format!("Bearer {}", s.dana.access.expose()), Some(&own_proof(s)))
        }),
        row("an access token with one sign more", "RFC 6750 §5.1", TOKEN, |s| instead(s, &format!("{}A", s.dana.access.expose()))),
        row("an access token in the address", "RFC 6750 §5.3, RFC 9700 §4.3.2", Expect::Status(401), |s| {
            let call = s.world.form(ME).method("GET").at_path(&format!("?access_token={}", s.dana.access.expose())).head("dpop", &own_proof(s));
            async move { vec![call.send().await] }.boxed()
        }),
        row("a customer's token at the service itself", "RFC 9068 §4", TOKEN, |s| instead(s, &s.parent)),
        row("a refresh token instead of an access token", "RFC 8725 §3.12", TOKEN, |s| instead(s, s.dana.refresh.expose())),
        row("a warrant instead of an access token", "RFC 8725 §3.12", TOKEN, |s| instead(s, s.warrant.expose())),
        row("a machine's token instead of an access token", "RFC 6749 §10.16", TOKEN, |s| {
            async move {
                let own = s.gateway.own().await;
                instead(s, &own).await
            }
            .boxed()
        }),
        row("a client's secret at the service itself", "RFC 6749 §2.3", TOKEN, |s| called(s, "Basic Z2F0ZXdheS1hcGk6eA==", None)),
        row("two `Authorization` headers at a call", "RFC 9110 §5.3", TOKEN, |s| {
            let call = s.world.form(ME).method("GET").head("authorization", &dpop(s)).head("authorization", &dpop(s)).head("dpop", &own_proof(s));
            async move { vec![call.send().await] }.boxed()
        }),
    ]
}

fn proofs() -> Vec<Row> {
    vec![
        row("a proof for another token", "RFC 9449 §4.3, §7.1", PROOF, |s| called(s, &dpop(s), Some(&s.dana.proof("GET", ME, Some(&s.tove.access))))),
        row("a proof for no token", "RFC 9449 §4.3", PROOF, |s| called(s, &dpop(s), Some(&s.dana.proof("GET", ME, None)))),
        row("a proof for another call", "RFC 9449 §4.3", PROOF, |s| called(s, &dpop(s), Some(&s.dana.proof("GET", "/v1/cases", Some(&s.dana.access))))),
        row("a proof for another method of the call", "RFC 9449 §4.3", PROOF, |s| called(s, &dpop(s), Some(&s.dana.proof("POST", ME, Some(&s.dana.access))))),
        row("a proof with `ath` of a number", "RFC 9449 §4.2", PROOF, |s| changed(s, |claims| claims["ath"] = 1.into())),
        row("a call's proof without a nonce", "RFC 9449 §9", NONCE, |s| changed(s, |claims| claims["nonce"] = Value::Null)),
        row("a call's proof with a made-up nonce", "RFC 9449 §9, §11.3", NONCE, |s| changed(s, |claims| claims["nonce"] = "AAAAAAAAAAAAAAAAAAAAAA".into())),
        row("a call's proof with the token endpoint's nonce", "RFC 9449 §9", NONCE, |s| {
            let nonce = s.dana.nonce("/oauth/token");
            changed(s, |claims| claims["nonce"] = nonce.into())
        }),
        row("a call's proof shown again", "RFC 9449 §11.1", PROOF, |s| {
            let proof = own_proof(s);
            async move {
                let first = called(s, &dpop(s), Some(&proof)).await;
                assert_eq!(first[0].status, 200, "{}", first[0].body);
                called(s, &dpop(s), Some(&proof)).await
            }
            .boxed()
        })
        .told("session.refuse"),
        row("two proofs at a call", "RFC 9449 §4.3", PROOF, |s| {
            let proofs = [own_proof(s), own_proof(s)];
            async move { vec![s.dana.show(&s.world.issuer, ME, &proofs).await] }.boxed()
        }),
    ]
}

fn bodies() -> Vec<Row> {
    const LINE: &str = "access.refuse";
    let attack = |name: &'static str, section: &'static str, body: String, status: u16| {
        row(name, section, Expect::Status(status), move |s| {
            let path = "/v1/requests";
            let call = s.world.form(path).only_head("content-type", "application/json").head("authorization", &dpop(s));
            let call = call.head("dpop", &s.dana.proof("POST", path, Some(&s.dana.access))).body(body.clone());
            async move { vec![call.send().await] }.boxed()
        })
        .told(LINE)
    };
    let good = r#"{"case":"cas_01940000000070008000000000000001","api":"api_01940000000070008000000000000001","actions":["order:read"],"minutes":15}"#;
    vec![
        attack("JSON sixty thousand arrays deep", "RFC 8259 §9", "[".repeat(60_000), 422),
        attack("JSON of 1 MB", "RFC 6819 §4.4.1.11", format!("{{\"reason\":\"{}\"}}", "x".repeat(1_000_000)), 413),
        attack("JSON with a member twice", "RFC 8259 §4", good.replacen('{', "{\"minutes\":1,", 1), 422),
        attack("JSON with a member that nobody knows", "RFC 8259 §4", good.replacen('{', "{\"signatures\":9,", 1), 422),
        attack("JSON with a number beyond all bounds", "RFC 8259 §6", good.replace("15", "1e999"), 422),
    ]
}
