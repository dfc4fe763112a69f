//! Keys that are the same in every run, so that an input that was kept does the same again; and tokens signed with them.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::alg::Algorithm;
use countersign_oauth::jwt::{KeySet, SigningKey};
use serde_json::{Value, json};

/// Signs as the service.
pub static SERVICE: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key"));
/// Signs as a client.
pub static CLIENT: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a key"));

/// The service's key as the service has it.
pub static SIGNING: LazyLock<SigningKey> = LazyLock::new(|| {
    let der: Pkcs8V1Der<'_> = SERVICE.as_der().expect("it is written");
    SigningKey::from_pkcs8(Algorithm::EdDsa, der.as_ref()).expect("a key")
});

/// What tokens of the service are verified with.
pub static SET: LazyLock<KeySet> = LazyLock::new(|| KeySet::new(&[SIGNING.public_jwk().clone()]).expect("a set"));

/// The console's key: P-256, whose signatures are new in each run. The laws look through them.
pub static CONSOLE: LazyLock<EcdsaKeyPair> = LazyLock::new(|| {
    // The generator's own point: the private key is 1. Nobody keeps anything with it.
    let (private, public) = (hex("0000000000000000000000000000000000000000000000000000000000000001"), hex(GENERATOR));
    EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &private, &public).expect("a key")
});
const GENERATOR: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

/// The console's public key (RFC 7517).
pub fn console_jwk() -> Value {
    let (x, y) = CONSOLE.public_key().as_ref()[1..].split_at(32);
    json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
}

/// The client's keys, as they are registered.
pub fn client_jwks() -> Value {
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(CLIENT.public_key()), "kid": "one" }] })
}

/// The keys that another issuer publishes: the client's and the console's, as `one` and `two`.
pub fn published() -> Value {
    let mut two = console_jwk();
    two["kid"] = "two".into();
    json!({ "keys": [client_jwks()["keys"][0], two] })
}

/// A JWS of this header and these claims, whatever they are.
pub fn signed(header: &[u8], claims: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// As the service.
pub fn by_service(message: &[u8]) -> Vec<u8> {
    SERVICE.sign(message).as_ref().to_vec()
}

/// As the client.
pub fn by_client(message: &[u8]) -> Vec<u8> {
    CLIENT.sign(message).as_ref().to_vec()
}

/// As the console.
pub fn by_console(message: &[u8]) -> Vec<u8> {
    CONSOLE.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
}
