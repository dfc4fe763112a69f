//! Both databases have the same migrations: same numbers, same names.

use std::{collections::BTreeSet, fs, path::Path};

/// Tells which stand on one side only, or where a number is missing.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let names = |side: &str| -> BTreeSet<String> {
        let folder = fs::read_dir(root.join("migrations/service").join(side)).into_iter().flatten();
        folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
    };
    compare(&names("sqlite"), &names("postgres"))
}

fn compare(sqlite: &BTreeSet<String>, postgres: &BTreeSet<String>) -> Vec<String> {
    let mut faults: Vec<String> =
        sqlite.symmetric_difference(postgres).map(|name| format!("migrations/service: {name} stands on one side only; both databases need it")).collect();
    for (at, name) in sqlite.iter().enumerate() {
        if !name.starts_with(&format!("{:04}_", at + 1)) {
            faults.push(format!("migrations/service: {name} should have the number {:04}", at + 1));
        }
    }
    if sqlite.is_empty() {
        faults.push("migrations/service: there is none".into());
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn a_migration_on_one_side_only_or_out_of_number_is_a_fault() {
        assert!(compare(&set(&["0001_base.sql"]), &set(&["0001_base.sql"])).is_empty());
        assert_eq!(compare(&set(&["0001_base.sql", "0002_more.sql"]), &set(&["0001_base.sql"])).len(), 1);
        assert_eq!(compare(&set(&["0001_base.sql", "0003_more.sql"]), &set(&["0001_base.sql", "0003_more.sql"])).len(), 1);
        assert_eq!(compare(&set(&[]), &set(&[])).len(), 1);
    }
}
