//! What an API promises and wants: its audience, its actions with their risk, its ceilings.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{alg::Algorithm, client, hop::Hop};

/// What may go wrong if an action is misused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Shows what little harm can be done with.
    Low,
    /// Changes what can be changed back.
    Medium,
    /// Moves money, or opens a way in.
    High,
    /// Cannot be taken back.
    Critical,
}

impl Risk {
    /// As policy and stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// 1 to 4, for comparisons in policy.
    #[must_use]
    pub const fn level(self) -> u8 {
        self as u8 + 1
    }
}

/// Whether the API sees who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The token names customer (`sub`) and agent (`act`).
    Delegated,
    /// The token names the customer alone.
    Impersonation,
}

impl Mode {
    /// As policy and stores write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delegated => "delegated",
            Self::Impersonation => "impersonation",
        }
    }

    /// Reads what [`Mode::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Delegated, Self::Impersonation].into_iter().find(|m| m.as_str() == text)
    }
}

/// One thing that an API can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The scope value that stands for it (RFC 6749 §3.3), such as `address:write`.
    pub scope: String,
    /// What a person calls it: `Change postal address`.
    pub name: String,
    /// What follows from it, in a sentence.
    pub effect: String,
    /// What may go wrong.
    pub risk: Risk,
    /// What doing it takes at other APIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Hop>,
}

/// What a token looks like to the API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A signed JWT (RFC 9068), which the API can check by itself.
    #[default]
    Jwt,
    /// A handle that tells nothing; the API introspects.
    Opaque,
}

/// What `sub` is unique in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// No two tenants call a customer the same.
    #[default]
    Unique,
    /// Two tenants may; so `sub` is `<tenant>:<customer>`.
    Qualified,
}

/// One HTTP operation of an API, for the explorer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The HTTP method.
    pub method: String,
    /// The path below the API's base address; `{customer}` stands for the customer.
    pub path: String,
    /// The action that it needs.
    pub scope: String,
    /// A body to start from, as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub example: Option<String>,
}

/// A version of what an API promises and wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Short name in addresses and lists, such as `accounts`; unique in the tenant.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// `aud` of its tokens; a URI, unique in the tenant (RFC 8707 §2).
    pub audience: String,
    /// Where it answers.
    pub base_url: String,
    /// What it can be asked to do.
    pub actions: Vec<Action>,
    /// How: for the explorer.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// The modes that it takes.
    #[serde(default = "delegated_only")]
    pub modes: Vec<Mode>,
    /// Longest delegation, in minutes.
    pub max_minutes: u32,
    /// Longest life of one token, in seconds; never above 300.
    pub token_ttl_s: u32,
    /// Whether its tokens must be bound to a key (RFC 9449 §6).
    #[serde(default)]
    pub bound: bool,
    /// What its tokens look like.
    #[serde(default)]
    pub format: Format,
    /// With what its JWTs are signed.
    #[serde(default)]
    pub alg: Algorithm,
    /// What `sub` is unique in.
    #[serde(default)]
    pub subject: Subject,
    /// The API's own client: it alone may exchange a token that the API was called with, for the actions that its own take elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client: Option<String>,
    /// The clients that may introspect its tokens (RFC 7662 §2.1), beside its own.
    #[serde(default, alias = "introspection_client", deserialize_with = "one_or_many")]
    pub introspection_clients: Vec<String>,
}

fn one_or_many<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Names::deserialize(d)? {
        Names::One(name) => vec![name],
        Names::Many(names) => names,
    })
}

fn delegated_only() -> Vec<Mode> {
    vec![Mode::Delegated]
}

/// A contract that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("contract `{key}`: {what}")]
pub struct ContractError {
    /// Which.
    pub key: String,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Contract {
    /// Longest life of any token, in seconds.
    pub const TOKEN_TTL_MAX_S: u32 = 300;

    /// The action that `scope` stands for.
    #[must_use]
    pub fn action(&self, scope: &str) -> Option<&Action> {
        self.actions.iter().find(|a| a.scope == scope)
    }

    /// The highest risk among `scopes`; `None` if one of them isn't an action of this API, or there are none.
    #[must_use]
    pub fn top_risk<'a>(&self, scopes: impl IntoIterator<Item = &'a String>) -> Option<Risk> {
        scopes.into_iter().map(|s| self.action(s).map(|a| a.risk)).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Whether this client may be told of its tokens.
    #[must_use]
    pub fn introspected_by(&self, client_id: &str) -> bool {
        self.client.as_deref() == Some(client_id) || self.introspection_clients.iter().any(|c| c == client_id)
    }

    /// `sub` of a customer whom the tenant calls `customer`.
    #[must_use]
    pub fn subject_of(&self, tenant: crate::TenantId, customer: &str) -> String {
        match self.subject {
            Subject::Unique => customer.to_owned(),
            Subject::Qualified => format!("{tenant}:{customer}"),
        }
    }

    /// Whether it can be registered.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub fn check(&self) -> Result<(), ContractError> {
        let fail = |what: String| Err(ContractError { key: self.key.clone(), what });
        let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !plain(&self.key) {
            return fail("`key` may have lower-case letters, digits and hyphens only".into());
        }
        if self.token_ttl_s == 0 || self.token_ttl_s > Self::TOKEN_TTL_MAX_S {
            return fail(format!("`token_ttl_s` is {}; choose 1 to {}", self.token_ttl_s, Self::TOKEN_TTL_MAX_S));
        }
        if self.max_minutes == 0 {
            return fail("`max_minutes` is 0; choose at least 1".into());
        }
        if self.modes.is_empty() {
            return fail("`modes` is empty; name at least one".into());
        }
        if self.actions.is_empty() {
            return fail("it has no action; name at least one".into());
        }
        let mut seen = BTreeSet::new();
        for a in &self.actions {
            if !is_scope_token(&a.scope) {
                return fail(format!("`{}` is not a scope value (RFC 6749 §3.3)", a.scope));
            }
            if !seen.insert(&a.scope) {
                return fail(format!("`{}` is named twice", a.scope));
            }
        }
        self.check_calls()?;
        for named in self.client.iter().chain(&self.introspection_clients) {
            if !client::is_client_id(named) {
                return fail(format!("`{named}` can't be a client: {}", client::ID_RULE));
            }
        }
        match self.endpoints.iter().find(|e| !seen.contains(&e.scope)) {
            Some(e) => fail(format!("endpoint `{} {}` needs `{}`, which is not among its actions", e.method, e.path, e.scope)),
            None => Ok(()),
        }
    }
}

impl Contract {
    fn check_calls(&self) -> Result<(), ContractError> {
        let fail = |what: String| Err(ContractError { key: self.key.clone(), what });
        let mut calls = self.actions.iter().flat_map(|a| a.calls.iter().map(move |c| (a, c)));
        if let Some((action, call)) = calls.find(|(_, c)| c.audience == self.audience || !is_scope_token(&c.scope) || c.audience.is_empty()) {
            return fail(format!("`{}` calls `{}` of `{}`; name an action of another API", action.scope, call.scope, call.audience));
        }
        if self.client.is_none() && self.actions.iter().any(|a| !a.calls.is_empty()) {
            return fail("its actions call other APIs, but no `client` is named that could exchange its tokens for theirs".into());
        }
        Ok(())
    }
}

/// `scope-token` of RFC 6749 §3.3.
#[must_use]
pub fn is_scope_token(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}
