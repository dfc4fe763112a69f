//! Reading an answer's body without trusting its length.

use futures::StreamExt;

/// What was read.
#[derive(Debug)]
pub struct Body {
    /// At most as many bytes as were allowed.
    pub bytes: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
}

/// Reads at most `max` bytes, and leaves the rest unread.
///
/// # Errors
/// If the connection breaks or the request's time is over.
pub async fn read(answer: reqwest::Response, max: usize) -> Result<Body, reqwest::Error> {
    let mut chunks = answer.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let room = max - bytes.len();
        if chunk.len() > room {
            bytes.extend(chunk.iter().take(room));
            return Ok(Body { bytes, cut: true });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Body { bytes, cut: false })
}
