//! What it answers. Reads trust the signature; writes ask the issuer first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State, rejection::JsonRejection},
    http::{HeaderMap, Uri},
    middleware::map_response_with_state,
    response::Response,
    routing::{get, post, put},
};
use serde_json::{Value, json};

use crate::{
    Settings,
    bearer::{self, Accepted},
    customer::{self, Address, Customer, Customers, Refund},
    fault::Fault,
    introspect,
    issuer::Issuer,
    resource,
};

const READ: &str = "profile:read";
const ADDRESS: &str = "address:write";
const REFUND: &str = "refund:write";
const EXPORT: &str = "export:create";

/// Everything that a call needs.
#[derive(Debug)]
pub struct Api {
    settings: Settings,
    http: reqwest::Client,
    issuer: Issuer,
    customers: Mutex<Customers>,
}

impl Api {
    /// With the invented customers.
    #[must_use]
    pub fn new(settings: Settings, http: reqwest::Client) -> Arc<Self> {
        let issuer = Issuer::new(http.clone(), settings.issuer.clone());
        Arc::new(Self { settings, http, issuer, customers: Mutex::new(customer::invented()) })
    }

    async fn may(&self, headers: &HeaderMap, customer: &str, scope: &'static str) -> Result<Accepted, Fault> {
        bearer::accept(&self.settings, &self.issuer, headers, customer, scope).await
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
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/.well-known/oauth-protected-resource", get(about))
        .route("/.well-known/oauth-protected-resource/{*path}", get(about))
        .route("/customers/{id}", get(show))
        .route("/customers/{id}/invoices", get(invoices))
        .route("/customers/{id}/address", put(change_address))
        .route("/customers/{id}/refunds", post(pay_back))
        .route("/customers/{id}/export", post(export))
        .fallback(|| async { Fault::NotFound("there is nothing at this path".to_owned()) })
        .layer(DefaultBodyLimit::max(16 * 1024))
        .layer(map_response_with_state(Arc::clone(&api), challenged))
        .with_state(api)
}

async fn challenged(State(api): State<Arc<Api>>, response: Response) -> Response {
    resource::told(resource::address(&api.settings).as_ref(), response)
}

/// Its document, at the one address that its own name leads to.
async fn about(State(api): State<Arc<Api>>, uri: Uri) -> Answer {
    match resource::address(&api.settings) {
        Some(own) if own.path() == uri.path() && own.query() == uri.query() => Ok(Json(resource::document(&api.settings, &[READ, ADDRESS, REFUND, EXPORT]))),
        _ => Err(Fault::NotFound("no API of this name is here".to_owned())),
    }
}

type Answer = Result<Json<Value>, Fault>;
type Body<T> = Result<Json<T>, JsonRejection>;

fn read_body<T>(body: Body<T>) -> Result<T, Fault> {
    body.map(|Json(value)| value).map_err(|error| Fault::InvalidRequest(error.body_text()))
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
    api.on(&id, |c| Ok(Json(json!({ "customer": c.id, "invoices": c.invoices, "read_by": who(&accepted) }))))
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
    api.on(&id, |c| {
        let invoice = c.refund(&refund)?;
        Ok(Json(json!({
            "customer": c.id, "invoice": invoice, "balance_cents": c.balance_cents, "currency": c.currency, "changed_by": who(&accepted),
        })))
    })
}

async fn export(State(api): State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let accepted = api.may_write(&headers, &id, EXPORT).await?;
    api.on(&id, |c| Ok(Json(json!({ "customer": c.id, "export": c, "exported_by": who(&accepted) }))))
}
