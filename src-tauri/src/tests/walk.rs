use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use countersign_api::{
    List, Problem,
    case::CaseView,
    console::{ApiAnswer, Stream},
    contract::ContractView,
    delegation::{DelegationView, Story},
    event::EventView,
    request::{RequestState, RequestView},
};
use countersign_domain::{Code, RequestId, delegation::EndReason};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{World, assert_no_secret, page::Page};
use crate::keychain::tests::FakeKeychain;

const PASSWORD: &str = "sample-only";

/// An API that gives back the very token that it was sent, and counts the calls that reached it.
async fn echoing_api() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, calls) = (format!("http://{}", listener.local_addr().unwrap()), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.windows(4).any(|w| w == b"\r\n\r\n") && stream.read_buf(&mut head).await.unwrap() > 0 {}
            counted.fetch_add(1, Ordering::SeqCst);
            let head = String::from_utf8(head).unwrap();
            let token = head.lines().find_map(|l| l.to_ascii_lowercase().starts_with("authorization: bearer ").then(|| l[22..].to_owned())).unwrap();
            assert_eq!(token.split('.').count(), 3, "a JWT");
            assert!(head.contains("traceparent: 00-"));
            let body = json!({ "you_sent": token }).to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Token: {token}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, calls)
}

impl World {
    async fn sign_in(&self, window: u32, name: &str) {
        let wait = async {
            let wait = self.until(window, |s| s.browser.is_some()).await.browser.unwrap();
            assert_eq!((wait.step_up, wait.match_code.len()), (None, 9));
            Page::new().fill(&wait.url, &[("login", name), ("password", PASSWORD), ("act", "sign_in")]).await;
        };
        let (signed_in, ()) = tokio::join!(self.call::<Value>(window, "sign_in", json!({})), wait);
        assert_eq!(signed_in.unwrap()["me"]["name"], name);
        self.until(window, |s| s.stream == Stream::Live).await;
    }

    async fn ask(&self, window: u32) -> RequestView {
        let cases: List<CaseView> = self.call(window, "case_list", json!({})).await.unwrap();
        let case = cases.items.iter().find(|c| c.key == "ZD-4711").unwrap();
        let contracts: List<ContractView> = self.call(window, "contract_list", json!({})).await.unwrap();
        let form = json!({
            "case": case.id, "api": contracts.items[0].id, "actions": ["profile:read"], "minutes": 15, "mode": "delegated",
            "reason": "The customer moved house and asks why bills go to the old address.",
        });
        self.call(window, "request_create", json!({ "input": form })).await.unwrap()
    }

    async fn sign(&self, window: u32, request: &RequestView) -> Result<RequestView, Problem> {
        let prove = async {
            let wait = self.until(window, |s| s.browser.is_some()).await.browser.unwrap();
            assert_eq!(wait.step_up, Some(request.id));
            Page::new().fill(&wait.url, &[("password", PASSWORD), ("act", "sign")]).await;
        };
        let args = json!({ "id": request.id, "input": { "decision": "sign", "digest": request.digest } });
        tokio::join!(self.call(window, "request_review", args), prove).0
    }

    async fn read_profile(&self, window: u32) -> Result<ApiAnswer, Problem> {
        self.call(window, "api_call", json!({ "call": { "method": "GET", "path": "/customers/cus_8812" } })).await
    }
}

async fn sample(dir: &Path, keychain: &Arc<FakeKeychain>, api: &str) -> World {
    let world = World::start(dir, keychain, &["--sample", "--accounts-api", api]).await;
    let state: Value = world.call(1, "service_choose", json!({ "choice": { "kind": "embedded" } })).await.unwrap();
    assert_eq!((&state["service"]["sample"], &state["service"]["setup"]), (&json!(true), &json!(false)));
    world
}

/// The lines of the trail that a window was told, as they came; and a look at all that any window was told.
fn heard(world: &World, label: &str) -> Vec<EventView> {
    let told = world.shell.told.lock().unwrap();
    told.iter().for_each(|(_, event, what)| assert_no_secret(event, &what.to_string()));
    let trails = told.iter().filter(|(to, event, _)| to == label && event == "trail");
    trails.flat_map(|(_, _, lines)| serde_json::from_value::<Vec<EventView>>(lines.clone()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_job_from_a_case_to_its_end() {
    let (api, calls) = echoing_api().await;
    let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
    let world = sample(dir.path(), &keychain, &api).await;
    for _ in 0..2 {
        world.call::<Value>(1, "window_new", json!({})).await.unwrap();
    }
    for (window, name) in [(1, "dana"), (2, "sana"), (3, "ruth")] {
        world.sign_in(window, name).await;
    }
    // Asked, signed with a fresh proof, started.
    let request = world.ask(1).await;
    assert_eq!(request.state, RequestState::Waiting);
    assert_eq!(world.read_profile(1).await.unwrap_err().code, Code::Conflict, "acting for nobody yet");
    assert_eq!(world.sign(2, &request).await.unwrap().state, RequestState::Signed);
    let started: DelegationView = world.call(1, "delegation_start", json!({ "id": request.id })).await.unwrap();
    assert_eq!(world.state(1).await.acting.as_ref(), Some(&started));
    assert_eq!(world.state(2).await.acting, None, "another window acts for nobody");
    let comes_back = world.shell.settings.lock().unwrap().people.values().copied().collect::<Vec<_>>();
    assert_eq!(comes_back, [started.agent.id], "who acts is in the first window at the next start, though ruth came last");

    // Used: the token reaches the API and not the window.
    let answer = world.read_profile(1).await.unwrap();
    assert_eq!((answer.status, answer.failed, answer.outcome.is_some()), (Some(200), None, true));
    assert_eq!(answer.body, r#"{"you_sent":"[token]"}"#);
    assert_eq!(world.state(1).await.acting.unwrap().calls, 1);
    let again: Problem = world.call::<Value>(1, "delegation_start", json!({ "id": request.id })).await.unwrap_err();
    assert_eq!(again.code, Code::Conflict, "one at a time");

    // The window is closed and opened again: the delegation is found and its warrant reissued.
    world.shell.closed("window-1");
    world.call::<Value>(2, "window_new", json!({})).await.unwrap();
    world.shell.remember(|s| s.people.values_mut().for_each(|p| *p = started.agent.id));
    let seat = world.shell.seat("window-4").unwrap();
    world.shell.restore(&seat).await;
    let state = world.until(4, |s| s.stream == Stream::Live).await;
    assert_eq!((state.me.unwrap().name.as_str(), state.acting.unwrap().id), ("dana", started.id));
    assert_eq!(world.read_profile(4).await.unwrap().status, Some(200));

    // The case is closed by somebody else: the bar says why, and the last token still reaches the API, for it to refuse.
    world.call::<Value>(3, "case_close", json!({ "id": started.case.id })).await.unwrap();
    let ended = world.until(4, |s| s.acting.as_ref().is_some_and(|a| a.ended.is_some())).await.acting.unwrap();
    assert_eq!(ended.ended.unwrap().reason, EndReason::CaseClosed);
    let before = calls.load(Ordering::SeqCst);
    assert!(world.read_profile(4).await.is_ok());
    assert_eq!(calls.load(Ordering::SeqCst), before + 1);
    world.call::<Value>(4, "acting_dismiss", json!({})).await.unwrap();
    assert_eq!(world.read_profile(4).await.unwrap_err().code, Code::Conflict);

    // The admin saw each step, once and in order, and reads it as one story.
    let story: Story = world.call(3, "delegation_story", json!({ "id": started.id })).await.unwrap();
    let last = story.events.last().unwrap().place;
    world.until(3, |_| heard(&world, "window-3").last().is_some_and(|e| e.place >= last)).await;
    let heard = heard(&world, "window-3");
    assert!(heard.windows(2).all(|w| w[0].place < w[1].place));
    let kinds: Vec<&str> = heard.iter().map(|e| e.kind.as_str()).collect();
    for kind in [
        "request.create",
        "request.review",
        "delegation.start",
        "token.exchange",
        "call.intend",
        "call.report",
        "delegation.reissue",
        "case.close",
        "delegation.end",
    ] {
        assert!(kinds.contains(&kind), "`{kind}` is not among {kinds:?}");
    }
    world.shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_of_ones_own_drops_the_token_and_signing_out_forgets() {
    let (api, calls) = echoing_api().await;
    let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
    let world = sample(dir.path(), &keychain, &api).await;
    world.call::<Value>(1, "window_new", json!({})).await.unwrap();
    world.sign_in(1, "dana").await;
    world.sign_in(2, "imre").await;
    let kept = |name: &str| keychain.kept.lock().unwrap().keys().filter(|k| k.contains(name)).count();
    assert_eq!(kept("usr_"), 2);

    let request = world.ask(1).await;
    world.sign(2, &request).await.unwrap();
    let started: DelegationView = world.call(1, "delegation_start", json!({ "id": request.id })).await.unwrap();
    assert_eq!(world.read_profile(1).await.unwrap().status, Some(200));
    world.call::<Value>(1, "delegation_end", json!({ "id": started.id })).await.unwrap();
    assert_eq!(world.state(1).await.acting, None);
    assert_eq!(world.read_profile(1).await.unwrap_err().code, Code::Conflict);
    assert_eq!(calls.load(Ordering::SeqCst), 1, "nothing reached the API after the end");

    world.call::<Value>(1, "sign_out", json!({})).await.unwrap();
    let state = world.state(1).await;
    assert_eq!((state.me, state.stream), (None, Stream::Off));
    assert_eq!(kept("usr_"), 1);
    assert!(world.state(2).await.me.is_some(), "the other window stays signed in");
    world.shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_cancelled_does_nothing() {
    let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
    let world = sample(dir.path(), &keychain, "http://127.0.0.1:9").await;
    let cancel = async {
        world.until(1, |s| s.browser.is_some()).await;
        world.call::<Value>(1, "browser_cancel", json!({})).await.unwrap();
    };
    let (signed_in, ()) = tokio::join!(world.call::<Value>(1, "sign_in", json!({})), cancel);
    assert!(signed_in.unwrap().get("me").is_none());
    assert_eq!(world.state(1).await.browser, None);

    world.call::<Value>(1, "window_new", json!({})).await.unwrap();
    world.sign_in(1, "dana").await;
    world.sign_in(2, "sana").await;
    let request = world.ask(1).await;
    let cancel = async {
        world.until(2, |s| s.browser.is_some()).await;
        world.call::<Value>(2, "browser_cancel", json!({})).await.unwrap();
    };
    let args = json!({ "id": request.id, "input": { "decision": "sign", "digest": request.digest } });
    let (signed, ()) = tokio::join!(world.call::<Value>(2, "request_review", args), cancel);
    assert_eq!(signed.unwrap_err().code, Code::FreshProofRequired);
    let unsigned: RequestView = world.call(1, "request_get", json!({ "id": RequestId::from_uuid(request.id.uuid()) })).await.unwrap();
    assert_eq!(unsigned.state, RequestState::Waiting);
    world.shell.stop().await;
}
