//! Keys, names and certificates that an admin registers.

use countersign_oauth::{
    client_assertion::{ClientKeys, MAX_KEYS},
    jwks::{KeySet, PublicJwk, document},
    mtls::{Registered, registered_certificates, x5t_s256},
};
use serde_json::Value;

/// Key sets (RFC 7517): what is taken has some keys, all of them public.
pub fn jwks(data: &[u8]) -> bool {
    let Ok(json) = serde_json::from_slice::<Value>(data) else { return false };
    let taken = ClientKeys::parse(&json).is_ok();
    if taken {
        let keys = json["keys"].as_array().expect("a set");
        assert!((1..=MAX_KEYS).contains(&keys.len()));
        for key in keys {
            for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
                assert!(key.get(private).is_none(), "{key}");
            }
            assert!(["EC", "OKP", "RSA"].iter().any(|kty| key["kty"] == **kty), "{key}");
            assert!(key.get("use").is_none_or(|u| u == "sig"), "{key}");
        }
    }
    if let Ok(thumbprints) = registered_certificates(&json) {
        assert_eq!(thumbprints.len(), json["keys"].as_array().map_or(0, Vec::len));
    }
    let Ok(public) = serde_json::from_value::<PublicJwk>(json) else { return taken };
    let again: PublicJwk = serde_json::from_str(&public.to_string()).expect("what was written is read");
    assert_eq!(again, public);
    if KeySet::new(std::slice::from_ref(&public)).is_ok() {
        assert!(KeySet::new(&[public.clone(), public.clone()]).is_err(), "a name stands for one key");
        assert_eq!(document(std::slice::from_ref(&public))["keys"][0]["kid"], public.kid());
    }
    taken
}

/// Distinguished names (RFC 4514): a name is what it says, and nothing that is put behind it.
pub fn name(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let named = Registered::subject_dn(text);
    if let Ok(name) = named.clone() {
        // Unless it would be too long.
        if text.len() < 1000 {
            // RFC 4514 §2.1 writes the most general part last: one more in front is another name.
            let longer = Registered::subject_dn(&format!("CN=x,{text}")).expect("a part more");
            assert_ne!(longer, name, "{text}");
            assert_ne!(Registered::subject_dn(&format!("CN=x\\,{text}")).ok(), Some(name), "{text}");
        }
    }
    if Registered::san_dns(text).is_ok() {
        assert!(!text.contains('*') && !text.contains(' ') && !text.is_empty() && text.is_ascii(), "{text}");
    }
    if Registered::san_uri(text).is_ok() {
        assert!(text.contains(':') && text.bytes().all(|b| b.is_ascii_graphic()), "{text}");
    }
    named.is_ok()
}

/// Certificates (RFC 5280): whatever the bytes, an answer or an error; and nobody is let in by a name that is not in them.
pub fn certificate(data: &[u8]) -> bool {
    assert_eq!(x5t_s256(data).len(), 43);
    let asked = [
        Registered::subject_dn("CN=nobody has this name").expect("a name"),
        Registered::san_dns("nobody.example").expect("a name"),
        Registered::san_uri("spiffe://nobody.example/x").expect("a name"),
    ];
    let mut read = true;
    for (registered, mark) in asked.iter().zip([&b"nobody has this name"[..], b"nobody.example", b"spiffe://nobody.example/x"]) {
        let matched = registered.matches(data);
        assert!(matched != Ok(true) || data.windows(mark.len()).any(|w| w.eq_ignore_ascii_case(mark)), "let in by a name that is not there");
        read &= matched.is_ok();
    }
    read
}
