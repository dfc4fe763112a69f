//! A key pair of a client that proves itself by `private_key_jwt`, in the forms that other people's libraries read.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose};
use countersign_domain::Secret;
use serde_json::{Value, json};

/// What a client signs its assertions with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// P-256.
    Es256,
    /// RSA of 2048 bits.
    Rs256,
}

/// A client's key pair.
pub struct ClientKey {
    /// PKCS#8 as PEM: what the client keeps in a file.
    pub private_pem: Secret,
    /// The JWK (RFC 7517) that the service is told.
    pub public_jwk: Value,
}

impl ClientKey {
    /// A new one.
    #[must_use]
    pub fn generate(kind: KeyKind) -> Self {
        let b64 = |bytes: &[u8]| general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        match kind {
            KeyKind::Es256 => {
                let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
                // Uncompressed: a byte that says so, then both coordinates.
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                let public_jwk = json!({ "kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y), "alg": "ES256", "use": "sig" });
                Self { private_pem: pem(key.to_pkcs8v1().expect("it is written").as_ref()), public_jwk }
            }
            KeyKind::Rs256 => {
                let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
                let (n, e) = (key.public_key().modulus(), key.public_key().exponent());
                let public_jwk = json!({
                    "kty": "RSA", "n": b64(n.big_endian_without_leading_zero()), "e": b64(e.big_endian_without_leading_zero()), "alg": "RS256", "use": "sig",
                });
                let der: Pkcs8V1Der<'_> = key.as_der().expect("it is written");
                Self { private_pem: pem(der.as_ref()), public_jwk }
            }
        }
    }
}

fn pem(der: &[u8]) -> Secret {
    let text = general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|from| &text[from..text.len().min(from + 64)]).collect();
    Secret::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, jwk::Jwk};

    use super::*;

    #[test]
    fn what_the_client_signs_is_good_under_what_the_service_is_told() {
        for (kind, algorithm) in [(KeyKind::Es256, Algorithm::ES256), (KeyKind::Rs256, Algorithm::RS256)] {
            let (key, other) = (ClientKey::generate(kind), ClientKey::generate(kind));
            let pem = key.private_pem.expose().as_bytes();
            let private = if kind == KeyKind::Es256 { EncodingKey::from_ec_pem(pem) } else { EncodingKey::from_rsa_pem(pem) };
            let token = encode(&Header::new(algorithm), &json!({ "exp": 4_000_000_000_i64 }), &private.unwrap()).unwrap();
            let public = |key: &ClientKey| DecodingKey::from_jwk(&serde_json::from_value::<Jwk>(key.public_jwk.clone()).unwrap()).unwrap();
            assert!(decode::<Value>(&token, &public(&key), &Validation::new(algorithm)).is_ok(), "{kind:?}");
            assert!(decode::<Value>(&token, &public(&other), &Validation::new(algorithm)).is_err(), "{kind:?}");
        }
    }
}
