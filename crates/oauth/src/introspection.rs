//! Whether a token counts, as it is asked and answered (RFC 7662).

use countersign_domain::{Secret, Timestamp};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    error::OAuthError,
    form::Form,
    jwt::{AccessClaims, Actor, Confirmation},
};

/// The body of introspection (RFC 7662 §2.1) and of revocation (RFC 7009 §2.1). A hint is only a hint, and is not read.
#[derive(Debug, Clone, PartialEq)]
pub struct PresentedToken(pub Secret);

impl PresentedToken {
    /// Reads a body.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        Self::read(&Form::parse(body)?)
    }

    /// Reads a form.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn read(form: &Form) -> Result<Self, OAuthError> {
        form.required_secret("token").map(Self)
    }
}

/// The answer (RFC 7662 §2.2). What is not active says nothing else, whatever its other members hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Introspection {
    /// Whether it counts at this moment.
    pub active: bool,
    /// Who issued it.
    pub iss: Option<String>,
    /// The customer.
    pub sub: Option<String>,
    /// The API.
    pub aud: Option<String>,
    /// Who acts.
    pub act: Option<Actor>,
    /// What it reaches.
    pub scope: Option<String>,
    /// The client that got it.
    pub client_id: Option<String>,
    /// `DPoP` or `Bearer`.
    pub token_type: Option<String>,
    /// When it was issued.
    pub iat: Option<i64>,
    /// From when on it counts.
    pub nbf: Option<i64>,
    /// From when on it no longer counts.
    pub exp: Option<i64>,
    /// `tok_…`.
    pub jti: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// `dlg_…`.
    pub dlg: Option<String>,
    /// `txn_…`.
    pub txn: Option<String>,
    /// The key or certificate that it is bound to (RFC 9449 §6.2, RFC 8705 §3.2).
    pub cnf: Option<Confirmation>,
}

impl Introspection {
    /// `{"active":false}`: expired, ended, unknown or not for the asker, which must not be told apart.
    #[must_use]
    pub fn inactive() -> Self {
        Self::default()
    }

    /// An active token that says this.
    #[must_use]
    pub fn active(claims: AccessClaims) -> Self {
        // RFC 8705 §3: a token that is bound to a certificate is shown as any bearer token is.
        let token_type = if matches!(claims.cnf, Some(Confirmation::Key(_))) { "DPoP" } else { "Bearer" };
        Self {
            active: true,
            iss: Some(claims.iss),
            sub: Some(claims.sub),
            aud: Some(claims.aud),
            act: claims.act,
            scope: Some(claims.scope),
            client_id: Some(claims.client_id),
            token_type: Some(token_type.into()),
            iat: Some(claims.iat),
            nbf: Some(claims.nbf),
            exp: Some(claims.exp),
            jti: Some(claims.jti),
            tenant: Some(claims.tenant),
            case: claims.case,
            dlg: claims.dlg,
            txn: Some(claims.txn),
            cnf: claims.cnf,
        }
    }

    /// Whether the record behind this answer says what the token's own claims say. The bound key stands only in the token,
    /// so it is compared only if the answer names one.
    #[must_use]
    pub fn matches(&self, claims: &AccessClaims) -> bool {
        let said = Self::active(claims.clone());
        let cnf = if self.cnf.is_some() { self.cnf.clone() } else { said.cnf.clone() };
        Self { cnf, ..self.clone() } == said
    }
}

/// `typ` of a signed answer (RFC 9701 §5): it can be mistaken for no token, and no token for it.
pub const INTROSPECTION_JWT: &str = "token-introspection+jwt";
/// The media type that a signed answer is asked for by, and sent as (RFC 9701 §4).
pub const MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// The claims of a signed answer (RFC 9701 §5). It has no `sub` and no `exp` of its own, so that it is of no use as a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedIntrospection {
    /// Who answers.
    pub iss: String,
    /// The client that asked.
    pub aud: String,
    /// When it was answered, in seconds since the Unix epoch.
    pub iat: i64,
    /// The answer itself, as RFC 7662 has it.
    pub token_introspection: Introspection,
}

impl SignedIntrospection {
    /// What `issuer` answers `asker` at an instant.
    #[must_use]
    pub fn of(issuer: &str, asker: &str, answer: Introspection, now: Timestamp) -> Self {
        Self { iss: issuer.to_owned(), aud: asker.to_owned(), iat: now.unix_secs(), token_introspection: answer }
    }
}

/// Whether an `Accept` field asks for a signed answer: names its type, and prefers none of the plain one (RFC 9110 §12.5.1).
#[must_use]
pub fn wants_signed(accept: &str) -> bool {
    let weight = |media: &str| {
        accept.split(',').find_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let named = parts.next()?.eq_ignore_ascii_case(media);
            let q = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))).map_or(Some(1.0), |q| q.parse::<f32>().ok());
            if named { q } else { None }
        })
    };
    weight(MEDIA_TYPE).is_some_and(|signed| signed > 0.0 && weight("application/json").is_none_or(|plain| signed >= plain))
}

#[derive(Serialize)]
struct Answer<'a> {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<&'a Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dlg: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    txn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<&'a Confirmation>,
}

impl Serialize for Introspection {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let silent = Self::inactive();
        let shown = if self.active { self } else { &silent };
        Answer {
            active: shown.active,
            iss: shown.iss.as_deref(),
            sub: shown.sub.as_deref(),
            aud: shown.aud.as_deref(),
            act: shown.act.as_ref(),
            scope: shown.scope.as_deref(),
            client_id: shown.client_id.as_deref(),
            token_type: shown.token_type.as_deref(),
            iat: shown.iat,
            nbf: shown.nbf,
            exp: shown.exp,
            jti: shown.jti.as_deref(),
            tenant: shown.tenant.as_deref(),
            case: shown.case.as_deref(),
            dlg: shown.dlg.as_deref(),
            txn: shown.txn.as_deref(),
            cnf: shown.cnf.as_ref(),
        }
        .serialize(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::{ISSUER, NOW_S, claims, now};

    #[test]
    fn what_is_not_active_says_nothing_else() {
        assert_eq!(serde_json::to_string(&Introspection::inactive()).unwrap(), r#"{"active":false}"#);
        let told = Introspection { active: false, ..Introspection::active(claims()) };
        assert_eq!(serde_json::to_string(&told).unwrap(), r#"{"active":false}"#);
    }

    #[test]
    fn what_is_active_reads_back_and_matches_only_itself() {
        let active = Introspection::active(claims());
        assert_eq!(serde_json::from_value::<Introspection>(serde_json::to_value(&active).unwrap()).unwrap(), active);
        assert_eq!(active.token_type.as_deref(), Some("Bearer"));
        assert!(active.matches(&claims()));
        let wider = AccessClaims { scope: "address:write everything".into(), ..claims() };
        assert!(!active.matches(&wider));
    }

    #[test]
    fn a_token_is_presented_once() {
        assert_eq!(PresentedToken::parse(b"token=abc&token_type_hint=access_token").unwrap().0.expose(), "abc");
        assert!(PresentedToken::parse(b"token=abc&token=def").is_err());
        assert!(PresentedToken::parse(b"token=").is_err());
    }

    #[test]
    fn a_signed_answer_holds_the_answer_and_is_no_token() {
        let signed = SignedIntrospection::of(ISSUER, "accounts-api", Introspection::active(claims()), now());
        let json = serde_json::to_value(&signed).unwrap();
        let members: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(members.len() == 4 && members.iter().all(|m| ["iss", "aud", "iat", "token_introspection"].contains(m)), "{members:?}");
        assert_eq!((&json["iss"], &json["aud"], &json["iat"]), (&ISSUER.into(), &"accounts-api".into(), &NOW_S.into()));
        assert_eq!(json["token_introspection"], serde_json::to_value(Introspection::active(claims())).unwrap());
        assert_eq!(serde_json::from_value::<SignedIntrospection>(json.clone()).unwrap(), signed);
        assert!(serde_json::from_value::<AccessClaims>(json).is_err());
        let silent =
            serde_json::to_value(SignedIntrospection::of(ISSUER, "x", Introspection { active: false, ..Introspection::active(claims()) }, now())).unwrap();
        assert_eq!(silent["token_introspection"], serde_json::json!({ "active": false }));
    }

    #[test]
    fn a_signed_answer_is_given_to_who_asks_for_it() {
        for yes in [
            MEDIA_TYPE,
            "Application/Token-Introspection+JWT",
            "application/json;q=0.5, application/token-introspection+jwt",
            "application/token-introspection+jwt; q=0.9, */*;q=0.1",
            "application/json, application/token-introspection+jwt",
        ] {
            assert!(wants_signed(yes), "{yes}");
        }
        for no in [
            "",
            "*/*",
            "application/json",
            "application/*",
            "application/jwt",
            "application/token-introspection+jwt;q=0",
            "application/json, application/token-introspection+jwt;q=0.5",
            "application/token-introspection+jwt;q=x",
        ] {
            assert!(!wants_signed(no), "{no}");
        }
    }
}
