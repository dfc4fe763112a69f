//! The Ledger API: what customers paid, and what they got back. Other APIs call it, each with a token of its own for the customer whom
//! somebody acts for; so it sees not only which API calls, but for which agent.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State, rejection::JsonRejection},
    http::HeaderMap,
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Settings,
    bearer::{self, Accepted, Actor},
    fault::Fault,
    introspect,
    issuer::Issuer,
    resource::About,
};

const READ: &str = "payment:read";
const REFUND: &str = "payment:refund";

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number.
    pub id: String,
    /// Of which bill.
    pub invoice: String,
    /// What came in, in cents; below zero what was paid back.
    pub amount_cents: i64,
}

/// What is to be booked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    invoice: String,
    amount_cents: u32,
}

/// Everything that a call needs.
#[derive(Debug)]
pub struct Ledger {
    settings: Settings,
    http: reqwest::Client,
    issuer: Issuer,
    entries: Mutex<BTreeMap<String, Vec<Entry>>>,
}

impl Ledger {
    /// With invented payments.
    #[must_use]
    pub fn new(settings: Settings, http: reqwest::Client) -> Self {
        let issuer = Issuer::new(http.clone(), settings.issuer.clone());
        Self { settings, http, issuer, entries: Mutex::new(invented()) }
    }

    fn with<T>(&self, customer: &str, act: impl FnOnce(&mut Vec<Entry>) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut all = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        act(all.get_mut(customer).ok_or_else(|| Fault::NotFound(format!("the ledger knows no customer `{customer}`")))?)
    }
}

/// All routes.
pub fn router(ledger: Arc<Ledger>) -> Router {
    let about = About::of(&ledger.settings, "ledger", "Ledger (example)", &[READ, REFUND]);
    let routes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/customers/{id}/payments", get(payments).post(pay_back))
        .fallback(|| async { Fault::NotFound("there is nothing at this path".to_owned()) })
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(ledger);
    about.told(routes)
}

type Answer = Result<Json<Value>, Fault>;

/// Who acted, for whom: whoever called first, and everybody in between.
fn who(accepted: &Accepted) -> Value {
    let actors: Vec<&str> = std::iter::successors(Some(&accepted.act), |a: &&Actor| a.act.as_deref()).map(|a| a.sub.as_str()).collect();
    json!({ "sub": accepted.sub, "act": actors })
}

async fn payments(State(ledger): State<Arc<Ledger>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let accepted = bearer::accept(&ledger.settings, &ledger.issuer, &headers, &id, READ).await?;
    ledger.with(&id, |entries| Ok(Json(json!({ "payments": entries, "read_by": who(&accepted) }))))
}

async fn pay_back(State(ledger): State<Arc<Ledger>>, Path(id): Path<String>, headers: HeaderMap, body: Result<Json<Refund>, JsonRejection>) -> Answer {
    let accepted = bearer::accept(&ledger.settings, &ledger.issuer, &headers, &id, REFUND).await?;
    introspect::still_good(&ledger.settings, &ledger.http, &ledger.issuer, &accepted).await?;
    let Json(refund) = body.map_err(|error| Fault::InvalidRequest(error.body_text()))?;
    ledger.with(&id, |entries| {
        let paid: i64 = entries.iter().filter(|e| e.invoice == refund.invoice).map(|e| e.amount_cents).sum();
        let amount = i64::from(refund.amount_cents);
        if amount == 0 || amount > paid {
            return Err(Fault::InvalidRequest(format!("`amount_cents` is {amount}; for `{}` 1 to {paid} can be paid back", refund.invoice)));
        }
        let entry = Entry { id: format!("pay_{}", 90_000 + entries.len()), invoice: refund.invoice, amount_cents: -amount };
        entries.push(entry.clone());
        Ok(Json(json!({ "booked": entry, "changed_by": who(&accepted) })))
    })
}

/// Number, bill, and what came in.
type Paid = (&'static str, &'static str, i64);

fn invented() -> BTreeMap<String, Vec<Entry>> {
    let of =
        |entries: &[Paid]| entries.iter().map(|&(id, invoice, amount_cents)| Entry { id: id.to_owned(), invoice: invoice.to_owned(), amount_cents }).collect();
    BTreeMap::from([
        ("cus_8812".to_owned(), of(&[("pay_71043", "inv_20177", 3490), ("pay_74410", "inv_20611", 3490)])),
        ("cus_3051".to_owned(), of(&[("pay_73952", "inv_20498", 1990)])),
        ("cus_4470".to_owned(), of(&[("pay_74102", "inv_20533", 1990), ("pay_74103", "inv_20534", 1990)])),
        ("cus_1206".to_owned(), of(&[("pay_74899", "inv_20702", 4500)])),
    ])
}
