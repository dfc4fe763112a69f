//! What an API tells about itself, so that clients find where to get tokens for it (RFC 9728).

use serde::{Deserialize, Serialize};
use url::Url;

/// What is put between host and path of a resource to find its document (RFC 9728 §3).
pub const PATH: &str = "/.well-known/oauth-protected-resource";

/// The metadata document of an API (RFC 9728 §2).
///
/// `resource_signing_alg_values_supported` is not in it: that is about what an API signs itself, and not about access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceMetadata {
    /// The API's identifier: the audience of its tokens. Clients compare it to the letter with the one that they asked for (§3.3).
    pub resource: String,
    /// Whose tokens it takes.
    pub authorization_servers: Vec<String>,
    /// The API's own public keys, if it signs anything. Never those that tokens are verified with: these are the issuer's to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The scopes of its actions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// How a bearer token is shown to it (RFC 6750 §2): in a header, and in nothing that is logged.
    pub bearer_methods_supported: Vec<String>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// Whether it takes only tokens that are bound to a certificate (RFC 8705 §3).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether it takes only tokens that are bound to a key (RFC 9449 §5.2).
    #[serde(default)]
    pub dpop_bound_access_tokens_required: bool,
}

impl ResourceMetadata {
    /// The document of the API `resource`, which takes the tokens of `issuer` for these scopes.
    #[must_use]
    pub fn of(resource: &str, issuer: &str, scopes: impl IntoIterator<Item = String>) -> Self {
        Self {
            resource: resource.to_owned(),
            authorization_servers: vec![issuer.to_owned()],
            jwks_uri: None,
            scopes_supported: scopes.into_iter().collect(),
            bearer_methods_supported: vec!["header".into()],
            resource_name: None,
            tls_client_certificate_bound_access_tokens: false,
            dpop_bound_access_tokens_required: false,
        }
    }
}

/// Where the document of a resource lies: [`PATH`] goes between host and path (RFC 9728 §3.1).
///
/// None if the identifier is no absolute `https` or `http` address, or has a fragment or a user's name (§1.2): such an API has no
/// document that a client would find.
#[must_use]
pub fn well_known(resource: &str) -> Option<String> {
    let url = Url::parse(resource).ok()?;
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() || !resource.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return None;
    }
    let (scheme, rest) = resource.split_once("://")?;
    if !["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    // As text and not as a parsed address: both sides must come to the same letters.
    let (host, path) = rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len()))?;
    // §3.1: a slash that ends the host goes.
    let path = if path == "/" || path.starts_with("/?") { path.trim_start_matches('/') } else { path };
    (!host.is_empty()).then(|| format!("{scheme}://{host}{PATH}{path}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_well_known_part_goes_between_host_and_path() {
        for (resource, document) in [
            // The two examples of RFC 9728 §3.1.
            ("https://resource.example.com", "https://resource.example.com/.well-known/oauth-protected-resource"),
            ("https://resource.example.com/resource1", "https://resource.example.com/.well-known/oauth-protected-resource/resource1"),
            ("https://resource.example.com/", "https://resource.example.com/.well-known/oauth-protected-resource"),
            ("https://resource.example.com/a/", "https://resource.example.com/.well-known/oauth-protected-resource/a/"),
            ("https://resource.example.com/a/b?c=/d", "https://resource.example.com/.well-known/oauth-protected-resource/a/b?c=/d"),
            ("https://resource.example.com?c=d", "https://resource.example.com/.well-known/oauth-protected-resource?c=d"),
            ("https://resource.example.com/?c=d", "https://resource.example.com/.well-known/oauth-protected-resource?c=d"),
            ("http://localhost:4000/accounts", "http://localhost:4000/.well-known/oauth-protected-resource/accounts"),
            ("https://[::1]:8443/x", "https://[::1]:8443/.well-known/oauth-protected-resource/x"),
        ] {
            assert_eq!(well_known(resource).as_deref(), Some(document), "{resource}");
        }
        for bad in [
            "",
            "accounts",
            "urn:acme:accounts",
            "/accounts",
            "ftp://x.example/a",
            "https://x.example/a#b",
            "https://u@x.example/",
            "https:/x.example",
            "https://x.example/a b",
            "https://x.example\\a",
            "https://",
        ] {
            assert_eq!(well_known(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_document_says_what_the_api_takes_and_nothing_that_it_does_not_have() {
        let metadata = ResourceMetadata {
            resource_name: Some("Accounts".into()),
            dpop_bound_access_tokens_required: true,
            ..ResourceMetadata::of("https://api.acme.example/accounts", "https://sts.acme.example", ["profile:read".to_owned(), "address:write".to_owned()])
        };
        let json = serde_json::to_value(&metadata).unwrap();
        assert_eq!(
            json,
            json!({
                "resource": "https://api.acme.example/accounts", "authorization_servers": ["https://sts.acme.example"], "resource_name": "Accounts",
                "scopes_supported": ["profile:read", "address:write"], "bearer_methods_supported": ["header"],
                "dpop_bound_access_tokens_required": true, "tls_client_certificate_bound_access_tokens": false,
            })
        );
        assert_eq!(serde_json::from_value::<ResourceMetadata>(json).unwrap(), metadata);
        let bare = serde_json::to_value(ResourceMetadata::of("https://x.example", "https://y.example", [])).unwrap();
        // RFC 9728 §3.2: claims with no elements are left out.
        assert!(bare.get("scopes_supported").is_none() && bare.get("jwks_uri").is_none(), "{bare}");
    }
}
