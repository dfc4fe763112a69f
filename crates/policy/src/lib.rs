//! Policy: a Cedar bundle answers a [`Question`] with a [`Verdict`], which carries reasons and obligations.
//!
//! Pure: no I/O and no clock; facts are handed in. It decides what a bundle may decide. The rules that no bundle may lift
//! stand in `countersign_domain::rail`, and signatures are counted there too, never here.
//!
//! Cedar skips a policy that errors, a forbid as well. Here any error refuses, whatever the decision was.

mod bundle;
mod check;
mod decide;
mod error;
mod facts;
mod given;
mod owed;
mod presence;
mod question;
mod verdict;

pub use bundle::{Bundle, Source};
pub use error::BundleError;
pub use presence::PresenceQuestion;
pub use question::{Act, ActionFacts, CaseFacts, HopFacts, PersonFacts, Question};
pub use verdict::{Reason, Verdict};

#[cfg(test)]
mod tests;
