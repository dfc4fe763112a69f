//! Typed ids: `UUIDv7` inside (RFC 9562 §5.7), a prefix outside (`req_01a1f920-…`), so that no id is mistaken for another kind.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::instant::{Entropy, Timestamp};

/// A text that is not an id of the kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not an id of the form `{prefix}_<uuid>`")]
pub struct IdError {
    given: String,
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS, utoipa::ToSchema)]
        #[ts(type = "string")]
        #[schema(value_type = String)]
        pub struct $name(Uuid);

        impl $name {
            /// What stands before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id whose head is `now` and whose tail is random.
            #[must_use]
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(uuid_v7(now, entropy))
            }

            /// The id that a store keeps.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// What a store keeps.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.as_hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text, $prefix).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A company or a part of one, whose data no other sees.
    TenantId = "tnt";
    /// A human being, whatever accounts and roles they have.
    PersonId = "usr";
    /// What a person signs in with.
    AccountId = "acc";
    /// A sign-in of a person at one console, bound to that console's key.
    SessionId = "ses";
    /// A customer, by a random id of ours; what APIs call them lies beside.
    CustomerId = "cst";
    /// A case, by a random id of ours; what its case system calls it lies beside.
    CaseId = "cas";
    /// An API as registered.
    ApiId = "api";
    /// What was asked.
    RequestId = "req";
    /// One person's yes or no to a request.
    ReviewId = "rev";
    /// A started request.
    DelegationId = "dlg";
    /// A customer who was present: one token of theirs from a trusted issuer.
    PresenceId = "prs";
    /// A minted token (`jti`).
    TokenId = "tok";
    /// A transaction: all that follows from one request, across services (`txn`).
    TransactionId = "txn";
    /// A line of the trail.
    EventId = "evt";
    /// A fresh proof of who a person is, for one act.
    ProofId = "prf";
    /// One call to an API, made through the console.
    CallId = "cal";
    /// An invitation of a person.
    InviteId = "inv";
    /// A signing key.
    KeyId = "key";
    /// One of a client's secrets, without the secret.
    SecretId = "sec";
    /// A proposed version of a contract.
    ContractChangeId = "chg";
    /// What ties the log lines, events and answers of one call together.
    CorrelationId = "cor";
}

fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(now.unix_millis(), &random).into_uuid()
}

fn parse(text: &str, prefix: &'static str) -> Result<Uuid, IdError> {
    let fail = || IdError { given: text.chars().take(60).collect(), prefix };
    let rest = text.strip_prefix(prefix).and_then(|r| r.strip_prefix('_')).ok_or_else(fail)?;
    // One spelling an id: upper case, braces and unhyphenated forms would let one id pass for two.
    let uuid = Uuid::try_parse(rest).map_err(|_| fail())?;
    if uuid.as_hyphenated().to_string() == rest { Ok(uuid) } else { Err(fail()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = RequestId::from_uuid(Uuid::from_u128(0x01a1_f920_d180_7b31_9d04_5e77_c0c0_7d52));
        assert_eq!(id.to_string(), "req_01a1f920-d180-7b31-9d04-5e77c0c07d52");
        assert_eq!(id.to_string().parse(), Ok(id));
        for other in ["req_01A1F920-D180-7B31-9D04-5E77C0C07D52", "req_01a1f920d1807b319d045e77c0c07d52", "dlg_01a1f920-d180-7b31-9d04-5e77c0c07d52", ""] {
            assert!(other.parse::<RequestId>().is_err(), "{other}");
        }
    }
}
