//! Inviting by a link that is good once, and joining by it.

use std::time::Duration;

use countersign_api::person::{Invited, PersonInvite};
use countersign_domain::{AccountId, Code, CustomerId, InviteId, PersonId, Rail, Secret};
use countersign_store::{AccountRow, InviteRow, Lock, PersonRow, Tx};
use countersign_trail::{Actor, Kind};

use crate::{
    Call, Engine, InviteShow, Refusal,
    act::Scope,
    case::check_customer,
    delegation::{end_alone, with_sign_in},
    person::{check_groups, check_name, check_roles, view_of},
    session::password,
};

/// Label under which the store keeps a link's fingerprint.
const INVITE: &str = "invite";
/// How long a link is good.
pub(crate) const INVITE_TTL: Duration = Duration::from_hours(72);

impl Engine {
    /// Invites somebody. The answer holds the link, which is shown once and kept nowhere.
    ///
    /// # Errors
    /// `invalid_input`, or `conflict` if the name is taken.
    pub async fn person_invite(&self, call: &Call, input: PersonInvite) -> Result<Invited, Refusal> {
        self.admit(call, "person_invite").await?;
        self.act_secret(call, Kind::PersonInvite, move |s| Box::pin(invite(s, input))).await
    }

    /// A new link for somebody, which ends the older ones: to join, or to choose another password.
    ///
    /// # Errors
    /// `not_found`; `refused` for one's own.
    pub async fn person_reinvite(&self, call: &Call, id: PersonId) -> Result<Invited, Refusal> {
        self.admit(call, "person_reinvite").await?;
        self.act_secret(call, Kind::PersonInvite, move |s| {
            Box::pin(async move {
                s.line.person = Some(id);
                "again".clone_into(&mut s.line.action);
                if id == s.call.person {
                    return Err(Rail::OwnRoles.into());
                }
                s.tx.person(s.call.tenant, id).await?.ok_or_else(|| Refusal::not_found("person"))?;
                link(s, id).await
            })
        })
        .await
    }

    /// What an invitation's page shows.
    ///
    /// # Errors
    /// `lapsed`, for links that are over, used or never were.
    pub async fn invite_show(&self, token: &Secret) -> Result<InviteShow, Refusal> {
        let (hash, now) = (token.fingerprint(INVITE), self.now());
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let row = good(tx, &hash, now, Lock::None).await?;
                    let person = tx.person(row.tenant, row.person).await?.ok_or_else(over)?;
                    let tenant = tx.tenant(row.tenant).await?.ok_or_else(over)?;
                    Ok(InviteShow { name: person.name, tenant_name: tenant.name, expires_at: row.expires_at })
                })
            })
            .await
    }

    /// Joins: sets the password that the person chose. Earlier sign-ins of theirs end, and what they did for customers.
    ///
    /// # Errors
    /// `lapsed`, or `invalid_input` if the password is not acceptable.
    pub async fn invite_accept(&self, token: &Secret, chosen: &Secret) -> Result<(), Refusal> {
        let show = self.invite_show(token).await?;
        password::acceptable(chosen, &show.name)?;
        let phc = password::hash(chosen, self.entropy()).await?;
        let (engine, hash) = (self.clone(), token.fingerprint(INVITE));
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    let (now, correlation) = (engine.now(), engine.correlation());
                    let row = good(tx, &hash, now, Lock::Update).await?;
                    if !tx.invite_use(row.tenant, row.id, now).await? {
                        return Err(over());
                    }
                    tx.password_set(row.tenant, row.person, &phc, now).await?;
                    tx.sessions_end_of(row.tenant, row.person, now).await?;
                    for open in tx.delegations_open_of_agent(row.tenant, row.person).await? {
                        let reason = with_sign_in(&open.delegation, now);
                        end_alone(&engine, tx, open.delegation, (reason, None), correlation).await?;
                    }
                    let mut line = engine.line(Kind::PersonJoin, now, row.tenant, Actor::Person(row.person), correlation);
                    line.person = Some(row.person);
                    engine.append(tx, &line).await
                })
            })
            .await?;
        self.wake_sequencer();
        Ok(())
    }
}

async fn invite(s: &mut Scope<'_>, input: PersonInvite) -> Result<Invited, Refusal> {
    check_name(&input.name)?;
    check_roles(&input.roles)?;
    check_groups(&input.groups)?;
    if input.roles.is_empty() {
        return Err(Refusal::invalid("give at least one role"));
    }
    let id = PersonId::new(s.now, s.engine.entropy());
    s.line.person = Some(id);
    let tenant = s.call.tenant;
    let customer = match &input.customer {
        Some(subject) => {
            check_customer(subject)?;
            Some(s.tx.customer_upsert(tenant, subject, CustomerId::new(s.now, s.engine.entropy())).await?)
        }
        None => None,
    };
    s.line.subject = customer;
    s.tx.person_insert(&PersonRow { tenant, id, name: input.name.clone(), customer, created_at: s.now }).await?;
    let account = AccountRow { id: AccountId::new(s.now, s.engine.entropy()), tenant, person: id, login: input.name, password_hash: None };
    s.tx.account_insert(&account, s.now).await?;
    s.tx.roles_set(tenant, id, &input.roles).await?;
    s.tx.groups_set(tenant, id, &input.groups).await?;
    s.line.action = input.roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(" ");
    link(s, id).await
}

async fn link(s: &mut Scope<'_>, person: PersonId) -> Result<Invited, Refusal> {
    let token = s.engine.secret("");
    let row = InviteRow {
        id: InviteId::new(s.now, s.engine.entropy()),
        tenant: s.call.tenant,
        person,
        token_hash: token.fingerprint(INVITE),
        expires_at: s.now + INVITE_TTL,
        used_at: None,
        created_by: Some(s.call.person),
    };
    s.tx.invite_insert(&row).await?;
    Ok(Invited {
        person: view_of(s.tx, s.call.tenant, person).await?,
        link: format!("{}/invite?token={}", s.engine.settings().issuer, token.expose()),
        expires_at: row.expires_at,
    })
}

fn over() -> Refusal {
    Refusal::new(Code::Lapsed, "this link is over or was used; ask an admin for a new one")
}

async fn good(tx: &mut Tx, hash: &[u8; 32], now: countersign_domain::Timestamp, lock: Lock) -> Result<InviteRow, Refusal> {
    let row = tx.invite_by_hash(hash, lock).await?.ok_or_else(over)?;
    if row.used_at.is_none() && row.expires_at > now { Ok(row) } else { Err(over()) }
}
