//! `delegation_get` and `delegation_list`.

use std::time::Duration;

use countersign_api::delegation::DelegationView;
use countersign_domain::DelegationId;
use countersign_store::Lock;

use crate::{Call, Engine, Refusal, delegation::view};

/// How far back one's own list goes.
const LIST_BACK: Duration = Duration::from_hours(168);

impl Engine {
    /// One delegation: one's own, or any of the tenant for approvers, admins and auditors.
    ///
    /// # Errors
    /// `not_found`, also for what one may not see.
    pub async fn delegation_get(&self, call: &Call, id: DelegationId) -> Result<DelegationView, Refusal> {
        self.admit(call, "delegation_get").await?;
        let (now, call) = (self.now(), call.clone());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let row = tx.delegation(call.tenant, id, Lock::None).await?.ok_or_else(|| Refusal::not_found("delegation"))?;
                    if row.delegation.agent != call.person && !call.sees_all() {
                        return Err(Refusal::not_found("delegation"));
                    }
                    view::of(tx, &call, now, row.delegation).await
                })
            })
            .await
    }

    /// One's own delegations of the last seven days, newest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn delegation_list(&self, call: &Call) -> Result<Vec<DelegationView>, Refusal> {
        self.admit(call, "delegation_list").await?;
        let (now, call) = (self.now(), call.clone());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let mut views = Vec::new();
                    for row in tx.delegations_of(call.tenant, call.person).await? {
                        if row.delegation.live(now).is_ok() || now.since(row.delegation.started_at) < LIST_BACK {
                            views.push(view::of(tx, &call, now, row.delegation).await?);
                        }
                    }
                    Ok(views)
                })
            })
            .await
    }
}
