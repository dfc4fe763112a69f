//! A second reader of JSON (RFC 8259), which only tells whether a member stands twice. Written apart from the service's own and on another
//! plan, so that both are not wrong in the same way.

use std::collections::BTreeSet;

use serde_json::Value;

/// What stands in a JSON text that was believed: no member twice.
pub fn once(json: &[u8]) -> Value {
    let text = std::str::from_utf8(json).expect("UTF-8");
    assert!(!has_twins(text), "a member stands twice: {text}");
    serde_json::from_str(text).expect("JSON")
}

/// Whether some object in a JSON text has two members of one name. The text must be JSON: whoever calls has parsed it.
pub fn has_twins(json: &str) -> bool {
    // A stack of the objects and arrays that are open; an array has no names.
    let mut open: Vec<Option<BTreeSet<String>>> = Vec::new();
    let mut chars = json.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '{' => open.push(Some(BTreeSet::new())),
            '[' => open.push(None),
            '}' | ']' => drop(open.pop()),
            '"' => {
                let end = string_end(json, at);
                while chars.clone().next().is_some_and(|(next, _)| next < end) {
                    chars.next();
                }
                // A string before a colon is a name.
                if json[end..].trim_start().starts_with(':') {
                    let name: String = serde_json::from_str(&json[at..end]).expect("a string of JSON");
                    if !open.last_mut().and_then(Option::as_mut).expect("names stand in objects").insert(name) {
                        return true;
                    }
                }
            }
            _ => {}
        }
    }
    false
}

/// Where the string that begins at `from` ends: behind its closing quote.
fn string_end(json: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in json[from + 1..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + 1 + at + 1,
            _ => {}
        }
    }
    json.len()
}
