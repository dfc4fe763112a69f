use std::{collections::BTreeSet, sync::Arc};

use countersign_api::{
    console::{Keychain, KeychainFault},
    operation::OPERATIONS,
};
use countersign_domain::Code;
use serde_json::{Value, json};
use tauri::{WebviewUrl, WebviewWindowBuilder};

use super::World;
use crate::{keychain::tests::FakeKeychain, names::COMMANDS};

#[test]
fn each_command_is_declared_listed_and_granted() {
    let listed: BTreeSet<String> = COMMANDS.iter().map(ToString::to_string).collect();
    assert_eq!(listed.len(), COMMANDS.len());

    let source = include_str!("../commands/mod.rs");
    let declared = source.split_once("generate_handler![").and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
    let declared: BTreeSet<String> = declared.split(',').filter_map(|path| path.trim().rsplit_once("::")).map(|(_, name)| name.to_owned()).collect();
    assert_eq!(declared, listed);

    let capability: Value = serde_json::from_str(include_str!("../../capabilities/console.json")).unwrap();
    let granted: BTreeSet<String> = capability["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap().to_owned()).collect();
    let mut wanted: BTreeSet<String> = COMMANDS.iter().map(|c| format!("allow-{}", c.replace('_', "-"))).collect();
    wanted.extend(["core:event:allow-listen".to_owned(), "core:event:allow-unlisten".to_owned()]);
    assert_eq!(granted, wanted);
}

#[test]
fn each_operation_is_a_command_or_the_shells_own_business() {
    let own = BTreeSet::from(["event_stream", "session_end", "delegation_reissue", "call_intend", "call_report"]);
    let operations: BTreeSet<&str> = OPERATIONS.iter().map(|o| o.name).filter(|name| !own.contains(name)).collect();
    let commands: BTreeSet<&str> = COMMANDS.iter().copied().filter(|c| OPERATIONS.iter().any(|o| o.name == *c)).collect();
    assert_eq!(commands, operations);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_may_call_what_is_granted_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(dir.path(), &Arc::default(), &[]).await;
    assert!(world.raw(&world.window(1), "console_state", json!({})).await.is_ok());
    for plugin in ["plugin:opener|open_url", "plugin:event|emit", "plugin:webview|create_webview_window", "plugin:window|close"] {
        let refused = world.raw(&world.window(1), plugin, json!({ "url": "https://x.example", "event": "console" })).await.unwrap_err();
        assert!(refused.to_string().contains("not allowed") || refused.to_string().contains("not found"), "{plugin}: {refused}");
    }
    let stranger = WebviewWindowBuilder::new(&world.app, "stranger", WebviewUrl::default()).build().unwrap();
    let refused = world.raw(&stranger, "console_state", json!({})).await.unwrap_err();
    assert!(refused.to_string().contains("not allowed"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nobody_signed_in_operations_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(dir.path(), &Arc::default(), &[]).await;
    let state = world.state(1).await;
    assert_eq!((state.service, state.me, state.keychain, state.window.as_str()), (None, None, Keychain::Kept, "window-1"));
    for command in ["me_get", "case_list", "contract_list", "delegation_list", "person_list"] {
        assert_eq!(world.call::<Value>(1, command, json!({})).await.unwrap_err().code, Code::NotSignedIn, "{command}");
    }
    let call = json!({ "call": { "method": "GET", "path": "/customers/x" } });
    assert_eq!(world.call::<Value>(1, "api_call", call).await.unwrap_err().code, Code::NotSignedIn);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keychain_fault_waits_for_the_persons_word() {
    let dir = tempfile::tempdir().unwrap();
    let keychain = Arc::new(FakeKeychain::with(KeychainFault::NoService));
    let world = World::start(dir.path(), &keychain, &["--sample"]).await;
    assert!(matches!(world.state(1).await.keychain, Keychain::Fault { fault: KeychainFault::NoService, .. }));
    let chosen: Value = world.call(1, "service_choose", json!({ "choice": { "kind": "embedded" } })).await.unwrap();
    assert_eq!(chosen["service"]["embedded"], true);
    assert!(!dir.path().join("master.key").exists() && !dir.path().join("countersign.db").exists(), "nothing is begun without the person's word");
    assert_eq!(world.call::<Value>(1, "keychain_retry", json!({})).await.unwrap_err().code, Code::Unavailable);
    assert_eq!(world.call::<Value>(1, "sign_in", json!({})).await.unwrap_err().code, Code::Unavailable);

    world.call::<Value>(1, "keychain_memory", json!({})).await.unwrap();
    let state = world.state(1).await;
    assert_eq!(state.keychain, Keychain::Memory);
    assert!(state.service.unwrap().issuer.starts_with("http://localhost:"));
    assert!(dir.path().join("master.key").exists());
    world.shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_service_that_is_not_there_is_not_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(dir.path(), &Arc::default(), &[]).await;
    for (url, code) in [("http://countersign.example", Code::InvalidInput), ("http://127.0.0.1:9", Code::Unreachable)] {
        let refused = world.call::<Value>(1, "service_choose", json!({ "choice": { "kind": "shared", "url": url } })).await.unwrap_err();
        assert_eq!(refused.code, code, "{url}");
        assert_eq!(world.state(1).await.service, None);
    }
}
