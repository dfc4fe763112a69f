//! JSON in which no member stands twice.
//!
//! Readers disagree about which of two members of one name counts (RFC 8259 §4); whoever signs one reading and shows another
//! would gain by that. Such a text is refused as a whole.

use std::{collections::HashSet, fmt};

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads `T` from JSON in which no object, however deep, has two members of one name.
pub(crate) fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice::<NoTwins>(json)?;
    serde_json::from_slice(json)
}

/// Reads any JSON value, keeps nothing, and fails at the second member of a name.
struct NoTwins;

impl<'de> Deserialize<'de> for NoTwins {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = NoTwins;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }

    fn visit_i64<E>(self, _: i64) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }

    fn visit_u64<E>(self, _: u64) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }

    fn visit_f64<E>(self, _: f64) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }

    fn visit_str<E>(self, _: &str) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }

    fn visit_unit<E>(self) -> Result<NoTwins, E> {
        Ok(NoTwins)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<NoTwins, A::Error> {
        while seq.next_element::<NoTwins>()?.is_some() {}
        Ok(NoTwins)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NoTwins, A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !seen.insert(name) {
                return Err(de::Error::custom("a member stands twice"));
            }
            map.next_value::<NoTwins>()?;
        }
        Ok(NoTwins)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_member_stands_once_at_any_depth() {
        for good in [r#"{"a":1,"b":{"a":[true,null,-1,1.5,"x"]}}"#, "[]", "3"] {
            assert!(from_slice::<Value>(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"\u0061":2}}]"#, r#"{"a":1} x"#, "", "{"] {
            assert!(from_slice::<Value>(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
