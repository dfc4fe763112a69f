//! What the service tells about itself (RFC 8414).

use serde::{Deserialize, Serialize};

use crate::{authorize::REQUEST_REVIEW, pkce::S256, token::GRANT_EXCHANGE};

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
    /// Code, refresh token, exchange.
    pub grant_types_supported: Vec<String>,
    /// `S256` only (RFC 7636).
    pub code_challenge_methods_supported: Vec<String>,
    /// Clients of the token endpoint are public and bound by their key.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// APIs prove themselves by Basic.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// As at the token endpoint.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// `ES256` only (RFC 9449 §5.1).
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// How people can prove who they are.
    pub acr_values_supported: Vec<String>,
    /// What a fresh proof can be for (RFC 9396 §10).
    pub authorization_details_types_supported: Vec<String>,
    /// Answers name their issuer (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// The document of an issuer, which has no slash at its end.
    #[must_use]
    pub fn of(issuer: &str) -> Self {
        let at = |path: &str| format!("{issuer}{path}");
        let list = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: at(AUTHORIZE),
            token_endpoint: at(TOKEN),
            introspection_endpoint: at(INTROSPECT),
            revocation_endpoint: at(REVOKE),
            jwks_uri: at(JWKS),
            response_types_supported: list(&["code"]),
            response_modes_supported: list(&["query"]),
            grant_types_supported: list(&["authorization_code", "refresh_token", GRANT_EXCHANGE]),
            code_challenge_methods_supported: list(&[S256]),
            token_endpoint_auth_methods_supported: list(&["none"]),
            introspection_endpoint_auth_methods_supported: list(&["client_secret_basic"]),
            revocation_endpoint_auth_methods_supported: list(&["none"]),
            dpop_signing_alg_values_supported: list(&["ES256"]),
            acr_values_supported: list(&[ACR_PASSWORD]),
            authorization_details_types_supported: list(&[REQUEST_REVIEW]),
            authorization_response_iss_parameter_supported: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_stands_under_its_issuer() {
        let json = serde_json::to_value(Metadata::of("http://localhost:4000")).unwrap();
        assert_eq!(json["issuer"], "http://localhost:4000");
        assert_eq!(json["token_endpoint"], "http://localhost:4000/oauth/token");
        assert_eq!(json["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        let endpoints = json.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
        assert_eq!(endpoints.filter(|(_, v)| v.as_str().unwrap().starts_with("http://localhost:4000/")).count(), 5);
    }
}
