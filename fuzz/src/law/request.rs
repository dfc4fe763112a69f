//! Forms, what they ask of the token endpoint and of the sign-in page, and the header that a client proves itself with.

use countersign_oauth::{
    authorize::AuthorizeRequest,
    client_auth::{ClientCredentials, Presented},
    form::{Form, MAX_VALUE},
    introspection::PresentedToken,
    token::{TokenRequest, scope},
};

const NAMES: [&str; 8] = ["grant_type", "subject_token", "audience", "resource", "scope", "client_id", "token", "x"];

/// A form has each name once, and no value that another reader would see otherwise.
pub fn form(data: &[u8]) -> bool {
    let Ok(form) = Form::parse(data) else { return false };
    // Another reader, which mends what it can't read and takes the last of two.
    let other: Vec<(String, String)> = url::form_urlencoded::parse(data).into_owned().collect();
    for name in NAMES {
        let theirs: Vec<_> = other.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
        assert!(theirs.len() <= 1, "`{name}` stands twice");
        assert_eq!(form.get(name), theirs.first().copied().filter(|v| !v.is_empty()), "`{name}`");
        assert!(form.get(name).is_none_or(|v| v.len() <= MAX_VALUE && !v.chars().any(char::is_control)));
    }
    if let Ok(PresentedToken(token)) = PresentedToken::read(&form) {
        assert_eq!(form.get("token"), Some(token.expose()));
    }
    if let Ok(Presented::Public(id)) = Presented::read(None, &form) {
        assert!(form.get("client_secret").is_none() && form.get("client_assertion").is_none() && form.get("client_id") == Some(&id));
    }
    true
}

/// What is asked of the token endpoint reads back as it was written.
pub fn token(data: &[u8]) -> bool {
    let Ok(request) = TokenRequest::parse(data) else { return false };
    let again = TokenRequest::parse(request.to_body().expose().as_bytes()).expect("what was written is read");
    if let (TokenRequest::Exchange(one), TokenRequest::Exchange(other)) = (&request, &again) {
        assert!(!one.target.is_empty() && one.scope == other.scope);
        assert!(one.scope.iter().all(|s| scope(s).is_ok_and(|s| s.len() == 1)), "{:?}", one.scope);
    }
    assert_eq!(again, request);
    true
}

/// What is asked of the sign-in page reads back as it was written, and is answered to loopback alone.
pub fn authorize(data: &[u8]) -> bool {
    let Ok(query) = std::str::from_utf8(data) else { return false };
    match AuthorizeRequest::parse(query, |id| id == "console") {
        Ok(request) => {
            loopback(request.redirect_uri.as_str());
            assert_eq!(request.client_id, "console");
            assert_eq!(AuthorizeRequest::parse(&request.to_query(), |_| true).expect("what was written is read"), request);
            true
        }
        Err(refusal) => {
            if let Some(to) = refusal.location("http://localhost:1") {
                loopback(&to);
            }
            false
        }
    }
}

fn loopback(address: &str) {
    let to = url::Url::parse(address).expect("an address");
    assert_eq!((to.scheme(), to.path(), to.fragment()), ("http", "/callback", None), "{address}");
    assert!(["127.0.0.1", "[::1]"].contains(&to.host_str().unwrap_or_default()) && to.username().is_empty() && to.port().is_some(), "{address}");
}

/// HTTP Basic reads back as it was written, whatever signs it holds.
pub fn basic(data: &[u8]) -> bool {
    let Ok(header) = std::str::from_utf8(data) else { return false };
    let Ok(given) = ClientCredentials::from_basic(header) else { return false };
    assert!(!given.client_id.is_empty() && !given.client_secret.expose().is_empty());
    let written = given.to_basic();
    // What is escaped is longer, and may be too long to be read.
    if written.expose().len() <= 2048 {
        assert_eq!(ClientCredentials::from_basic(written.expose()).expect("what was written is read"), given);
    }
    true
}
