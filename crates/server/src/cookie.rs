//! Cookies of the pages, and the token that binds a form to the browser that it was shown in.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::{Entropy, Secret};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::front::Front;

/// What a form carries, and what it is checked against: a hash over the browser's cookie, which no other site can read.
#[derive(Clone)]
pub(crate) struct FormToken(String);

impl FormToken {
    fn of(cookie: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::new().chain_update("form\0").chain_update(cookie).finalize()))
    }

    /// What the hidden field holds.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn fixed() -> Self {
        Self("form-token".into())
    }
}

/// The browser's form cookie, made if there is none, and the token of its forms.
pub(crate) fn form_token(front: &Front, entropy: &dyn Entropy, jar: CookieJar) -> (CookieJar, FormToken) {
    if let Some(kept) = jar.get(&front.cookies.form) {
        let token = FormToken::of(kept.value());
        return (jar, token);
    }
    let mut random = [0; 32];
    entropy.fill(&mut random);
    let value = URL_SAFE_NO_PAD.encode(random);
    let token = FormToken::of(&value);
    (jar.add(baked(front, front.cookies.form.clone(), value)), token)
}

/// Whether `given` belongs to this browser.
pub(crate) fn form_token_fits(front: &Front, jar: &CookieJar, given: &str) -> bool {
    jar.get(&front.cookies.form).is_some_and(|kept| FormToken::of(kept.value()).0.as_bytes().ct_eq(given.as_bytes()).into())
}

/// Who is signed in at this browser, as a handle.
pub(crate) fn browser(front: &Front, jar: &CookieJar) -> Option<Secret> {
    jar.get(&front.cookies.browser).map(|c| Secret::new(c.value().to_owned()))
}

/// Keeps the handle until the browser closes; how long it is good is the service's to say.
pub(crate) fn keep_browser(front: &Front, jar: CookieJar, handle: &Secret) -> CookieJar {
    jar.add(baked(front, front.cookies.browser.clone(), handle.expose().to_owned()))
}

// `Lax`, not `Strict`: the console opens /authorize from outside, and the page shall know who is signed in.
fn baked(front: &Front, name: String, value: String) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(front.secure).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::ServerConfig, edge::OsEntropy};

    #[test]
    fn a_form_belongs_to_one_browser() {
        let config = ServerConfig { issuer: "https://sts.example".parse().unwrap(), ..ServerConfig::embedded(1) };
        let front = Front::new(&config, &config.issuer);
        let (mine, token) = form_token(&front, &OsEntropy, CookieJar::new());
        let (other, _) = form_token(&front, &OsEntropy, CookieJar::new());
        assert!(form_token_fits(&front, &mine, token.as_str()));
        assert!(!form_token_fits(&front, &other, token.as_str()));
        assert!(!form_token_fits(&front, &CookieJar::new(), token.as_str()));
        let shown = mine.get("__Host-countersign-form").map(ToString::to_string).unwrap();
        for must in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(shown.contains(must), "{shown}");
        }
    }
}
