//! The built-in case list.

use countersign_api::case::{CaseAccess, CaseAssign, CaseCreate, CaseView};
use countersign_domain::{
    CaseId, CustomerId, PersonId,
    case::{Case, CaseState},
    delegation::EndReason,
    person::Role,
    request::State,
};
use countersign_store::{CaseRow, Lock, Tx};
use countersign_trail::{Decision, Kind};

use crate::{Call, Engine, Refusal, act::Scope, delegation::end_now, name};

impl Engine {
    /// An agent's own cases; all of the tenant for approvers and admins. Open ones first, then the newest change.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn case_list(&self, call: &Call) -> Result<Vec<CaseView>, Refusal> {
        self.admit(call, "case_list").await?;
        let call = call.clone();
        let now = self.now();
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let all = call.has(Role::Admin) || call.has(Role::Approver);
                    let rows = if all { tx.cases(call.tenant).await? } else { tx.cases_of(call.tenant, call.person).await? };
                    let mut views = Vec::with_capacity(rows.len());
                    for row in rows {
                        views.push(view(tx, &call, now, row).await?);
                    }
                    Ok(views)
                })
            })
            .await
    }

    /// Opens a case.
    ///
    /// # Errors
    /// `invalid_input`, or `conflict` if the key is taken.
    pub async fn case_create(&self, call: &Call, input: CaseCreate) -> Result<CaseView, Refusal> {
        let asked = input.clone();
        self.act(call, "case_create", Kind::CaseCreate, &input, move |s| Box::pin(create(s, asked))).await
    }

    /// Gives a case to somebody, or to nobody. What its assignee had because of it ends.
    ///
    /// # Errors
    /// If it is one's own, or closed, or the person is not an agent.
    pub async fn case_assign(&self, call: &Call, id: CaseId, input: CaseAssign) -> Result<CaseView, Refusal> {
        let to = input.assignee;
        self.act(call, "case_assign", Kind::CaseAssign, &(id, input), move |s| Box::pin(assign(s, id, to))).await
    }

    /// Closes a case. Whatever it justified ends in the same transaction.
    ///
    /// # Errors
    /// If it is one's own, or closed.
    pub async fn case_close(&self, call: &Call, id: CaseId) -> Result<CaseView, Refusal> {
        self.act(call, "case_close", Kind::CaseClose, &id, move |s| Box::pin(close(s, id))).await
    }

    /// Opens a case again. Nothing that ended with it comes back.
    ///
    /// # Errors
    /// If it is one's own, or open.
    pub async fn case_reopen(&self, call: &Call, id: CaseId) -> Result<CaseView, Refusal> {
        self.act(call, "case_reopen", Kind::CaseReopen, &id, move |s| Box::pin(reopen(s, id))).await
    }
}

async fn create(s: &mut Scope<'_>, input: CaseCreate) -> Result<CaseView, Refusal> {
    check(&input)?;
    if let Some(assignee) = input.assignee {
        assignable(s, assignee).await?;
    }
    let customer = s.tx.customer_upsert(s.call.tenant, &input.customer, CustomerId::new(s.now, s.engine.entropy())).await?;
    let case = Case {
        id: CaseId::new(s.now, s.engine.entropy()),
        tenant: s.call.tenant,
        key: input.key,
        customer,
        assignee: None,
        state: CaseState::Open,
        opened_at: s.now,
        changed_at: s.now,
    };
    let case = case.assign(input.assignee, s.call.person, s.now)?;
    tell(s, &case);
    s.tx.case_insert(&case, &input.title, input.priority).await?;
    shown(s, case.id).await
}

fn check(input: &CaseCreate) -> Result<(), Refusal> {
    let key_fits = (2..=40).contains(&input.key.len()) && input.key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !key_fits {
        return Err(Refusal::invalid("the case's key has 2 to 40 letters, digits or hyphens, such as `ZD-4711`"));
    }
    if input.title.trim().is_empty() || input.title.chars().count() > 200 {
        return Err(Refusal::invalid("say in 1 to 200 characters what the case is about"));
    }
    check_customer(&input.customer)
}

/// What APIs take as `sub`: printable ASCII, so that no two customers look alike.
pub(crate) fn check_customer(subject: &str) -> Result<(), Refusal> {
    if subject.is_empty() || subject.len() > 120 || !subject.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Refusal::invalid("the customer is what APIs call them: 1 to 120 printable ASCII characters without spaces"));
    }
    Ok(())
}

async fn assign(s: &mut Scope<'_>, id: CaseId, to: Option<PersonId>) -> Result<CaseView, Refusal> {
    let case = load(s, id).await?;
    if let Some(to) = to {
        assignable(s, to).await?;
        s.line.person = Some(to);
    }
    let before = case.assignee;
    let assigned = case.assign(to, s.call.person, s.now)?;
    s.tx.case_update(&assigned).await?;
    if before != to {
        end_all(s, id, EndReason::CaseReassigned).await?;
    }
    shown(s, id).await
}

async fn close(s: &mut Scope<'_>, id: CaseId) -> Result<CaseView, Refusal> {
    let closed = load(s, id).await?.close(s.call.person, s.now)?;
    s.tx.case_update(&closed).await?;
    s.line.decision = Decision::Ended;
    end_all(s, id, EndReason::CaseClosed).await?;
    shown(s, id).await
}

async fn reopen(s: &mut Scope<'_>, id: CaseId) -> Result<CaseView, Refusal> {
    let open = load(s, id).await?.reopen(s.call.person, s.now)?;
    s.tx.case_update(&open).await?;
    shown(s, id).await
}

async fn load(s: &mut Scope<'_>, id: CaseId) -> Result<Case, Refusal> {
    // INVARIANT: rows are locked in the order request, case, API, delegation; what may end with the case comes before it.
    s.tx.requests_open_of_case(s.call.tenant, id).await?;
    let case = s.tx.case(s.call.tenant, id, Lock::Update).await?.ok_or_else(|| Refusal::not_found("case"))?.case;
    tell(s, &case);
    Ok(case)
}

fn tell(s: &mut Scope<'_>, case: &Case) {
    s.line.case = Some(case.id);
    s.line.subject = Some(case.customer);
}

async fn shown(s: &mut Scope<'_>, id: CaseId) -> Result<CaseView, Refusal> {
    let row = s.tx.case(s.call.tenant, id, Lock::None).await?.ok_or_else(|| Refusal::not_found("case"))?;
    view(s.tx, &s.call, s.now, row).await
}

async fn assignable(s: &mut Scope<'_>, person: PersonId) -> Result<(), Refusal> {
    if s.tx.roles(s.call.tenant, person).await?.contains(&Role::Agent) {
        Ok(())
    } else {
        Err(Refusal::invalid("a case is given to somebody with the role agent"))
    }
}

/// What a case no longer justifies ends: live delegations, and requests that wait or are signed.
async fn end_all(s: &mut Scope<'_>, case: CaseId, reason: EndReason) -> Result<(), Refusal> {
    for row in s.tx.requests_open_of_case(s.call.tenant, case).await? {
        let lapsed = row.request.lapse(s.now, true)?;
        s.tx.request_update(&lapsed).await?;
        let mut line = s.follow(Kind::RequestLapse);
        line.request = Some(lapsed.form.id);
        line.case = Some(case);
        line.subject = Some(lapsed.form.customer);
        line.decision = Decision::Ended;
        line.code = Some(reason.as_str().into());
        s.also.push(line);
    }
    for row in s.tx.delegations_open_of_case(s.call.tenant, case).await? {
        let why = if row.delegation.live(s.now).is_ok() { reason } else { EndReason::TimeOver };
        end_now(s, row.delegation, why).await?;
    }
    Ok(())
}

async fn view(tx: &mut Tx, call: &Call, now: countersign_domain::Timestamp, row: CaseRow) -> Result<CaseView, Refusal> {
    let case = row.case;
    let assignee = match case.assignee {
        Some(id) => Some(name::person(tx, call.tenant, id).await?),
        None => None,
    };
    let access = if case.assignee == Some(call.person) { access(tx, call, now, case.id).await? } else { None };
    Ok(CaseView {
        id: case.id,
        customer: name::customer(tx, call.tenant, case.customer).await?,
        key: case.key,
        title: row.title,
        state: case.state,
        priority: row.priority,
        assignee,
        opened_at: case.opened_at,
        changed_at: case.changed_at,
        access,
    })
}

async fn access(tx: &mut Tx, call: &Call, now: countersign_domain::Timestamp, case: CaseId) -> Result<Option<CaseAccess>, Refusal> {
    let Some(row) = tx.request_newest_of_case(call.tenant, call.person, case).await? else { return Ok(None) };
    let request = row.request;
    Ok(match request.state {
        State::Waiting if now < request.lapses_at => Some(CaseAccess::Waiting {
            request: request.form.id,
            given: u8::try_from(request.signatures.len()).unwrap_or(u8::MAX),
            needed: request.obligations.signatures(),
        }),
        State::Signed { .. } if now < request.lapses_at => Some(CaseAccess::Signed { request: request.form.id }),
        State::Started { delegation, .. } => match tx.delegation(call.tenant, delegation, Lock::None).await? {
            Some(row) if row.delegation.live(now).is_ok() => Some(CaseAccess::Live { delegation }),
            _ => None,
        },
        _ => None,
    })
}
