//! Requests as they go over the wire, for who sends them by other means.

use std::fmt::Write as _;

/// HTTP/1.1 (RFC 9112), with a body that is text.
pub(crate) fn text(request: reqwest::RequestBuilder) -> String {
    let request = request.build().expect("a request");
    let url = request.url();
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let host = url.host_str().expect("a host");
    let mut text = format!("{} {} HTTP/1.1\r\nhost: {host}:{}\r\ncontent-length: {}\r\n", request.method(), url.path(), url.port().unwrap_or(80), body.len());
    for (name, value) in request.headers() {
        write!(text, "{name}: {}\r\n", value.to_str().expect("a header of text")).expect("a string takes it");
    }
    text + "\r\n" + std::str::from_utf8(body).expect("a body of text")
}
