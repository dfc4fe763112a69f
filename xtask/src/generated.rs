//! Files that are made from types: the console's TypeScript, the OpenAPI document.

use std::{fs, path::Path};

fn files() -> [(&'static str, String); 2] {
    [("ui/src/api/types.ts", countersign_api::ts::module()), ("openapi/countersign.json", countersign_server::openapi_text())]
}

/// Writes them.
pub(crate) fn write(root: &Path) -> Vec<String> {
    files().into_iter().filter_map(|(path, text)| fs::write(root.join(path), text).err().map(|e| format!("{path} can't be written: {e}"))).collect()
}

/// Tells which differ from what they are made from.
pub(crate) fn compare(root: &Path) -> Vec<String> {
    let stale = |(path, text): (&str, String)| match fs::read_to_string(root.join(path)) {
        Ok(found) if found == text => None,
        Ok(_) => Some(format!("{path} is not what its types make; run `make gen` and commit it")),
        Err(e) => Some(format!("{path} can't be read: {e}")),
    };
    files().into_iter().filter_map(stale).collect()
}
