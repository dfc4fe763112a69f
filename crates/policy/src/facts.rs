//! A question in Cedar's terms: entities and requests, checked against the bundle's schema.

use std::{collections::HashSet, error::Error};

use cedar_policy::{Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression as Expr, Schema};

use crate::{
    presence::PresenceQuestion,
    question::{Act, PersonFacts, Question},
};

/// The action that asks what is owed.
pub(crate) const OWE: &str = "owe";

/// Type names, parsed once a bundle: Cedar has no constants for them.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    person: EntityTypeName,
    group: EntityTypeName,
    access: EntityTypeName,
    client: EntityTypeName,
    presence: EntityTypeName,
    action: EntityTypeName,
}

/// The action of a customer who is present.
pub(crate) const PRESENCE: &str = "presence_exchange";

/// A question that the schema does not take. For the log, not for a person.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct FactsError(String);

/// With all that stands behind it: Cedar's outer sentence does not name the attribute.
fn bad(error: impl Error) -> FactsError {
    let (mut all, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        all = format!("{all}: {cause}");
        next = cause.source();
    }
    FactsError(all)
}

/// What Cedar is asked: two requests over the same entities.
pub(crate) struct Asked {
    pub(crate) step: Request,
    pub(crate) owe: Request,
    pub(crate) entities: Entities,
}

impl Names {
    pub(crate) fn new() -> Result<Self, FactsError> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(bad);
        Ok(Self {
            person: name("Person")?,
            group: name("Group")?,
            access: name("Access")?,
            client: name("Client")?,
            presence: name("Presence")?,
            action: name("Action")?,
        })
    }

    fn uid(kind: &EntityTypeName, id: impl AsRef<str>) -> EntityUid {
        EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
    }

    pub(crate) fn action(&self, name: &str) -> EntityUid {
        Self::uid(&self.action, name)
    }

    /// Puts `q` in the terms of `schema`.
    pub(crate) fn ask(&self, q: &Question, schema: &Schema) -> Result<Asked, FactsError> {
        let asker = Self::uid(&self.person, q.asker.id.to_string());
        let reviewer = match (q.act, &q.by) {
            (Act::RequestReview, Some(by)) => Some(by),
            (Act::RequestReview, None) => return Err(FactsError("a review names who reviews".to_owned())),
            _ => None,
        };
        let principal = reviewer.map_or_else(|| asker.clone(), |by| Self::uid(&self.person, by.id.to_string()));
        let access = Self::uid(&self.access, "this");
        let request =
            |who: &EntityUid, action: &str| Request::new(who.clone(), self.action(action), access.clone(), Context::empty(), Some(schema)).map_err(bad);
        let mut entities = vec![Self::access(&access, &asker, q)?];
        match reviewer {
            // Reviewing one's own request is for a policy to refuse, not a conflict of two entities.
            Some(by) if by.id == q.asker.id => entities.push(self.person(by, by.is_customer || q.asker.is_customer)?),
            Some(by) => entities.extend([self.person(by, by.is_customer)?, self.person(&q.asker, q.asker.is_customer)?]),
            None => entities.push(self.person(&q.asker, q.asker.is_customer)?),
        }
        let entities = Entities::from_entities(entities, Some(schema)).map_err(bad)?;
        Ok(Asked { step: request(&principal, q.act.as_str())?, owe: request(&asker, OWE)?, entities })
    }

    /// Puts what a service wants for a customer who is present in the terms of `schema`.
    pub(crate) fn ask_presence(&self, q: &PresenceQuestion, schema: &Schema) -> Result<(Request, Entities), FactsError> {
        let top_risk = q.top_risk().ok_or_else(|| FactsError("no action is asked for".to_owned()))?;
        let (client, presence) = (Self::uid(&self.client, &q.client), Self::uid(&self.presence, "this"));
        let attrs = [
            ("issuer", Expr::new_string(q.issuer.clone())),
            ("customer", Expr::new_string(q.customer.to_string())),
            ("from", Expr::new_string(q.from.clone())),
            ("api", Expr::new_string(q.api.clone())),
            ("actions", Expr::new_set(q.actions.iter().map(|a| Expr::new_string(a.scope.clone())))),
            ("hops", Expr::new_set(q.hops.iter().map(|h| Expr::new_string(format!("{} {}", h.audience, h.scope))))),
            ("top_risk", Expr::new_long(top_risk.level().into())),
        ];
        let attrs = attrs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let known = [Entity::new(presence.clone(), attrs, HashSet::new()).map_err(bad)?, Entity::with_uid(client.clone())];
        let entities = Entities::from_entities(known, Some(schema)).map_err(bad)?;
        let request = Request::new(client, self.action(PRESENCE), presence, Context::empty(), Some(schema)).map_err(bad)?;
        Ok((request, entities))
    }

    fn person(&self, p: &PersonFacts, is_customer: bool) -> Result<Entity, FactsError> {
        let roles = p.roles.iter().map(|r| Expr::new_string(r.as_str().to_owned()));
        let attrs = [("roles".to_owned(), Expr::new_set(roles)), ("is_customer".to_owned(), Expr::new_bool(is_customer))];
        let groups: HashSet<_> = p.groups.iter().map(|g| Self::uid(&self.group, g)).collect();
        Entity::new(Self::uid(&self.person, p.id.to_string()), attrs.into(), groups).map_err(bad)
    }

    fn access(uid: &EntityUid, asker: &EntityUid, q: &Question) -> Result<Entity, FactsError> {
        let top_risk = q.top_risk().ok_or_else(|| FactsError("no action is asked for".to_owned()))?;
        let case = [
            ("open".to_owned(), Expr::new_bool(q.case.open)),
            ("assigned_to_asker".to_owned(), Expr::new_bool(q.case.assigned_to_asker)),
            ("age_s".to_owned(), Expr::new_long(q.case.age_s.into())),
        ];
        let attrs = [
            ("asker", Expr::new_entity_uid(asker.clone())),
            ("case", Expr::new_record(case).map_err(bad)?),
            ("api", Expr::new_string(q.api.clone())),
            ("actions", Expr::new_set(q.actions.iter().map(|a| Expr::new_string(a.scope.clone())))),
            ("hops", Expr::new_set(q.hops.iter().map(|h| Expr::new_string(format!("{} {}", h.audience, h.scope))))),
            ("top_risk", Expr::new_long(top_risk.level().into())),
            ("mode", Expr::new_string(q.mode.as_str().to_owned())),
            ("minutes", Expr::new_long(q.minutes.into())),
            ("reason_len", Expr::new_long(q.reason_len.into())),
            ("signatures", Expr::new_long(q.signatures.into())),
        ];
        let attrs = attrs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Entity::new(uid.clone(), attrs, HashSet::new()).map_err(bad)
    }
}
