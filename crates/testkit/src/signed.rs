//! What the service signed, read as others read it.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;

/// The claims of a JWT of this `typ`, signed with ES256 by one of these keys; whatever its time and audience.
#[must_use]
pub fn signed(token: &str, typ: &str, jwks: &Value) -> Value {
    let header = decode_header(token).expect("a JWT");
    assert_eq!((header.typ.as_deref(), header.alg), (Some(typ), Algorithm::ES256));
    let keys: JwkSet = serde_json::from_value(jwks.clone()).expect("a JWK set");
    let jwk = keys.find(header.kid.as_deref().expect("a kid")).expect("a key of the service");
    let mut wanted = Validation::new(Algorithm::ES256);
    (wanted.validate_exp, wanted.validate_aud) = (false, false);
    wanted.required_spec_claims.clear();
    decode(token, &DecodingKey::from_jwk(jwk).expect("a key"), &wanted).expect("it is signed by the service").claims
}
