//! `request_unsign`: a signer takes their signature back; what it carried ends at once.

use countersign_api::request::RequestView;
use countersign_domain::{RequestId, delegation::EndReason};
use countersign_store::Lock;
use countersign_trail::Kind;

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    delegation::end_now,
    request::{load, tell, view},
};

impl Engine {
    /// Takes one's signature back. A signed request waits again; a started one's delegation ends.
    ///
    /// # Errors
    /// `conflict`, if one has not signed it or it is over.
    pub async fn request_unsign(&self, call: &Call, id: RequestId) -> Result<RequestView, Refusal> {
        self.act(call, "request_unsign", Kind::RequestUnsign, &id, move |s| Box::pin(unsign(s, id))).await
    }
}

async fn unsign(s: &mut Scope<'_>, id: RequestId) -> Result<RequestView, Refusal> {
    let request = load(s.tx, &s.call, id, Lock::Update).await?.request;
    tell(s, &request);
    let unsigned = request.unsign(s.call.person, s.now)?;
    s.tx.review_withdraw(s.call.tenant, id, s.call.person, s.now).await?;
    s.tx.request_update(&unsigned).await?;
    if let Some(row) = s.tx.delegation_of_request(s.call.tenant, id, Lock::Update).await?
        && row.delegation.live(s.now).is_ok()
    {
        end_now(s, row.delegation, EndReason::SignatureWithdrawn).await?;
    }
    let row = load(s.tx, &s.call, id, Lock::None).await?;
    view::of(s.tx, &s.engine, &s.call, row).await
}
