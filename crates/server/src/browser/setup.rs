//! The first admin: `GET` and `POST /setup`, for whoever has the one-time link.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use countersign_domain::Code;
use http::StatusCode;

use super::{Sent, link_token, new_password};
use crate::{
    app::App,
    cookie,
    fault::Fault,
    pages::{Setup, Told},
};

const OVER: Told<'_> = Told { title: "This service is set up", text: "It has its first admin, who can invite you by a link." };

/// `GET /setup?token=…`.
pub(crate) async fn show(State(app): State<App>, RawQuery(query): RawQuery, jar: CookieJar) -> Result<Response, Fault> {
    if !app.engine.setup_needed().await.map_err(|r| Fault::from(r).page())? {
        return Ok(OVER.page().into_response());
    }
    let link = link_token(query.as_deref())?;
    let (jar, token) = cookie::form_token(&app.front, app.entropy.as_ref(), jar);
    Ok((jar, Setup { form: &token, token: link.expose(), tenant: "", login: "", problem: None }.page()).into_response())
}

/// `POST /setup`.
pub(crate) async fn send(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let link = sent.form.secret("token").ok_or_else(|| Fault::unreadable("this link is not whole; copy all of it").page())?;
    let (tenant, login) = (sent.form.get("tenant").unwrap_or_default(), sent.form.get("login").unwrap_or_default());
    let again = |problem: &str| {
        let page = Setup { form: &sent.token, token: link.expose(), tenant, login, problem: Some(problem) }.page();
        (sent.jar.clone(), page.status(StatusCode::UNPROCESSABLE_ENTITY)).into_response()
    };
    let password = match new_password(&sent.form) {
        Ok(password) => password,
        Err(problem) => return Ok(again(problem)),
    };
    match app.engine.setup(&link, tenant, login, &password).await {
        Ok(()) => {
            app.register.all(&app.engine).await.map_err(|r| Fault::from(r).page())?;
            let text = format!("You are its first admin. Go to your console and sign in as {login}.");
            Ok((sent.jar.clone(), Told { title: "The service is set up", text: &text }.page()).into_response())
        }
        Err(refusal) if refusal.code == Code::InvalidInput => Ok(again(&refusal.detail)),
        Err(refusal) => Err(Fault::from(refusal).page()),
    }
}
