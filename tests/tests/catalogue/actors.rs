//! Whoever passes a token on names itself, or nobody (RFC 8693 §2.1, §4.1).

use countersign_oauth::token::{TYPE_ACCESS_TOKEN, TYPE_JWT};
use countersign_testkit::Post;
use futures::FutureExt as _;
use serde_json::json;

use crate::{
    row::{Family, Go as _, INVALID_CLIENT, INVALID_REQUEST, Row, nothing, row},
    stage::Stage,
};

const LINE: &str = "token.exchange";

pub fn family() -> Family {
    Family {
        room: "actors",
        title: "An actor token frames somebody",
        beside: "the gateway's exchange with its own token as actor",
        prepare: nothing,
        legitimate: |s| {
            async move {
                let own = s.gateway.own().await;
                vec![with(s, &own).send().await]
            }
            .boxed()
        },
        rows: rows(),
    }
}

/// The gateway's exchange with this actor token.
fn with(s: &Stage, actor: &str) -> Post {
    s.pass_on().with("actor_token", actor).with("actor_token_type", TYPE_ACCESS_TOKEN)
}

fn rows() -> Vec<Row> {
    vec![
        row("framing: another service's own token as actor", "RFC 8693 §5", INVALID_REQUEST, |s| {
            async move {
                let theirs = s.ledger.own().await;
                with(s, &theirs).go().await
            }
            .boxed()
        })
        .told(LINE),
        row("framing: a person's access token as a service's actor", "RFC 8693 §5", INVALID_REQUEST, |s| with(s, s.dana.access.expose()).go()).told(LINE),
        row("framing: the customer's token as actor", "RFC 8693 §4.1", INVALID_REQUEST, |s| with(s, &s.parent).go()).told(LINE),
        row("framing: a warrant as a service's actor", "RFC 8725 §3.12", INVALID_REQUEST, |s| with(s, s.warrant.expose()).go()).told(LINE),
        row("framing: a JWT about itself that the service's key signed", "RFC 8725 §3.11", INVALID_REQUEST, |s| {
            let token = s.resigned(|_, claims| claims["sub"] = "gateway-api".into());
            with(s, &token).go()
        })
        .told(LINE),
        row("framing: a JWT that somebody else signed", "RFC 8725 §3.3", INVALID_REQUEST, |s| {
            let (header, claims) = s.changed(|_, claims| claims["sub"] = "gateway-api".into());
            with(s, &s.theirs.sign(header, claims)).go()
        })
        .told(LINE),
        row("an own token that never was", "RFC 6819 §4.6.3", INVALID_REQUEST, |s| with(s, "csm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").go()).told(LINE),
        row("an own token that was given back", "RFC 7009 §2", INVALID_REQUEST, |s| {
            async move {
                let own = s.gateway.own().await;
                assert_eq!(s.gateway.revoke(&own).await.status, 200);
                with(s, &own).go().await
            }
            .boxed()
        })
        .told(LINE),
        row("an own token that is bound, without its proof", "RFC 9449 §6, §7.1", INVALID_REQUEST, |s| {
            async move {
                let own = s.gateway.clone().with_key().own().await;
                with(s, &own).go().await
            }
            .boxed()
        })
        .told(LINE),
        row("its client secret as actor token", "RFC 8725 §3.12", INVALID_REQUEST, |s| with(s, &s.gateway.secret).go()).told(LINE),
        row("an actor token beside nobody's proof of a client", "RFC 8693 §2.1", INVALID_CLIENT, |s| {
            async move {
                let own = s.gateway.own().await;
                with(s, &own).unproved().with("client_id", "gateway-api").go().await
            }
            .boxed()
        })
        .told("client.refuse"),
        row("a service's actor token without its type", "RFC 8693 §2.1", INVALID_REQUEST, |s| with(s, "csm_x").without("actor_token_type").go()),
        row("a service's actor token type without a token", "RFC 8693 §2.1", INVALID_REQUEST, |s| with(s, "").go()),
        row("a service's actor token called a JWT", "RFC 8693 §3", INVALID_REQUEST, |s| with(s, "csm_x").with("actor_token_type", TYPE_JWT).go()),
        row("two actor tokens", "RFC 6749 §3.2", INVALID_REQUEST, |s| with(s, "csm_x").and("actor_token", "csm_y").go()),
        row("an actor token of a client that was disabled since", "RFC 6819 §5.2.3.6", INVALID_CLIENT, |s| {
            async move {
                s.register("off-api", "client_secret_basic").await;
                let form = s.world.form("/oauth/token").basic("off-api", s.kept("off-api")).with("grant_type", "client_credentials");
                let own = form.send().await.json()["access_token"].as_str().expect("a token").to_owned();
                assert_eq!(s.ruth.post("/v1/clients/off-api", &json!({ "disabled": true })).await.status, 200);
                let secret = s.kept("off-api").to_owned();
                with(s, &own).basic("off-api", &secret).go().await
            }
            .boxed()
        })
        .told("client.refuse"),
    ]
}
