//! Joining by a link: `GET` and `POST /invite`.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use countersign_domain::{Code, Secret};
use countersign_engine::InviteShow;
use http::StatusCode;

use super::{Sent, link_token, new_password};
use crate::{
    app::App,
    cookie::{self, FormToken},
    fault::Fault,
    pages::{Invite, Page, Told},
};

fn page(token: &FormToken, link: &Secret, shown: &InviteShow, problem: Option<&str>) -> Page {
    Invite { form: token, token: link.expose(), name: &shown.name, tenant_name: &shown.tenant_name, problem }.page()
}

/// `GET /invite?token=…`.
pub(crate) async fn show(State(app): State<App>, RawQuery(query): RawQuery, jar: CookieJar) -> Result<Response, Fault> {
    let link = link_token(query.as_deref())?;
    let shown = app.engine.invite_show(&link).await.map_err(|r| Fault::from(r).page())?;
    let (jar, token) = cookie::form_token(&app.front, app.entropy.as_ref(), jar);
    Ok((jar, page(&token, &link, &shown, None)).into_response())
}

/// `POST /invite`.
pub(crate) async fn send(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let link = sent.form.secret("token").ok_or_else(|| Fault::unreadable("this link is not whole; copy all of it").page())?;
    let shown = app.engine.invite_show(&link).await.map_err(|r| Fault::from(r).page())?;
    let again = |problem: &str| (sent.jar.clone(), page(&sent.token, &link, &shown, Some(problem)).status(StatusCode::UNPROCESSABLE_ENTITY)).into_response();
    let password = match new_password(&sent.form) {
        Ok(password) => password,
        Err(problem) => return Ok(again(problem)),
    };
    match app.engine.invite_accept(&link, &password).await {
        Ok(()) => {
            let text = format!("Go to your console and sign in as {}.", shown.name);
            Ok((sent.jar, Told { title: "Your password is set", text: &text }.page()).into_response())
        }
        Err(refusal) if refusal.code == Code::InvalidInput => Ok(again(&refusal.detail)),
        Err(refusal) => Err(Fault::from(refusal).page()),
    }
}
