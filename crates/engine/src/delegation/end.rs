//! `delegation_end`: the agent ends it before its time.

use countersign_api::delegation::DelegationView;
use countersign_domain::{DelegationId, delegation::EndReason};
use countersign_store::Lock;
use countersign_trail::{Decision, Kind};

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    delegation::{load_own, tell, view},
};

impl Engine {
    /// Ends one's own delegation. Its warrant and its tokens no longer count from then on.
    ///
    /// # Errors
    /// `delegation_ended`, if it has ended already.
    pub async fn delegation_end(&self, call: &Call, id: DelegationId) -> Result<DelegationView, Refusal> {
        self.act(call, "delegation_end", Kind::DelegationEnd, &id, move |s| Box::pin(end(s, id))).await
    }
}

async fn end(s: &mut Scope<'_>, id: DelegationId) -> Result<DelegationView, Refusal> {
    let row = load_own(s.tx, &s.call, id, Lock::Update).await?;
    tell(&mut s.line, &row.delegation);
    row.delegation.live(s.now)?;
    let ended = row.delegation.end(EndReason::Agent, Some(s.call.person), s.now)?;
    s.tx.delegation_update(&ended).await?;
    s.line.decision = Decision::Ended;
    s.line.code = Some(EndReason::Agent.as_str().into());
    view::of(s.tx, &s.call, s.now, ended).await
}
