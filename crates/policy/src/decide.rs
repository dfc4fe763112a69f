//! From a question to a verdict. Two questions go to Cedar: may the step be taken, and what is owed.

use cedar_policy::{Authorizer, Decision, Entities, PolicyId, Request, Response};

use crate::{
    bundle::{Bundle, Inner},
    check::Rule,
    owed::{Owed, TwoGroups},
    question::Question,
    verdict::{Reason, Verdict},
};

pub(crate) const ERROR: &str = "A rule of the policy could not be worked out, and when in doubt the answer is no; tell whoever keeps the policy.";
const NO_THRESHOLD: &str = "No rule says who must sign this and for how long it may last, and silence never means yes; tell whoever keeps the policy.";
const NO_RULE: &str = "No rule allows it.";
pub(crate) const NO_ACTION: &str = "Choose at least one action.";

impl Bundle {
    /// Answers `q`. Whatever goes wrong on the way refuses.
    #[must_use]
    pub fn decide(&self, q: &Question) -> Verdict {
        self.inner().given.of(q, || self.work_out(q))
    }

    fn work_out(&self, q: &Question) -> Verdict {
        let inner = self.inner();
        if q.actions.is_empty() {
            return Verdict::refused(vec![Reason::new(Verdict::RULE_NONE, NO_ACTION)]);
        }
        let Ok(asked) = inner.names.ask(q, &inner.schema) else {
            return Verdict::refused(vec![Reason::new(Verdict::RULE_ERROR, ERROR)]);
        };
        let step = match inner.answer(&asked.step, &asked.entities) {
            Ok(matched) => matched,
            Err(refused) => return refused,
        };
        let owe = match inner.answer(&asked.owe, &asked.entities) {
            // A step without thresholds is refused below; here nothing forbade, and nothing was said.
            Err(refused) if refused.rules() == [Verdict::RULE_NONE] => Vec::new(),
            Err(refused) => return refused,
            Ok(matched) => matched,
        };
        verdict(q, &step, &owe)
    }
}

/// A policy that matched, with what stands beside it.
pub(crate) type Matched<'a> = (&'a PolicyId, &'a Rule);

impl Inner {
    /// The permits that matched, in the bundle's order; or the refusal.
    pub(crate) fn answer(&self, request: &Request, entities: &Entities) -> Result<Vec<Matched<'_>>, Verdict> {
        let response = Authorizer::new().is_authorized(request, &self.policies, entities);
        let matched = self.matched(&response);
        let mut no = Vec::new();
        // INVARIANT: errors first. Cedar skips what errs, so its `Allow` may stand on a forbid that was never asked.
        if response.diagnostics().errors().next().is_some() {
            no.push(Reason::new(Verdict::RULE_ERROR, ERROR));
        }
        match response.decision() {
            Decision::Deny => no.extend(matched.iter().copied().map(reason)),
            Decision::Allow if no.is_empty() => return Ok(matched),
            Decision::Allow => {}
        }
        if no.is_empty() {
            no.push(Reason::new(Verdict::RULE_NONE, NO_RULE));
        }
        Err(Verdict::refused(no))
    }

    fn matched(&self, response: &Response) -> Vec<Matched<'_>> {
        let mut matched: Vec<_> = response.diagnostics().reason().filter_map(|id| self.rules.get_key_value(id)).collect();
        matched.sort_by_key(|(_, rule)| rule.place);
        matched
    }
}

pub(crate) fn reason((id, rule): Matched<'_>) -> Reason {
    Reason::new(id.to_string(), rule.reason.clone())
}

/// The step is allowed; what is owed decides the rest.
fn verdict(q: &Question, step: &[Matched<'_>], owe: &[Matched<'_>]) -> Verdict {
    let strictest = owe.iter().try_fold(Owed::default(), |all, (_, rule)| all.and(&rule.owed));
    let owed = match strictest.map(Owed::complete) {
        Ok(Some(owed)) => owed,
        Ok(None) => return Verdict::refused(vec![Reason::new(Verdict::RULE_NO_THRESHOLD, NO_THRESHOLD)]),
        Err(TwoGroups(a, b)) => {
            let text = format!("Two rules want signatures of different groups, `{a}` and `{b}`, and both cannot be had; tell whoever keeps the policy.");
            return Verdict::refused(vec![Reason::new(Verdict::RULE_ERROR, text)]);
        }
    };
    if q.minutes > owed.max_minutes {
        let rule = owe.iter().find(|(_, r)| r.owed.max_minutes == Some(owed.max_minutes)).map_or(Verdict::RULE_ERROR.to_owned(), |(id, _)| id.to_string());
        let text = format!("{} minutes is longer than the {} that this may last; ask for {} at most.", q.minutes, owed.max_minutes, owed.max_minutes);
        return Verdict::refused(vec![Reason::new(rule, text)]);
    }
    Verdict::allowed(step.iter().chain(owe).copied().map(reason).collect(), owed)
}
