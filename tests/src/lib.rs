//! End to end: the service as its clients see it, the console in its window.
//!
//! The tests are in `tests/`, one file a promise; the deny paths stand first in each.

pub mod walk;
