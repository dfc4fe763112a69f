//! `request_get` and `request_list`.

use countersign_api::request::{RequestBox, RequestView};
use countersign_domain::{Code, RequestId, person::Role};
use countersign_store::Lock;

use crate::{
    Call, Engine, Refusal,
    request::{load, view},
};

impl Engine {
    /// One request: one's own, or any of the tenant for approvers, admins and auditors.
    ///
    /// # Errors
    /// `not_found`, also for what one may not see.
    pub async fn request_get(&self, call: &Call, id: RequestId) -> Result<RequestView, Refusal> {
        self.admit(call, "request_get").await?;
        let (engine, call) = (self.clone(), call.clone());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let row = load(tx, &call, id, Lock::None).await?;
                    view::of(tx, &engine, &call, row).await
                })
            })
            .await
    }

    /// One's own requests, those that wait for signatures, or those that one has reviewed.
    ///
    /// # Errors
    /// `forbidden`, if the role does not go with the list.
    pub async fn request_list(&self, call: &Call, which: RequestBox) -> Result<Vec<RequestView>, Refusal> {
        self.admit(call, "request_list").await?;
        if which != RequestBox::Mine && !call.has(Role::Approver) {
            return Err(Refusal::new(Code::Forbidden, "this list is for approvers"));
        }
        let (engine, call) = (self.clone(), call.clone());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let rows = match which {
                        RequestBox::Mine => tx.requests_of(call.tenant, call.person).await?,
                        RequestBox::ToSign => tx.requests_waiting(call.tenant).await?,
                        RequestBox::Reviewed => tx.requests_reviewed_by(call.tenant, call.person).await?,
                    };
                    let mut views = Vec::with_capacity(rows.len());
                    for row in rows {
                        views.push(view::of(tx, &engine, &call, row).await?);
                    }
                    Ok(views)
                })
            })
            .await
    }
}
