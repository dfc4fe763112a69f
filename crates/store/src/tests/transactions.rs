//! What holds for every transaction, on both databases.

use std::time::Duration;

use tokio::sync::oneshot;

use super::{get, on_both, put, world::*};
use crate::{Store, StoreError};

/// Waits until something has come true, for as long as a slow machine may need.
pub(super) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let wait = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("never came true: {what}"));
}

pub(super) async fn setting(store: &Store, key: &'static str) -> Option<String> {
    get!(store, |tx| tx.setting(key).await).unwrap()
}

on_both! {
    async fn an_error_takes_everything_back(store: &Store) {
        let done = put!(store, |tx| {
            tx.setting_put("a", "1").await?;
            Err::<(), _>(StoreError::Busy)
        });
        assert_eq!(done, Err(StoreError::Busy));
        assert_eq!(setting(store, "a").await, None);
    }

    async fn who_goes_on_after_a_fault_keeps_nothing(store: &Store) {
        let (a, _) = worlds(store).await;
        let done = put!(store, |tx| {
            tx.setting_put("a", "1").await?;
            assert_eq!(tx.case_insert(&a.case(), "twin", countersign_domain::case::Priority::Low).await, Err(StoreError::Taken));
            let after = tx.setting("a").await;
            assert!(matches!(after, Err(StoreError::Unavailable(_))), "{after:?}");
            Ok(())
        });
        assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
        assert_eq!(setting(store, "a").await, None);
    }

    async fn a_panic_harms_nobody_else(store: &Store) {
        let done: Result<(), StoreError> = put!(store, |tx| {
            tx.setting_put("a", "1").await?;
            panic!("on purpose");
        });
        assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
        assert_eq!(setting(store, "a").await, None);
        put!(store, |tx| tx.setting_put("a", "2").await).unwrap();
        assert_eq!(setting(store, "a").await.as_deref(), Some("2"));
    }

    async fn a_caller_that_goes_away_interrupts_nothing(store: &Store) {
        let (begun, has_begun) = oneshot::channel();
        let (go, may_go) = oneshot::channel::<()>();
        let own = store.clone();
        let caller = tokio::spawn(async move {
            put!(own, |tx| {
                tx.setting_put("a", "1").await?;
                begun.send(()).unwrap();
                may_go.await.unwrap();
                tx.setting_put("b", "2").await
            })
        });
        has_begun.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        go.send(()).unwrap();
        until("both settings are there", || async { setting(store, "b").await.is_some() }).await;
        assert_eq!(setting(store, "a").await.as_deref(), Some("1"));
    }

    async fn a_read_is_one_snapshot(store: &Store) {
        let (first, has_read) = oneshot::channel();
        let (go, may_go) = oneshot::channel::<()>();
        let own = store.clone();
        let reader = tokio::spawn(async move {
            get!(own, |tx| {
                let before = tx.setting("a").await?;
                first.send(()).unwrap();
                may_go.await.unwrap();
                Ok((before, tx.setting("a").await?))
            })
        });
        has_read.await.unwrap();
        put!(store, |tx| tx.setting_put("a", "1").await).unwrap();
        go.send(()).unwrap();
        assert_eq!(reader.await.unwrap(), Ok((None, None)));
        assert_eq!(setting(store, "a").await.as_deref(), Some("1"));
    }

    async fn a_read_changes_nothing(store: &Store) {
        let done = get!(store, |tx| tx.setting_put("a", "1").await);
        assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
        assert_eq!(setting(store, "a").await, None);
    }

    async fn closing_finishes_what_was_begun_and_refuses_the_rest(store: &Store) {
        put!(store, |tx| tx.setting_put("a", "1").await).unwrap();
        assert_eq!(store.commits(), 1);
        store.close().await;
        let late = put!(store, |tx| tx.setting_put("b", "1").await);
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
        let late = get!(store, |tx| tx.setting("a").await);
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    }
}

/// Two who change the same two rows in opposite order: PostgreSQL ends one of them, and it is told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_a_lost_race() {
    let database = crate::testing::postgres().await;
    let store = &database.store;
    put!(store, |tx| {
        tx.setting_put("a", "0").await?;
        tx.setting_put("b", "0").await
    })
    .unwrap();
    let both = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let cross = |one: &'static str, other: &'static str| {
        let meet = std::sync::Arc::clone(&both);
        async move {
            put!(store, |tx| {
                tx.setting_put(one, "1").await?;
                meet.wait().await;
                tx.setting_put(other, "1").await
            })
        }
    };
    let (left, right) = futures::join!(cross("a", "b"), cross("b", "a"));
    assert!(matches!((&left, &right), (Ok(()), Err(StoreError::Busy)) | (Err(StoreError::Busy), Ok(()))), "{left:?} {right:?}");
}
