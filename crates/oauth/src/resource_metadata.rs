//! What an API tells about itself, so that clients find where to get tokens for it (RFC 9728).

use countersign_domain::Timestamp;
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
    /// Whether it takes tokens that are bound to a certificate (RFC 8705 §3).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What the proofs of a key may be signed with, where tokens are bound to one (RFC 9449 §5.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether it takes only tokens that are bound to a key (RFC 9449 §5.2).
    #[serde(default)]
    pub dpop_bound_access_tokens_required: bool,
    /// The same, signed by whose tokens it takes (§2.2). What is in there counts before what is beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_metadata: Option<String>,
}

/// `typ` of a signed document: it can be mistaken for no token, and no token for it (RFC 8725 §3.11).
pub const RESOURCE_METADATA_JWT: &str = "resource-metadata+jwt";
/// Seconds for which a signed document counts: as long as anything that is checked by its signature alone.
pub const SIGNED_FOR_S: i64 = crate::jwt::MAX_LIFETIME_S;

/// The claims of a signed document (RFC 9728 §2.2). It has no `sub` and no `aud`, so that it is of no use as a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedResource {
    /// Who vouches for it.
    pub iss: String,
    /// When it was signed.
    pub iat: i64,
    /// From when on it no longer counts.
    pub exp: i64,
    /// The document, which holds no signed one itself.
    #[serde(flatten)]
    pub metadata: ResourceMetadata,
}

impl SignedResource {
    /// What `issuer` vouches for at an instant.
    #[must_use]
    pub fn of(issuer: &str, metadata: &ResourceMetadata, now: Timestamp) -> Self {
        let iat = now.unix_secs();
        Self { iss: issuer.to_owned(), iat, exp: iat + SIGNED_FOR_S, metadata: ResourceMetadata { signed_metadata: None, ..metadata.clone() } }
    }
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
            dpop_signing_alg_values_supported: Vec::new(),
            dpop_bound_access_tokens_required: false,
            signed_metadata: None,
        }
    }

    /// It takes bound tokens only: to a key, or, if the issuer can bind to one, to a certificate.
    #[must_use]
    pub fn bound(self, certificates: bool) -> Self {
        Self {
            tls_client_certificate_bound_access_tokens: certificates,
            dpop_signing_alg_values_supported: vec!["ES256".into()],
            dpop_bound_access_tokens_required: !certificates,
            ..self
        }
    }
}

/// The identifiers whose document would lie at this path and query of `origin`, which has no slash at its end; none if that is no place for one.
///
/// Two for the shortest path: a slash that ends the host is not in it (RFC 9728 §3.1).
#[must_use]
pub fn resources_at(origin: &str, path_and_query: &str) -> Vec<String> {
    match path_and_query.strip_prefix(PATH) {
        Some("") => vec![origin.to_owned(), format!("{origin}/")],
        Some(rest) if rest.starts_with('?') => vec![format!("{origin}{rest}"), format!("{origin}/{rest}")],
        Some(rest) if rest.starts_with('/') => vec![format!("{origin}{rest}")],
        _ => Vec::new(),
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
    fn a_place_leads_back_to_its_resource() {
        for resource in
            ["https://x.example", "https://x.example/", "https://x.example/a", "https://x.example/a/", "https://x.example/a?b=c", "https://x.example?b=c"]
        {
            let place = well_known(resource).unwrap();
            let at = resources_at("https://x.example", place.strip_prefix("https://x.example").unwrap());
            assert!(at.iter().any(|one| one == resource), "{resource}: {at:?}");
        }
        for nowhere in ["", "/", "/a", "/.well-known/oauth-protected-resourceful", "/.well-known/oauth-authorization-server"] {
            assert_eq!(resources_at("https://x.example", nowhere), Vec::<String>::new(), "{nowhere}");
        }
    }

    #[test]
    fn a_signed_document_holds_the_document_once_and_is_no_token() {
        let of = |signed: Option<&str>| ResourceMetadata {
            signed_metadata: signed.map(str::to_owned),
            ..ResourceMetadata::of("https://x.example", "https://y.example", ["a:b".to_owned()]).bound(true)
        };
        let json = serde_json::to_value(SignedResource::of("https://y.example", &of(Some("eyJ")), Timestamp::from_secs(1000))).unwrap();
        assert_eq!((&json["iss"], &json["iat"], &json["exp"]), (&json!("https://y.example"), &json!(1000), &json!(1300)));
        assert!(json.get("signed_metadata").is_none() && json.get("sub").is_none() && json.get("aud").is_none(), "{json}");
        assert_eq!(serde_json::from_value::<ResourceMetadata>(json).unwrap(), of(None));
    }

    #[test]
    fn what_is_bound_may_be_bound_to_what_the_issuer_can_bind_to() {
        let says = |certificates| {
            let of = ResourceMetadata::of("https://x.example", "https://y.example", []).bound(certificates);
            (of.dpop_bound_access_tokens_required, of.tls_client_certificate_bound_access_tokens)
        };
        assert_eq!((says(false), says(true)), ((true, false), (false, true)));
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
