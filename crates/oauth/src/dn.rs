//! Distinguished names as RFC 4514 writes them, compared with those of certificates attribute by attribute.
//!
//! Never as printed text: a common name that holds `, O=Bank` prints like two attributes. Values are compared to the letter, which
//! is stricter than RFC 4517 §4.2.15 (where `ACME` is `acme`) and lets nobody in whom an admin did not write down.

use x509_parser::x509::X509Name;

const MAX_NAME: usize = 1024;
/// RFC 4514 §3, and two that certificates of machines often have (RFC 4519 §2.31, PKCS #9 §5.2.1).
const TYPES: [(&str, &str); 11] = [
    ("CN", "2.5.4.3"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
];

/// Type as an OID, and value.
type Attribute = (String, String);

/// A name: its parts from the most general to the most particular, as a certificate has them. RFC 4514 §2.1 writes them the other way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistinguishedName(Vec<Vec<Attribute>>);

impl DistinguishedName {
    /// Reads `CN=…,O=…`. None if it is malformed, has no parts, or has an attribute that has no name here: its OID can be written instead.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > MAX_NAME {
            return None;
        }
        let (mut parts, mut part, mut rest) = (Vec::new(), Vec::new(), text.as_bytes());
        loop {
            let (attribute, then, after) = attribute(rest)?;
            part.push(attribute);
            if then != Some(b'+') {
                part.sort();
                parts.push(std::mem::take(&mut part));
            }
            if then.is_none() {
                parts.reverse();
                return Some(Self(parts));
            }
            rest = after;
        }
    }

    /// The name in a certificate. None if a value is no text that can be compared.
    pub(crate) fn of(name: &X509Name<'_>) -> Option<Self> {
        let part = |rdn: &x509_parser::x509::RelativeDistinguishedName<'_>| {
            let mut part = rdn.iter().map(|a| Some((a.attr_type().to_id_string(), a.as_str().ok()?.to_owned()))).collect::<Option<Vec<_>>>()?;
            part.sort();
            Some(part)
        };
        name.iter_rdn().map(part).collect::<Option<_>>().map(Self)
    }
}

/// One `type=value`, what ends it (`,`, `+` or nothing), and what comes after.
fn attribute(text: &[u8]) -> Option<(Attribute, Option<u8>, &[u8])> {
    let at = text.iter().position(|b| *b == b'=')?;
    let (name, rest) = text.split_at_checked(at)?;
    // A space after a comma is not in RFC 4514, and is what most people write.
    let oid = oid(std::str::from_utf8(name).ok()?.trim_start_matches(' '))?;
    let (value, then, after) = value(rest.strip_prefix(b"=")?)?;
    Some(((oid, value), then, after))
}

fn oid(name: &str) -> Option<String> {
    if let Some((_, oid)) = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some((*oid).to_owned());
    }
    let number = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) && (n == "0" || !n.starts_with('0'));
    (name.contains('.') && name.split('.').all(number)).then(|| name.to_owned())
}

/// RFC 4514 §3, `string`: what is special is escaped, by itself or as two hex digits. Values in `#hex` are not read.
fn value(text: &[u8]) -> Option<(String, Option<u8>, &[u8])> {
    let (mut value, mut rest, mut bare_space) = (Vec::new(), text, false);
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'\\' => {
                let (byte, after) = escaped(after)?;
                value.push(byte);
                (rest, bare_space) = (after, false);
            }
            b',' | b'+' => break,
            b'"' | b';' | b'<' | b'>' | 0 => return None,
            b' ' | b'#' if value.is_empty() => return None,
            byte => {
                value.push(*byte);
                (rest, bare_space) = (after, *byte == b' ');
            }
        }
    }
    if value.is_empty() || bare_space {
        return None;
    }
    let value = String::from_utf8(value).ok()?;
    let (then, after) = rest.split_first().map_or((None, rest), |(then, after)| (Some(*then), after));
    Some((value, then, after))
}

fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let (first, rest) = text.split_first()?;
    if b" \"#+,;<=>\\".contains(first) {
        return Some((*first, rest));
    }
    let (second, rest) = rest.split_first()?;
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some((digit(*first)? << 4 | digit(*second)?, rest))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Option<Vec<Vec<(String, String)>>> {
        DistinguishedName::parse(text).map(|n| n.0)
    }

    fn one(oid: &str, value: &str) -> Attribute {
        (oid.to_owned(), value.to_owned())
    }

    #[test]
    fn the_examples_of_rfc_4514_are_read() {
        let (uid, dc, ou, cn) = ("0.9.2342.19200300.100.1.1", "0.9.2342.19200300.100.1.25", "2.5.4.11", "2.5.4.3");
        let net = || vec![vec![one(dc, "net")], vec![one(dc, "example")]];
        assert_eq!(parse("UID=jsmith,DC=example,DC=net"), Some([net(), vec![vec![one(uid, "jsmith")]]].concat()));
        assert_eq!(parse("OU=Sales+CN=J.  Smith,DC=example,DC=net"), Some([net(), vec![vec![one(ou, "Sales"), one(cn, "J.  Smith")]]].concat()));
        assert_eq!(parse(r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#), Some([net(), vec![vec![one(cn, r#"James "Jim" Smith, III"#)]]].concat()));
        assert_eq!(parse(r"CN=Before\0dAfter,DC=example,DC=net"), Some([net(), vec![vec![one(cn, "Before\rAfter")]]].concat()));
        assert_eq!(parse(r"CN=Lu\C4\8Di\C4\87"), Some(vec![vec![one(cn, "Lučić")]]));
    }

    #[test]
    fn names_and_spaces_as_people_write_them() {
        assert_eq!(parse("cn=a, o=b"), parse("CN=a,O=b"));
        assert_eq!(parse("2.5.4.3=a"), parse("CN=a"));
        assert_eq!(parse("CN=a+O=b"), parse("O=b+CN=a"));
        assert_ne!(parse("CN=a,O=b"), parse("O=b,CN=a"));
        assert_ne!(parse(r"CN=a\, O=b"), parse("CN=a, O=b"));
        assert_eq!(parse(r"CN=\ a\ "), Some(vec![vec![one("2.5.4.3", " a ")]]));
        assert_eq!(parse("CN=a=b"), Some(vec![vec![one("2.5.4.3", "a=b")]]));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for bad in [
            "",
            "CN",
            "CN=",
            "=a",
            "CN=a,",
            "CN=a+",
            ",CN=a",
            "CN= a",
            "CN=a ",
            "CN=#0102",
            "CN=a\"b\"",
            "CN=a;O=b",
            "CN=<a>",
            r"CN=a\",
            r"CN=a\4",
            r"CN=\zz",
            r"CN=\ff",
            "XX=a",
            "1=a",
            "1..2=a",
            "2.05=a",
            "/CN=a/O=b",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(&format!("CN={}", "a".repeat(MAX_NAME))), None);
    }

    proptest! {
        #[test]
        fn any_value_survives_its_escaping(text in "\\PC{1,40}", hex in any::<bool>()) {
            let mut written = String::from("CN=");
            for c in text.chars() {
                if hex || " \"#+,;<=>\\\0".contains(c) {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| write!(written, "\\{b:02x}").unwrap());
                } else {
                    written.push(c);
                }
            }
            prop_assert_eq!(parse(&written), Some(vec![vec![one("2.5.4.3", &text)]]));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,100}") {
            let _ = DistinguishedName::parse(&text);
        }
    }
}
