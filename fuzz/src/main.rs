//! Parsers of tokens and requests, fed with anything. Each law is more than *does not panic*: what parses means one thing only.
//!
//! `LAW` in the environment says which; `scripts/fuzz.sh` runs them all. A new law is a row in [`LAWS`] and a folder of seeds in `corpus/`.

#![no_main]

mod keys;
mod law;
mod second;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// A law holds for any input; it answers whether the input was taken for what it claims to be.
struct Law {
    name: &'static str,
    holds: fn(&[u8]) -> bool,
    /// What is taken: without it, a parser that refuses everything would keep every law.
    good: &'static [u8],
}

const LAWS: &[Law] = &[
    Law { name: "form", holds: law::request::form, good: include_bytes!("../corpus/form/exchange") },
    Law { name: "token", holds: law::request::token, good: include_bytes!("../corpus/token/exchange") },
    Law { name: "authorize", holds: law::request::authorize, good: include_bytes!("../corpus/authorize/review") },
    Law { name: "basic", holds: law::request::basic, good: include_bytes!("../corpus/basic/example") },
    Law { name: "access", holds: law::jwt::access, good: include_bytes!("../corpus/access/good") },
    Law { name: "assertion", holds: law::jwt::assertion, good: include_bytes!("../corpus/assertion/good") },
    Law { name: "proof", holds: law::jwt::proof, good: include_bytes!("../corpus/proof/good") },
    Law { name: "nonce", holds: law::jwt::nonce, good: include_bytes!("../corpus/nonce/zero") },
    Law { name: "foreign", holds: law::foreign::access, good: include_bytes!("../corpus/foreign/good") },
    Law { name: "foreign-keys", holds: law::foreign::published, good: include_bytes!("../corpus/foreign-keys/good") },
    Law { name: "foreign-says", holds: law::foreign::answer, good: include_bytes!("../corpus/foreign-says/good") },
    Law { name: "jwks", holds: law::key::jwks, good: include_bytes!("../corpus/jwks/ec") },
    Law { name: "dn", holds: law::key::name, good: include_bytes!("../corpus/dn/plain") },
    Law { name: "certificate", holds: law::key::certificate, good: include_bytes!("../corpus/certificate/machine") },
    Law { name: "contract", holds: law::contract::contract, good: include_bytes!("../corpus/contract/accounts") },
];

static LAW: LazyLock<&Law> = LazyLock::new(|| {
    let named = std::env::var("LAW").unwrap_or_default();
    let known: Vec<_> = LAWS.iter().map(|law| law.name).collect();
    let law = LAWS.iter().find(|law| law.name == named).unwrap_or_else(|| panic!("LAW is `{named}`; choose one of {known:?}"));
    assert!((law.holds)(law.good), "`{named}` refuses what is good");
    law
});

fuzz_target!(|data: &[u8]| {
    (LAW.holds)(data);
});
