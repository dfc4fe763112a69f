//! What comes in: JSON bodies, ids in paths, queries, idempotency keys. Whatever can't be read is answered as problem details.

use std::str::FromStr;

use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, Path, Query, Request,
        rejection::{JsonRejection, QueryRejection},
    },
};
use countersign_domain::{Code, IdError};
use http::{HeaderMap, StatusCode, request::Parts};
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// Bodies are small: what is asked, why, and ids.
pub(crate) const BODY_MAX: usize = 64 * 1024;

/// A JSON body.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        Json::from_request(request, state).await.map(|Json(body)| Self(body)).map_err(|r| unreadable(&r))
    }
}

fn unreadable(rejection: &JsonRejection) -> Fault {
    let status = match rejection.status() {
        kept @ (StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNSUPPORTED_MEDIA_TYPE) => kept,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => format!("the body is larger than {} KiB; send less", BODY_MAX / 1024),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body is not said to be JSON; send `Content-Type: application/json`".into(),
        _ => format!("the body can't be read; {}", root(rejection)),
    };
    Fault::unreadable(detail).status(status)
}

/// The innermost cause, which names the field.
fn root(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(deeper) = at.source() {
        at = deeper;
    }
    at.to_string()
}

/// The one id in a path.
pub(crate) struct Id<T>(pub T);

impl<T: FromStr<Err = IdError>, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|e| Fault::new(Code::NotFound, "Not found", e.body_text()))?;
        text.parse().map(Self).map_err(|e: IdError| Fault::new(Code::NotFound, "Not found", e.to_string()))
    }
}

/// A query.
pub(crate) struct Ask<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Ask<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let fail = |r: QueryRejection| Fault::unreadable(format!("the query can't be read; {}", root(&r)));
        Query::from_request_parts(parts, state).await.map(|Query(query)| Self(query)).map_err(fail)
    }
}

/// The `Idempotency-Key`, if one was sent.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let mut given = headers.get_all("idempotency-key").iter();
    let Some(first) = given.next() else { return Ok(None) };
    let key = first.to_str().unwrap_or_default();
    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if given.next().is_some() || !plain || !(8..=64).contains(&key.len()) {
        return Err(Fault::unreadable("`Idempotency-Key` can't be used; send one of 8 to 64 letters, digits, `-` and `_`, such as a UUID"));
    }
    Ok(Some(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn an_idempotency_key_is_one_plain_word() {
        let read = |keys: &[&str]| {
            let mut headers = HeaderMap::new();
            for key in keys {
                headers.append("idempotency-key", HeaderValue::from_str(key).unwrap());
            }
            idempotency_key(&headers).map_err(drop)
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["5f0c2a3e-8a36-4f0e-9a51-0d6f8d2c7b11"]), Ok(Some("5f0c2a3e-8a36-4f0e-9a51-0d6f8d2c7b11".into())));
        for bad in [&["short"][..], &["with space in it"], &[""], &["one-of-two", "two-of-two"]] {
            assert_eq!(read(bad), Err(()), "{bad:?}");
        }
    }
}
