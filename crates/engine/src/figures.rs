//! How many there are of this and that, for whoever runs the service. Of all tenants together: no number is anybody's.

use std::{collections::BTreeMap, time::Duration};

use crate::{Engine, Refusal};

/// Numbers as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Delegations that have not ended.
    pub delegations_live: i64,
    /// Lines of the trail that wait for their place.
    pub events_unplaced: i64,
    /// Signing keys, by state.
    pub keys: BTreeMap<String, i64>,
    /// How far the clock stands behind its mark.
    pub clock_behind: Duration,
}

impl Engine {
    /// Numbers as they stand.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn figures(&self) -> Result<Figures, Refusal> {
        let clock_behind = self.mark().behind();
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let mut keys = BTreeMap::new();
                    for key in tx.keys().await? {
                        *keys.entry(key.key.state.as_str().to_owned()).or_default() += 1;
                    }
                    Ok(Figures { delegations_live: tx.delegations_live().await?, events_unplaced: tx.events_unplaced().await?, keys, clock_behind })
                })
            })
            .await
    }

    /// Which database everything is kept in.
    #[must_use]
    pub fn database(&self) -> &'static str {
        self.store().kind()
    }
}
