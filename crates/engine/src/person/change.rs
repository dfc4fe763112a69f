//! `person_change`: roles and groups; what somebody had because of them ends.

use countersign_api::person::{PersonChange, PersonView};
use countersign_domain::{PersonId, Rail, delegation::EndReason, person::Role};
use countersign_trail::Kind;

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    delegation::end_now,
    person::{check_groups, check_roles, view_of},
};

impl Engine {
    /// Changes what somebody else may come to do.
    ///
    /// # Errors
    /// `refused` for one's own roles.
    pub async fn person_change(&self, call: &Call, id: PersonId, input: PersonChange) -> Result<PersonView, Refusal> {
        let asked = input.clone();
        self.act(call, "person_change", Kind::PersonChange, &(id, input), move |s| Box::pin(change(s, id, asked))).await
    }
}

async fn change(s: &mut Scope<'_>, id: PersonId, input: PersonChange) -> Result<PersonView, Refusal> {
    s.line.person = Some(id);
    s.line.action = input.roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(" ");
    check_roles(&input.roles)?;
    check_groups(&input.groups)?;
    if id == s.call.person {
        return Err(Rail::OwnRoles.into());
    }
    let tenant = s.call.tenant;
    s.tx.person(tenant, id).await?.ok_or_else(|| Refusal::not_found("person"))?;
    s.tx.roles_set(tenant, id, &input.roles).await?;
    s.tx.groups_set(tenant, id, &input.groups).await?;
    if !input.roles.contains(&Role::Agent) {
        for row in s.tx.delegations_open_of_agent(tenant, id).await? {
            let why = if row.delegation.live(s.now).is_ok() { EndReason::RoleLost } else { EndReason::TimeOver };
            end_now(s, row.delegation, why).await?;
        }
    }
    if input.roles.is_empty() {
        s.tx.sessions_end_of(tenant, id, s.now).await?;
    }
    view_of(s.tx, tenant, id).await
}
