//! Contracts of APIs, as an operator writes them.

use std::collections::BTreeSet;

use countersign_domain::{
    contract::{Contract, is_scope_token},
    hop::{Contracts, MAX_HOPS},
};

/// What an operator's file says reads back as it was written; what passes the check has a bounded life and reach.
pub fn contract(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(contract) = toml::from_str::<Contract>(text) else { return false };
    let written = serde_json::to_string(&contract).expect("JSON");
    assert_eq!(serde_json::from_str::<Contract>(&written).expect("what was written is read"), contract);
    if contract.check().is_err() {
        return false;
    }
    let scopes: BTreeSet<String> = contract.actions.iter().map(|a| a.scope.clone()).collect();
    assert_eq!(scopes.len(), contract.actions.len(), "an action stands once");
    assert!((1..=300).contains(&contract.token_ttl_s) && contract.max_minutes > 0 && scopes.iter().all(|s| is_scope_token(s)));
    assert!(contract.actions.iter().flat_map(|a| &a.calls).all(|c| c.audience != contract.audience), "it calls itself");
    // Alone, what it calls is not there; beside one that calls back, the way ends all the same.
    let mut back = contract.clone();
    back.audience = contract.actions.iter().flat_map(|a| &a.calls).map(|c| c.audience.clone()).next().unwrap_or_else(|| "https://other.example".into());
    let both: Contracts<'_> = [&contract, &back].into_iter().collect();
    if let Ok(reached) = both.follow(&contract.audience, &scopes) {
        assert!(reached.len() <= MAX_HOPS);
        assert!(reached.iter().all(|hop| both.action(hop).is_some()), "what is reached is there");
    }
    true
}
