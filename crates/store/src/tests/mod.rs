//! Every public method on both databases, and the promises that the store makes as a whole.

mod acting;
mod asking;
mod clock;
mod coverage;
mod facts;
mod keys;
mod machines;
mod people;
mod presences;
mod roles;
mod schema;
mod signing_in;
mod trail;
mod transactions;
mod world;
mod writer;

/// Turns `async fn name(store: &Store) { … }` into one test for each database.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($store:ident: &Store) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all of them")]
            use super::*;

            async fn check($store: &crate::Store) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = crate::testing::sqlite().await;
                check(&database.store).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let database = crate::testing::postgres().await;
                check(&database.store).await;
            }
        }
    )*};
}

/// Runs a block that answers a `Result` in one write.
macro_rules! put {
    ($store:expr, |$tx:ident| $body:expr) => {
        $store.write::<_, crate::StoreError, _>(move |$tx| Box::pin(async move { $body })).await
    };
}

/// As `put!`, on a snapshot.
macro_rules! get {
    ($store:expr, |$tx:ident| $body:expr) => {
        $store.read::<_, crate::StoreError, _>(move |$tx| Box::pin(async move { $body })).await
    };
}

use {get, on_both, put};
