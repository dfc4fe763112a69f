//! What is minted, and whether it still counts.

mod exchange;
mod ground;
mod introspect;
mod mint;
mod own;
mod pass_on;
mod presence;
mod present;
mod revoke;
mod shown;

pub use introspect::{Asked, Unanswered};

use std::sync::Arc;

use countersign_domain::{Code, Rail, Timestamp, delegation::Delegation, obligation::Obligations, person::Role};
use countersign_store::{Conclusion, Lock, Tx};

use crate::{
    Engine, Refusal,
    policy::{Act, Facts},
    request::standing,
};

pub(crate) use presence::not_taken;

/// Every condition that a token of a delegation stands on, as it is at `now`: the delegation lives, its case is open and its agent's, the
/// agent is an agent, enough signers who may still sign have signed, and policy still says yes.
///
/// # Errors
/// The first condition that no longer holds.
pub(crate) async fn still_justified(tx: &mut Tx, engine: &Engine, delegation: &Delegation, now: Timestamp, lock: Lock) -> Result<Arc<Facts>, Refusal> {
    delegation.live(now)?;
    let open = match tx.concluded(delegation.id.uuid(), engine.bundle().version()).await? {
        Conclusion::Known(known) => return Ok(known),
        Conclusion::Open(open) => open,
    };
    let facts = justified(tx, engine, delegation, lock).await?;
    Ok(tx.conclude(open, facts))
}

/// As [`still_justified`], but for the time: what follows from facts alone.
async fn justified(tx: &mut Tx, engine: &Engine, delegation: &Delegation, lock: Lock) -> Result<Facts, Refusal> {
    let row = tx.request(delegation.tenant, delegation.request, lock).await?;
    let mut request = row.ok_or_else(|| Refusal::internal("delegation", &"its request is gone"))?.request;
    let facts = Facts::of_request(tx, &request, lock).await?;
    facts.case.case.justifies(delegation.agent)?;
    if !facts.asker.roles.contains(&Role::Agent) {
        return Err(Refusal::new(Code::Refused, "the agent no longer holds the role agent"));
    }
    let allowed = facts.decide(engine, Act::TokenExchange)?;
    let owed = Obligations::strictest(&request.obligations, &allowed.obligations);
    request.signatures = standing(tx, &request, &owed.group).await?;
    if !request.signed_by_enough(&owed) {
        return Err(Rail::NotSigned.into());
    }
    Ok(facts)
}
