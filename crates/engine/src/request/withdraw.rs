//! `request_withdraw`: the asker takes it back.

use countersign_api::request::RequestView;
use countersign_domain::RequestId;
use countersign_store::Lock;
use countersign_trail::{Decision, Kind};

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    request::{load_own, tell, view},
};

impl Engine {
    /// Takes a waiting or signed request back.
    ///
    /// # Errors
    /// `conflict`, if it was started or is over.
    pub async fn request_withdraw(&self, call: &Call, id: RequestId) -> Result<RequestView, Refusal> {
        self.act(call, "request_withdraw", Kind::RequestWithdraw, &id, move |s| Box::pin(withdraw(s, id))).await
    }
}

async fn withdraw(s: &mut Scope<'_>, id: RequestId) -> Result<RequestView, Refusal> {
    let request = load_own(s.tx, &s.call, id, Lock::Update).await?.request;
    tell(s, &request);
    let withdrawn = request.withdraw(s.now)?;
    s.tx.request_update(&withdrawn).await?;
    s.line.decision = Decision::Ended;
    let row = load_own(s.tx, &s.call, id, Lock::None).await?;
    view::of(s.tx, &s.engine, &s.call, row).await
}
