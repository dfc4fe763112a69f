//! Trusted issuers, as the configuration file names them: who else says that a customer is present.

use std::{collections::BTreeMap, path::PathBuf};

use countersign_domain::{
    Secret,
    alg::Algorithm,
    contract::Contract,
    issuer::{ACCESS_TOKEN, Asked, Issuer, Keys, Mapping},
};
use countersign_engine::TrustedIssuer;
use serde::Deserialize;

use super::resolve::{Source, Unusable, secret_text, text};
use crate::config::ServerConfig;

/// `[[issuers]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trusted {
    /// The company whose customers sign in there, by its name or id.
    tenant: String,
    /// `iss`, exactly.
    issuer: String,
    /// Where its keys are read.
    jwks_uri: Option<String>,
    /// File with its keys.
    jwks_file: Option<PathBuf>,
    /// Its keys.
    jwks: Option<serde_json::Value>,
    /// What it may sign with.
    algs: Vec<Algorithm>,
    /// The kinds of token that are taken.
    #[serde(default = "access_tokens")]
    typ: Vec<String>,
    /// The claim that holds the customer.
    #[serde(default = "subject")]
    customer: String,
    /// The APIs that its tokens may name, and what its scope values mean there.
    #[serde(default)]
    audiences: BTreeMap<String, Mapping>,
    /// So old may a token be.
    #[serde(default = "max_age_s")]
    max_age_s: u32,
    /// So long may a token live that is minted for one.
    #[serde(default = "token_ttl_s")]
    token_ttl_s: u32,
    /// Who is asked about older tokens.
    introspection: Option<Introspection>,
}

/// `[issuers.introspection]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Introspection {
    /// The address.
    endpoint: String,
    /// As whom we ask.
    client_id: String,
    /// File with the secret.
    secret_file: Option<PathBuf>,
    /// An environment variable with the secret.
    secret_env: Option<String>,
}

fn access_tokens() -> Vec<String> {
    vec![ACCESS_TOKEN.to_owned()]
}

fn subject() -> String {
    "sub".to_owned()
}

const fn max_age_s() -> u32 {
    Issuer::MAX_AGE_S
}

const fn token_ttl_s() -> u32 {
    Contract::TOKEN_TTL_MAX_S
}

impl Source {
    /// The issuers of the file, with our secrets there.
    pub(super) fn issuers(&self, server: &ServerConfig) -> Result<Vec<TrustedIssuer>, Unusable> {
        let read = |trusted: &Trusted| Ok(TrustedIssuer { secret: self.secret_at(trusted)?, issuer: self.issuer(trusted)? });
        let all = self.file.issuers.iter().map(read).collect::<Result<Vec<_>, Unusable>>()?;
        server.check_issuers(all.iter().map(|t| &t.issuer))?;
        Ok(all)
    }

    fn issuer(&self, trusted: &Trusted) -> Result<Issuer, Unusable> {
        let Trusted { tenant, issuer, algs, typ, customer, audiences, max_age_s, token_ttl_s, .. } = trusted.clone();
        let keys = match (&trusted.jwks_uri, &trusted.jwks_file, &trusted.jwks) {
            (Some(uri), None, None) => Keys::At(uri.clone()),
            (None, Some(path), None) => Keys::Given(text(&self.base.join(path))?),
            (None, None, Some(set)) => Keys::Given(set.to_string()),
            _ => return Err(Unusable::Missing(format!("issuer `{issuer}` needs its keys once; set one of `jwks_uri`, `jwks_file` and `jwks`"))),
        };
        let introspection = trusted.introspection.as_ref().map(|i| Asked { endpoint: i.endpoint.clone(), client_id: i.client_id.clone() });
        Ok(Issuer { tenant, issuer, keys, algs, typ, customer, audiences, max_age_s, token_ttl_s, introspection })
    }

    fn secret_at(&self, trusted: &Trusted) -> Result<Option<Secret>, Unusable> {
        let Some(asked) = &trusted.introspection else { return Ok(None) };
        let wanted = |what: &str| Unusable::Missing(format!("our secret at the introspection endpoint of `{}` {what}", trusted.issuer));
        match (&asked.secret_file, &asked.secret_env) {
            (Some(path), None) => secret_text(&self.base.join(path)).map(Some),
            (None, Some(name)) => self.env.raw(name).cloned().map(Some).ok_or_else(|| wanted(&format!("should be in `{name}`, which is not set"))),
            _ => Err(wanted("is missing or there twice; set one of `secret_file` and `secret_env`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "issuer='https://sts.example'\nlisten=['127.0.0.1:8443']\n[[issuers]]\n";
    const WHOLE: &str = "tenant='acme'\nissuer='https://login.bank.example'\njwks_uri='https://login.bank.example/jwks'\nalgs=['ES256']\n\
        [issuers.audiences.'https://api.example/gateway']\norders=['order:read']\n\
        [issuers.introspection]\nendpoint='https://login.bank.example/introspect'\nclient_id='countersign'\nsecret_env='BANK'\n";

    fn told(text: &str) -> Result<Vec<TrustedIssuer>, String> {
        let env = super::super::env::Env::of(&[("BANK", "a secret")]);
        let file = toml::from_str(&format!("{HEAD}{text}")).map_err(|e| e.to_string())?;
        let source = Source { file, base: PathBuf::new(), env };
        source.server().and_then(|server| source.issuers(&server)).map_err(|e| e.to_string())
    }

    #[test]
    fn an_issuer_is_read_with_what_goes_without_saying() {
        let all = told(WHOLE).unwrap();
        let [TrustedIssuer { issuer, secret: Some(secret) }] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((issuer.typ.as_slice(), issuer.customer.as_str(), issuer.max_age_s, issuer.token_ttl_s), (&["at+jwt".to_owned()][..], "sub", 300, 300));
        assert_eq!(secret.expose(), "a secret");
        assert!(!format!("{all:?}").contains("a secret"));
        let given = WHOLE.replace("jwks_uri='https://login.bank.example/jwks'", "jwks={keys=[{kty='EC'}]}");
        assert_eq!(told(&given).unwrap()[0].issuer.keys, Keys::Given(r#"{"keys":[{"kty":"EC"}]}"#.into()));
        assert!(told(&WHOLE.replace("https://login.bank", "http://127.0.0.1:9/login.bank")).is_ok(), "on this computer");
    }

    #[test]
    fn what_can_t_be_trusted_is_told_in_one_sentence() {
        let twice = format!("{WHOLE}[[issuers]]\n{WHOLE}");
        for (text, says) in [
            (WHOLE.replace("issuer='https://login.bank.example'", "issuer='https://sts.example'"), "the service itself"),
            (twice, "registered twice"),
            (WHOLE.replace("'ES256'", "'HS256'"), "HS256"),
            (WHOLE.replace("'ES256'", ""), "`algs` is empty"),
            (WHOLE.replace("jwks_uri='https:", "jwks_uri='http:"), "`jwks_uri` is `http://login.bank.example/jwks`"),
            (WHOLE.replace("endpoint='https:", "endpoint='http:"), "`endpoint`"),
            (WHOLE.replace("issuer='https:", "issuer='http:"), "`issuer`"),
            (WHOLE.replace("algs=", "jwks_file='x'\nalgs="), "needs its keys once"),
            (WHOLE.replace("secret_env='BANK'", ""), "`secret_file`"),
            (WHOLE.replace("'BANK'", "'OTHER'"), "`OTHER`, which is not set"),
            (WHOLE.replace("algs=", "max_age_s=301\nalgs="), "1 to 300"),
            (WHOLE.replace("algs=", "trust='all'\nalgs="), "trust"),
        ] {
            let error = told(&text).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
        }
    }
}
