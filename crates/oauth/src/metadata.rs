//! What the service tells about itself (RFC 8414, OpenID Connect Discovery 1.0).

use countersign_domain::{alg::Algorithm, client::AuthMethod};
use serde::{Deserialize, Serialize};

use crate::{authorize::REQUEST_REVIEW, client_assertion, mtls::Certificates, pkce::S256, token::GRANT_EXCHANGE};

/// The one way that people prove who they are here: by password.
pub const ACR_PASSWORD: &str = "urn:countersign:acr:password";
/// Where the document lies under the issuer (RFC 8414 §3).
pub const PATH: &str = "/.well-known/oauth-authorization-server";
/// The authorization endpoint.
pub const AUTHORIZE: &str = "/authorize";
/// The token endpoint.
pub const TOKEN: &str = "/oauth/token";
/// The introspection endpoint.
pub const INTROSPECT: &str = "/oauth/introspect";
/// The revocation endpoint.
pub const REVOKE: &str = "/oauth/revoke";
/// The verification keys.
pub const JWKS: &str = "/.well-known/jwks.json";

/// The metadata document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// `iss` of all tokens and answers.
    pub issuer: String,
    /// Where browsers go.
    pub authorization_endpoint: String,
    /// Where grants become tokens.
    pub token_endpoint: String,
    /// Where APIs ask whether a token counts (RFC 7662).
    pub introspection_endpoint: String,
    /// Where tokens are given back (RFC 7009).
    pub revocation_endpoint: String,
    /// The verification keys.
    pub jwks_uri: String,
    /// `code` only.
    pub response_types_supported: Vec<String>,
    /// `query` only.
    pub response_modes_supported: Vec<String>,
    /// Code, refresh token, client credentials, exchange.
    pub grant_types_supported: Vec<String>,
    /// `S256` only (RFC 7636).
    pub code_challenge_methods_supported: Vec<String>,
    /// Consoles are public and bound by their key; machines have registered one of the others.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// What a machine may sign its assertions with (RFC 8414 §2 wants it beside `private_key_jwt`).
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Machines only.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// As at the token endpoint.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// What a signed answer about a token is signed with (RFC 9701 §7).
    #[serde(default)]
    pub introspection_signing_alg_values_supported: Vec<String>,
    /// As at the token endpoint.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// As at the token endpoint.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// `ES256` only (RFC 9449 §5.1).
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether tokens can be bound to the certificate of a connection (RFC 8705 §3.3).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// How people can prove who they are.
    pub acr_values_supported: Vec<String>,
    /// What a fresh proof can be for (RFC 9396 §10).
    pub authorization_details_types_supported: Vec<String>,
    /// Answers name their issuer (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// The document of an issuer, which has no slash at its end and sees this much of its clients' certificates.
    #[must_use]
    pub fn of(issuer: &str, certificates: Certificates) -> Self {
        let at = |path: &str| format!("{issuer}{path}");
        let list = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        let machines: Vec<&str> = AuthMethod::ALL.into_iter().filter(|m| certificates.allow(*m)).map(AuthMethod::as_str).collect();
        let anybody = list(&[&["none"][..], &machines].concat());
        let signed = client_assertion::algorithms();
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: at(AUTHORIZE),
            token_endpoint: at(TOKEN),
            introspection_endpoint: at(INTROSPECT),
            revocation_endpoint: at(REVOKE),
            jwks_uri: at(JWKS),
            response_types_supported: list(&["code"]),
            response_modes_supported: list(&["query"]),
            grant_types_supported: list(&["authorization_code", "refresh_token", "client_credentials", GRANT_EXCHANGE]),
            code_challenge_methods_supported: list(&[S256]),
            token_endpoint_auth_methods_supported: anybody.clone(),
            token_endpoint_auth_signing_alg_values_supported: signed.clone(),
            introspection_endpoint_auth_methods_supported: list(&machines),
            introspection_endpoint_auth_signing_alg_values_supported: signed.clone(),
            introspection_signing_alg_values_supported: list(&[Algorithm::default().as_str()]),
            revocation_endpoint_auth_methods_supported: anybody,
            revocation_endpoint_auth_signing_alg_values_supported: signed,
            dpop_signing_alg_values_supported: list(&["ES256"]),
            tls_client_certificate_bound_access_tokens: certificates.seen(),
            acr_values_supported: list(&[ACR_PASSWORD]),
            authorization_details_types_supported: list(&[REQUEST_REVIEW]),
            authorization_response_iss_parameter_supported: true,
        }
    }
}

/// The document as OpenID Connect Discovery 1.0 §3 has it, for libraries that look nowhere else.
///
/// The service is no OpenID provider: it issues no id tokens, takes no scope `openid` and so lists none. The two members more are
/// those that §3 requires, and they say what is true of access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenIdMetadata {
    /// What RFC 8414 has.
    #[serde(flatten)]
    pub oauth: Metadata,
    /// `public` only: every client sees the same `sub`.
    pub subject_types_supported: Vec<String>,
    /// What tokens may be signed with. Libraries take no other from this issuer, so all algorithms that a contract can name are here.
    pub id_token_signing_alg_values_supported: Vec<String>,
}

impl OpenIdMetadata {
    /// As [`Metadata::of`].
    #[must_use]
    pub fn of(issuer: &str, certificates: Certificates) -> Self {
        Self {
            oauth: Metadata::of(issuer, certificates),
            subject_types_supported: vec!["public".to_owned()],
            id_token_signing_alg_values_supported: Algorithm::ALL.map(|a| a.as_str().to_owned()).to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_stands_under_its_issuer() {
        let json = serde_json::to_value(Metadata::of("http://localhost:4000", Certificates::Unseen)).unwrap();
        assert_eq!(json["issuer"], "http://localhost:4000");
        assert_eq!(json["token_endpoint"], "http://localhost:4000/oauth/token");
        assert_eq!(json["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        let endpoints = json.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
        assert_eq!(endpoints.filter(|(_, v)| v.as_str().unwrap().starts_with("http://localhost:4000/")).count(), 5);
    }

    #[test]
    fn who_signs_is_told_how_wherever_a_signature_proves_who_it_is() {
        let json = serde_json::to_value(Metadata::of("http://localhost:4000", Certificates::Unseen)).unwrap();
        let (machines, algs) = (["client_secret_basic", "client_secret_post", "private_key_jwt"], serde_json::json!(["ES256", "EdDSA", "RS256", "PS256"]));
        for (endpoint, public) in [("token", true), ("introspection", false), ("revocation", true)] {
            let methods: Vec<&str> = public.then_some("none").into_iter().chain(machines).collect();
            assert_eq!(json[format!("{endpoint}_endpoint_auth_methods_supported")], serde_json::json!(methods), "{endpoint}");
            assert_eq!(json[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")], algs, "{endpoint}");
        }
    }

    #[test]
    fn certificates_are_offered_where_they_are_seen() {
        for (seen, more) in [
            (Certificates::Unseen, &[][..]),
            (Certificates::Registered, &["self_signed_tls_client_auth"]),
            (Certificates::Issued, &["tls_client_auth", "self_signed_tls_client_auth"]),
        ] {
            let metadata = Metadata::of("https://sts.example", seen);
            let told: Vec<&str> = metadata.token_endpoint_auth_methods_supported.iter().map(String::as_str).filter(|m| m.contains("tls")).collect();
            assert_eq!((told, metadata.tls_client_certificate_bound_access_tokens), (more.to_vec(), seen.seen()));
        }
    }

    #[test]
    fn openid_s_document_has_what_is_required_and_promises_no_id_token() {
        let json = serde_json::to_value(OpenIdMetadata::of("http://localhost:4000", Certificates::Unseen)).unwrap();
        let required = ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported"];
        for name in required.into_iter().chain(["id_token_signing_alg_values_supported"]) {
            assert!(json.get(name).is_some(), "{name}");
        }
        assert!(json["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&"RS256".into()), "§3 wants RS256 there");
        assert_eq!((json.get("scopes_supported"), &json["response_types_supported"]), (None, &serde_json::json!(["code"])));
        let mut more = json.as_object().unwrap().clone();
        more.retain(|name, _| serde_json::to_value(Metadata::of("x", Certificates::Unseen)).unwrap().get(name).is_none());
        assert_eq!(more.len(), 2, "the rest is RFC 8414's document");
    }
}
