//! A bundle that cannot be taken.

use cedar_policy::Policy;
use miette::Diagnostic;

/// A bundle that cannot be taken: where, what is wrong, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", place(.file, *.line))]
pub struct BundleError {
    /// The file.
    pub file: String,
    /// The line in it, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub what: String,
}

fn place(file: &str, line: Option<usize>) -> String {
    line.map_or_else(|| format!("`{file}`"), |line| format!("`{file}`, line {line}"))
}

impl BundleError {
    pub(crate) fn in_file(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, what: what.into() }
    }

    /// From an error of Cedar's about `text`.
    pub(crate) fn from_cedar<E: Diagnostic>(file: &str, text: &str, error: &E) -> Self {
        let offset = error.labels().and_then(|labels| labels.map(|l| l.offset()).min());
        let help = error.help().map(|h| format!(" ({h})")).unwrap_or_default();
        Self { file: file.to_owned(), line: offset.map(|at| line_of(text, at)), what: format!("{error}{help}") }
    }

    /// About one policy of `text`.
    pub(crate) fn about(file: &str, text: &str, policy: &Policy, what: impl Into<String>) -> Self {
        let line = text.find(policy.to_string().trim()).map(|at| line_of(text, at));
        Self { file: file.to_owned(), line, what: what.into() }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}
