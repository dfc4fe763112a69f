//! What is asked when a customer is present: whether a service may have a token for them, without anybody's signature.

use countersign_domain::{CustomerId, contract::Risk};

use crate::{
    bundle::Bundle,
    decide::{ERROR, NO_ACTION, reason},
    question::{ActionFacts, HopFacts},
    verdict::{Reason, Verdict},
};

/// Whether a service may have a token for a customer who is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceQuestion {
    /// The service that exchanges, by its `client_id`.
    pub client: String,
    /// Who issued the customer's token.
    pub issuer: String,
    /// The customer.
    pub customer: CustomerId,
    /// Key of the contract of the API that was called.
    pub from: String,
    /// Key of the contract of the API that is to be called.
    pub api: String,
    /// What is to be done there. Empty refuses.
    pub actions: Vec<ActionFacts>,
    /// What that takes at other APIs.
    pub hops: Vec<HopFacts>,
}

impl PresenceQuestion {
    /// The highest risk among the actions and what they take elsewhere; `None` if there are no actions.
    #[must_use]
    pub fn top_risk(&self) -> Option<Risk> {
        let top = self.actions.iter().map(|a| a.risk).max()?;
        Some(self.hops.iter().map(|h| h.risk).fold(top, Risk::max))
    }
}

impl Bundle {
    /// Answers `q`: why yes, rule by rule. Whatever goes wrong on the way refuses.
    ///
    /// # Errors
    /// Why not, rule by rule.
    pub fn decide_presence(&self, q: &PresenceQuestion) -> Result<Vec<Reason>, Vec<Reason>> {
        let inner = self.inner();
        if q.actions.is_empty() {
            return Err(vec![Reason::new(Verdict::RULE_NONE, NO_ACTION)]);
        }
        let Ok((request, entities)) = inner.names.ask_presence(q, &inner.schema) else {
            return Err(vec![Reason::new(Verdict::RULE_ERROR, ERROR)]);
        };
        match inner.answer(&request, &entities) {
            Ok(matched) => Ok(matched.into_iter().map(reason).collect()),
            Err(refused) => Err(refused.reasons),
        }
    }
}
