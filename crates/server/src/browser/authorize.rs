//! The authorization endpoint (RFC 6749 §3.1): sign-in of a console, and a fresh proof before a signature (RFC 9470).
//!
//! The request travels in the address of page and form and is read anew each time; nothing of it is kept between them. A browser is only
//! sent on to an address that was checked.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use countersign_api::request::RequestView;
use countersign_domain::{Code, Secret, review::Decision};
use countersign_engine::{AuthorizeShow, BrowserPerson, Refusal, bootstrap::SAMPLE_PASSWORD};
use countersign_oauth::{
    ErrorCode, OAuthError,
    authorize::{AuthorizeRefusal, AuthorizeRequest},
    metadata::AUTHORIZE,
    pkce::match_code,
};
use http::{HeaderValue, StatusCode, header};

use super::Sent;
use crate::{
    app::App,
    cookie::{self, FormToken},
    fault::Fault,
    limit::Wait,
    pages::{Page, SignIn, StepUpPage},
};

/// The only client that comes here (RFC 8252 §8.4).
const CONSOLE: &str = "console";

/// An authorization request with what its pages need.
struct Asked<'a> {
    app: &'a App,
    req: AuthorizeRequest,
    /// Where its forms go.
    action: String,
    match_code: String,
}

/// Why a page is shown again.
#[derive(Clone, Copy)]
enum Again<'a> {
    No,
    Problem(&'a str),
    Wait(Wait),
}

/// `GET /authorize`.
pub(crate) async fn show(State(app): State<App>, RawQuery(query): RawQuery, jar: CookieJar) -> Result<Response, Fault> {
    let asked = match Asked::read(&app, query.as_deref().unwrap_or_default()) {
        Ok(asked) => asked,
        Err(refusal) => return refused(&app, refusal),
    };
    let (jar, token) = cookie::form_token(&app.front, app.entropy.as_ref(), jar);
    let page = match app.engine.authorize_show(&asked.req).await.map_err(paged)? {
        AuthorizeShow::SignIn => {
            let person = asked.signed_in(&jar).await?.filter(|person| asked.may_go_on(person));
            asked.sign_in(&token, person.as_ref(), "", Again::No).await?
        }
        AuthorizeShow::StepUp { person, request, decision } => asked.step_up(&token, &person.name, &request, decision, Again::No),
    };
    Ok((jar, page).into_response())
}

/// `POST /authorize`: the forms of its pages.
pub(crate) async fn send(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let asked = match Asked::read(&app, &sent.query) {
        Ok(asked) => asked,
        Err(refusal) => return refused(&app, refusal),
    };
    match sent.form.get("act") {
        Some("continue") => asked.go_on(sent).await,
        Some("sign_in") => asked.enter(sent).await,
        Some("sign") => asked.prove(sent).await,
        Some("cancel") => Ok(to(&asked.req.refused(&app.front.issuer, &OAuthError::new(ErrorCode::AccessDenied, "the person chose not to")))),
        Some("another" | "pick") => {
            let page = asked.sign_in(&sent.token, None, sent.form.get("login").unwrap_or_default(), Again::No).await?;
            Ok((sent.jar, page).into_response())
        }
        _ => Err(Fault::unreadable("this form has no such button; open the page again from your console").page()),
    }
}

impl<'a> Asked<'a> {
    fn read(app: &'a App, query: &str) -> Result<Self, AuthorizeRefusal> {
        let req = AuthorizeRequest::parse(query, |client| client == CONSOLE)?;
        Ok(Self { app, action: format!("{AUTHORIZE}?{}", req.to_query()), match_code: match_code(&req.code_challenge), req })
    }

    async fn signed_in(&self, jar: &CookieJar) -> Result<Option<BrowserPerson>, Fault> {
        match cookie::browser(&self.app.front, jar) {
            Some(handle) => self.app.engine.browser_person(&handle).await.map_err(paged),
            None => Ok(None),
        }
    }

    /// Whether whoever is signed in may go on without their password; the engine judges it once more when they do.
    fn may_go_on(&self, person: &BrowserPerson) -> bool {
        let age = self.app.clock.now().since(person.auth_time).as_secs();
        self.req.prompt.is_none() && self.req.max_age.is_none_or(|most| age <= most)
    }

    async fn sign_in(&self, token: &FormToken, person: Option<&BrowserPerson>, login: &str, again: Again<'_>) -> Result<Response, Fault> {
        let people = self.app.engine.sample_people().await.map_err(paged)?;
        let told = again.text();
        let page = SignIn {
            action: &self.action,
            leads_to: self.req.redirect_uri.as_str(),
            match_code: &self.match_code,
            form: token,
            person,
            login,
            sample: (!people.is_empty()).then_some((people.as_slice(), SAMPLE_PASSWORD)),
            problem: told.as_deref(),
        };
        Ok(again.answer(page.page()))
    }

    fn step_up(&self, token: &FormToken, name: &str, request: &RequestView, decision: Decision, again: Again<'_>) -> Response {
        let told = again.text();
        let page = StepUpPage {
            action: &self.action,
            leads_to: self.req.redirect_uri.as_str(),
            match_code: &self.match_code,
            form: token,
            name,
            request,
            decision,
            problem: told.as_deref(),
        };
        again.answer(page.page())
    }

    /// Whoever is signed in goes on, if it is still who the page named.
    async fn go_on(&self, sent: Sent) -> Result<Response, Fault> {
        let named = sent.form.get("person").unwrap_or_default();
        let Some(person) = self.signed_in(&sent.jar).await?.filter(|p| p.person.to_string() == named) else {
            let page = self.sign_in(&sent.token, None, "", Again::Problem("somebody else is signed in at this browser by now, or nobody; sign in")).await?;
            return Ok((sent.jar, page).into_response());
        };
        match self.app.engine.authorize_grant(&self.req, &person).await {
            Ok(code) => Ok((sent.jar, self.granted(&code)).into_response()),
            Err(refusal) if refusal.code == Code::FreshProofRequired => {
                let page = self.sign_in(&sent.token, None, &person.name, Again::Problem("the console wants your password again")).await?;
                Ok((sent.jar, page).into_response())
            }
            Err(refusal) => Err(paged(refusal)),
        }
    }

    /// Somebody signs in.
    async fn enter(&self, sent: Sent) -> Result<Response, Fault> {
        let login = sent.form.get("login").unwrap_or_default();
        let tried = match self.app.tries.begin(login, sent.address) {
            Ok(tried) => tried,
            Err(wait) => return Ok((sent.jar.clone(), self.sign_in(&sent.token, None, login, Again::Wait(wait)).await?).into_response()),
        };
        let password = sent.form.secret("password").unwrap_or_else(|| Secret::new(String::new()));
        let (handle, person) = match self.app.engine.browser_sign_in(login, &password).await {
            Ok(entered) => entered,
            Err(refusal) if refusal.code == Code::NotSignedIn => {
                return Ok((sent.jar.clone(), self.sign_in(&sent.token, None, login, Again::Problem(&refusal.detail)).await?).into_response());
            }
            Err(refusal) => {
                self.app.tries.take_back(&tried);
                return Err(paged(refusal));
            }
        };
        self.app.tries.forget(&tried);
        if let Some(before) = cookie::browser(&self.app.front, &sent.jar) {
            self.app.engine.browser_sign_out(&before).await.map_err(paged)?;
        }
        let code = self.app.engine.authorize_grant(&self.req, &person).await.map_err(paged)?;
        Ok((cookie::keep_browser(&self.app.front, sent.jar, &handle), self.granted(&code)).into_response())
    }

    /// The one who signs proves who they are.
    async fn prove(&self, sent: Sent) -> Result<Response, Fault> {
        let AuthorizeShow::StepUp { person, request, decision } = self.app.engine.authorize_show(&self.req).await.map_err(paged)? else {
            return Err(Fault::unreadable("there is nothing to sign here; open the page again from your console").page());
        };
        let again = |again: Again<'_>| (sent.jar.clone(), self.step_up(&sent.token, &person.name, &request, decision, again)).into_response();
        let tried = match self.app.tries.begin(&person.name, sent.address) {
            Ok(tried) => tried,
            Err(wait) => return Ok(again(Again::Wait(wait))),
        };
        let password = sent.form.secret("password").unwrap_or_else(|| Secret::new(String::new()));
        match self.app.engine.step_up_grant(&self.req, &password).await {
            Ok(code) => {
                self.app.tries.forget(&tried);
                Ok((sent.jar.clone(), self.granted(&code)).into_response())
            }
            Err(refusal) if refusal.code == Code::NotSignedIn => Ok(again(Again::Problem(&refusal.detail))),
            Err(refusal) => {
                self.app.tries.take_back(&tried);
                Err(paged(refusal))
            }
        }
    }

    fn granted(&self, code: &Secret) -> Response {
        // To the console's own loopback address, once, with `iss` (RFC 9207 §2).
        to(self.req.granted(&self.app.front.issuer, code).expose())
    }
}

impl Again<'_> {
    fn text(&self) -> Option<String> {
        match self {
            Self::No => None,
            Self::Problem(text) => Some((*text).to_owned()),
            Self::Wait(wait) => Some(wait.to_string()),
        }
    }

    fn answer(&self, page: Page) -> Response {
        match self {
            Self::No => page.into_response(),
            Self::Problem(_) => page.status(StatusCode::UNPROCESSABLE_ENTITY).into_response(),
            Self::Wait(wait) => ([(header::RETRY_AFTER, HeaderValue::from(wait.seconds()))], page.status(StatusCode::TOO_MANY_REQUESTS)).into_response(),
        }
    }
}

fn paged(refusal: Refusal) -> Fault {
    Fault::from(refusal).page()
}

/// Told to the client if its address is good, else to the person.
fn refused(app: &App, refusal: AuthorizeRefusal) -> Result<Response, Fault> {
    match (refusal.location(&app.front.issuer), refusal) {
        (Some(location), _) => Ok(to(&location)),
        (None, AuthorizeRefusal::Shown(error) | AuthorizeRefusal::Redirected { error, .. }) => {
            Err(Fault::unreadable(format!("this sign-in was not begun by a console that can be answered: {}", error.description))
                .status(StatusCode::BAD_REQUEST)
                .page())
        }
    }
}

fn to(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(value) => (StatusCode::SEE_OTHER, [(header::LOCATION, value)]).into_response(),
        Err(_) => Fault::unreadable("the console can't be answered at its address; start again there").page().into_response(),
    }
}
