//! A version of policy: parsed, strictly validated, named by what is in it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use cedar_policy::{PolicyId, PolicySet, Schema};
use countersign_domain::canonical::Digest;

use crate::{
    check::{self, Rule},
    error::BundleError,
    facts::Names,
    given::Given,
};

const SCHEMA: Source<'static> = Source { file: "policies/schema.cedarschema", text: include_str!("../../../policies/schema.cedarschema") };
const DEFAULT: [Source<'static>; 3] = [
    Source { file: "policies/default/1-refuse.cedar", text: include_str!("../../../policies/default/1-refuse.cedar") },
    Source { file: "policies/default/2-owe.cedar", text: include_str!("../../../policies/default/2-owe.cedar") },
    Source { file: "policies/default/3-allow.cedar", text: include_str!("../../../policies/default/3-allow.cedar") },
];

/// Text of a bundle, and what to call it in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    /// Its name.
    pub file: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// A version of policy. Cheap to clone.
#[derive(Clone)]
pub struct Bundle(Arc<Inner>);

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bundle").field(&self.0.version).finish()
    }
}

pub(crate) struct Inner {
    version: String,
    pub(crate) schema: Schema,
    pub(crate) policies: PolicySet,
    /// What stands beside each policy, and its place in the bundle.
    pub(crate) rules: HashMap<PolicyId, Rule>,
    pub(crate) names: Names,
    pub(crate) given: Given,
}

impl Bundle {
    /// The bundle that is used until another is written. Parsed once a process.
    ///
    /// # Errors
    /// Never for a program that passed its tests; the error is handed on rather than hidden.
    pub fn default_bundle() -> Result<Self, BundleError> {
        static PARSED: OnceLock<Result<Bundle, BundleError>> = OnceLock::new();
        PARSED.get_or_init(|| Self::parse("default", SCHEMA, &DEFAULT)).clone()
    }

    /// The default bundle's schema, for bundles of one's own.
    #[must_use]
    pub const fn schema() -> Source<'static> {
        SCHEMA
    }

    /// The default bundle's policies, to start from.
    #[must_use]
    pub const fn default_policies() -> &'static [Source<'static>] {
        &DEFAULT
    }

    /// Reads a bundle, and refuses one that is not strictly valid, whose policies lack id or reason, or whose thresholds
    /// cannot be read.
    ///
    /// # Errors
    /// With file and line, and what to change.
    pub fn parse(name: &str, schema: Source<'_>, policies: &[Source<'_>]) -> Result<Self, BundleError> {
        let (parsed, _) = Schema::from_cedarschema_str(schema.text).map_err(|e| BundleError::from_cedar(schema.file, schema.text, &e))?;
        let names = Names::new().map_err(|e| BundleError::in_file(schema.file, e.to_string()))?;
        check::takes_our_facts(schema.file, &parsed, &names)?;
        let (policies, rules) = check::read(&parsed, &names, policies)?;
        let version = format!("{name}-{}", fingerprint(schema, &rules));
        Ok(Self(Arc::new(Inner { version, schema: parsed, policies, rules, names, given: Given::default() })))
    }

    /// Its short name: `default-` and the first 8 hex digits of a SHA-256 over all that is in it.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

/// Over schema and policies as they are written; not over file names, which decide nothing.
fn fingerprint(schema: Source<'_>, rules: &HashMap<PolicyId, Rule>) -> String {
    let mut texts: Vec<_> = rules.values().map(|r| (r.place, r.text.as_str())).collect();
    texts.sort_unstable();
    let mut all = schema.text.to_owned();
    for (_, text) in texts {
        all.push('\0');
        all.push_str(text);
    }
    Digest::of("countersign bundle v1", all.as_bytes()).to_string().chars().take(8).collect()
}
