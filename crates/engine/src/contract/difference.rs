//! What a proposal changes, field by field, for whoever has to agree to it.

use std::collections::BTreeMap;

use countersign_api::contract::Difference;
use countersign_domain::contract::Contract;
use serde_json::Value;

/// Fields that differ, in the order of their names. Actions and endpoints are told apart by what they are, not by where they stand.
pub(super) fn between(before: Option<&Contract>, after: &Contract) -> Vec<Difference> {
    let (old, new) = (before.map(fields).unwrap_or_default(), fields(after));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| Difference { field: name.clone(), before: old.get(name).cloned(), after: new.get(name).cloned() })
        .collect()
}

fn fields(contract: &Contract) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let Ok(Value::Object(members)) = serde_json::to_value(contract) else { return out };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("actions", Value::Array(all)) => all.into_iter().for_each(|one| nested(&mut out, "actions", &one, &["scope"])),
            ("endpoints", Value::Array(all)) => all.into_iter().for_each(|one| nested(&mut out, "endpoints", &one, &["method", "path"])),
            (_, other) => {
                out.insert(name, other.to_string());
            }
        }
    }
    out
}

fn nested(out: &mut BTreeMap<String, String>, list: &str, one: &Value, names: &[&str]) {
    let called = names.iter().filter_map(|n| one.get(*n)?.as_str()).collect::<Vec<_>>().join(" ");
    for (field, value) in one.as_object().into_iter().flatten().filter(|(field, _)| !names.contains(&field.as_str())) {
        out.insert(format!("{list}.{called}.{field}"), value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use countersign_domain::contract::{Action, Risk};

    use super::*;

    fn contract() -> Contract {
        let text = r#"{"key":"a","name":"A","audience":"https://a.example","base_url":"http://127.0.0.1:1","max_minutes":60,"token_ttl_s":300,
            "actions":[{"scope":"read","name":"Read","effect":"Shows.","risk":"low"},{"scope":"pay","name":"Pay","effect":"Pays.","risk":"high"}]}"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn only_what_differs_is_told_and_order_is_no_difference() {
        let mut other = contract();
        other.actions.reverse();
        assert_eq!(between(Some(&contract()), &other), []);
        other.max_minutes = 15;
        for action in &mut other.actions {
            action.risk = Risk::Critical;
        }
        let told = between(Some(&contract()), &other);
        let fields: Vec<_> = told.iter().map(|d| (d.field.as_str(), d.before.as_deref(), d.after.as_deref())).collect();
        assert_eq!(
            fields,
            [
                ("actions.pay.risk", Some("\"high\""), Some("\"critical\"")),
                ("actions.read.risk", Some("\"low\""), Some("\"critical\"")),
                ("max_minutes", Some("60"), Some("15")),
            ]
        );
    }

    #[test]
    fn an_action_that_goes_and_one_that_comes_are_told() {
        let mut other = contract();
        other.actions.remove(0);
        other.actions.push(Action { scope: "close".into(), name: "Close".into(), effect: "Closes.".into(), risk: Risk::Critical, calls: Vec::new() });
        let told = between(Some(&contract()), &other);
        assert!(told.iter().any(|d| d.field == "actions.read.risk" && d.after.is_none()));
        assert!(told.iter().any(|d| d.field == "actions.close.risk" && d.before.is_none()));
        assert!(between(None, &contract()).iter().all(|d| d.before.is_none()));
    }
}
