//! Opening the database that the configuration names, which migrates it too.

use countersign_store::{OpenError, Store};

use super::resolve::Kept;

/// Opens the store, migrated.
pub(super) async fn open(kept: &Kept) -> Result<Store, OpenError> {
    match kept {
        Kept::Sqlite(path) => Store::open_sqlite(path).await,
        Kept::Postgres { url, owner_url } => Store::open_postgres(url, owner_url.as_ref()).await,
    }
}
