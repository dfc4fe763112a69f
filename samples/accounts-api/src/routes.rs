//! What it answers. Reads trust the signature; writes ask the issuer first.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State, rejection::JsonRejection},
    http::HeaderMap,
    routing::{get, post, put},
};
use serde_json::{Value, json};

use reqwest::Method;

use crate::{
    Settings,
    bearer::{self, Accepted},
    customer::{self, Address, Customer, Customers, Refund},
    fault::Fault,
    introspect,
    issuer::Issuer,
    keep::keep,
    next::{Caller, Next},
    resource::About,
};

const READ: &str = "profile:read";
const ADDRESS: &str = "address:write";
const REFUND: &str = "refund:write";
const EXPORT: &str = "export:create";
/// What is done at the ledger for it.
const PAYMENTS: &str = "payment:read";
const BOOK: &str = "payment:refund";

/// Everything that a call needs.
#[derive(Debug)]
pub struct Api {
    settings: Settings,
    http: reqwest::Client,
    issuer: Issuer,
    customers: Mutex<Customers>,
    ledger: Option<Next>,
    keep_token: Option<PathBuf>,
}

impl Api {
    /// With the invented customers.
    #[must_use]
    pub fn new(settings: Settings, http: reqwest::Client) -> Self {
        let issuer = Issuer::new(http.clone(), settings.issuer.clone());
        Self { settings, http, issuer, customers: Mutex::new(customer::invented()), ledger: None, keep_token: None }
    }

    /// Asks the ledger what was paid, and books there what is paid back.
    #[must_use]
    pub fn with_ledger(self, ledger: Option<Next>) -> Self {
        Self { ledger, ..self }
    }

    /// Writes the token of each call into a file, for trying things by hand.
    #[must_use]
    pub fn keeping_token(self, file: Option<PathBuf>) -> Self {
        Self { keep_token: file, ..self }
    }

    /// Calls the ledger for the same customer, if there is one.
    async fn ledger(&self, accepted: &Accepted, scope: &'static str, method: Method, body: Option<Value>) -> Result<Option<Value>, Fault> {
        let Some(ledger) = &self.ledger else { return Ok(None) };
        let caller = Caller { settings: &self.settings, http: &self.http, issuer: &self.issuer };
        caller.call(ledger, accepted, scope, method, &format!("/customers/{}/payments", accepted.sub), body).await.map(Some)
    }

    async fn may(&self, headers: &HeaderMap, customer: &str, scope: &'static str) -> Result<Accepted, Fault> {
        let accepted = bearer::accept(&self.settings, &self.issuer, headers, customer, scope).await?;
        if let Some(file) = &self.keep_token
            && let Err(error) = keep(file, &accepted.token)
        {
            tracing::warn!(%error, file = %file.display(), "the token could not be kept");
        }
        Ok(accepted)
    }

    async fn may_write(&self, headers: &HeaderMap, customer: &str, scope: &'static str) -> Result<Accepted, Fault> {
        let accepted = self.may(headers, customer, scope).await?;
        introspect::still_good(&self.settings, &self.http, &self.issuer, &accepted).await?;
        Ok(accepted)
    }

    fn customers(&self) -> MutexGuard<'_, Customers> {
        self.customers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on<T>(&self, id: &str, act: impl FnOnce(&mut Customer) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut all = self.customers();
        act(all.get_mut(id).ok_or_else(|| Fault::NotFound(format!("there is no customer `{id}`")))?)
    }
}

/// All routes.
pub fn router(api: Arc<Api>) -> Router {
    let about = About::of(&api.settings, "accounts", "Accounts (example)", &[READ, ADDRESS, REFUND, EXPORT]);
    let routes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/customers/{id}", get(show))
        .route("/customers/{id}/invoices", get(invoices))
        .route("/customers/{id}/address", put(change_address))
        .route("/customers/{id}/refunds", post(pay_back))
        .route("/customers/{id}/export", post(export))
        .fallback(|| async { Fault::NotFound("there is nothing at this path".to_owned()) })
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(api);
    about.told(routes)
}

type Answer = Result<Json<Value>, Fault>;
type Body<T> = Result<Json<T>, JsonRejection>;

fn read_body<T>(body: Body<T>) -> Result<T, Fault> {
    body.map(|Json(value)| value).map_err(|error| Fault::InvalidRequest(error.body_text()))
}

/// With what the ledger said, in its own words.
fn with_ledger(mut answer: Value, ledger: Option<Value>) -> Value {
    if let (Value::Object(members), Some(said)) = (&mut answer, ledger) {
        members.insert("ledger".to_owned(), said);
    }
    answer
}

/// Who acted, for whom: what a log of this API's own would keep.
fn who(accepted: &Accepted) -> Value {
    json!({ "sub": accepted.sub, "act": accepted.act.sub })
}

async fn show(State(api): State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let accepted = api.may(&headers, &id, READ).await?;
    api.on(&id, |c| {
        Ok(Json(json!({
            "customer": c.id, "name": c.name, "address": c.address, "balance_cents": c.balance_cents, "currency": c.currency,
            "read_by": who(&accepted),
        })))
    })
}

async fn invoices(State(api): State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let accepted = api.may(&headers, &id, READ).await?;
    let ledger = api.ledger(&accepted, PAYMENTS, Method::GET, None).await?;
    api.on(&id, |c| Ok(Json(with_ledger(json!({ "customer": c.id, "invoices": c.invoices, "read_by": who(&accepted) }), ledger))))
}

async fn change_address(State(api): State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap, body: Body<Address>) -> Answer {
    let accepted = api.may_write(&headers, &id, ADDRESS).await?;
    let address = read_body(body)?;
    address.check()?;
    api.on(&id, |c| {
        c.address = address;
        Ok(Json(json!({ "customer": c.id, "address": c.address, "changed_by": who(&accepted) })))
    })
}

async fn pay_back(State(api): State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap, body: Body<Refund>) -> Answer {
    let accepted = api.may_write(&headers, &id, REFUND).await?;
    let refund = read_body(body)?;
    // A try on a copy: what can't be paid back is not booked.
    api.on(&id, |c| c.clone().refund(&refund).map(drop))?;
    let ledger = api.ledger(&accepted, BOOK, Method::POST, Some(json!({ "invoice": refund.invoice, "amount_cents": refund.amount_cents }))).await?;
    api.on(&id, |c| {
        let invoice = c.refund(&refund)?;
        let done = json!({
            "customer": c.id, "invoice": invoice, "balance_cents": c.balance_cents, "currency": c.currency, "changed_by": who(&accepted),
        });
        Ok(Json(with_ledger(done, ledger)))
    })
}

async fn export(State(api): State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let accepted = api.may_write(&headers, &id, EXPORT).await?;
    api.on(&id, |c| Ok(Json(json!({ "customer": c.id, "export": c, "exported_by": who(&accepted) }))))
}
