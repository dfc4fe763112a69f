//! What goes into a statement and comes out of a row, the same for both databases.
//!
//! Ids are UUIDs (16 bytes in SQLite), times are microseconds, sets and contracts are JSON text, states are their names.

use std::collections::BTreeSet;

use countersign_domain::{
    AccountId, ApiId, CallId, CaseId, ContractChangeId, CustomerId, DelegationId, EventId, InviteId, PersonId, PresenceId, ProofId, RequestId, ReviewId,
    SecretId, SessionId, TenantId, Timestamp, TokenId, TransactionId, canonical::Digest, hop::Hop,
};
use uuid::Uuid;

use crate::StoreError;

/// A parameter. `None` is a NULL of that type: PostgreSQL wants to know.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Uuid(Option<Uuid>),
}

/// What can be a parameter.
pub(crate) trait Bind {
    const NULL: Arg;
    fn arg(self) -> Arg;
}

/// What can be read from a column.
pub(crate) trait Column: Sized {
    fn read(value: Value) -> Result<Self, StoreError>;
}

/// A column of a row.
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
}

/// A row, read column by column in the order in which they were selected.
pub(crate) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next column.
    pub(crate) fn take<T: Column>(&mut self) -> Result<T, StoreError> {
        T::read(self.0.next().ok_or_else(|| corrupt("a row is shorter than its reader"))?)
    }
}

/// A stored value that this program did not write.
pub(crate) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}

impl<T: Bind> Bind for Option<T> {
    const NULL: Arg = T::NULL;

    fn arg(self) -> Arg {
        self.map_or(T::NULL, T::arg)
    }
}

impl<T: Column> Column for Option<T> {
    fn read(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Null => Ok(None),
            other => T::read(other).map(Some),
        }
    }
}

macro_rules! plain {
    ($($ty:ty => $arg:ident);* $(;)?) => {$(
        impl Bind for $ty {
            const NULL: Arg = Arg::$arg(None);

            fn arg(self) -> Arg {
                Arg::$arg(Some(self.into()))
            }
        }
    )*};
}

plain! {
    i64 => Int;
    u16 => Int;
    u32 => Int;
    &str => Text;
    String => Text;
    &String => Text;
    Vec<u8> => Bytes;
    &[u8] => Bytes;
    Uuid => Uuid;
}

impl Column for i64 {
    fn read(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Int(i) => Ok(i),
            _ => Err(corrupt("a number was expected")),
        }
    }
}

impl Column for String {
    fn read(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Text(s) => Ok(s),
            _ => Err(corrupt("a text was expected")),
        }
    }
}

impl Column for Vec<u8> {
    fn read(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Bytes(b) => Ok(b),
            _ => Err(corrupt("bytes were expected")),
        }
    }
}

impl Column for Uuid {
    fn read(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Uuid(u) => Ok(u),
            Value::Bytes(b) => Self::from_slice(&b).map_err(|_| corrupt("an id has 16 bytes")),
            _ => Err(corrupt("an id was expected")),
        }
    }
}

macro_rules! small_numbers {
    ($($ty:ty),*) => {$(
        impl Column for $ty {
            fn read(value: Value) -> Result<Self, StoreError> {
                i64::read(value)?.try_into().map_err(|_| corrupt(concat!("a number does not fit ", stringify!($ty))))
            }
        }
    )*};
}

small_numbers!(u16, u32);

impl Bind for Timestamp {
    const NULL: Arg = Arg::Int(None);

    fn arg(self) -> Arg {
        Arg::Int(Some(self.micros()))
    }
}

impl Column for Timestamp {
    fn read(value: Value) -> Result<Self, StoreError> {
        i64::read(value).map(Self::from_micros)
    }
}

impl Bind for &[u8; 32] {
    const NULL: Arg = Arg::Bytes(None);

    fn arg(self) -> Arg {
        Arg::Bytes(Some(self.to_vec()))
    }
}

impl Column for [u8; 32] {
    fn read(value: Value) -> Result<Self, StoreError> {
        Vec::read(value)?.try_into().map_err(|_| corrupt("a fingerprint or salt has 32 bytes"))
    }
}

impl Bind for Digest {
    const NULL: Arg = Arg::Bytes(None);

    fn arg(self) -> Arg {
        self.as_bytes().arg()
    }
}

impl Column for Digest {
    fn read(value: Value) -> Result<Self, StoreError> {
        Self::from_slice(&Vec::read(value)?).ok_or_else(|| corrupt("a digest has 32 bytes"))
    }
}

impl Bind for &BTreeSet<String> {
    const NULL: Arg = Arg::Text(None);

    fn arg(self) -> Arg {
        Arg::Text(Some(self.iter().map(String::as_str).collect::<serde_json::Value>().to_string()))
    }
}

impl Column for BTreeSet<String> {
    fn read(value: Value) -> Result<Self, StoreError> {
        serde_json::from_str(&String::read(value)?).map_err(|e| StoreError::Corrupt(format!("a set of texts was expected: {e}")))
    }
}

/// Lists of texts, in order, as JSON.
impl Bind for &[String] {
    const NULL: Arg = Arg::Text(None);

    fn arg(self) -> Arg {
        Arg::Text(Some(serde_json::Value::from(self).to_string()))
    }
}

impl Column for Vec<String> {
    fn read(value: Value) -> Result<Self, StoreError> {
        serde_json::from_str(&String::read(value)?).map_err(|e| StoreError::Corrupt(format!("a list of texts was expected: {e}")))
    }
}

/// Pairs of API and action, as JSON: each an audience and a scope value.
impl Bind for &BTreeSet<Hop> {
    const NULL: Arg = Arg::Text(None);

    fn arg(self) -> Arg {
        let pairs = self.iter().map(|h| serde_json::json!([h.audience, h.scope]));
        Arg::Text(Some(pairs.collect::<serde_json::Value>().to_string()))
    }
}

impl Column for BTreeSet<Hop> {
    fn read(value: Value) -> Result<Self, StoreError> {
        let pairs: Vec<(String, String)> =
            serde_json::from_str(&String::read(value)?).map_err(|e| StoreError::Corrupt(format!("pairs of API and action were expected: {e}")))?;
        Ok(pairs.into_iter().map(|(audience, scope)| Hop { audience, scope }).collect())
    }
}

impl Bind for bool {
    const NULL: Arg = Arg::Int(None);

    fn arg(self) -> Arg {
        Arg::Int(Some(self.into()))
    }
}

impl Column for bool {
    fn read(value: Value) -> Result<Self, StoreError> {
        match i64::read(value)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(corrupt("a yes or no was expected")),
        }
    }
}

macro_rules! ids {
    ($($id:ident),* $(,)?) => {$(
        impl Bind for $id {
            const NULL: Arg = Arg::Uuid(None);

            fn arg(self) -> Arg {
                Arg::Uuid(Some(self.uuid()))
            }
        }

        impl Column for $id {
            fn read(value: Value) -> Result<Self, StoreError> {
                Uuid::read(value).map(Self::from_uuid)
            }
        }
    )*};
}

ids!(
    AccountId,
    ApiId,
    CallId,
    CaseId,
    ContractChangeId,
    CustomerId,
    DelegationId,
    EventId,
    InviteId,
    PersonId,
    PresenceId,
    ProofId,
    RequestId,
    ReviewId,
    SecretId,
    SessionId,
    TenantId,
    TokenId,
    TransactionId,
);

/// States and the like, kept by name.
macro_rules! names {
    ($($ty:ty = $parse:expr;)*) => {$(
        impl Bind for $ty {
            const NULL: Arg = Arg::Text(None);

            fn arg(self) -> Arg {
                Arg::Text(Some(self.as_str().to_owned()))
            }
        }

        impl Column for $ty {
            fn read(value: Value) -> Result<Self, StoreError> {
                let text = String::read(value)?;
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(&text).ok_or_else(|| StoreError::Corrupt(format!("`{text}` is not a known {}", stringify!($ty))))
            }
        }
    )*};
}

use countersign_domain::{
    alg::Algorithm,
    case::{CaseState, Priority},
    client::AuthMethod,
    contract::Mode,
    delegation::EndReason,
    key::KeyState,
    person::Role,
    review::Decision,
};

names! {
    Role = Role::parse;
    Priority = Priority::parse;
    Mode = Mode::parse;
    AuthMethod = AuthMethod::parse;
    EndReason = EndReason::parse;
    Algorithm = Algorithm::parse;
    KeyState = KeyState::parse;
    CaseState = |s| [CaseState::Open, CaseState::Closed].into_iter().find(|c| c.as_str() == s);
    Decision = |s| [Decision::Sign, Decision::Refuse].into_iter().find(|d| d.as_str() == s);
}
