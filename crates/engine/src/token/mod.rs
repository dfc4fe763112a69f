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

use countersign_domain::{Code, Rail, TenantId, Timestamp, obligation::Obligations, person::Role};
use countersign_store::{Conclusion, DelegationRow, Lock, Tx};

use crate::{
    Engine, Refusal,
    policy::{Act, Facts},
    request::standing,
};

pub(crate) use own::OWN_TTL;
pub(crate) use presence::not_taken;
pub(crate) use revoke::revoke_at_console;
pub(crate) use shown::Shown;

/// What the tokens of a delegation stand on.
pub(crate) struct Justified {
    /// What policy said yes to.
    pub facts: Facts,
    /// When the sign-in is over whose console holds the warrant.
    signed_in_until: Timestamp,
}

/// Every condition that a token of a delegation stands on, as it is at `now`: the delegation and its console's sign-in live, its case is open
/// and its agent's, the agent is an agent, the API takes what was signed, enough signers who may still sign have signed, and policy still
/// says yes.
///
/// # Errors
/// The first condition that no longer holds.
pub(crate) async fn still_justified(tx: &mut Tx, engine: &Engine, row: &DelegationRow, now: Timestamp, lock: Lock) -> Result<Arc<Justified>, Refusal> {
    row.delegation.live(now)?;
    let justified = match tx.concluded(row.delegation.id.uuid(), engine.bundle().version()).await? {
        Conclusion::Known(known) => known,
        Conclusion::Open(open) => {
            let justified = justified(tx, engine, row, lock).await?;
            tx.conclude(open, justified)
        }
    };
    if now < justified.signed_in_until { Ok(justified) } else { Err(signed_out()) }
}

fn signed_out() -> Refusal {
    Refusal::new(Code::Refused, "the sign-in of the console that acts has ended")
}

/// Whether all who passed a token on may still come. A client that was disabled takes along what it got, and what came of that.
///
/// # Errors
/// If one of them is disabled.
pub(crate) async fn still_admitted(tx: &mut Tx, tenant: TenantId, services: &[String]) -> Result<(), Refusal> {
    for id in services {
        let client = tx.client(id, Lock::None).await?;
        if !client.is_some_and(|c| c.tenant == tenant && c.disabled_at.is_none()) {
            return Err(Refusal::new(Code::Refused, "a client that passed the token on is disabled"));
        }
    }
    Ok(())
}

/// As [`still_justified`], but for the time: what follows from facts alone.
async fn justified(tx: &mut Tx, engine: &Engine, row: &DelegationRow, lock: Lock) -> Result<Justified, Refusal> {
    let delegation = &row.delegation;
    let session = tx.session(delegation.tenant, row.session).await?.filter(|s| s.ended_at.is_none()).ok_or_else(signed_out)?;
    let row = tx.request(delegation.tenant, delegation.request, lock).await?;
    let mut request = row.ok_or_else(|| Refusal::internal("delegation", &"its request is gone"))?.request;
    let facts = Facts::of_request(tx, &request, lock).await?;
    facts.case.case.justifies(delegation.agent)?;
    if !facts.asker.roles.contains(&Role::Agent) {
        return Err(Refusal::new(Code::Refused, "the agent no longer holds the role agent"));
    }
    request.form.taken_by(&facts.api.contract)?;
    let allowed = facts.decide(engine, Act::TokenExchange)?;
    let owed = Obligations::strictest(&request.obligations, &allowed.obligations);
    request.signatures = standing(tx, &request, &owed.group).await?;
    if !request.signed_by_enough(&owed) {
        return Err(Rail::NotSigned.into());
    }
    Ok(Justified { facts, signed_in_until: session.ends_at })
}
