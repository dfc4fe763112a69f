//! A small tenant to ask about, and a second one like it that must never show.

use std::collections::BTreeSet;

use countersign_domain::{
    AccountId, ApiId, CaseId, CorrelationId, CustomerId, DelegationId, Entropy, EventId, PersonId, RequestId, SessionId, TenantId, Timestamp, TokenId,
    alg::Algorithm,
    canonical::Committed,
    case::{Case, CaseState, Priority},
    contract::{Action, Contract, Format, Mode, Risk, Subject},
    delegation::Delegation,
    hop::Hop,
    obligation::Obligations,
    person::Role,
    request::{Form, Request, State},
    token::{Basis, Token},
};
use countersign_trail::{Actor, Event, Kind};
use uuid::Uuid;

use super::put;
use crate::{AccountRow, PersonRow, SessionRow, Store, StoreError, TenantRow, Tx};

pub(super) struct Steady;

impl Entropy for Steady {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(7);
    }
}

pub(super) fn at(s: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + s)
}

/// A number as the id of something, apart for each tenant.
pub(super) fn uuid(tenant: u8, n: u8) -> Uuid {
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + (u128::from(tenant) << 8) + u128::from(n))
}

pub(super) fn set(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|s| (*s).to_owned()).collect()
}

#[derive(Debug, Clone, Copy)]
pub(super) struct World {
    pub(super) n: u8,
    pub(super) tenant: TenantId,
    pub(super) dana: PersonId,
    pub(super) sana: PersonId,
    pub(super) imre: PersonId,
    pub(super) customer: CustomerId,
    pub(super) case: CaseId,
    pub(super) api: ApiId,
    pub(super) session: SessionId,
}

impl World {
    pub(super) fn numbered(n: u8) -> Self {
        Self {
            n,
            tenant: TenantId::from_uuid(uuid(n, 1)),
            dana: PersonId::from_uuid(uuid(n, 2)),
            sana: PersonId::from_uuid(uuid(n, 3)),
            imre: PersonId::from_uuid(uuid(n, 4)),
            customer: CustomerId::from_uuid(uuid(n, 5)),
            case: CaseId::from_uuid(uuid(n, 6)),
            api: ApiId::from_uuid(uuid(n, 7)),
            session: SessionId::from_uuid(uuid(n, 8)),
        }
    }

    pub(super) fn hash(&self, n: u8) -> [u8; 32] {
        let mut hash = [n; 32];
        hash[0] = self.n;
        hash
    }

    pub(super) fn case(&self) -> Case {
        Case {
            id: self.case,
            tenant: self.tenant,
            key: "ZD-4711".into(),
            customer: self.customer,
            assignee: Some(self.dana),
            state: CaseState::Open,
            opened_at: at(1),
            changed_at: at(2),
        }
    }

    pub(super) fn contract(&self) -> Contract {
        let action = |scope: &str, risk| Action { scope: scope.into(), name: scope.into(), effect: "as it says".into(), risk, calls: Vec::new() };
        Contract {
            key: "accounts".into(),
            name: "Accounts".into(),
            audience: "https://accounts.example".into(),
            base_url: "http://127.0.0.1:9".into(),
            actions: vec![action("address:write", Risk::Medium), action("refund:create", Risk::High)],
            endpoints: Vec::new(),
            modes: vec![Mode::Delegated],
            max_minutes: 60,
            token_ttl_s: 300,
            bound: true,
            format: Format::Jwt,
            alg: Algorithm::Es256,
            subject: Subject::Unique,
            client: None,
            introspection_clients: vec![format!("accounts-{}", self.n)],
        }
    }

    pub(super) fn session_row(&self, id: SessionId, person: PersonId) -> SessionRow {
        SessionRow {
            id,
            tenant: self.tenant,
            person,
            client_id: "console".into(),
            jkt: "thumb".into(),
            auth_time: at(3),
            acr: "urn:countersign:acr:password".into(),
            created_at: at(4),
            ends_at: at(40_000),
            ended_at: None,
        }
    }

    pub(super) fn request_id(&self, n: u8) -> RequestId {
        RequestId::from_uuid(uuid(self.n, 100 + n))
    }

    pub(super) fn form(&self, n: u8, asked_at: Timestamp) -> Form {
        Form {
            id: self.request_id(n),
            tenant: self.tenant,
            asker: self.dana,
            case: self.case,
            customer: self.customer,
            api: self.api,
            audience: "https://accounts.example".into(),
            contract_version: 1,
            actions: set(&["address:write", "refund:create"]),
            hops: [Hop { audience: "https://ledger.example".into(), scope: "post".into() }].into(),
            minutes: 15,
            mode: Mode::Delegated,
            reason: Committed::new("moved house".into(), &Steady),
            asked_at,
        }
    }

    pub(super) fn request(&self, n: u8, asked_at: Timestamp) -> Request {
        let owed = Obligations::new(1, "approvers".into(), 300, 60).unwrap();
        Request::ask(self.form(n, asked_at), owed).unwrap()
    }

    pub(super) fn delegation(&self, n: u8, started_at: Timestamp) -> Delegation {
        let form = self.form(n, started_at);
        let id = DelegationId::from_uuid(uuid(self.n, 150 + n));
        Delegation {
            id,
            request: form.id,
            tenant: form.tenant,
            agent: form.asker,
            customer: form.customer,
            case: form.case,
            api: form.api,
            actions: form.actions,
            hops: form.hops,
            mode: form.mode,
            transaction: countersign_domain::TransactionId::from_uuid(id.uuid()),
            started_at,
            ends_at: started_at + std::time::Duration::from_mins(15),
            ended: None,
        }
    }

    /// A token of a delegation, straight from its warrant.
    pub(super) fn token(&self, n: u8, of: DelegationId, issued_at: Timestamp, expires_at: Timestamp) -> Token {
        Token {
            id: TokenId::from_uuid(uuid(self.n, n)),
            tenant: self.tenant,
            basis: Basis::Delegation(of),
            parent: None,
            client: "console".into(),
            services: Vec::new(),
            audience: "https://accounts.example".into(),
            scope: set(&["address:write"]),
            hops: BTreeSet::new(),
            jkt: None,
            x5t: None,
            hash: None,
            issued_at,
            expires_at,
            revoked_at: None,
        }
    }

    /// Asks and starts, whatever signatures it has.
    pub(super) async fn started(&self, tx: &mut Tx, n: u8, session: SessionId) -> Result<Delegation, StoreError> {
        let mut request = self.request(n, at(10));
        let delegation = self.delegation(n, at(20));
        request.state = State::Started { at: at(20), delegation: delegation.id };
        tx.request_insert(&request).await?;
        tx.delegation_insert(&delegation, session, &self.hash(200 + n), "thumb").await?;
        Ok(delegation)
    }

    pub(super) fn event(&self, n: u8, kind: Kind, actor: Actor) -> Event {
        Event::new(EventId::from_uuid(uuid(self.n, n)), kind, at(i64::from(n)), self.tenant, actor, CorrelationId::from_uuid(uuid(self.n, 255)))
    }

    async fn build(self, tx: &mut Tx) -> Result<Self, StoreError> {
        let Self { n, tenant, .. } = self;
        tx.tenant_insert(&TenantRow { id: tenant, name: format!("tenant {n}"), created_at: at(i64::from(n)) }).await?;
        tx.customer_upsert(tenant, "cus_8812", self.customer).await?;
        let people = [(self.dana, "dana", Role::Agent, true), (self.sana, "sana", Role::Approver, true), (self.imre, "imre", Role::Approver, false)];
        for (i, (id, name, role, joined)) in (10_u8..).zip(people) {
            tx.person_insert(&PersonRow { tenant, id, name: name.into(), customer: None, created_at: at(0) }).await?;
            let password_hash = joined.then(|| "$argon2id$".to_owned());
            let account = AccountRow { id: AccountId::from_uuid(uuid(n, i)), tenant, person: id, login: format!("{name}{n}"), password_hash };
            tx.account_insert(&account, at(0)).await?;
            tx.roles_set(tenant, id, &[role]).await?;
            if role == Role::Approver {
                tx.groups_set(tenant, id, &["approvers".to_owned()]).await?;
            }
        }
        tx.case_insert(&self.case(), "Moved house", Priority::High).await?;
        tx.api_upsert(tenant, self.api, &self.contract(), true, at(5)).await?;
        tx.session_insert(&self.session_row(self.session, self.dana)).await?;
        Ok(self)
    }
}

/// Two tenants alike.
pub(super) async fn worlds(store: &Store) -> (World, World) {
    put!(store, |tx| Ok((World::numbered(1).build(tx).await?, World::numbered(2).build(tx).await?))).unwrap()
}
