//! Lines of refusals: limited in rate, never in silence.
//!
//! Whoever is refused over and over must not fill the trail, nor may they hide in it. The first refusals of one kind by one actor in a
//! minute get a line each; what comes on top is counted, and told in one line when the minute is over.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use countersign_domain::{EventId, PersonId, TenantId, Timestamp};
use countersign_trail::{Actor, Event, Kind};

use crate::{Engine, Refusal};

/// So many refusals of one kind by one actor in a minute get a line each.
pub(crate) const EACH: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Beyond so many actors and kinds, those who come new are counted together.
const KEYS: usize = 10_000;
const SWEEP: Duration = Duration::from_secs(1);
/// The figure of a line that tells of many.
const FIGURE: &str = "refusals";

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    kind: Kind,
    code: Option<String>,
    /// Nobody in particular, once there are too many to tell apart.
    who: Option<(Actor, Option<PersonId>, String)>,
}

impl Key {
    fn of(line: &Event) -> Self {
        // Where nobody is known, the service refuses, and `action` names what the caller claimed to be.
        let claimed = if line.actor == Actor::Service { line.action.clone() } else { String::new() };
        Self { tenant: line.tenant, kind: line.kind, code: line.code.clone(), who: Some((line.actor.clone(), line.person, claimed)) }
    }
}

struct Counted {
    since: Timestamp,
    written: u32,
    held: i64,
    /// What all that are held have in common.
    common: Option<Box<Event>>,
}

impl Counted {
    fn new(since: Timestamp) -> Self {
        Self { since, written: 0, held: 0, common: None }
    }

    fn hold(&mut self, line: Event) {
        self.held = self.held.saturating_add(1);
        self.common = Some(Box::new(match self.common.take() {
            Some(common) => in_common(*common, &line),
            None => Event { texts: std::collections::BTreeMap::new(), commitments: std::collections::BTreeMap::new(), ..line },
        }));
    }

    /// The line that tells of what was held, if anything was.
    fn told(self) -> Option<Event> {
        let mut line = *self.common?;
        line.figures.insert(FIGURE.into(), self.held);
        Some(line)
    }
}

/// Keeps what both say.
fn in_common(mut a: Event, b: &Event) -> Event {
    macro_rules! keep {
        ($($field:ident),*) => { $(if a.$field != b.$field { a.$field = Default::default(); })* };
    }
    keep!(subject, case, person, api, issuer, request, digest, delegation, token, call, transaction, action, rules, figures);
    a
}

/// Counts refusals.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    by: HashMap<Key, Counted>,
    /// When those that hold nothing were last dropped.
    swept: Timestamp,
}

impl Refusals {
    /// Takes a line of a refusal; answers what is to be written now.
    pub(crate) fn take(&self, line: Event, now: Timestamp) -> Vec<Event> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Counts { by: counted, swept } = &mut *counts;
        let mut key = Key::of(&line);
        if counted.len() >= KEYS && !counted.contains_key(&key) {
            // Once a second: who comes by the thousand must not make each of them costly.
            if now.since(*swept) >= SWEEP {
                *swept = now;
                counted.retain(|_, c| c.held > 0 || now.since(c.since) < WINDOW);
            }
            if counted.len() >= KEYS {
                key.who = None;
            }
        }
        let over = counted.get(&key).is_some_and(|c| now.since(c.since) >= WINDOW);
        let mut lines: Vec<Event> = if over { counted.remove(&key).and_then(Counted::told).into_iter().collect() } else { Vec::new() };
        let window = counted.entry(key).or_insert_with(|| Counted::new(now));
        if window.written < EACH {
            window.written += 1;
            lines.push(line);
        } else {
            window.hold(line);
        }
        lines
    }

    /// What the minutes that are over have held; or all, at the end.
    pub(crate) fn due(&self, now: Timestamp, all: bool) -> Vec<Event> {
        let counted = &mut self.0.lock().unwrap_or_else(PoisonError::into_inner).by;
        let over: Vec<Key> = counted.iter().filter(|(_, c)| all || now.since(c.since) >= WINDOW).map(|(key, _)| key.clone()).collect();
        over.iter().filter_map(|key| counted.remove(key)?.told()).collect()
    }
}

impl Engine {
    /// Writes the lines that tell of many refusals: those whose minute is over, or all at a stop.
    ///
    /// # Errors
    /// If the store does not answer; what could not be written is in the log.
    pub async fn tell_refusals(&self, all: bool) -> Result<(), Refusal> {
        let now = self.now();
        let mut told = Ok(());
        for mut line in self.refusals().due(now, all) {
            (line.id, line.at) = (EventId::new(now, self.entropy()), now);
            let (kind, figures) = (line.kind, line.figures.clone());
            if let Err(error) = self.record(line).await {
                tracing::error!(%error, kind = kind.as_str(), ?figures, "refusals could not be recorded");
                told = Err(error);
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use countersign_domain::{ApiId, CorrelationId, RequestId};
    use uuid::Uuid;

    use super::*;

    fn line(person: u128, request: u128) -> Event {
        let id = Uuid::from_u128;
        let actor = Actor::Person(PersonId::from_uuid(id(person)));
        let mut line = Event::new(
            EventId::from_uuid(id(1)),
            Kind::RequestReview,
            Timestamp::from_secs(0),
            TenantId::from_uuid(id(1)),
            actor,
            CorrelationId::from_uuid(id(request)),
        );
        line.api = Some(ApiId::from_uuid(id(7)));
        line.request = Some(RequestId::from_uuid(id(request)));
        line.code = Some("refused".into());
        line
    }

    fn at(s: i64) -> Timestamp {
        Timestamp::from_secs(s)
    }

    #[test]
    fn many_of_one_kind_become_one_line_that_counts_them() {
        let refusals = Refusals::default();
        let written: usize = (0..1000).map(|n| refusals.take(line(1, n), at(0)).len()).sum();
        assert_eq!(written, 10);
        assert_eq!(refusals.take(line(2, 1), at(0)).len(), 1, "somebody else");
        assert_eq!(refusals.take(Event { code: Some("conflict".into()), ..line(1, 1) }, at(0)).len(), 1, "of another kind");
        assert_eq!(refusals.due(at(59), false), []);
        let told = refusals.due(at(60), false);
        assert_eq!((told.len(), told[0].figures[FIGURE]), (1, 990));
        assert_eq!((told[0].request, told[0].api, told[0].actor.clone()), (None, line(1, 1).api, line(1, 1).actor), "what they have in common");
        assert_eq!(refusals.due(at(60), true), []);
    }

    #[test]
    fn the_next_minute_begins_by_telling_of_the_last() {
        let refusals = Refusals::default();
        for n in 0..12 {
            refusals.take(line(1, n), at(0));
        }
        let lines = refusals.take(line(1, 99), at(61));
        assert_eq!((lines.len(), lines[0].figures[FIGURE], lines[1].request), (2, 2, line(1, 99).request));
    }

    #[test]
    fn a_stop_tells_of_what_is_held() {
        let refusals = Refusals::default();
        for n in 0..11 {
            refusals.take(line(1, n), at(0));
        }
        assert_eq!(refusals.due(at(1), true)[0].figures[FIGURE], 1);
    }

    #[test]
    fn too_many_actors_are_counted_together() {
        let refusals = Refusals::default();
        let many = 20_000_u128;
        let written: usize = (0..many).map(|n| refusals.take(line(n, 1), at(0)).len()).sum();
        assert_eq!(written, KEYS + 10);
        let held: i64 = refusals.due(at(60), false).iter().map(|l| l.figures[FIGURE]).sum();
        assert_eq!(written + usize::try_from(held).unwrap(), 20_000, "none is lost");
    }
}
