//! Every public method has a test that runs on both databases. Each has its statements to itself, so that every statement is
//! prepared and run on both.

use std::{collections::BTreeSet, fs, path::Path};

fn sources(folder: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "rs"));
    files.map(|p| fs::read_to_string(p).unwrap()).collect()
}

#[test]
fn every_method_of_a_transaction_is_tested() {
    let (code, tests) = (sources("src"), sources("src/tests"));
    let names = code.split("pub async fn ").skip(1).filter_map(|rest| rest.split_once('('));
    let methods: BTreeSet<&str> =
        names.filter(|(_, args)| args.trim_start().starts_with("&mut self")).map(|(name, _)| name.split('<').next().unwrap_or(name)).collect();
    assert!(methods.len() > 70, "the methods were found: {methods:?}");
    let untested: Vec<_> = methods.into_iter().filter(|m| !tests.contains(&format!("tx.{m}(")) && !tests.contains(&format!("tx.{m}::<"))).collect();
    assert_eq!(untested, Vec::<&str>::new());
}
