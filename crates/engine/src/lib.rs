//! The use cases, one file an operation.
//!
//! Each reads top to bottom: open a write transaction, lock and load what it needs, ask policy with facts, make the domain
//! transition, store it, append its line of the trail in the same transaction, commit, and only then answer. How that
//! frame is kept is in [`act`]; nothing here writes outside of it but the opening of the service and its background work.

mod act;
mod call;
mod case;
mod client;
mod clock;
mod contract;
mod delegation;
mod engine;
mod event;
mod figures;
mod issuer;
mod key;
mod keys;
mod lapse;
mod name;
mod person;
mod policy;
mod refusal;
mod refusals;
mod replay;
mod request;
mod session;
mod token;

pub mod bootstrap;

pub use act::Call;
pub use client::{ByFile, Machine, Made, Proves};
pub use clock::TOLERANCE;
pub use contract::{check_contract, is_loopback, is_private};
pub use delegation::Started;
pub use engine::{Engine, OpenError, Settings};
pub use figures::Figures;
pub use issuer::{Abroad, TrustedIssuer, Unreached};
pub use keys::{BackupError, Jwks, KeyRing, KeyRingError, MIN_PASSPHRASE, Restored};
pub use person::InviteShow;
pub use refusal::Refusal;
pub use session::{AuthorizeShow, BrowserPerson, SamplePerson};
pub use token::{Asked, Unanswered};

/// Marks a step at which a test may kill the process; nothing in a build without the feature `failpoints`.
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        if fail::eval($name, |_| ()).is_some() {
            std::process::abort();
        }
    };
}
pub(crate) use failpoint;
