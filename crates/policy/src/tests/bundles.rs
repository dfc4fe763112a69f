//! Bundles of one's own: which are taken, and what those say that are odd.

use super::{good, only, with};
use crate::{Act, Bundle, Source};

const ASK: &str = r#"@id("ask") @reason("Yes.") permit (principal, action == Action::"request_create", resource);"#;
const OVERFLOW: &str = "resource.minutes * 9223372036854775807 > 0";

fn owe(id: &str, annotations: &str) -> String {
    format!(r#"@id("{id}") @reason("Owed.") {annotations} permit (principal, action == Action::"owe", resource);"#)
}

#[test]
fn any_error_refuses_even_where_cedar_says_yes() {
    let text = format!(r#"@id("broken") @reason("Never.") forbid (principal, action in Action::"step", resource) when {{ {OVERFLOW} }};"#);
    let verdict = with(&text).unwrap().decide(&good(Act::RequestCreate));
    assert_eq!((verdict.allowed, verdict.rules()), (false, vec!["policy-error".to_owned()]));
}

#[test]
fn an_error_in_a_permit_refuses_too() {
    for (action, id) in [("request_create", "a"), ("owe", "b")] {
        let owed = if action == "owe" { r#"@max_minutes("60")"# } else { "" };
        let text = format!(r#"@id("{id}") @reason("Yes.") {owed} permit (principal, action == Action::"{action}", resource) when {{ {OVERFLOW} }};"#);
        let verdict = with(&text).unwrap().decide(&good(Act::RequestCreate));
        assert_eq!((verdict.allowed, verdict.rules()), (false, vec!["policy-error".to_owned()]), "{action}");
    }
}

#[test]
fn an_error_beside_a_refusal_is_named_first() {
    let text = format!(r#"@id("broken") @reason("Never.") forbid (principal, action in Action::"step", resource) when {{ {OVERFLOW} }};"#);
    let mut q = good(Act::RequestCreate);
    q.case.open = false;
    assert_eq!(with(&text).unwrap().decide(&q).rules(), ["policy-error", "case-is-open"]);
}

#[test]
fn silence_about_a_threshold_refuses() {
    let all = [r#"@signatures("1")"#, r#"@group("g")"#, r#"@proof_max_age_s("60")"#, r#"@max_minutes("60")"#];
    let bundle = only(&format!("{ASK}{}", owe("all", &all.join(" ")))).unwrap();
    assert!(bundle.decide(&good(Act::RequestCreate)).allowed);
    for missing in all {
        let rest: Vec<_> = all.into_iter().filter(|a| *a != missing).collect();
        let verdict = only(&format!("{ASK}{}", owe("rest", &rest.join(" ")))).unwrap().decide(&good(Act::RequestCreate));
        assert_eq!((verdict.allowed, verdict.rules()), (false, vec!["policy-without-threshold".to_owned()]), "without {missing}");
    }
    let verdict = only(ASK).unwrap().decide(&good(Act::RequestCreate));
    assert_eq!(verdict.rules(), ["policy-without-threshold"]);
}

#[test]
fn a_threshold_that_is_zero_or_no_number_is_not_taken() {
    for bad in [r#"@signatures("0")"#, "@signatures", r#"@signatures("two")"#, r#"@signatures("-1")"#, r#"@signatures("256")"#] {
        let error = only(&owe("x", bad)).unwrap_err();
        assert!(error.what.contains("`@signatures("), "{bad}: {error}");
    }
    for bad in [r#"@proof_max_age_s("0")"#, r#"@max_minutes("0")"#, r#"@max_minutes("4294967296")"#, r#"@group("")"#] {
        assert!(only(&owe("x", bad)).is_err(), "{bad}");
    }
}

#[test]
fn the_strictest_of_all_that_match_counts() {
    let text = [
        ASK.to_owned(),
        owe("a", r#"@signatures("3") @group("g") @proof_max_age_s("900")"#),
        owe("b", r#"@signatures("2") @group("g") @max_minutes("90")"#),
        owe("c", r#"@proof_max_age_s("120") @max_minutes("240")"#),
    ];
    let owed = only(&text.join("\n")).unwrap().decide(&good(Act::RequestCreate)).obligations.unwrap();
    assert_eq!((owed.signatures(), owed.proof_max_age_s, owed.max_minutes), (3, 120, 90));
}

#[test]
fn two_groups_cannot_both_be_had() {
    let verdict = with(&owe("other", r#"@group("security")"#)).unwrap().decide(&good(Act::RequestCreate));
    assert_eq!(verdict.rules(), ["policy-error"]);
    assert!(verdict.reasons[0].text.contains("`approvers` and `security`"));
}

#[test]
fn a_forbid_of_owe_refuses_with_its_reason() {
    let bundle = with(r#"@id("closed-today") @reason("Nobody signs today.") forbid (principal, action == Action::"owe", resource);"#).unwrap();
    assert_eq!(bundle.decide(&good(Act::TokenExchange)).rules(), ["closed-today"]);
}

#[test]
fn what_no_rule_allows_is_refused() {
    let bundle = only(ASK).unwrap();
    for act in [Act::RequestReview, Act::DelegationStart, Act::TokenExchange] {
        assert_eq!(bundle.decide(&good(act)).rules(), ["policy-no-rule"], "{act:?}");
    }
}

#[test]
fn a_bundle_that_is_not_valid_is_refused_with_its_line() {
    let head = "// one\n// two\n";
    let deny = |rest: &str| format!(r#"{head}@id("x") @reason("No.") forbid (principal, action in Action::"step", resource){rest}"#);
    let table = [
        (deny(" when { resource.nonsense };"), 3, "nonsense"),
        (deny(" when { resource.minutes > \"5\" };"), 3, "type"),
        (deny(" when { false };"), 3, "impossible"),
        (deny("\n when {"), 4, "unexpected end"),
        (format!("{head}forbid (principal, action, resource);"), 3, "@id"),
        (format!("{head}@id(\"Bad Id\") @reason(\"r\") forbid (principal, action, resource);"), 3, "@id"),
        (format!("{head}@id(\"x\") forbid (principal, action, resource);"), 3, "@reason"),
        (format!("{head}@id(\"x\") @reason(\"r\") @signature(\"2\") forbid (principal, action, resource);"), 3, "nobody reads"),
        (format!("{head}@id(\"x\") @reason(\"r\") @signatures(\"2\") forbid (principal, action, resource);"), 3, "must be a permit"),
        (format!("{head}{}", owe("x", "")), 3, "nothing that is owed"),
        (format!("{ASK}\n\n{ASK}"), 1, "taken by another"),
    ];
    for (text, line, says) in table {
        let error = only(&text).unwrap_err();
        assert_eq!(error.line, Some(line), "{text}: {error}");
        assert!(error.to_string().to_lowercase().contains(says), "{text}: {error}");
    }
}

#[test]
fn a_schema_without_our_facts_is_refused() {
    let text = Bundle::schema().text.replace("\"reason_len\": Long,", "");
    let error = Bundle::parse("test", Source { file: "s.cedarschema", text: &text }, &[]).unwrap_err();
    assert!(error.what.contains("reason_len"), "{error}");
}

#[test]
fn a_schema_that_does_not_parse_is_refused_with_its_line() {
    let error = Bundle::parse("test", Source { file: "s.cedarschema", text: "entity Group;\nentity {" }, &[]).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("s.cedarschema", Some(2)), "{error}");
}

#[test]
fn templates_are_not_taken() {
    let error = only(r#"@id("t") @reason("r") forbid (principal == ?principal, action, resource);"#).unwrap_err();
    assert!(error.what.contains("template"), "{error}");
}
