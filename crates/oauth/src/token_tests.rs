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
    assert_eq!((&given.subject, given.target.as_str()), (&Subject::Warrant(Secret::new("csw_w".into())), "https://api.example/accounts"));
    assert_eq!((given.actor_token.as_ref().map(Secret::expose), given.client_id.as_deref()), (Some("csa_a"), Some("console")));
    assert_eq!(given.scope, ["address:write", "refund:create"].map(String::from).into());
    assert_eq!(given.requested, IssuedType::AccessToken);
    let request = TokenRequest::Exchange(given);
    assert_eq!(TokenRequest::parse(request.to_body().expose().as_bytes()).unwrap(), request);
    assert!(!format!("{request:?}").contains("csw_w"));
}

#[test]
fn a_restriction_that_is_not_understood_is_refused() {
    let refused = exchange(&[("authorization_details", r#"[{"type":"payment"}]"#)]).unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidAuthorizationDetails);
    assert!(exchange(&[("authorization_details", "")]).is_ok(), "an empty one counts as left out");
}

#[test]
fn scope_and_type_may_be_left_out() {
    assert_eq!(exchange(&[("scope", "")]).unwrap().scope, BTreeSet::new());
    assert_eq!(exchange(&[("requested_token_type", TYPE_JWT)]).unwrap().requested, IssuedType::Jwt);
    assert_eq!(exchange(&[("audience", ""), ("resource", "https://api.example/x")]).unwrap().target, "https://api.example/x");
}

#[test]
fn a_machine_exchanges_a_token_and_need_not_name_itself_twice() {
    for kind in [TYPE_ACCESS_TOKEN, TYPE_JWT] {
        let given =
            exchange(&[("subject_token", "eyJ"), ("subject_token_type", kind), ("actor_token", ""), ("actor_token_type", ""), ("client_id", "")]).unwrap();
        assert_eq!((given.subject, given.actor_token, given.client_id), (Subject::Token(Secret::new("eyJ".into())), None, None));
    }
    assert!(exchange(&[("subject_token_type", TYPE_JWT), ("actor_token", "csm_x")]).unwrap().actor_token.is_some());
    assert_eq!(exchange(&[("subject_token_type", TYPE_JWT), ("actor_token", "")]).unwrap_err().code, ErrorCode::InvalidRequest, "a type of no token");
}

#[test]
fn only_warrants_and_tokens_for_apis_are_subject_tokens() {
    for kind in ["id_token", "refresh_token", "saml1", "saml2"] {
        let error = exchange(&[("subject_token_type", &format!("urn:ietf:params:oauth:token-type:{kind}"))]).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        assert!(error.description.contains(kind) && error.description.contains(TYPE_WARRANT) && error.description.contains(TYPE_JWT), "{error}");
    }
    assert_eq!(exchange(&[("subject_token_type", "urn:x")]).unwrap_err().code, ErrorCode::InvalidRequest);
}

#[test]
fn what_an_exchange_lacks_or_has_too_much_is_refused() {
    use ErrorCode::{InvalidRequest, InvalidScope, InvalidTarget};
    let cases: [(&[(&str, &str)], ErrorCode); 15] = [
        (&[("subject_token", "")], InvalidRequest),
        (&[("subject_token_type", "")], InvalidRequest),
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
    let own = TokenRequest::ClientCredentials { target: None };
    let named = TokenRequest::ClientCredentials { target: Some("http://localhost:4000".into()) };
    // Found by fuzzing: what is no address was written as a resource, which has to be one.
    let by_name = TokenRequest::parse(b"grant_type=client_credentials&audience=no%20address").unwrap();
    assert_eq!(TokenRequest::parse(by_name.to_body().expose().as_bytes()).unwrap(), by_name);
    for request in [code, refresh, own, named] {
        assert_eq!(TokenRequest::parse(request.to_body().expose().as_bytes()).unwrap(), request);
    }
}

#[test]
fn other_grants_and_halves_of_ours_are_refused() {
    for (body, code) in [
        ("", ErrorCode::InvalidRequest),
        ("grant_type=password&username=a&password=b", ErrorCode::UnsupportedGrantType),
        ("grant_type=client_credentials&scope=all", ErrorCode::InvalidScope),
        ("grant_type=client_credentials&resource=https://a.example&audience=https://b.example", ErrorCode::InvalidTarget),
        ("grant_type=authorization_code&client_id=console&code=a&redirect_uri=http://127.0.0.1:1/callback", ErrorCode::InvalidRequest),
        ("grant_type=authorization_code&client_id=console&code=a&code_verifier=b", ErrorCode::InvalidRequest),
        ("grant_type=authorization_code&client_id=console&code=a&code_verifier=b&redirect_uri=https://evil.example/", ErrorCode::InvalidRequest),
        ("grant_type=refresh_token&refresh_token=a", ErrorCode::InvalidRequest),
        ("grant_type=refresh_token&refresh_token=a&client_id=console&scope=admin", ErrorCode::InvalidScope),
        ("grant_type=refresh_token&refresh_token=a&client_id=console&resource=https://a.example", ErrorCode::InvalidTarget),
        ("grant_type=refresh_token&refresh_token=a&client_id=console&authorization_details=[]", ErrorCode::InvalidAuthorizationDetails),
        ("grant_type=authorization_code&client_id=console&code=a&code_verifier=b&audience=x", ErrorCode::InvalidTarget),
        ("grant_type=client_credentials&authorization_details=[]", ErrorCode::InvalidAuthorizationDetails),
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
