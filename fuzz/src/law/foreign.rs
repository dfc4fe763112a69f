//! Tokens of another issuer, the keys that it publishes, and what it answers when it is asked about a token.

use std::{collections::BTreeSet, sync::LazyLock, time::Duration};

use countersign_domain::alg::Algorithm;
use countersign_oauth::foreign::{self, Expect, ForeignKeys, ForeignToken, LEEWAY};
use serde_json::{Value, json};

use super::jwt::{NOW, REFUSED, parts, token};
use crate::{keys, second};

const ISSUER: &str = "https://login.bank.example";
const API: &str = "https://api.example/gateway";
/// Claims of id tokens, of events, of what was passed on before, and of what only its holder could show.
const NEVER: [&str; 8] = ["nonce", "at_hash", "c_hash", "s_hash", "events", "act", "dlg", "cnf"];

static TYP: LazyLock<[String; 2]> = LazyLock::new(|| ["at+jwt", "JWT"].map(str::to_owned));

/// As the issuer is registered: with EdDSA alone.
fn expect() -> Expect<'static> {
    Expect { issuer: ISSUER, algs: &[Algorithm::EdDsa], typ: TYP.as_slice(), customer: "sub", now: NOW }
}

fn set(json: &Value) -> ForeignKeys {
    ForeignKeys::parse(json.to_string().as_bytes()).expect("a set")
}

/// Access tokens (RFC 9068 §4, RFC 8725). The issuer's other key signs what says ES256, which is not registered.
pub fn access(data: &[u8]) -> bool {
    let es256 = data.windows(5).any(|w| w == b"ES256");
    let Some(token) = token(data, |message| if es256 { keys::by_console(message) } else { keys::by_client(message) }) else { return false };
    let named = foreign::unverified_issuer(&token);
    let published = set(&keys::published());
    let Ok(good) = foreign::verify(&token, &published, &expect()) else { return false };
    let (header, claims) = parts(&token);
    // Some issuers put thumbprints of certificates into every header. Nothing reads them.
    assert!(REFUSED.iter().all(|name| header.get(name).is_none() || name.starts_with("x5t")), "{header}");
    assert!(header["alg"] == "EdDSA" && header.get("jwk").is_none() && header.get("kid").is_none_or(|kid| kid == "one"), "{header}");
    let typ = header["typ"].as_str().expect("a kind").to_ascii_lowercase();
    assert!(["at+jwt", "jwt"].contains(&typ.strip_prefix("application/").unwrap_or(&typ)), "{header}");
    assert_eq!((named.as_deref(), &claims["iss"]), (Some(ISSUER), &ISSUER.into()));
    let aud = match &claims["aud"] {
        Value::Array(some) => {
            assert_eq!(some.len(), 1, "{claims}");
            &some[0]
        }
        alone => alone,
    };
    assert_eq!((aud, &claims["sub"]), (&good.audience.as_str().into(), &good.subject.as_str().into()));
    assert!(!good.subject.is_empty() && good.expires_at > NOW && good.issued_at <= NOW + LEEWAY, "{claims}");
    assert!(NEVER.iter().all(|name| claims.get(name).is_none()), "{claims}");
    assert!(["azp", "client_id"].iter().all(|name| claims.get(name) != Some(aud)), "{claims}");
    assert_eq!((claims.get("may_act").is_some(), claims["may_act"]["sub"].as_str()), (good.may_act.is_some(), good.may_act.as_deref()));
    let refused = |expect: Expect<'_>| foreign::verify(&token, &published, &expect).is_err();
    assert!(refused(Expect { now: good.expires_at, ..expect() }), "it ends at `exp`");
    assert!(refused(Expect { issuer: "https://elsewhere.example", ..expect() }), "another issuer's keys may be the same");
    assert!(refused(Expect { algs: &[Algorithm::Es256], ..expect() }) && refused(Expect { typ: &[], ..expect() }), "what is registered counts");
    let others = set(&json!({ "keys": [keys::console_jwk()] }));
    assert!(foreign::verify(&token, &others, &expect()).is_err(), "nobody else signed it");
    true
}

/// Key sets that an issuer publishes (RFC 7517 §5): a key that is not in one, or not as a public key for signatures, has signed nothing.
pub fn published(data: &[u8]) -> bool {
    let Ok(published) = ForeignKeys::parse(data) else { return false };
    let set = second::once(data);
    let all = set["keys"].as_array().expect("a set");
    let claims = json!({ "iss": ISSUER, "sub": "cus_8812", "aud": API, "iat": NOW.unix_secs(), "exp": NOW.unix_secs() + 300 });
    let token = keys::signed(br#"{"alg":"EdDSA","typ":"at+jwt"}"#, claims.to_string().as_bytes(), keys::by_client);
    let believed = foreign::verify(&token, &published, &expect()).is_ok();
    let ours = keys::client_jwks()["keys"][0]["x"].clone();
    let shown = all.iter().any(|key| {
        let of_ours = key["kty"] == "OKP" && key["crv"] == "Ed25519" && key["x"] == ours;
        of_ours && key.get("d").is_none() && key.get("use").is_none_or(|u| u == "sig") && key.get("alg").is_none_or(|alg| alg == "EdDSA")
    });
    assert!(shown || !believed, "{set}");
    believed
}

/// Answers of an issuer about a token (RFC 7662 §2.2): a yes is about that token and no other, and holds no longer than it says.
pub fn answer(data: &[u8]) -> bool {
    let token = ForeignToken {
        subject: "cus_8812".into(),
        audience: API.into(),
        scope: BTreeSet::new(),
        may_act: None,
        issued_at: NOW,
        expires_at: NOW + Duration::from_secs(60),
        hash: [0; 32],
    };
    let counts = |token: &ForeignToken, expect: Expect<'_>| foreign::counts(data, token, &expect);
    if !counts(&token, expect()) {
        return false;
    }
    let said = second::once(data);
    assert_eq!((&said["active"], &said["sub"]), (&true.into(), &"cus_8812".into()));
    assert!(said.get("iss").is_none_or(|iss| iss == ISSUER), "{said}");
    assert!(said.get("aud").is_none_or(|aud| *aud == *API || *aud == json!([API])), "{said}");
    // Cut to the second, as all dates are (RFC 7519 §2).
    assert!(said.get("exp").is_none_or(|exp| exp.as_f64().is_some_and(|exp| exp >= 1_800_000_001.0)), "{said}");
    assert!(!counts(&ForeignToken { subject: "cus_3051".into(), ..token.clone() }, expect()), "about another customer");
    let elsewhere = ForeignToken { audience: "https://api.example/other".into(), ..token.clone() };
    assert_eq!(counts(&elsewhere, expect()), said.get("aud").is_none(), "about another API");
    let another = Expect { issuer: "https://elsewhere.example", ..expect() };
    assert_eq!(counts(&token, another), said.get("iss").is_none(), "by another issuer");
    true
}
