//! What browsers do here: sign in, prove who they are before a signature, join by a link, make the first admin.
//!
//! A form counts only if its page came from here (`Origin`) and to this very browser (form token). Refusals are pages.

pub(crate) mod authorize;
pub(crate) mod invite;
pub(crate) mod setup;

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest, Request},
};
use axum_extra::extract::CookieJar;
use countersign_domain::{Code, Secret};
use countersign_oauth::form::Form;
use http::{StatusCode, request::Parts};

use crate::{
    app::App,
    cookie::{self, FormToken},
    fault::Fault,
    pages::{PASSWORD_MAX, PASSWORD_MIN, Page, Told},
};

/// A form that one of this service's pages sent.
pub(crate) struct Sent {
    /// Its fields.
    pub form: Form,
    /// The browser's cookies.
    pub jar: CookieJar,
    /// For the next form.
    pub token: FormToken,
    /// Where the browser is.
    pub address: IpAddr,
    /// The query that the form was sent to.
    pub query: String,
}

impl FromRequest<App> for Sent {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        if !app.front.is_own_form(&parts.headers) {
            return Err(foreign("this form was not sent by a page of this service; open the page again from your console"));
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let (address, query) = (address(app, &parts), parts.uri.query().unwrap_or_default().to_owned());
        let too_large = |_| Fault::unreadable("the form can't be read, or is too large; go back and send less").page();
        let body = Bytes::from_request(Request::from_parts(parts, body), app).await.map_err(too_large)?;
        let form = Form::parse(&body).map_err(|e| Fault::unreadable(e.description).page())?;
        if !cookie::form_token_fits(&app.front, &jar, form.get("csrf").unwrap_or_default()) {
            return Err(foreign("this form is not of this browser; allow cookies for this address, and open the page again from your console"));
        }
        let (jar, token) = cookie::form_token(&app.front, app.entropy.as_ref(), jar);
        Ok(Self { form, jar, token, address, query })
    }
}

/// `GET /`: for whoever types the address.
pub(crate) async fn root() -> Page {
    let text = "There is nothing to do here by browser. Open your console and give it this address.";
    Told { title: "This is a Countersign service", text }.page()
}

fn foreign(text: &str) -> Fault {
    Fault::new(Code::Forbidden, "The form was not accepted", text).status(StatusCode::FORBIDDEN).page()
}

fn address(app: &App, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |c| c.0);
    app.front.address(peer, &parts.headers)
}

/// The `token` of a link, from a query.
fn link_token(query: Option<&str>) -> Result<Secret, Fault> {
    let token = Form::parse(query.unwrap_or_default().as_bytes()).ok().and_then(|form| form.secret("token"));
    token.ok_or_else(|| Fault::unreadable("this link is not whole; copy all of it").page())
}

/// A new password that was typed twice.
fn new_password(form: &Form) -> Result<Secret, &'static str> {
    let (Some(password), again) = (form.secret("password"), form.secret("again")) else { return Err("choose a password") };
    let length = password.expose().chars().count();
    if again.as_ref() != Some(&password) {
        return Err("the two passwords are not the same; type them again");
    }
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Err("the password is too short or too long; take at least 12 characters, and at most 256");
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_long_and_typed_twice() {
        let read = |body: &str| new_password(&Form::parse(body.as_bytes()).unwrap()).map(|p| p.expose().to_owned());
        assert_eq!(read("password=four+random+words&again=four+random+words").as_deref(), Ok("four random words"));
        for bad in
            ["", "again=four+random+words", "password=four+random+words", "password=short&again=short", "password=four+random+words&again=four+random+word"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        let long = "a".repeat(PASSWORD_MAX + 1);
        assert!(read(&format!("password={long}&again={long}")).is_err());
    }
}
