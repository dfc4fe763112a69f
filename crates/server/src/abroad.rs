//! How trusted issuers are asked: over HTTPS, or on this computer; for a moment; and nobody sends us elsewhere.

use std::time::Duration;

use countersign_domain::{Secret, issuer::Asked};
use countersign_engine::{Abroad, Unreached};
use futures::future::BoxFuture;
use reqwest::{RequestBuilder, header, redirect::Policy};

const CONNECT: Duration = Duration::from_secs(2);
const WHOLE: Duration = Duration::from_secs(5);
/// Bytes of an answer: a set of keys with their certificates is long.
const MAX_ANSWER: usize = 256 * 1024;

/// What asks others.
pub(crate) struct Https(reqwest::Client);

impl Https {
    /// One for the whole service.
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        // A redirect would let whoever answers choose whom we believe.
        reqwest::Client::builder().redirect(Policy::none()).connect_timeout(CONNECT).timeout(WHOLE).build().map(Self)
    }
}

async fn answer(request: RequestBuilder) -> Result<Vec<u8>, Unreached> {
    let unreached = |error: reqwest::Error| Unreached(error.without_url().to_string());
    let mut response = request.header(header::ACCEPT, "application/json").send().await.map_err(unreached)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(Unreached(format!("it answers {}", response.status().as_u16())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreached)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Unreached(format!("its answer is longer than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl Abroad for Https {
    fn keys<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<Vec<u8>, Unreached>> {
        Box::pin(answer(self.0.get(uri)))
    }

    fn introspect<'a>(&'a self, asked: &'a Asked, secret: &'a Secret, token: &'a Secret) -> BoxFuture<'a, Result<Vec<u8>, Unreached>> {
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        Box::pin(answer(self.0.post(&asked.endpoint).basic_auth(&asked.client_id, Some(secret.expose())).form(&form)))
    }
}
