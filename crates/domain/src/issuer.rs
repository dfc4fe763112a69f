//! Trusted issuers: who else's tokens say that a customer is present, what of them is believed, and how far it reaches.

use std::collections::{BTreeMap, BTreeSet};

use crate::{alg::Algorithm, contract::Contract};

/// `typ` of an access token (RFC 9068 §2.1): what is taken unless another is registered.
pub const ACCESS_TOKEN: &str = "at+jwt";

/// Scope values of an issuer, and the actions of one API that each stands for.
pub type Mapping = BTreeMap<String, BTreeSet<String>>;

/// Where an issuer's public keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// A JWK set (RFC 7517 §5), as JSON text.
    Given(String),
    /// The address that they are read from, time and again.
    At(String),
}

/// Where an issuer tells whether a token counts (RFC 7662).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The address.
    pub endpoint: String,
    /// As whom we ask.
    pub client_id: String,
}

/// An issuer that one tenant trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The tenant, by its name or id.
    pub tenant: String,
    /// `iss`, exactly.
    pub issuer: String,
    /// Its public keys.
    pub keys: Keys,
    /// What it may sign with.
    pub algs: Vec<Algorithm>,
    /// The kinds of token that are taken (`typ`).
    pub typ: Vec<String>,
    /// The claim that holds what APIs call the customer.
    pub customer: String,
    /// The APIs that its tokens may name, by audience, and what its scope values mean there. What is not mapped reaches nothing.
    pub audiences: BTreeMap<String, Mapping>,
    /// Younger than this a token must be, in seconds.
    pub max_age_s: u32,
    /// So long may a token live that is minted for one, in seconds.
    pub token_ttl_s: u32,
    /// Who is asked about tokens that are older.
    pub introspection: Option<Asked>,
}

/// A registration that can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("issuer `{issuer}`: {what}")]
pub struct IssuerError {
    /// Which.
    pub issuer: String,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Issuer {
    /// So old may a token be at the most that nobody is asked about.
    pub const MAX_AGE_S: u32 = 300;

    /// The actions of the API with this audience that `scope` stands for.
    #[must_use]
    pub fn actions(&self, audience: &str, scope: &BTreeSet<String>) -> BTreeSet<String> {
        let Some(mapping) = self.audiences.get(audience) else { return BTreeSet::new() };
        scope.iter().filter_map(|value| mapping.get(value)).flatten().cloned().collect()
    }

    /// Whether it can be registered at the service that is itself the issuer `own`.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub fn check(&self, own: &str) -> Result<(), IssuerError> {
        let fail = |what: &str| Err(IssuerError { issuer: self.issuer.clone(), what: what.to_owned() });
        if self.issuer.trim_end_matches('/') == own.trim_end_matches('/') {
            return fail("this is the service itself; its own tokens are exchanged as they are, take the entry out");
        }
        if self.tenant.is_empty() {
            return fail("`tenant` is empty; name the company whose customers sign in there");
        }
        if self.algs.is_empty() {
            return fail("`algs` is empty; name what it signs with, such as `ES256`");
        }
        if self.typ.is_empty() || self.typ.iter().any(String::is_empty) {
            return fail("`typ` names nothing; leave it out for `at+jwt`, or name the kinds of token that are taken");
        }
        if matches!(self.customer.as_str(), "" | "iss" | "aud" | "client_id" | "azp") {
            return fail("`customer` must be the claim that holds the customer, such as `sub`");
        }
        if self.max_age_s == 0 || self.max_age_s > Self::MAX_AGE_S {
            return fail("`max_age_s` must be 1 to 300");
        }
        if self.token_ttl_s == 0 || self.token_ttl_s > Contract::TOKEN_TTL_MAX_S {
            return fail("`token_ttl_s` must be 1 to 300");
        }
        if self.audiences.is_empty() {
            return fail("it names no API under `audiences`; name each that its tokens may be for, and what their scope values mean there");
        }
        Ok(())
    }
}

/// Whether all of these can be registered together.
///
/// # Errors
/// With a sentence that says what to change.
pub fn check_all<'a>(own: &str, all: impl IntoIterator<Item = &'a Issuer>) -> Result<(), IssuerError> {
    let mut seen = BTreeSet::new();
    for issuer in all {
        issuer.check(own)?;
        if !seen.insert((&issuer.tenant, &issuer.issuer)) {
            let what = format!("it is registered twice for `{}`; make one entry of both", issuer.tenant);
            return Err(IssuerError { issuer: issuer.issuer.clone(), what });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Spoil = fn(&mut Issuer);

    fn bank() -> Issuer {
        let mapping = BTreeMap::from([("orders".to_owned(), BTreeSet::from(["order:read".to_owned(), "order:audit".to_owned()]))]);
        Issuer {
            tenant: "acme".into(),
            issuer: "https://login.bank.example".into(),
            keys: Keys::At("https://login.bank.example/jwks".into()),
            algs: vec![Algorithm::Es256],
            typ: vec![ACCESS_TOKEN.into()],
            customer: "sub".into(),
            audiences: BTreeMap::from([("https://api.example/gateway".to_owned(), mapping)]),
            max_age_s: 300,
            token_ttl_s: 300,
            introspection: None,
        }
    }

    #[test]
    fn what_is_not_mapped_reaches_nothing() {
        let scope = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<BTreeSet<_>>();
        let gateway = "https://api.example/gateway";
        assert_eq!(bank().actions(gateway, &scope(&["orders", "openid"])), scope(&["order:read", "order:audit"]));
        assert_eq!(bank().actions(gateway, &scope(&["order:read", "openid"])), scope(&[]), "its own values, not ours");
        assert_eq!(bank().actions("https://api.example/ledger", &scope(&["orders"])), scope(&[]));
    }

    #[test]
    fn a_registration_that_could_be_misread_is_refused() {
        let own = "https://sts.example";
        assert_eq!(check_all(own, &[bank(), Issuer { tenant: "globex".into(), ..bank() }]), Ok(()), "two tenants may trust the same");
        let rows: [(&str, Spoil); 9] = [
            ("the service itself", |i| i.issuer = "https://sts.example".into()),
            ("the service itself", |i| i.issuer = "https://sts.example/".into()),
            ("`tenant`", |i| i.tenant.clear()),
            ("`algs`", |i| i.algs.clear()),
            ("`typ`", |i| i.typ.clear()),
            ("`customer`", |i| i.customer = "azp".into()),
            ("`max_age_s`", |i| i.max_age_s = 301),
            ("`token_ttl_s`", |i| i.token_ttl_s = 0),
            ("`audiences`", |i| i.audiences.clear()),
        ];
        for (says, spoil) in rows {
            let mut issuer = bank();
            spoil(&mut issuer);
            let told = check_all(own, &[issuer]).unwrap_err().to_string();
            assert!(told.contains(says), "{told}");
        }
        assert!(check_all(own, &[bank(), bank()]).unwrap_err().to_string().contains("registered twice"));
    }
}
