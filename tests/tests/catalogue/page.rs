//! The catalogue as a page.

use std::fmt::Write as _;

use crate::row::Family;

const HEAD: &str = "# Attacks, and what comes of them

Each line is a test against the running service (`tests/tests/catalogue/`), which writes this page; it is made beside a legitimate call that must go on
working, and must mint nothing. *Line* is the kind of the refused line that it leaves in the trail; where there is none, nobody's trail is
touched ([decision 21](decisions/0021-refusals-and-limits.md)).
";

/// The page.
pub fn written(families: &[Family]) -> String {
    let mut page = HEAD.to_owned();
    let count: usize = families.iter().map(|f| f.rows.len()).sum();
    write!(page, "\n{count} attacks.\n").expect("a text takes all");
    for family in families {
        let Family { title, beside, rows, .. } = family;
        write!(page, "\n## {title}\n\nBeside each: {beside}.\n\n| attack | from | answer | line |\n| --- | --- | --- | --- |\n").expect("a text takes all");
        for row in rows {
            let line = row.lines.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
            writeln!(page, "| {} | {} | {} | {line} |", row.name, row.section, row.expect.words()).expect("a text takes all");
        }
    }
    page
}
