//! SQLite's one writer: commits are shared, and a fault reaches exactly as far as it must.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use countersign_trail::{Actor, Kind};
use futures::{FutureExt as _, future::join_all};
use tokio::{sync::oneshot, task::JoinHandle};

use super::{
    get, put,
    transactions::{setting, until},
    world::{Steady, World, at, worlds},
};
use crate::{Once, Store, StoreError, Tx, testing, tx::Conn};

/// Keeps the writer busy until it is let go, so that what comes meanwhile waits together.
pub(super) struct Held {
    go: oneshot::Sender<()>,
    holder: JoinHandle<Result<(), StoreError>>,
}

pub(super) async fn hold(store: &Store) -> Held {
    let (begun, has_begun) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let own = store.clone();
    let holder = tokio::spawn(async move {
        put!(own, |tx| {
            tx.setting_put("held", "1").await?;
            begun.send(()).unwrap();
            may_go.await.unwrap();
            Ok(())
        })
    });
    has_begun.await.unwrap();
    Held { go, holder }
}

impl Held {
    /// Lets the writer go once `n` works wait.
    pub(super) async fn release(self, store: &Store, n: usize) {
        until("all works wait", || async { store.waiting() == n }).await;
        self.go.send(()).unwrap();
        self.holder.await.unwrap().unwrap();
    }
}

fn note(store: &Store, key: &'static str) -> JoinHandle<Result<(), StoreError>> {
    let store = store.clone();
    tokio::spawn(async move { put!(store, |tx| tx.setting_put(key, "1").await) })
}

/// Breaks a reference that is only checked at the commit.
pub(super) async fn fail_at_commit(tx: &mut Tx) -> Result<(), StoreError> {
    tx.sql("PRAGMA defer_foreign_keys = ON").run().await?;
    let nobody = super::world::World::numbered(9);
    tx.roles_set(nobody.tenant, nobody.dana, &[countersign_domain::person::Role::Agent]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_writes_share_a_commit() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let held = hold(store).await;
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let notes: Vec<_> = keys.into_iter().map(|key| note(store, key)).collect();
    held.release(store, keys.len()).await;
    assert!(join_all(notes).await.into_iter().all(|done| done.unwrap() == Ok(())));
    assert_eq!(store.commits(), 2, "one for who held the writer, one for all the others");
    for key in keys {
        assert!(setting(store, key).await.is_some(), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_bounded() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let held = hold(store).await;
    let notes: Vec<_> = (0..=(crate::sqlite::GROUP * 2)).map(|_| note(store, "a")).collect();
    held.release(store, crate::sqlite::GROUP * 2 + 1).await;
    assert!(join_all(notes).await.into_iter().all(|done| done.unwrap() == Ok(())));
    assert_eq!(store.commits(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_fails_does_not_harm_its_neighbours() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let (a, _) = worlds(store).await;
    let held = hold(store).await;
    let before = note(store, "before");
    let own = store.clone();
    let refused = tokio::spawn(async move {
        put!(own, |tx| {
            tx.setting_put("refused", "1").await?;
            Err::<(), _>(StoreError::Busy)
        })
    });
    let own = store.clone();
    let panicked: JoinHandle<Result<(), StoreError>> = tokio::spawn(async move {
        put!(own, |tx| {
            tx.setting_put("panicked", "1").await?;
            panic!("on purpose");
        })
    });
    let own = store.clone();
    let taken = tokio::spawn(async move {
        put!(own, |tx| {
            tx.setting_put("taken", "1").await?;
            tx.case_insert(&a.case(), "twin", countersign_domain::case::Priority::Low).await
        })
    });
    until("those four wait", || async { store.waiting() == 4 }).await;
    let after = note(store, "after");
    let commits = store.commits();
    held.release(store, 5).await;
    assert_eq!(before.await.unwrap(), Ok(()));
    assert_eq!(refused.await.unwrap(), Err(StoreError::Busy));
    assert!(matches!(panicked.await.unwrap(), Err(StoreError::Unavailable(_))));
    assert_eq!(taken.await.unwrap(), Err(StoreError::Taken));
    assert_eq!(after.await.unwrap(), Ok(()));
    assert_eq!(store.commits(), commits + 2);
    assert!(setting(store, "before").await.is_some() && setting(store, "after").await.is_some());
    for key in ["refused", "panicked", "taken"] {
        assert_eq!(setting(store, key).await, None, "{key}");
    }
}

/// Adds a line of the trail, and nothing that anybody waits for.
fn tell(store: &Store, a: World, number: u8) -> JoinHandle<Result<(), StoreError>> {
    let store = store.clone();
    tokio::spawn(async move {
        put!(store, |tx| {
            let line = a.event(number, Kind::CaseCreate, Actor::Service);
            tx.event_append(&line, &line.seal(&Steady).unwrap()).await
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_is_put_off_together_only_what_cannot_stand_fails() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let (a, _) = worlds(store).await;
    tell(store, a, 50).await.unwrap().unwrap();
    let waiting = get!(store, |tx| tx.events_unplaced().await).unwrap();
    let held = hold(store).await;
    let mut told = Vec::new();
    // The second has the id of a line that is there, the fourth that of the third.
    for (i, number) in [51, 50, 52, 52, 53].into_iter().enumerate() {
        told.push(tell(store, a, number));
        until("it waits", || async { store.waiting() == i + 1 }).await;
    }
    let commits = store.commits();
    held.release(store, 5).await;
    let done: Vec<_> = join_all(told).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(done.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false, true], "{done:?}");
    assert_eq!(store.commits(), commits + 2, "the holder's, and one for all");
    assert_eq!(get!(store, |tx| tx.events_unplaced().await).unwrap(), waiting + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_put_off_is_there_for_whoever_looks() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let (a, _) = worlds(store).await;
    let before = get!(store, |tx| tx.events_unplaced().await).unwrap();
    let held = hold(store).await;
    let (first, second) = (tell(store, a, 51), tell(store, a, 52));
    until("both wait", || async { store.waiting() == 2 }).await;
    let own = store.clone();
    // It looks, adds, looks again, and is refused: what it added is taken back, and nobody else's.
    let refused = tokio::spawn(async move {
        put!(own, |tx| {
            let found = tx.events_unplaced().await?;
            let line = a.event(53, Kind::CaseCreate, Actor::Service);
            tx.event_append(&line, &line.seal(&Steady).unwrap()).await?;
            assert_eq!((found, tx.events_unplaced().await?), (before + 2, before + 3));
            Err::<(), _>(StoreError::Busy)
        })
    });
    until("all wait", || async { store.waiting() == 3 }).await;
    let third = tell(store, a, 54);
    held.release(store, 4).await;
    assert_eq!(refused.await.unwrap(), Err(StoreError::Busy));
    for done in [first, second, third] {
        assert_eq!(done.await.unwrap(), Ok(()));
    }
    assert_eq!(get!(store, |tx| tx.events_unplaced().await).unwrap(), before + 3);
}

/// Lets SQLite's thread do nothing as long as somebody holds the gate.
async fn stop_at(tx: &mut Tx, gate: Arc<Mutex<()>>) {
    let Conn::LiteWriter(conn) = &mut tx.conn else { panic!("only a file has one writer") };
    conn.lock_handle().await.unwrap().set_progress_handler(1, move || gate.lock().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_work_that_goes_away_while_others_rows_are_written_takes_all_along() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let (a, _) = worlds(store).await;
    let before = get!(store, |tx| tx.events_unplaced().await).unwrap();
    let held = hold(store).await;
    let told = tell(store, a, 51);
    until("it waits", || async { store.waiting() == 1 }).await;
    let own = store.clone();
    let leaves = tokio::spawn(async move {
        put!(own, |tx| {
            // SQLite's thread stands still in the first statement, so that nothing is done before it is dropped.
            let gate = Arc::new(Mutex::new(()));
            stop_at(tx, Arc::clone(&gate)).await;
            let closed = gate.lock().unwrap();
            assert!(tx.events_unplaced().now_or_never().is_none(), "it has begun, and is dropped");
            drop(closed);
            Ok::<_, StoreError>(())
        })
    });
    held.release(store, 2).await;
    for done in [told.await.unwrap(), leaves.await.unwrap()] {
        assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
    }
    assert_eq!(get!(store, |tx| tx.events_unplaced().await).unwrap(), before);
    tell(store, a, 52).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_works_with_the_same_that_counts_once_the_first_has_it_whatever_comes_of_it() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let once = |n| Some(Once { hash: [n; 32], until: at(60) });
    let held = hold(store).await;
    let mut all = Vec::new();
    for (i, (n, outcome)) in [(1, Err(StoreError::Busy)), (1, Ok(())), (2, Ok(())), (2, Ok(())), (3, Ok(()))].into_iter().enumerate() {
        let own = store.clone();
        all.push(tokio::spawn(async move { own.write_once(once(n), move |_| Box::pin(async move { outcome })).await }));
        until("it waits", || async { store.waiting() == i + 1 }).await;
    }
    held.release(store, 5).await;
    let done: Vec<Result<(), StoreError>> = join_all(all).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(done, [Err(StoreError::Busy), Err(StoreError::Seen), Ok(()), Err(StoreError::Seen), Ok(())]);
    let again = store.write_once(once(1), |_| Box::pin(async { Ok::<_, StoreError>(()) })).await;
    assert_eq!(again, Err(StoreError::Seen), "it stays used up by who was refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_answers_nobody_ok() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let held = hold(store).await;
    let (before, own) = (note(store, "before"), store.clone());
    let guilty = tokio::spawn(async move { put!(own, |tx| fail_at_commit(tx).await) });
    let own = store.clone();
    // A refusal may rest on what a neighbour wrote: it must not be told as if that had stood.
    let refused = tokio::spawn(async move { put!(own, |tx| Err::<(), _>(tx.setting("before").await.err().unwrap_or(StoreError::Taken))) });
    let commits = store.commits();
    held.release(store, 3).await;
    for done in [before.await.unwrap(), guilty.await.unwrap(), refused.await.unwrap()] {
        assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
    }
    assert_eq!(store.commits(), commits + 1, "only who held the writer");
    assert_eq!(setting(store, "before").await, None);
    put!(store, |tx| tx.setting_put("later", "1").await).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_of_the_database_fails_the_whole_group() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let held = hold(store).await;
    let (before, own) = (note(store, "before"), store.clone());
    // It swallows the fault, which must not help it.
    let guilty = tokio::spawn(async move {
        put!(own, |tx| {
            drop(tx.sql("SELECT * FROM nowhere").run().await);
            Ok(())
        })
    });
    held.release(store, 2).await;
    for done in [before.await.unwrap(), guilty.await.unwrap()] {
        assert!(matches!(done, Err(StoreError::Unavailable(_))), "{done:?}");
    }
    assert_eq!(setting(store, "before").await, None);
    put!(store, |tx| tx.setting_put("later", "1").await).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_whose_caller_left_before_its_turn_is_done_all_the_same() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let held = hold(store).await;
    let left = note(store, "left");
    until("it waits", || async { store.waiting() == 1 }).await;
    left.abort();
    assert!(left.await.unwrap_err().is_cancelled());
    held.release(store, 1).await;
    until("it is done", || async { setting(store, "left").await.is_some() }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_does_what_waits() {
    let database = testing::sqlite().await;
    let store = &database.store;
    let held = hold(store).await;
    let waits = note(store, "waits");
    until("it waits", || async { store.waiting() == 1 }).await;
    let own = store.clone();
    let closing = tokio::spawn(async move { own.close().await });
    until("closing waits", || async { store.waiting() == 2 }).await;
    held.release(store, 2).await;
    tokio::time::timeout(Duration::from_secs(30), closing).await.unwrap().unwrap();
    assert_eq!(waits.await.unwrap(), Ok(()));
    let again = Store::open_sqlite(&database.path).await.unwrap();
    assert!(setting(&again, "waits").await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_written_safely_and_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = testing::sqlite().await;
    put!(database.store, |tx| {
        let pragma = |name: &'static str| name;
        let mut values = Vec::new();
        for sql in [pragma("PRAGMA synchronous"), pragma("PRAGMA foreign_keys"), pragma("PRAGMA busy_timeout")] {
            values.push(tx.sql(sql).one(crate::value::Row::take::<i64>).await?);
        }
        assert_eq!(values, [Some(2), Some(1), Some(5000)]);
        let mode: Option<String> = tx.sql("PRAGMA journal_mode").one(crate::value::Row::take).await?;
        assert_eq!(mode.as_deref(), Some("wal"));
        tx.setting_put("a", "1").await
    })
    .unwrap();
    for file in std::fs::read_dir(database.path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}
