//! The sample workspace: a company with two agents, two approvers, an admin and an auditor, and cases to try things on.
//!
//! Only a service that was started as a sample has it, and its sign-in page says so.

use countersign_domain::{
    CaseId, Code, CustomerId, PersonId, Secret, TenantId,
    case::{Case, CaseState, Priority},
    contract::Contract,
    person::Role,
};
use countersign_store::{Lock, Tx};
use countersign_trail::{Actor, Kind};

use crate::{
    Engine, Refusal,
    person::setup::{member, tenant},
    session::password,
};

/// What everybody of the sample workspace signs in with. The sign-in page says so.
pub const SAMPLE_PASSWORD: &str = "sample-only";
/// The sample company.
pub const SAMPLE_TENANT: &str = "acme";
/// The group whose members sign.
pub const APPROVERS: &str = "approvers";

const PEOPLE: [(&str, &[Role], bool); 6] = [
    ("dana", &[Role::Agent], false),
    ("tove", &[Role::Agent], false),
    ("sana", &[Role::Approver], true),
    ("imre", &[Role::Approver], true),
    ("ruth", &[Role::Admin], false),
    ("ines", &[Role::Auditor], false),
];

const CASES: [(&str, &str, &str, Priority, &str); 8] = [
    ("ZD-4711", "Moved house, bills still go to the old address", "cus_8812", Priority::Normal, "dana"),
    ("ZD-4702", "Cannot receive sign-in codes", "cus_3051", Priority::High, "dana"),
    ("ZD-4698", "Charged twice for October", "cus_4470", Priority::Normal, "dana"),
    ("JSM-1182", "Refund for a roaming pack that was cancelled", "cus_1206", Priority::Normal, "dana"),
    ("ZD-4690", "Invoice PDF will not open", "cus_4470", Priority::Low, "tove"),
    ("ZD-4655", "Close the account of a deceased holder", "cus_3051", Priority::Normal, "tove"),
    ("ZD-4641", "Credit promised by phone never arrived", "cus_1206", Priority::Low, "tove"),
    ("JSM-1164", "Wrong name on the contract", "cus_8812", Priority::Normal, "tove"),
];

/// Fills an empty service with the sample workspace; one that has it gets the contracts, each with its client's secret, as they are now.
///
/// # Errors
/// `refused`, if the service is not a sample or holds another tenant.
pub async fn sample(engine: &Engine, apis: Vec<(Contract, Secret)>) -> Result<(), Refusal> {
    if !engine.settings().sample {
        return Err(Refusal::new(Code::Refused, "this service is not a sample; start it with `--sample` and a data folder of its own"));
    }
    let tenant = match engine.tenants().await?.as_slice() {
        [] => workspace(engine, SAMPLE, &Secret::new(SAMPLE_PASSWORD.to_owned())).await?,
        [(id, name)] if name == SAMPLE_TENANT => *id,
        _ => return Err(Refusal::new(Code::Refused, "this data folder holds another workspace; choose another folder for the sample")),
    };
    for (contract, client_secret) in apis {
        let Some(client_id) = contract.client.as_ref().or(contract.introspection_clients.first()).cloned() else {
            return Err(Refusal::invalid("the contract names no client that may introspect; name one in `introspection_clients`"));
        };
        engine.client_register(tenant, &client_id, &client_secret).await?;
        engine.contract_register(tenant, contract).await?;
    }
    Ok(())
}

/// A company to make: its name, its people (name, roles, whether they sign), its cases (key, title, customer, priority, assignee).
#[derive(Debug, Clone, Copy)]
pub struct Workspace {
    /// What it is called.
    pub tenant: &'static str,
    /// Name, roles, and whether they are in the group that signs.
    pub people: &'static [(&'static str, &'static [Role], bool)],
    /// Key, title, customer, priority, and the name of whom it is given to.
    pub cases: &'static [(&'static str, &'static str, &'static str, Priority, &'static str)],
}

const SAMPLE: Workspace = Workspace { tenant: SAMPLE_TENANT, people: &PEOPLE, cases: &CASES };

/// Makes a company in which everybody signs in with `password`.
///
/// # Errors
/// `conflict`, if a name is taken.
pub async fn workspace(engine: &Engine, made: Workspace, password: &Secret) -> Result<TenantId, Refusal> {
    let mut hashes = Vec::new();
    for _ in made.people {
        hashes.push(password::hash(password, engine.entropy()).await?);
    }
    let maker = engine.clone();
    let tenant = engine
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let tenant = tenant(&maker, tx, made.tenant).await?;
                let mut people = Vec::new();
                for ((name, roles, signs), phc) in made.people.iter().zip(hashes) {
                    let groups: Vec<String> = signs.then(|| APPROVERS.to_owned()).into_iter().collect();
                    people.push((*name, member(&maker, tx, tenant, name, Some(phc), roles, &groups).await?));
                }
                for case in made.cases {
                    open(&maker, tx, tenant, &people, *case).await?;
                }
                Ok::<_, Refusal>(tenant)
            })
        })
        .await?;
    engine.wake_sequencer();
    Ok(tenant)
}

type SampleCase = (&'static str, &'static str, &'static str, Priority, &'static str);

async fn open(engine: &Engine, tx: &mut Tx, tenant: TenantId, people: &[(&str, PersonId)], case: SampleCase) -> Result<(), Refusal> {
    let (key, title, subject, priority, assignee) = case;
    let now = engine.now();
    let customer = tx.customer_upsert(tenant, subject, CustomerId::new(now, engine.entropy())).await?;
    let case = Case {
        id: CaseId::new(now, engine.entropy()),
        tenant,
        key: key.to_owned(),
        customer,
        assignee: people.iter().find(|(name, _)| *name == assignee).map(|(_, id)| *id),
        state: CaseState::Open,
        opened_at: now,
        changed_at: now,
    };
    tx.case_insert(&case, title, priority).await?;
    debug_assert!(tx.case(tenant, case.id, Lock::None).await?.is_some());
    let mut line = engine.line(Kind::CaseCreate, now, tenant, Actor::Service, engine.correlation());
    line.case = Some(case.id);
    line.subject = Some(customer);
    engine.append(tx, &line).await
}
