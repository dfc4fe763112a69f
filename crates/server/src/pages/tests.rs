use countersign_api::{
    Problem, Reason,
    case::{CaseRef, CustomerRef},
    contract::HopView,
    person::PersonRef,
    request::{RequestState, RequestView, ReviewView},
};
use countersign_domain::{
    ApiId, CaseId, Code, CorrelationId, CustomerId, PersonId, RequestId, TenantId, Timestamp,
    canonical::Digest,
    case::CaseState,
    contract::{Action, Mode, Risk},
    person::Role,
    review::Decision,
};
use countersign_engine::{BrowserPerson, SamplePerson};

use super::*;
use crate::cookie::FormToken;

const NOW: Timestamp = Timestamp::from_micros(1_795_181_527_914_123);
const BACK: &str = "http://127.0.0.1:49152/callback";

fn id<T: std::str::FromStr>(prefix: &str, n: u8) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("{prefix}_01a1f920-d180-7b31-9d04-5e77c0c07d{n:02x}").parse().unwrap()
}

fn person(name: &str, n: u8) -> PersonRef {
    PersonRef { id: id::<PersonId>("usr", n), name: name.into() }
}

fn sign_in(form: &FormToken) -> SignIn<'_> {
    SignIn {
        action: "/authorize?client_id=console&state=s",
        leads_to: BACK,
        match_code: "KX47-9QTE",
        form,
        person: None,
        login: "",
        sample: None,
        problem: None,
    }
}

fn request() -> RequestView {
    let action =
        |scope: &str, name: &str, effect: &str, risk| Action { scope: scope.into(), name: name.into(), effect: effect.into(), risk, calls: Vec::new() };
    RequestView {
        id: id::<RequestId>("req", 0x52),
        asker: person("dana", 1),
        case: CaseRef { id: id::<CaseId>("cas", 2), key: "ZD-4702".into(), title: "Cannot receive sign-in codes".into(), state: CaseState::Open },
        customer: CustomerRef { id: id::<CustomerId>("cst", 3), subject: "cus_3051".into() },
        api: id::<ApiId>("api", 4),
        api_name: "Accounts".into(),
        audience: "https://api.acme.example/accounts".into(),
        contract_version: 1,
        actions: vec![
            action("contact:write", "Change phone number or mail address", "Recovery codes go to the new one.", Risk::High),
            action("profile:read", "Read profile and contact details", "Shows name, addresses, phone numbers.", Risk::Low),
        ],
        hops: vec![HopView {
            audience: "https://api.acme.example/mail".into(),
            api_name: "Mail".into(),
            scope: "mail:send".into(),
            name: "Send a letter".into(),
            risk: Risk::Low,
        }],
        minutes: 30,
        mode: Mode::Delegated,
        reason: "Customer is locked out: <b>codes</b> go to a number they gave up.".into(),
        digest: Digest::of("test", b"request"),
        state: RequestState::Waiting,
        needed: 2,
        group: "approvers".into(),
        proof_max_age_s: 300,
        reviews: vec![ReviewView { by: person("imre", 5), decision: Decision::Sign, at: NOW, proved_at: NOW, reason: None }],
        may_sign: vec![person("sana", 6)],
        asked_at: NOW,
        lapses_at: Timestamp::from_secs(1_795_185_127),
        changed_at: NOW,
        delegation: None,
        not_signable: Vec::new(),
    }
}

fn step_up<'a>(form: &'a FormToken, request: &'a RequestView, decision: Decision) -> StepUpPage<'a> {
    StepUpPage { action: "/authorize?client_id=console", leads_to: BACK, match_code: "KX47-9QTE", form, name: "sana", request, decision, problem: None }
}

/// One tag a line, so that a change shows; the engraved band is decoration.
fn lines(page: &Page) -> String {
    let html = page.markup().into_string();
    let band = html.split(" d=\"M0 7").skip(1).filter_map(|rest| rest.split('"').next()).map(|rest| format!("M0 7{rest}"));
    let html = band.fold(html.clone(), |html, path| html.replace(&path, "…"));
    html.replace("><", ">\n<")
}

#[test]
fn sign_in_asks_for_name_and_password() {
    insta::assert_snapshot!(lines(&sign_in(&FormToken::fixed()).page()));
}

#[test]
fn sign_in_names_who_is_signed_in_already() {
    let who = BrowserPerson { person: id("usr", 1), tenant: id::<TenantId>("tnt", 9), name: "dana".into(), tenant_name: "acme".into(), auth_time: NOW };
    insta::assert_snapshot!(lines(&SignIn { person: Some(&who), ..sign_in(&FormToken::fixed()) }.page()));
}

#[test]
fn the_sample_says_that_it_is_one() {
    let people = [SamplePerson { name: "dana".into(), roles: vec![Role::Agent] }, SamplePerson { name: "sana".into(), roles: vec![Role::Approver] }];
    let form = FormToken::fixed();
    let page = SignIn { login: "sana", sample: Some((&people, "sample-only")), problem: Some("login or password is not right; try again"), ..sign_in(&form) };
    insta::assert_snapshot!(lines(&page.page()));
}

#[test]
fn a_signature_shows_what_it_covers() {
    insta::assert_snapshot!(lines(&step_up(&FormToken::fixed(), &request(), Decision::Sign).page()));
}

#[test]
fn a_refusal_looks_like_one() {
    let html = step_up(&FormToken::fixed(), &request(), Decision::Refuse).page().markup().into_string();
    assert!(html.contains("Refuse a request") && html.contains("class=\"btn danger\"") && !html.contains("btn sign"), "{html}");
}

#[test]
fn what_people_wrote_stays_text() {
    let html = step_up(&FormToken::fixed(), &request(), Decision::Sign).page().markup().into_string();
    assert!(html.contains("&lt;b&gt;codes&lt;/b&gt;") && !html.contains("<b>codes</b>"));
}

#[test]
fn links_lead_to_pages_that_say_what_follows() {
    let form = FormToken::fixed();
    insta::assert_snapshot!("invite", lines(&Invite { form: &form, token: "link-token", name: "tove", tenant_name: "acme", problem: None }.page()));
    insta::assert_snapshot!(
        "setup",
        lines(&Setup { form: &form, token: "link-token", tenant: "acme", login: "Ruth", problem: Some("a name has lower-case letters") }.page())
    );
    insta::assert_snapshot!("told", lines(&Told { title: "Your password is set", text: "Go to your console and sign in as tove." }.page()));
}

#[test]
fn a_refusal_says_what_to_do() {
    let told = Problem {
        kind: "about:blank".into(),
        title: "Too late".into(),
        status: 409,
        detail: "this link is over or was used; ask an admin for a new one".into(),
        code: Code::Lapsed,
        reasons: vec![Reason { rule: "rail:lapsed".into(), text: "the time for it is over; ask again".into() }],
        correlation: id::<CorrelationId>("cor", 7),
        step_up: None,
    };
    insta::assert_snapshot!(lines(&problem(&told)));
}

#[test]
fn no_page_has_script_or_inline_style() {
    let (form, request) = (FormToken::fixed(), request());
    let pages = [sign_in(&form).page(), step_up(&form, &request, Decision::Sign).page(), Told { title: "a", text: "b" }.page()];
    for page in pages {
        let html = page.markup().into_string();
        assert!(["<script", " style=", " onclick=", " onload=", "javascript:"].iter().all(|bad| !html.contains(bad)), "{html}");
    }
}
