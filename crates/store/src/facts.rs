//! Facts: rows that decisions rest on, remembered until any of them changes. On SQLite only.
//!
//! Every change of a fact raises a number in the file, its edition, in the transaction of the change itself: by triggers, so that no
//! statement can forget it, of whatever process. Whoever reads the edition in a transaction knows, for that transaction, whether what was
//! read before still stands there: nobody judges by what was, and nobody reads again what is the same.
//!
//! PostgreSQL lets others commit between a look at such a number and one's own commit; there, rows are read and held each time.

use std::{
    any::Any,
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use countersign_domain::{TokenId, token::Token};
use hashlink::LruCache;

use crate::value::Arg;

/// The tables whose changes raise the edition.
pub(crate) const WATCHED: [&str; 16] = [
    "access_token",
    "account",
    "api",
    "case_file",
    "client",
    "client_secret",
    "customer",
    "delegation",
    "invite",
    "person",
    "person_group",
    "person_role",
    "request",
    "review",
    "session",
    "token",
];

/// Those of them that grow without raising it: their rows are looked for one at a time, and what was not found is not remembered.
pub(crate) const GROWING: [&str; 3] = ["access_token", "session", "token"];

/// Tables that have no such triggers, and are written to with most works.
const UNWATCHED: [&str; 5] = ["dpop_seen", "event", "event_text", "place", "unplaced"];

/// So many answers are remembered, those that were asked for last: a delegation that is used takes a dozen. Some 20 MiB.
const MOST: usize = 16 * 1024;
/// So many tokens are remembered, the last ones: some 10 MiB.
const TOKENS: usize = 16 * 1024;

/// A statement and its parameters.
pub(crate) type Question = (Cow<'static, str>, Vec<Arg>);

/// What was read. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Facts(Arc<Mutex<Known>>);

struct Known {
    edition: i64,
    answers: LruCache<Question, Arc<dyn Any + Send + Sync>>,
    tokens: LruCache<TokenKey, Arc<Token>>,
}

impl Default for Known {
    fn default() -> Self {
        Self { edition: 0, answers: LruCache::new(MOST), tokens: LruCache::new(TOKENS) }
    }
}

impl Known {
    /// Makes room for what was read at this edition; false if newer things are known already. What is older than the newest edition that was
    /// seen is of no use to anybody.
    fn turn_to(&mut self, edition: i64) -> bool {
        if edition > self.edition {
            self.answers.clear();
            self.tokens.clear();
            self.edition = edition;
        }
        edition == self.edition
    }
}

/// By what a token is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TokenKey {
    /// Its `jti`.
    Id(TokenId),
    /// The fingerprint of a handle.
    Hash([u8; 32]),
}

impl Facts {
    /// What was answered at this edition.
    pub(crate) fn recall<T: Clone + 'static>(&self, edition: i64, question: &Question) -> Option<T> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.edition != edition {
            return None;
        }
        known.answers.get(question)?.downcast_ref::<T>().cloned()
    }

    /// Remembers an answer that was read at this edition.
    pub(crate) fn remember<T: Send + Sync + 'static>(&self, edition: i64, question: Question, answer: T) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.turn_to(edition) {
            return;
        }
        known.answers.insert(question, Arc::new(answer));
    }

    /// The token, if it is known how it stands at this edition.
    pub(crate) fn token(&self, edition: i64, key: TokenKey) -> Option<Arc<Token>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.edition == edition { known.tokens.get(&key).cloned() } else { None }
    }

    /// Remembers how tokens stand at this edition.
    pub(crate) fn remember_tokens(&self, edition: i64, tokens: impl IntoIterator<Item = Token>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.turn_to(edition) {
            return;
        }
        for token in tokens {
            let token = Arc::new(token);
            if let Some(hash) = token.hash {
                known.tokens.insert(TokenKey::Hash(hash), Arc::clone(&token));
            }
            known.tokens.insert(TokenKey::Id(token.id), token);
        }
    }

    /// Forgets everything: a transaction was taken back, and its editions will be given again to other changes.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Known::default();
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts(..)")
    }
}

/// Whether a statement, one of ours, can raise the edition: if what it writes to is watched, or can't be told.
pub(crate) fn raises(sql: &str) -> bool {
    let mut words = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    let table = match (words.next(), words.next()) {
        (Some("INSERT"), Some("INTO")) => match words.next() {
            // A new token is no change of one that was found.
            Some("token") => return false,
            table => table,
        },
        (Some("DELETE"), Some("FROM")) => words.next(),
        (Some("UPDATE"), table) => table,
        _ => None,
    };
    table.is_none_or(|table| !UNWATCHED.contains(&table))
}

/// Whether all that a statement reads from raises the edition when it changes; and, if it may find several rows, when it grows.
pub(crate) fn watched(sql: &str, several: bool) -> bool {
    let mut words = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    let mut sources = 0;
    while let Some(word) = words.next() {
        if matches!(word, "FROM" | "JOIN") {
            sources += 1;
            if !words.next().is_some_and(|table| WATCHED.contains(&table) && !(several && GROWING.contains(&table))) {
                return false;
            }
        }
    }
    sources > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(sql: &str) -> Question {
        (sql.to_owned().into(), vec![Arg::Int(Some(1))])
    }

    #[test]
    fn an_answer_is_good_at_its_own_edition_and_as_its_own_kind() {
        let facts = Facts::default();
        facts.remember(3, question("a"), 7_u32);
        assert_eq!(facts.recall::<u32>(3, &question("a")), Some(7));
        assert_eq!(facts.recall::<u32>(2, &question("a")), None);
        assert_eq!(facts.recall::<u32>(4, &question("a")), None);
        assert_eq!(facts.recall::<String>(3, &question("a")), None);
        assert_eq!(facts.recall::<u32>(3, &question("b")), None);
    }

    #[test]
    fn a_newer_edition_forgets_and_an_older_one_adds_nothing() {
        let facts = Facts::default();
        facts.remember(3, question("a"), 7_u32);
        facts.remember(4, question("b"), 8_u32);
        facts.remember(3, question("c"), 9_u32);
        assert_eq!(facts.recall::<u32>(4, &question("a")), None);
        assert_eq!(facts.recall::<u32>(4, &question("b")), Some(8));
        assert_eq!(facts.recall::<u32>(4, &question("c")).or(facts.recall(3, &question("c"))), None);
    }

    #[test]
    fn no_more_is_kept_than_so_much() {
        let facts = Facts::default();
        for i in 0..=MOST {
            facts.remember(1, question(&i.to_string()), i);
        }
        assert_eq!(facts.0.lock().unwrap().answers.len(), MOST);
        assert_eq!(facts.recall::<usize>(1, &question("0")), None, "what nobody has asked for the longest goes first");
        assert_eq!(facts.recall::<usize>(1, &question("1")), Some(1));
        assert_eq!(facts.recall::<usize>(1, &question(&MOST.to_string())), Some(MOST));
    }

    #[test]
    fn what_a_statement_writes_to_is_told_or_feared() {
        for sql in ["INSERT INTO token (id) VALUES ($1)", "DELETE FROM unplaced WHERE x", "UPDATE unplaced SET a = 1"] {
            assert!(!raises(sql), "{sql}");
        }
        for sql in [
            "INSERT INTO person (id) VALUES ($1)",
            "UPDATE token SET a = 1",
            "DELETE FROM token",
            "DELETE FROM review",
            "WITH x AS (SELECT 1) INSERT INTO token",
            "PRAGMA x",
            "",
        ] {
            assert!(raises(sql), "{sql}");
        }
        assert!(UNWATCHED.iter().all(|table| !WATCHED.contains(table)));
    }

    #[test]
    fn a_statement_that_reads_from_elsewhere_is_found() {
        assert!(watched("SELECT a FROM person p JOIN account a ON a.id = p.id WHERE p.id IN (SELECT x FROM review)", true));
        assert!(watched("SELECT a FROM session", false) && !watched("SELECT a FROM session", true));
        for sql in ["SELECT a FROM person p JOIN event e ON e.id = p.id", "SELECT a FROM person WHERE id IN (SELECT x FROM event)", "SELECT 1"] {
            assert!(!watched(sql, false), "{sql}");
        }
    }
}
