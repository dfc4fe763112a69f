//! What doing something at an API takes at other APIs: pairs of API and action, which signers see and tokens never leave.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::contract::{Action, Contract};

/// An action at another API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hop {
    /// The API, by the audience of its contract.
    pub audience: String,
    /// The action there: a scope value.
    pub scope: String,
}

/// The most pairs that one request may reach.
pub const MAX_HOPS: usize = 64;

/// Why it can't be told what an action takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HopError {
    /// A contract names an API that nobody registered.
    #[error("the contract of `{by}` calls `{audience}`, which is not registered here; register that API first")]
    UnknownApi {
        /// Whose contract.
        by: String,
        /// What it names.
        audience: String,
    },
    /// A contract names an action that the other one does not have.
    #[error("the contract of `{by}` calls `{scope}` of `{audience}`, which has no such action; change one of the two contracts")]
    UnknownAction {
        /// Whose contract.
        by: String,
        /// Where.
        audience: String,
        /// What it names.
        scope: String,
    },
    /// Too much follows from it.
    #[error("more than {MAX_HOPS} actions at other APIs follow from this; ask for less at a time")]
    TooMany,
}

/// The APIs of a tenant, by audience.
#[derive(Debug, Clone, Default)]
pub struct Contracts<'a>(BTreeMap<&'a str, &'a Contract>);

impl<'a> FromIterator<&'a Contract> for Contracts<'a> {
    fn from_iter<I: IntoIterator<Item = &'a Contract>>(all: I) -> Self {
        Self(all.into_iter().map(|c| (c.audience.as_str(), c)).collect())
    }
}

impl<'a> Contracts<'a> {
    /// The API with this audience.
    #[must_use]
    pub fn get(&self, audience: &str) -> Option<&'a Contract> {
        self.0.get(audience).copied()
    }

    /// The action that a pair names.
    #[must_use]
    pub fn action(&self, hop: &Hop) -> Option<&'a Action> {
        self.get(&hop.audience)?.action(&hop.scope)
    }

    /// All that `scopes` at the API with `audience` take elsewhere, and that in turn.
    ///
    /// # Errors
    /// If a contract names what is not there, or too much follows.
    pub fn follow(&self, audience: &str, scopes: &BTreeSet<String>) -> Result<BTreeSet<Hop>, HopError> {
        self.walk(audience, scopes, |by, hop| self.known(by, hop).map(|()| true))
    }

    /// The same of what is there now: what a contract still calls and another no longer has is left out, since no token is minted for it.
    ///
    /// # Errors
    /// If too much follows.
    pub fn standing(&self, audience: &str, scopes: &BTreeSet<String>) -> Result<BTreeSet<Hop>, HopError> {
        self.walk(audience, scopes, |_, hop| Ok(self.action(hop).is_some()))
    }

    fn walk(&self, audience: &str, scopes: &BTreeSet<String>, takes: impl Fn(&Contract, &Hop) -> Result<bool, HopError>) -> Result<BTreeSet<Hop>, HopError> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<Hop> = scopes.iter().map(|scope| Hop { audience: audience.to_owned(), scope: scope.clone() }).collect();
        while let Some(from) = next.pop() {
            let Some(by) = self.get(&from.audience) else { continue };
            for hop in by.action(&from.scope).into_iter().flat_map(|a| &a.calls) {
                if takes(by, hop)? && reached.insert(hop.clone()) {
                    next.push(hop.clone());
                }
                if reached.len() > MAX_HOPS {
                    return Err(HopError::TooMany);
                }
            }
        }
        Ok(reached)
    }

    fn known(&self, by: &Contract, hop: &Hop) -> Result<(), HopError> {
        let (by, audience) = (by.key.clone(), hop.audience.clone());
        match self.get(&hop.audience) {
            None => Err(HopError::UnknownApi { by, audience }),
            Some(api) if api.action(&hop.scope).is_none() => Err(HopError::UnknownAction { by, audience, scope: hop.scope.clone() }),
            Some(_) => Ok(()),
        }
    }
}

/// The actions at `audience` among `hops`.
#[must_use]
pub fn scopes_at(hops: &BTreeSet<Hop>, audience: &str) -> BTreeSet<String> {
    hops.iter().filter(|h| h.audience == audience).map(|h| h.scope.clone()).collect()
}
