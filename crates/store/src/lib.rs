//! The only crate with SQL: SQLite and PostgreSQL behind one concrete type.
//!
//! A [`Store`] runs closures in transactions, a [`Tx`] has one method a question or change, one file a noun. SQL is written
//! once, with `$n`; what must differ between the two databases stands in `query.rs` and nowhere else. It judges nothing:
//! whether something may be done is decided by who calls. Times, ids and fingerprints are handed in; nothing here reads a
//! clock, and no secret comes in, only its fingerprint.
//!
//! Every row has its tenant, and every question names it. The exceptions are lookups by a fingerprint of 256 bits or by a
//! name that is unique across tenants, which tell the tenant in the first place; each says so.

mod api;
mod call;
mod case;
mod client;
mod clock;
mod contract_change;
mod customer;
mod delegation;
mod error;
mod event;
mod facts;
mod idempotency;
mod key;
mod later;
mod migrate;
mod person;
mod postgres;
mod presence;
mod prune;
mod query;
mod request;
mod review;
mod session;
mod sign_in;
mod sqlite;
mod store;
mod tenant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;
mod tx;
mod value;

#[cfg(test)]
mod tests;

pub use api::{ApiChange, ApiRow};
pub use call::CallRow;
pub use case::CaseRow;
pub use client::{ClientTokenRow, SecretRow};
pub use clock::{Ahead, ClockRow, LatestEnds};
pub use contract_change::ContractChangeRow;
pub use delegation::DelegationRow;
pub use error::{OpenError, StoreError};
pub use event::{EventRow, Placed};
pub use idempotency::IdempotencyRow;
pub use key::KeyRow;
pub use person::{AccountRow, InviteRow, PersonRow};
pub use prune::Stale;
pub use query::Lock;
pub use request::RequestRow;
pub use review::{ProofRow, ReviewRow};
pub use session::{AccessRow, RefreshRow, SessionRow};
pub use sign_in::{BrowserRow, CodeRow, Taken};
pub use store::{Once, Store};
pub use tenant::TenantRow;
pub use tx::{Conclusion, Open, Tx};
