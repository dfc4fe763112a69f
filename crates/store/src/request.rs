//! Requests, with the signatures that count.

use countersign_domain::{
    CaseId, DelegationId, PersonId, RequestId, TenantId, Timestamp,
    canonical::Committed,
    obligation::Obligations,
    request::{Form, Request, State},
    review::Signature,
};

use crate::{
    Lock, StoreError, Tx,
    call::committed,
    value::{Row, corrupt},
};

/// A request as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// What was asked, what was owed, who has signed. Once the reason is erased, `form.reason` is empty and no longer
    /// matches the digest; `bytes` always do.
    pub request: Request,
    /// Since when it stands so.
    pub state_at: Timestamp,
    /// Who brought it there, if a person refused it.
    pub state_by: Option<PersonId>,
    /// Why it was asked, unless that was erased.
    pub reason: Option<String>,
    /// The canonical form (RFC 8785) that the digest is over.
    pub bytes: Vec<u8>,
}

const SELECT: &str =
    "SELECT r.id, r.tenant_id, r.asker_id, r.case_id, r.customer_id, r.api_id, r.audience, r.contract_version, r.actions, r.hops, r.minutes, r.mode,
    r.reason, r.reason_salt, r.asked_at, r.digest, r.obligations, r.state, r.state_at, r.state_by, r.delegation_id, r.lapses_at, r.form FROM request r";
/// The most that a list holds.
const NEWEST: &str = "ORDER BY r.asked_at DESC, r.id DESC LIMIT 500";
const OPEN: &str = "r.state IN ('waiting', 'signed')";

fn row(r: &mut Row) -> Result<RequestRow, StoreError> {
    let (id, tenant, asker, case, customer, api) = (r.take()?, r.take()?, r.take()?, r.take()?, r.take()?, r.take()?);
    let (audience, contract_version, actions, hops, minutes, mode) = (r.take()?, r.take()?, r.take()?, r.take()?, r.take()?, r.take()?);
    let (kept, asked_at) = (committed(r)?, r.take()?);
    let reason = kept.clone().unwrap_or(Committed { text: String::new(), salt: [0; 32] });
    let form = Form { id, tenant, asker, case, customer, api, audience, contract_version, actions, hops, minutes, mode, reason, asked_at };
    let digest = r.take()?;
    let obligations: Obligations = serde_json::from_str(&r.take::<String>()?).map_err(|e| StoreError::Corrupt(format!("obligations are not such: {e}")))?;
    let name: String = r.take()?;
    let (state_at, state_by, delegation, lapses_at, bytes) = (r.take()?, r.take()?, r.take()?, r.take()?, r.take()?);
    let state = state(&name, state_at, state_by, delegation)?;
    let request = Request { form, digest, obligations, state, signatures: Vec::new(), lapses_at };
    Ok(RequestRow { request, state_at, state_by, reason: kept.map(|k| k.text), bytes })
}

fn state(name: &str, at: Timestamp, by: Option<PersonId>, delegation: Option<DelegationId>) -> Result<State, StoreError> {
    Ok(match (name, by, delegation) {
        ("waiting", ..) => State::Waiting,
        ("signed", ..) => State::Signed { at },
        ("started", _, Some(delegation)) => State::Started { at, delegation },
        ("refused", Some(by), _) => State::Refused { at, by },
        ("withdrawn", ..) => State::Withdrawn { at },
        ("lapsed", ..) => State::Lapsed { at },
        _ => return Err(corrupt("a request's state lacks who brought it there or what it became")),
    })
}

/// When, by whom, and what it became. One that waits has waited since it was asked.
const fn state_parts(request: &Request) -> (Timestamp, Option<PersonId>, Option<DelegationId>) {
    match request.state {
        State::Waiting => (request.form.asked_at, None, None),
        State::Signed { at } | State::Withdrawn { at } | State::Lapsed { at } => (at, None, None),
        State::Started { at, delegation } => (at, None, Some(delegation)),
        State::Refused { at, by } => (at, Some(by), None),
    }
}

fn signature(r: &mut Row) -> Result<Signature, StoreError> {
    Ok(Signature { review: r.take()?, by: r.take()?, at: r.take()?, proved_at: r.take()? })
}

impl Tx {
    /// Adds a request. Its signatures come by [`Tx::review_insert`].
    pub async fn request_insert(&mut self, request: &Request) -> Result<(), StoreError> {
        let form = &request.form;
        let json = |e: serde_json::Error| StoreError::Corrupt(e.to_string());
        let (bytes, obligations) = (form.bytes().map_err(json)?, serde_json::to_string(&request.obligations).map_err(json)?);
        let (at, by, delegation) = state_parts(request);
        let sql = "INSERT INTO request (id, tenant_id, asker_id, case_id, customer_id, api_id, audience, contract_version, actions, minutes, mode, reason, reason_salt,
            asked_at, digest, obligations, state, state_at, state_by, delegation_id, lapses_at, form, hops)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
        let query = self.sql(sql).bind(form.id).bind(form.tenant).bind(form.asker).bind(form.case).bind(form.customer).bind(form.api);
        let query = query.bind(&form.audience).bind(form.contract_version).bind(&form.actions).bind(form.minutes).bind(form.mode);
        let query = query.bind(&form.reason.text).bind(&form.reason.salt).bind(form.asked_at).bind(request.digest).bind(obligations);
        let query = query.bind(request.state.as_str()).bind(at).bind(by).bind(delegation).bind(request.lapses_at).bind(bytes).bind(&form.hops);
        query.run().await?;
        Ok(())
    }

    /// One request.
    pub async fn request(&mut self, tenant: TenantId, id: RequestId, lock: Lock) -> Result<Option<RequestRow>, StoreError> {
        let found = self.sql([SELECT, "WHERE r.tenant_id = $1 AND r.id = $2"]).bind(tenant).bind(id).lock(lock).one_fact(row).await?;
        self.signed(found.into_iter().collect()).await.map(|mut rows| rows.pop())
    }

    /// Stores what a transition has changed: state and lapse. Signatures come and go by reviews.
    pub async fn request_update(&mut self, request: &Request) -> Result<(), StoreError> {
        let (at, by, delegation) = state_parts(request);
        let sql = "UPDATE request SET state = $3, state_at = $4, state_by = $5, delegation_id = $6, lapses_at = $7 WHERE tenant_id = $1 AND id = $2";
        let query = self.sql(sql).bind(request.form.tenant).bind(request.form.id).bind(request.state.as_str());
        query.bind(at).bind(by).bind(delegation).bind(request.lapses_at).run().await?;
        Ok(())
    }

    /// What a person has asked for, newest first, at most 500.
    pub async fn requests_of(&mut self, tenant: TenantId, asker: PersonId) -> Result<Vec<RequestRow>, StoreError> {
        let found = self.sql([SELECT, "WHERE r.tenant_id = $1 AND r.asker_id = $2", NEWEST]).bind(tenant).bind(asker).all(row).await?;
        self.signed(found).await
    }

    /// What waits for signatures, oldest first, at most 500.
    pub async fn requests_waiting(&mut self, tenant: TenantId) -> Result<Vec<RequestRow>, StoreError> {
        let sql = [SELECT, "WHERE r.tenant_id = $1 AND r.state = 'waiting' ORDER BY r.asked_at, r.id LIMIT 500"];
        let found = self.sql(sql).bind(tenant).all(row).await?;
        self.signed(found).await
    }

    /// What a person has signed or refused, newest first, at most 500; also where they took the signature back.
    pub async fn requests_reviewed_by(&mut self, tenant: TenantId, person: PersonId) -> Result<Vec<RequestRow>, StoreError> {
        let theirs = "WHERE r.tenant_id = $1 AND r.id IN (SELECT v.request_id FROM review v WHERE v.tenant_id = $1 AND v.person_id = $2)";
        let found = self.sql([SELECT, theirs, NEWEST]).bind(tenant).bind(person).all(row).await?;
        self.signed(found).await
    }

    /// What waits or is signed because of a case, held for change, in the order of ids.
    pub async fn requests_open_of_case(&mut self, tenant: TenantId, case: CaseId) -> Result<Vec<RequestRow>, StoreError> {
        let sql = [SELECT, "WHERE r.tenant_id = $1 AND r.case_id = $2 AND", OPEN, "ORDER BY r.id"];
        let found = self.sql(sql).bind(tenant).bind(case).lock(Lock::Update).all(row).await?;
        self.signed(found).await
    }

    /// The newest request of a person because of a case, whatever became of it.
    pub async fn request_newest_of_case(&mut self, tenant: TenantId, asker: PersonId, case: CaseId) -> Result<Option<RequestRow>, StoreError> {
        let sql = [SELECT, "WHERE r.tenant_id = $1 AND r.asker_id = $2 AND r.case_id = $3 ORDER BY r.asked_at DESC, r.id DESC LIMIT 1"];
        let found = self.sql(sql).bind(tenant).bind(asker).bind(case).one(row).await?;
        self.signed(found.into_iter().collect()).await.map(|mut rows| rows.pop())
    }

    /// What waits or is signed and should have lapsed, in the order of ids. Of all tenants: the clock knows none.
    pub async fn requests_due(&mut self, now: Timestamp, limit: u32, lock: Lock) -> Result<Vec<RequestRow>, StoreError> {
        let sql = [SELECT, "WHERE r.lapses_at <= $1 AND", OPEN, "ORDER BY r.id LIMIT $2"];
        let found = self.sql(sql).bind(now).bind(limit).lock(lock).all(row).await?;
        self.signed(found).await
    }

    /// Adds the signatures that count, oldest first.
    async fn signed(&mut self, mut rows: Vec<RequestRow>) -> Result<Vec<RequestRow>, StoreError> {
        for row in &mut rows {
            let sql = "SELECT id, person_id, at, proved_at FROM review
                WHERE tenant_id = $1 AND request_id = $2 AND decision = 'sign' AND withdrawn_at IS NULL ORDER BY at, id";
            row.request.signatures = self.sql(sql).bind(row.request.form.tenant).bind(row.request.form.id).all_facts(signature).await?;
        }
        Ok(rows)
    }
}
