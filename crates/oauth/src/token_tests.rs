use countersign_domain::{RequestId, SessionId, canonical::Digest, review::Decision};

use super::*;
use crate::authorize::ReviewDetail;

const EXCHANGE: [(&str, &str); 8] = [
    ("grant_type", GRANT_EXCHANGE),
    ("client_id", "console"),
    ("subject_token", "csw_w"),
    ("subject_token_type", TYPE_WARRANT),
    ("actor_token", "csa_a"),
    ("actor_token_type", TYPE_ACCESS_TOKEN),
    ("audience", "https://api.example/accounts"),
    ("scope", "address:write refund:create"),
];

/// The exchange with some parameters changed, added, or (if empty) left out.
fn exchange(changes: &[(&str, &str)]) -> Result<ExchangeRequest, OAuthError> {
    let mut pairs: Vec<_> = EXCHANGE.into_iter().filter(|(n, _)| !changes.iter().any(|(c, _)| c == n)).collect();
    pairs.extend(changes);
    match TokenRequest::parse(form::write(&pairs).expose().as_bytes())? {
        TokenRequest::Exchange(exchange) => Ok(exchange),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_exchange_reads_as_it_was_written() {
    let given = exchange(&[]).unwrap();
    assert_eq!((given.subject_token.expose(), given.actor_token.expose(), given.target.as_str()), ("csw_w", "csa_a", "https://api.example/accounts"));
    assert_eq!(given.scope, ["address:write", "refund:create"].map(String::from).into());
    assert_eq!(given.requested, IssuedType::AccessToken);
    let request = TokenRequest::Exchange(given);
    assert_eq!(TokenRequest::parse(request.to_body().expose().as_bytes()).unwrap(), request);
    assert_eq!(request.client_id(), "console");
    assert!(!format!("{request:?}").contains("csw_w"));
}

#[test]
fn scope_and_type_may_be_left_out() {
    assert_eq!(exchange(&[("scope", "")]).unwrap().scope, BTreeSet::new());
    assert_eq!(exchange(&[("requested_token_type", TYPE_JWT)]).unwrap().requested, IssuedType::Jwt);
    assert_eq!(exchange(&[("audience", ""), ("resource", "https://api.example/x")]).unwrap().target, "https://api.example/x");
}

#[test]
fn only_a_warrant_is_a_subject_token() {
    for kind in ["access_token", "id_token", "refresh_token", "jwt", "saml1", "saml2"] {
        let error = exchange(&[("subject_token_type", &format!("urn:ietf:params:oauth:token-type:{kind}"))]).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        assert!(error.description.contains(kind) && error.description.contains(TYPE_WARRANT), "{error}");
    }
    assert_eq!(exchange(&[("subject_token_type", "urn:x")]).unwrap_err().code, ErrorCode::InvalidRequest);
}

#[test]
fn what_an_exchange_lacks_or_has_too_much_is_refused() {
    use ErrorCode::{InvalidRequest, InvalidScope, InvalidTarget};
    let cases: [(&[(&str, &str)], ErrorCode); 16] = [
        (&[("subject_token", "")], InvalidRequest),
        (&[("subject_token_type", "")], InvalidRequest),
        (&[("client_id", "")], InvalidRequest),
        (&[("actor_token", ""), ("actor_token_type", "")], InvalidRequest),
        (&[("actor_token", "")], InvalidRequest),
        (&[("actor_token_type", "")], InvalidRequest),
        (&[("actor_token_type", TYPE_JWT)], InvalidRequest),
        (&[("actor_token_type", TYPE_WARRANT)], InvalidRequest),
        (&[("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")], InvalidRequest),
        (&[("requested_token_type", TYPE_WARRANT)], InvalidRequest),
        (&[("audience", "")], InvalidTarget),
        (&[("resource", "https://api.example/accounts")], InvalidTarget),
        (&[("audience", ""), ("resource", "not a uri")], InvalidTarget),
        (&[("audience", ""), ("resource", "https://api.example/x#y")], InvalidTarget),
        (&[("scope", "a  b")], InvalidScope),
        (&[("scope", "a\"b")], InvalidScope),
    ];
    for (changes, code) in cases {
        assert_eq!(exchange(changes).unwrap_err().code, code, "{changes:?}");
    }
}

#[test]
fn code_and_refresh_grants_read_back() {
    let secret = |text: &str| Secret::new(text.into());
    let code = TokenRequest::AuthorizationCode {
        code: secret("csc_c"),
        redirect_uri: LoopbackRedirect::parse("http://[::1]:4001/callback").unwrap(),
        code_verifier: secret("v"),
        client_id: "console".into(),
    };
    let refresh = TokenRequest::RefreshToken { refresh_token: secret("csr_r"), client_id: "console".into() };
    for request in [code, refresh] {
        assert_eq!(TokenRequest::parse(request.to_body().expose().as_bytes()).unwrap(), request);
    }
}

#[test]
fn other_grants_and_halves_of_ours_are_refused() {
    for (body, code) in [
        ("", ErrorCode::InvalidRequest),
        ("grant_type=password&username=a&password=b", ErrorCode::UnsupportedGrantType),
        ("grant_type=client_credentials", ErrorCode::UnsupportedGrantType),
        ("grant_type=authorization_code&client_id=console&code=a&redirect_uri=http://127.0.0.1:1/callback", ErrorCode::InvalidRequest),
        ("grant_type=authorization_code&client_id=console&code=a&code_verifier=b", ErrorCode::InvalidRequest),
        ("grant_type=authorization_code&client_id=console&code=a&code_verifier=b&redirect_uri=https://evil.example/", ErrorCode::InvalidRequest),
        ("grant_type=refresh_token&refresh_token=a", ErrorCode::InvalidRequest),
        ("grant_type=refresh_token&refresh_token=a&client_id=console&scope=admin", ErrorCode::InvalidScope),
    ] {
        assert_eq!(TokenRequest::parse(body.as_bytes()).unwrap_err().code, code, "{body}");
    }
}

#[test]
fn an_answer_reads_back_and_leaves_out_what_is_not_there() {
    let review = ReviewDetail::new(RequestId::from_uuid(uuid(1)), Digest::of("x", b"y"), Decision::Sign, SessionId::from_uuid(uuid(2)));
    let full = TokenAnswer {
        access_token: Secret::new("csa_\"x".into()),
        issued_token_type: Some(IssuedType::AccessToken),
        token_type: TokenType::Dpop,
        expires_in: 600,
        scope: Some("a b".into()),
        refresh_token: Some(Secret::new("csr_y".into())),
        authorization_details: Some(vec![review]),
    };
    let json = full.clone().into_json().unwrap();
    assert_eq!(TokenAnswer::parse(json.expose().as_bytes()).unwrap(), full);
    assert!(!format!("{full:?}").contains("csr_y"));

    let bare = TokenAnswer { issued_token_type: None, token_type: TokenType::Bearer, scope: None, refresh_token: None, authorization_details: None, ..full };
    assert_eq!(bare.into_json().unwrap().expose(), r#"{"access_token":"csa_\"x","token_type":"Bearer","expires_in":600}"#);
    let error = TokenAnswer::parse(br#"{"access_token":"csa_secret","token_type":"mac"}"#).unwrap_err();
    assert!(!error.to_string().contains("csa_secret"), "{error}");
}

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}
