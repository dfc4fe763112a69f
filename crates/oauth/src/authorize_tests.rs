use super::*;

const ISSUER: &str = "http://localhost:4000";
const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const DETAIL: &str = r#"{"type":"request_review","request":"req_00000000-0000-0000-0000-000000000001","digest":"DIGEST","decision":"sign","session":"ses_00000000-0000-0000-0000-000000000002"}"#;

const GOOD: [(&str, &str); 6] = [
    ("response_type", "code"),
    ("client_id", "console"),
    ("redirect_uri", "http://127.0.0.1:4001/callback"),
    ("state", "s t"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

fn detail() -> String {
    DETAIL.replace("DIGEST", DIGEST)
}

/// The request with some parameters changed, added, or (if empty) left out.
fn parse(changes: &[(&str, &str)]) -> Result<AuthorizeRequest, AuthorizeRefusal> {
    let mut pairs: Vec<_> = GOOD.into_iter().filter(|(n, _)| !changes.iter().any(|(c, _)| c == n)).collect();
    pairs.extend(changes);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    AuthorizeRequest::parse(&query, |id| id == "console")
}

fn redirected(changes: &[(&str, &str)]) -> OAuthError {
    match parse(changes).unwrap_err() {
        AuthorizeRefusal::Redirected { error, .. } => error,
        AuthorizeRefusal::Shown(error) => panic!("shown: {error}"),
    }
}

#[test]
fn a_request_reads_back() {
    let plain = parse(&[]).unwrap();
    assert_eq!((plain.prompt, plain.max_age, plain.review.as_ref()), (None, None, None));
    let details = format!("[{}]", detail());
    let step_up = parse(&[
        ("prompt", "login"),
        ("max_age", "0"),
        ("acr_values", "urn:countersign:acr:password"),
        ("login_hint", "usr_1"),
        ("authorization_details", &details),
    ])
    .unwrap();
    assert_eq!((step_up.prompt, step_up.max_age), (Some(Prompt::Login), Some(0)));
    assert_eq!(step_up.review.as_ref().unwrap().decision, Decision::Sign);
    for request in [plain, step_up] {
        assert_eq!(AuthorizeRequest::parse(&request.to_query(), |id| id == "console").unwrap(), request);
    }
}

#[test]
fn the_browser_is_sent_nowhere_that_was_not_checked() {
    let cases: [&[(&str, &str)]; 6] = [
        &[("client_id", "evil")],
        &[("client_id", "")],
        &[("redirect_uri", "https://evil.example/callback")],
        &[("redirect_uri", "")],
        &[("client_id", "evil"), ("response_type", "token")],
        &[("redirect_uri", "http://localhost:4001/callback"), ("prompt", "none")],
    ];
    for changes in cases {
        let refusal = parse(changes).unwrap_err();
        assert!(matches!(refusal, AuthorizeRefusal::Shown(_)), "{changes:?}");
        assert_eq!(refusal.location(ISSUER), None);
    }
    // A second address, whichever a reader would take.
    let twice = parse(&[("redirect_uri", "http://127.0.0.1:4001/callback"), ("redirect_uri", "http://127.0.0.1:6666/callback")]);
    assert!(matches!(twice, Err(AuthorizeRefusal::Shown(_))));
}

#[test]
fn other_faults_are_told_to_the_client() {
    use ErrorCode::{InvalidAuthorizationDetails, InvalidRequest, InvalidScope, UnsupportedResponseType};
    let long = "x".repeat(513);
    for (name, value, code) in [
        ("response_type", "token", UnsupportedResponseType),
        ("response_type", "", InvalidRequest),
        ("code_challenge", "", InvalidRequest),
        ("code_challenge", "short", InvalidRequest),
        ("code_challenge_method", "plain", InvalidRequest),
        ("code_challenge_method", "", InvalidRequest),
        ("prompt", "none", InvalidRequest),
        ("max_age", "-1", InvalidRequest),
        ("max_age", "+1", InvalidRequest),
        ("max_age", "007", InvalidRequest),
        ("max_age", "86401", InvalidRequest),
        ("state", "ä", InvalidRequest),
        ("state", long.as_str(), InvalidRequest),
        ("login_hint", long.as_str(), InvalidRequest),
        ("acr_values", "a b c d e f g h i", InvalidRequest),
        ("scope", "openid", InvalidScope),
        ("request_uri", "https://evil.example/", InvalidRequest),
        ("request", "x", InvalidRequest),
        ("response_mode", "fragment", InvalidRequest),
        ("authorization_details", "{}", InvalidAuthorizationDetails),
    ] {
        assert_eq!(redirected(&[(name, value)]).code, code, "{name}={value}");
    }
}

#[test]
fn details_are_one_entry_of_our_type_and_nothing_more() {
    let one = detail();
    assert!(ReviewDetail::parse(&format!("[{one}]")).is_ok());
    let twice_inside = one.replace(r#""decision":"sign""#, r#""decision":"refuse","decision":"sign""#);
    for bad in [
        "[]".to_owned(),
        one.clone(),
        format!("[{one},{one}]"),
        format!("[{}]", one.replace("request_review", "payment")),
        format!("[{}]", one.replace('{', r#"{"more":1,"#)),
        format!("[{}]", one.replace(r#""decision":"sign","#, "")),
        format!("[{}]", one.replace(r#""sign""#, r#""approve""#)),
        format!("[{}]", one.replace("aaaa", "AAAA")),
        format!("[{}]", one.replace("req_", "dlg_")),
        format!("[{twice_inside}]"),
        format!("[{one}]{}", " ".repeat(3000)),
        "nonsense".to_owned(),
    ] {
        assert_eq!(ReviewDetail::parse(&bad).unwrap_err().code, ErrorCode::InvalidAuthorizationDetails, "{bad}");
    }
}

#[test]
fn answers_name_their_issuer_and_give_the_state_back() {
    let request = parse(&[]).unwrap();
    let granted = request.granted(ISSUER, &Secret::new("csc_1".into()));
    assert_eq!(granted.expose(), "http://127.0.0.1:4001/callback?code=csc_1&iss=http%3A%2F%2Flocalhost%3A4000&state=s+t");
    let refused = request.refused(ISSUER, &OAuthError::new(ErrorCode::AccessDenied, "no"));
    assert_eq!(refused, "http://127.0.0.1:4001/callback?error=access_denied&error_description=no&iss=http%3A%2F%2Flocalhost%3A4000&state=s+t");
    let early = parse(&[("prompt", "none")]).unwrap_err().location(ISSUER).unwrap();
    assert!(early.starts_with("http://127.0.0.1:4001/callback?error=invalid_request") && early.ends_with("&state=s+t"), "{early}");
    // A state that is itself refused is not given back.
    assert!(!parse(&[("state", "\u{e4}")]).unwrap_err().location(ISSUER).unwrap().contains("state="));
}
