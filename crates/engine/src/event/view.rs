//! Lines as shown: ids turned into names for those who may see them.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::event::{Actor as ActorView, ActorKind, EventDecision, EventView};
use countersign_domain::{ApiId, CaseId, CustomerId, PersonId};
use countersign_store::{EventRow, Lock, Tx};
use countersign_trail::{Actor, Decision, Event};

use crate::{Call, Refusal};

/// The names that a page of lines needs, each looked up once.
#[derive(Default)]
struct Names {
    people: BTreeMap<PersonId, String>,
    customers: BTreeMap<CustomerId, String>,
    cases: BTreeMap<CaseId, String>,
    apis: BTreeMap<ApiId, String>,
    clients: BTreeMap<String, String>,
    tenant: String,
}

pub(crate) async fn of(tx: &mut Tx, call: &Call, rows: Vec<EventRow>) -> Result<Vec<EventView>, Refusal> {
    let mut parsed = Vec::with_capacity(rows.len());
    for row in rows {
        let event: Event = serde_json::from_slice(&row.bytes).map_err(|e| Refusal::internal("event", &e))?;
        parsed.push((row, event));
    }
    let names = names(tx, call, &parsed).await?;
    Ok(parsed.into_iter().map(|(row, event)| shown(&names, row, event)).collect())
}

async fn names(tx: &mut Tx, call: &Call, parsed: &[(EventRow, Event)]) -> Result<Names, Refusal> {
    let mut names = Names { tenant: tx.tenant(call.tenant).await?.map(|t| t.name).unwrap_or_default(), ..Names::default() };
    let events = || parsed.iter().map(|(_, e)| e);
    let actors = events().filter_map(|e| if let Actor::Person(p) = e.actor { Some(p) } else { None });
    for id in actors.chain(events().filter_map(|e| e.person)).collect::<BTreeSet<_>>() {
        if let Some(person) = tx.person(call.tenant, id).await? {
            names.people.insert(id, person.name);
        }
    }
    for id in events().filter_map(|e| e.subject).collect::<BTreeSet<_>>() {
        if let Some(subject) = tx.customer(call.tenant, id).await? {
            names.customers.insert(id, subject);
        }
    }
    for id in events().filter_map(|e| e.case).collect::<BTreeSet<_>>() {
        if let Some(row) = tx.case(call.tenant, id, Lock::None).await? {
            names.cases.insert(id, row.case.key);
        }
    }
    for id in events().filter_map(|e| e.api).collect::<BTreeSet<_>>() {
        if let Some(api) = tx.api(call.tenant, id, Lock::None).await? {
            names.apis.insert(id, api.contract.name);
        }
    }
    for id in events().filter(|e| e.api.is_none()).filter_map(|e| e.client.clone()).collect::<BTreeSet<_>>() {
        if let Some(client) = tx.client(&id, Lock::None).await?.filter(|c| c.tenant == call.tenant) {
            names.clients.insert(id, client.name);
        }
    }
    Ok(names)
}

fn shown(names: &Names, mut row: EventRow, event: Event) -> EventView {
    let path = row.texts.remove("path");
    let api = event.api.map(|id| names.apis.get(&id).cloned().unwrap_or_else(|| id.to_string()));
    EventView {
        place: row.place,
        id: event.id,
        kind: event.kind.as_str(),
        at: event.at,
        actor: actor(names, event.actor),
        subject: event.subject,
        subject_name: event.subject.and_then(|id| names.customers.get(&id).cloned()),
        tenant: names.tenant.clone(),
        case: event.case,
        case_key: event.case.and_then(|id| names.cases.get(&id).cloned()),
        person: event.person,
        person_name: event.person.and_then(|id| names.people.get(&id).cloned()),
        action: event.action,
        resource: path.or(api).or(event.client.map(|id| machine(names, id))).unwrap_or_default(),
        decision: match event.decision {
            Decision::Allowed => EventDecision::Allowed,
            Decision::Refused => EventDecision::Refused,
            Decision::Intended => EventDecision::Intended,
            Decision::Reported => EventDecision::Reported,
            Decision::Ended => EventDecision::Ended,
        },
        code: event.code,
        rules: event.rules,
        request: event.request,
        delegation: event.delegation,
        issuer: event.issuer,
        token: event.token,
        transaction: event.transaction,
        correlation: event.correlation,
        exchanged: event.exchanged,
        impersonated: event.impersonated,
        elevated: event.elevated,
        figures: event.figures,
        text: row.texts.remove("reason"),
    }
}

/// What a client is called, beside the id that it comes with.
fn machine(names: &Names, id: String) -> String {
    match names.clients.get(&id) {
        Some(name) if *name != id => format!("{name} ({id})"),
        _ => id,
    }
}

fn actor(names: &Names, actor: Actor) -> ActorView {
    match actor {
        Actor::Person(id) => ActorView { kind: ActorKind::Person, id: id.to_string(), name: names.people.get(&id).cloned().unwrap_or_else(|| id.to_string()) },
        Actor::Client(id) => ActorView { kind: ActorKind::Client, name: id.clone(), id },
        Actor::Service => ActorView { kind: ActorKind::Service, id: "service".into(), name: "service".into() },
    }
}
