//! What may point where. The same table stands in words in `docs/architecture.md`.

use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each package of ours and the packages of ours that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("countersign-domain", &[]),
    ("countersign-api", &["domain"]),
    ("countersign-oauth", &["domain"]),
    ("countersign-policy", &["domain"]),
    ("countersign-trail", &["domain"]),
    ("countersign-store", &["domain", "trail"]),
    ("countersign-engine", &["domain", "api", "oauth", "policy", "trail", "store"]),
    ("countersign-server", &["domain", "api", "oauth", "policy", "trail", "store", "engine"]),
    ("countersign-client", &["domain", "api", "oauth"]),
    ("countersign-console", &["domain", "api", "oauth", "policy", "store", "engine", "server", "client"]),
    ("countersign-testkit", &["domain", "api", "oauth", "policy", "trail", "store", "engine", "server"]),
    ("countersign-tests", &["domain", "api", "oauth", "policy", "trail", "store", "engine", "server", "client", "testkit"]),
    ("xtask", &["api", "server"]),
    ("accounts-api", &[]),
];

/// Libraries that only some may use.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx", &["countersign-store"]),
    ("axum", &["countersign-server", "accounts-api"]),
    ("tauri", &["countersign-console"]),
    ("keyring", &["countersign-console"]),
    ("cedar-policy", &["countersign-policy"]),
];

/// A dependency, as far as the rules look at it.
struct Edge {
    from: String,
    to: String,
}

/// Tells what breaks a rule.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let metadata = match MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec() {
        Ok(metadata) => metadata,
        Err(e) => return vec![format!("cargo metadata does not answer: {e}")],
    };
    let mut faults = Vec::new();
    for package in &metadata.packages {
        for dependency in package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            faults.extend(fault(&Edge { from: package.name.to_string(), to: dependency.name.clone() }));
        }
        if !MAY_USE.iter().any(|(name, _)| *name == package.name.as_str()) {
            faults.push(format!("{} is not in the table of what may point where; add it to xtask/src/rules.rs and docs/architecture.md", package.name));
        }
    }
    faults
}

fn fault(edge: &Edge) -> Option<String> {
    let Edge { from, to } = edge;
    if let Some((_, places)) = ONLY_IN.iter().find(|(library, _)| library == to)
        && !places.contains(&from.as_str())
    {
        return Some(format!("{from} uses {to}, which only {} may", places.join(", ")));
    }
    let ours = to.strip_prefix("countersign-").or_else(|| MAY_USE.iter().any(|(n, _)| n == to).then_some(to.as_str()))?;
    let allowed = MAY_USE.iter().find(|(name, _)| name == from).is_some_and(|(_, may)| may.contains(&ours));
    (!allowed).then(|| format!("{from} points at {to}, which the table of what may point where does not allow"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(from: &str, to: &str) -> bool {
        fault(&Edge { from: from.into(), to: to.into() }).is_some()
    }

    #[test]
    fn arrows_that_point_back_are_refused() {
        assert!(refused("countersign-domain", "countersign-engine"));
        assert!(refused("countersign-engine", "countersign-server"));
        assert!(refused("countersign-client", "countersign-server"));
        assert!(refused("countersign-server", "countersign-testkit"));
        assert!(refused("accounts-api", "countersign-domain"));
        assert!(!refused("countersign-server", "countersign-engine"));
        assert!(!refused("countersign-domain", "serde"));
    }

    #[test]
    fn libraries_stay_in_their_rooms() {
        assert!(refused("countersign-engine", "sqlx"));
        assert!(refused("countersign-engine", "axum"));
        assert!(refused("countersign-server", "tauri"));
        assert!(!refused("countersign-store", "sqlx"));
        assert!(!refused("accounts-api", "axum"));
    }
}
