//! `delegation_story`: from request to end as one.

use countersign_api::delegation::Story;
use countersign_domain::DelegationId;
use countersign_store::Lock;

use crate::{Call, Engine, Refusal, event, request};

impl Engine {
    /// All that happened, from the asking to the end.
    ///
    /// # Errors
    /// `not_found`, also for what one may not see.
    pub async fn delegation_story(&self, call: &Call, id: DelegationId) -> Result<Story, Refusal> {
        let delegation = self.delegation_get(call, id).await?;
        let (engine, call) = (self.clone(), call.clone());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let row = request::load(tx, &call, delegation.request, Lock::None).await?;
                    let rows = tx.events_of_delegation(call.tenant, delegation.id, delegation.request).await?;
                    let events = event::view::of(tx, &call, rows).await?;
                    let request = request::view::of(tx, &engine, &call, row).await?;
                    Ok(Story { delegation, request, events })
                })
            })
            .await
    }
}
