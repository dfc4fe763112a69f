//! Verdicts that were given. A bundle never changes and Cedar reads neither clock nor store: the same question has the same answer.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{question::Question, verdict::Verdict};

/// With more than so many, all are forgotten.
const MOST: usize = 1024;

/// What a bundle has answered.
#[derive(Default)]
pub(crate) struct Given(Mutex<HashMap<Question, Verdict>>);

impl Given {
    /// The verdict on `q`: as it was given, or as `work_out` finds it now.
    pub(crate) fn of(&self, q: &Question, work_out: impl FnOnce() -> Verdict) -> Verdict {
        if let Some(verdict) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(q) {
            return verdict.clone();
        }
        // Not under the lock: others may have other questions meanwhile.
        let verdict = work_out();
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if given.len() >= MOST {
            given.clear();
        }
        given.insert(q.clone(), verdict.clone());
        verdict
    }
}
