//! The search for secrets where none may be: in the web view's memory as script sees it, in what the console says, in its files.

use std::{fs, path::Path};

use super::{Done, Fault, page::Page};

/// How the service's own tokens begin, and a JWT.
const BEGINNINGS: [&str; 8] = ["csa_", "csr_", "csw_", "csc_", "csm_", "csh_", "css_", JWT];
const JWT: &str = "eyJ";
/// A token is at least as long; what merely begins alike is none.
const LENGTH: usize = 20;

/// Goes through all that script in the page can come to: storage, the document, and every object from the window and the elements on.
const LOOK: &str = r"
const beginnings = /cs[arwcmh]_|css_[\w-]{20}|eyJ[\w-]*\./;
const hits = [];
let texts = 0;
const look = (where, text) => {
  texts += 1;
  if (beginnings.test(text) && hits.length < 20) hits.push(where);
};
look('localStorage', JSON.stringify(localStorage));
look('sessionStorage', JSON.stringify(sessionStorage));
look('cookies', document.cookie);
look('document', document.documentElement.outerHTML);
look('address', location.href + JSON.stringify(history.state));
const seen = new Set();
const todo = [['window', window], ...[...document.querySelectorAll('*')].map((e) => [e.tagName, e])];
const known = (name, value) => {
  if (typeof value === 'string') look(name, value);
  else if (value !== null && (typeof value === 'object' || typeof value === 'function') && !seen.has(value)) {
    seen.add(value);
    todo.push([name, value]);
  }
};
let cut = false;
while (todo.length > 0) {
  if (seen.size > 400000) { cut = true; break; }
  const [name, it] = todo.pop();
  if (it instanceof Map) for (const [k, v] of it) { known(name, k); known(name, v); }
  if (it instanceof Set) for (const v of it) known(name, v);
  let keys = [];
  try { keys = Reflect.ownKeys(it); } catch {}
  for (const key of keys) {
    let value;
    try { value = it[key]; } catch { continue; }
    known(name.length < 60 ? name + '.' + String(key) : name, value);
  }
}
return { hits, texts, objects: seen.size, cut, customer: document.documentElement.outerHTML.includes('cus_') };
";

/// How much was looked through.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looked {
    /// Objects of the web view.
    pub objects: u64,
    /// Texts of the web view.
    pub texts: u64,
    /// Bytes of files.
    pub bytes: usize,
}

/// Finds no secret in a window.
///
/// # Errors
/// Naming where one was found.
pub async fn none_in_window(page: &Page, looked: &mut Looked) -> Done {
    let found = page.ask(LOOK).await?;
    let number = |name: &str| found.get(name).and_then(serde_json::Value::as_u64).unwrap_or_default();
    let yes = |name: &str| found.get(name).and_then(serde_json::Value::as_bool).unwrap_or_default();
    let hits = found.get("hits").map(ToString::to_string).unwrap_or_default();
    if hits != "[]" {
        return Err(Fault::otherwise(format!("no token in {}", page.name()), hits));
    }
    // A search that finds nothing at all proves nothing.
    if number("objects") < 1000 || !yes("customer") || yes("cut") {
        return Err(Fault::otherwise("a search through the whole window", found.to_string()));
    }
    looked.objects += number("objects");
    looked.texts += number("texts");
    Ok(())
}

/// Finds no secret in a file, or in the files of a folder.
///
/// # Errors
/// Naming the file.
pub fn none_in_files(path: &Path, looked: &mut Looked) -> Done {
    let fail = |cause| Fault::File { path: path.to_owned(), cause };
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(fail)?.flatten() {
            none_in_files(&entry.path(), looked)?;
        }
        return Ok(());
    }
    // What an admin had made for a machine, for that admin alone to take there.
    if path.extension().is_some_and(|kind| kind == "secret") {
        return Ok(());
    }
    let bytes = fs::read(path).map_err(fail)?;
    looked.bytes += bytes.len();
    match secret_in(&bytes) {
        Some(kind) => Err(Fault::otherwise(format!("no token in `{}`", path.display()), format!("one that begins with {kind}"))),
        None => Ok(()),
    }
}

fn secret_in(bytes: &[u8]) -> Option<&'static str> {
    let of_token = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    BEGINNINGS.into_iter().find(|beginning| {
        // A JWT has parts; what is random may begin as one.
        let long = |at: usize| {
            let token: Vec<u8> = bytes.get(at..).unwrap_or_default().iter().take_while(|b| of_token(b)).copied().collect();
            token.len() >= LENGTH && (*beginning != JWT || token.contains(&b'.'))
        };
        let begins = |(at, window): (usize, &[u8])| (window == beginning.as_bytes()).then_some(at);
        bytes.windows(beginning.len()).enumerate().filter_map(begins).any(long)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_and_what_only_begins_alike_is_not() {
        assert_eq!(secret_in(b"a line with csr_0123456789abcdefghij in it"), Some("csr_"));
        assert_eq!(secret_in(b"\x00\x01eyJhbGciOiJFUzI1NiJ9.e30.c2ln"), Some("eyJ"));
        assert_eq!(secret_in(b"csa_ or csw_short or eyJ or eyJust43randomcharactersInBase64url "), None);
    }

    #[test]
    fn folders_are_searched_to_the_bottom() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("deep")).unwrap();
        let mut looked = Looked::default();
        fs::write(dir.path().join("deep/file"), "nothing").unwrap();
        none_in_files(dir.path(), &mut looked).unwrap();
        assert_eq!(looked.bytes, 7);
        fs::write(dir.path().join("deep/file"), "csw_0123456789abcdefghij").unwrap();
        assert!(none_in_files(dir.path(), &mut looked).is_err());
    }
}
