//! `delegation_reissue`: a console that was closed and opened again gets its warrant anew; the old one is dead.

use countersign_domain::{DelegationId, Rail};
use countersign_store::{DelegationRow, Lock, StoreError};
use countersign_trail::Kind;

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    delegation::{Started, WARRANT, load_own, tell, view},
};

impl Engine {
    /// Issues the warrant anew, to the caller's session and key.
    ///
    /// # Errors
    /// `delegation_ended`, or `conflict` if this console acts for another.
    pub async fn delegation_reissue(&self, call: &Call, id: DelegationId) -> Result<Started, Refusal> {
        self.admit(call, "delegation_reissue").await?;
        self.act_secret(call, Kind::DelegationReissue, move |s| {
            Box::pin(async move {
                let row = load_own(s.tx, &s.call, id, Lock::Update).await?;
                reissue(s, row).await
            })
        })
        .await
    }
}

pub(super) async fn reissue(s: &mut Scope<'_>, row: DelegationRow) -> Result<Started, Refusal> {
    s.line.kind = Kind::DelegationReissue;
    tell(&mut s.line, &row.delegation);
    row.delegation.live(s.now)?;
    s.engine.minting()?;
    let warrant = s.engine.secret("csw_");
    match s.tx.warrant_set(s.call.tenant, row.delegation.id, s.call.session, &warrant.fingerprint(WARRANT), &s.call.jkt).await {
        Err(StoreError::Taken) => return Err(Rail::ActingAlready.into()),
        other => other?,
    }
    let view = view::of(s.tx, &s.call, s.now, row.delegation).await?;
    Ok(Started { delegation: view, warrant })
}
