//! Invented customers, in memory. They are as at the start again when the program starts again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Where bills go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    pub line1: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub city: String,
}

impl Address {
    /// Whether a letter could be sent there.
    ///
    /// # Errors
    /// Naming the field that is empty or too long.
    pub fn check(&self) -> Result<(), Fault> {
        let fields = [("line1", &self.line1), ("postcode", &self.postcode), ("city", &self.city)];
        match fields.into_iter().find(|(_, text)| text.trim().is_empty() || text.chars().count() > 100) {
            Some((name, _)) => Err(Fault::InvalidRequest(format!("`{name}` is empty or longer than 100 characters"))),
            None => Ok(()),
        }
    }
}

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invoice {
    /// Its number.
    pub id: String,
    /// What it is for.
    pub text: String,
    /// How much, in cents.
    pub amount_cents: u32,
    /// How much of that was paid back, in cents.
    pub refunded_cents: u32,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Customer {
    /// Its id, as `sub` has it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where bills go.
    pub address: Address,
    /// What it owes, in cents; below zero what we owe.
    pub balance_cents: i64,
    /// Three letters (ISO 4217).
    pub currency: String,
    /// Its bills.
    pub invoices: Vec<Invoice>,
}

/// What is to be paid back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// Of which bill.
    pub invoice: String,
    /// How much, in cents.
    pub amount_cents: u32,
}

impl Customer {
    /// Pays `refund` back.
    ///
    /// # Errors
    /// If there is no such bill, or not that much left of it.
    pub fn refund(&mut self, refund: &Refund) -> Result<Invoice, Fault> {
        let invoice = self.invoices.iter_mut().find(|i| i.id == refund.invoice);
        let invoice = invoice.ok_or_else(|| Fault::NotFound(format!("this customer has no invoice `{}`", refund.invoice)))?;
        let left = invoice.amount_cents.saturating_sub(invoice.refunded_cents);
        if refund.amount_cents == 0 || refund.amount_cents > left {
            return Err(Fault::InvalidRequest(format!("`amount_cents` is {}; choose 1 to {left}", refund.amount_cents)));
        }
        invoice.refunded_cents += refund.amount_cents;
        self.balance_cents -= i64::from(refund.amount_cents);
        Ok(invoice.clone())
    }
}

/// All of them.
pub type Customers = BTreeMap<String, Customer>;

/// As they are at the start.
#[must_use]
pub fn invented() -> Customers {
    let all = [
        customer(
            "cus_8812",
            "Ilka Brandvik",
            ("Quay Lane 4", "00-014", "Northhaven"),
            2490,
            &[("inv_20611", "October, fibre 300", 3490), ("inv_20177", "September, fibre 300", 3490)],
        ),
        customer("cus_3051", "Oren Castellane", ("Millrace 27", "00-031", "Northhaven"), 0, &[("inv_20498", "October, mobile 20 GB", 1990)]),
        customer(
            "cus_4470",
            "Petra Lindqvist-Omar",
            ("Orchard Hill 9", "00-207", "Sallow Bridge"),
            -1990,
            &[("inv_20533", "October, mobile 20 GB", 1990), ("inv_20534", "October, mobile 20 GB, again", 1990)],
        ),
        customer("cus_1206", "Tomas Eekhout", ("Signal Road 112", "00-118", "Eastmere"), 4500, &[("inv_20702", "Roaming pack, 7 days", 4500)]),
    ];
    all.into_iter().map(|c| (c.id.clone(), c)).collect()
}

fn customer(id: &str, name: &str, (line1, postcode, city): (&str, &str, &str), balance_cents: i64, invoices: &[(&str, &str, u32)]) -> Customer {
    let invoice = |(id, text, amount_cents): &(&str, &str, u32)| Invoice {
        id: (*id).to_owned(),
        text: (*text).to_owned(),
        amount_cents: *amount_cents,
        refunded_cents: 0,
    };
    Customer {
        id: id.to_owned(),
        name: name.to_owned(),
        address: Address { line1: line1.to_owned(), postcode: postcode.to_owned(), city: city.to_owned() },
        balance_cents,
        currency: "EUR".to_owned(),
        invoices: invoices.iter().map(invoice).collect(),
    }
}
