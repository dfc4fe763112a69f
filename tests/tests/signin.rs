//! Signing in: codes good once, refresh tokens that turn, and nothing redirected to where it should not go.

use std::time::Duration;

use countersign_domain::Secret;
use countersign_oauth::token::{TokenAnswer, TokenRequest};
use countersign_testkit::World;

fn refresh(token: &Secret) -> TokenRequest {
    TokenRequest::RefreshToken { refresh_token: token.clone(), client_id: "console".into() }
}

#[tokio::test]
async fn an_old_refresh_token_ends_the_sign_in() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    let second = dana.refreshed().await;
    let third = second.refreshed().await;
    assert_eq!(third.get("/v1/me").await.status, 200);
    assert_eq!(dana.token(&refresh(&dana.refresh)).await.error(), "invalid_grant");
    assert_eq!(third.get("/v1/me").await.status, 401, "whoever holds what came of it is shut out");
    assert_eq!(third.token(&refresh(&third.refresh)).await.error(), "invalid_grant");
}

#[tokio::test]
async fn an_answer_that_was_lost_can_be_had_again_with_the_same_key() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    let lost = TokenAnswer::parse(dana.token(&refresh(&dana.refresh)).await.body.as_bytes()).unwrap();
    let again = dana.refreshed().await;
    assert_eq!(again.get("/v1/me").await.status, 200);
    let refused = dana.token(&refresh(&lost.refresh_token.unwrap())).await;
    assert_eq!(refused.error(), "invalid_grant", "the lost one was replaced");
}

#[tokio::test]
async fn a_refresh_token_is_bound_to_its_key_and_ends_with_the_sign_in() {
    let world = World::new().await;
    let (dana, tove) = (world.person("dana").await, world.person("tove").await);
    assert_eq!(tove.token(&refresh(&dana.refresh)).await.error(), "invalid_grant");
    world.clock.advance(Duration::from_hours(12));
    assert_eq!(dana.token(&refresh(&dana.refresh)).await.error(), "invalid_grant");
    assert_eq!(dana.get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn an_access_token_is_over_after_ten_minutes() {
    let world = World::new().await;
    let dana = world.person("dana").await;
    world.clock.advance(Duration::from_mins(10));
    let refused = dana.get("/v1/me").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").contains("invalid_token"), "{}", refused.header("www-authenticate"));
    assert_eq!(dana.refreshed().await.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_read_the_same_and_are_limited() {
    let world = World::new().await;
    let mut texts = std::collections::BTreeSet::new();
    for login in ["dana", "nobody"] {
        let path = "/authorize?".to_owned()
            + &form(&[
                ("response_type", "code"),
                ("client_id", "console"),
                ("redirect_uri", "http://127.0.0.1:9/callback"),
                ("code_challenge", &"A".repeat(43)),
                ("code_challenge_method", "S256"),
            ]);
        let mut browser = world.browser();
        let page = browser.open(&path).await;
        let wrong = browser.send(&path, &page, &[("login", login), ("password", "wrong wrong wrong"), ("act", "sign_in")]).await;
        assert!(wrong.header("location").is_empty());
        texts.insert(wrong.body.replace(login, "somebody").lines().filter(|l| !l.contains("csrf")).collect::<String>().len());
        let mut limited = false;
        for _ in 0..30 {
            let page = browser.open(&path).await;
            let answer = browser.send(&path, &page, &[("login", login), ("password", "wrong wrong wrong"), ("act", "sign_in")]).await;
            limited |= answer.status == 429 && !answer.header("retry-after").is_empty();
        }
        assert!(limited, "{login}: tries are limited");
    }
    assert_eq!(texts.len(), 1);
}

fn form(pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .map(|(n, v)| format!("{n}={}", v.replace(':', "%3A").replace('/', "%2F").replace('@', "%40").replace('(', "%28").replace(')', "%29")))
        .collect::<Vec<_>>()
        .join("&")
}
