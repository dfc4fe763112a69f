//! What goes over the wire: views, inputs, problems, the table of operations.
//!
//! The service answers in these, the client and the console read these, and the console's TypeScript types are generated
//! from these (`make gen`). Ids of customers and cases appear in two forms: ours (`cst_…`, `cas_…`), which the trail is
//! written in, and what their own systems call them, resolved when shown to somebody entitled.

pub mod call;
pub mod case;
pub mod client;
pub mod clock;
pub mod console;
pub mod contract;
pub mod delegation;
pub mod event;
pub mod key;
pub mod operation;
pub mod person;
pub mod problem;
pub mod request;
pub mod session;
pub mod ts;

pub use problem::{Problem, Reason};

use serde::{Deserialize, Serialize};

/// A list, whole: lists of this form are bounded by what they list.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct List<T> {
    /// What was asked for, in the order in which it is shown.
    pub items: Vec<T>,
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items }
    }
}
