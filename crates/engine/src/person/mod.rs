//! People: the first admin, invitations, roles and groups.

mod change;
mod invite;
pub(crate) mod setup;

pub(crate) use invite::INVITE_TTL;

use countersign_api::person::{PersonState, PersonView};
use countersign_domain::{PersonId, TenantId, Timestamp, person::Role};
use countersign_store::{PersonRow, Tx};

use crate::{Call, Engine, Refusal, name};

/// What an invitation's page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteShow {
    /// Whom it invites.
    pub name: String,
    /// Where to.
    pub tenant_name: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

impl Engine {
    /// All people of the tenant, by name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn person_list(&self, call: &Call) -> Result<Vec<PersonView>, Refusal> {
        self.admit(call, "person_list").await?;
        let tenant = call.tenant;
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let mut views = Vec::new();
                    for row in tx.people(tenant).await? {
                        views.push(view(tx, row).await?);
                    }
                    Ok(views)
                })
            })
            .await
    }
}

async fn view(tx: &mut Tx, row: PersonRow) -> Result<PersonView, Refusal> {
    let joined = tx.account_by_person(row.tenant, row.id).await?.is_some_and(|a| a.password_hash.is_some());
    let customer = match row.customer {
        Some(id) => Some(name::customer(tx, row.tenant, id).await?.subject),
        None => None,
    };
    Ok(PersonView {
        id: row.id,
        customer,
        roles: tx.roles(row.tenant, row.id).await?,
        groups: tx.groups(row.tenant, row.id).await?,
        state: if joined { PersonState::Active } else { PersonState::Invited },
        name: row.name,
        created_at: row.created_at,
    })
}

async fn view_of(tx: &mut Tx, tenant: TenantId, id: PersonId) -> Result<PersonView, Refusal> {
    let row = tx.person(tenant, id).await?.ok_or_else(|| Refusal::not_found("person"))?;
    view(tx, row).await
}

/// A name to sign in with: lower case, so that no two look alike.
fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = (2..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    if fits { Ok(()) } else { Err(Refusal::invalid("a name has 2 to 40 lower-case letters, digits, `.` or `-`")) }
}

fn check_roles(roles: &[Role]) -> Result<(), Refusal> {
    // Whoever reviews the record never acts.
    if roles.contains(&Role::Auditor) && roles.len() > 1 {
        return Err(Refusal::invalid("an auditor reads only; give no other role beside it"));
    }
    Ok(())
}

fn check_groups(groups: &[String]) -> Result<(), Refusal> {
    let fits = |g: &String| (2..=40).contains(&g.len()) && g.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if groups.len() <= 20 && groups.iter().all(fits) {
        Ok(())
    } else {
        Err(Refusal::invalid("a group's name has 2 to 40 lower-case letters, digits or hyphens, and nobody is in more than 20"))
    }
}
