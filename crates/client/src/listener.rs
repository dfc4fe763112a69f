//! The loopback address that the browser comes back to (RFC 8252 §7.3): one question, one answer, then it is gone.
//!
//! It speaks just enough HTTP/1.1 to read one request line and show one page.

use std::{net::Ipv4Addr, time::Duration};

use countersign_api::Problem;
use countersign_domain::{Code, CorrelationId};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};
use zeroize::Zeroizing;

use crate::{
    callback::{self, Callback, Expected},
    fault,
};

const MAX_HEAD: usize = 16 * 1024;
/// A browser opens connections before it needs them; none is waited for longer than this.
const HEAD_TIME: Duration = Duration::from_secs(10);
const MAX_CONNECTIONS: usize = 16;

pub(crate) struct Listener {
    socket: TcpListener,
    port: u16,
}

impl Listener {
    pub(crate) async fn bind(correlation: CorrelationId) -> Result<Self, Problem> {
        let bound = async {
            let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = socket.local_addr()?.port();
            Ok::<_, std::io::Error>(Self { socket, port })
        };
        bound.await.map_err(|e| {
            tracing::error!(error = %e, "no loopback port for the sign-in");
            fault::problem(
                Code::Unavailable,
                "The browser can't come back",
                "No free port was found on this computer, so the sign-in was not begun. Try again.",
                correlation,
            )
        })
    }

    pub(crate) fn redirect(&self) -> String {
        format!("http://127.0.0.1:{}/callback", self.port)
    }

    /// Waits for the answer. Whatever else comes is turned away, and does not end the wait.
    pub(crate) async fn answer(self, expected: Expected<'_>) -> Callback {
        let host = format!("127.0.0.1:{}", self.port);
        let (heads, mut came) = mpsc::channel::<(TcpStream, Zeroizing<String>)>(4);
        let mut readers = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept(), if readers.len() < MAX_CONNECTIONS => {
                    let Ok((stream, _)) = accepted else { continue };
                    let heads = heads.clone();
                    readers.spawn(async move {
                        if let Ok(Some(got)) = timeout(HEAD_TIME, read_head(stream)).await {
                            let _ = heads.send(got).await;
                        }
                    });
                }
                Some(_) = readers.join_next() => {}
                Some((stream, head)) = came.recv() => {
                    let callback = target(&head, &host).map_or(Callback::Stray, |t| callback::read(t, expected));
                    let _ = timeout(HEAD_TIME, show(stream, &callback)).await;
                    if callback != Callback::Stray {
                        return callback;
                    }
                }
            }
        }
    }
}

async fn read_head(mut stream: TcpStream) -> Option<(TcpStream, Zeroizing<String>)> {
    let mut head = Zeroizing::new(Vec::with_capacity(2048));
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        if head.len() > MAX_HEAD || stream.read_buf(&mut *head).await.ok()? == 0 {
            return None;
        }
    }
    let text = std::str::from_utf8(&head).ok()?.to_owned();
    Some((stream, Zeroizing::new(text)))
}

/// The request target of a `GET` for this very host; a page elsewhere that rebinds its name to loopback (DNS rebinding) has another `Host`.
fn target<'a>(head: &'a str, host: &str) -> Option<&'a str> {
    let mut lines = head.split("\r\n");
    let target = lines.next()?.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    let mut hosts = lines.filter_map(|l| l.split_once(':')).filter(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, value)| value.trim());
    (hosts.next() == Some(host) && hosts.next().is_none()).then_some(target)
}

fn page(callback: &Callback) -> (&'static str, &'static str, &'static str) {
    match callback {
        Callback::Code(_) => ("200 OK", "You can close this page", "Countersign has what it needs. Go back to its window."),
        Callback::Refused { .. } => ("200 OK", "You can close this page", "Nothing was granted. Countersign's window says why."),
        Callback::Stray => ("404 Not Found", "Nothing here", "This address waits for one answer of one sign-in, and this was not it."),
    }
}

async fn show(mut stream: TcpStream, callback: &Callback) -> std::io::Result<()> {
    let (status, head, text) = page(callback);
    let html = format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{head} – Countersign</title><h1>{head}</h1><p>{text}</p></html>\n");
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{html}",
        html.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::edge;

    #[test]
    fn only_a_get_for_this_host_has_a_target() {
        let host = "127.0.0.1:4000";
        assert_eq!(target("GET /callback?x HTTP/1.1\r\nhost: 127.0.0.1:4000\r\n\r\n", host), Some("/callback?x"));
        for bad in [
            "POST /callback?x HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n",
            "GET /callback?x HTTP/1.1\r\nHost: evil.example:4000\r\n\r\n",
            "GET /callback?x HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nHost: 127.0.0.1:4000\r\n\r\n",
            "GET /callback?x HTTP/1.1\r\n\r\n",
            "",
        ] {
            assert_eq!(target(bad, host), None, "{bad}");
        }
    }

    async fn get(port: u16, target: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn it_waits_through_strangers_and_idle_connections_for_the_one_answer() {
        let listener = Listener::bind(edge().correlation()).await.unwrap();
        let port = listener.port;
        assert_eq!(listener.redirect(), format!("http://127.0.0.1:{port}/callback"));
        let waiting = tokio::spawn(async move { listener.answer(Expected { state: "s", issuer: "https://x.example" }).await });
        let _idle = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        assert!(get(port, "/favicon.ico").await.starts_with("HTTP/1.1 404"));
        assert!(get(port, "/callback?code=c&state=other&iss=https%3A%2F%2Fx.example").await.starts_with("HTTP/1.1 404"));
        let page = get(port, "/callback?code=c&state=s&iss=https%3A%2F%2Fx.example").await;
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("You can close this page") && !page.contains("code="), "{page}");
        assert_eq!(waiting.await.unwrap(), Callback::Code(countersign_domain::Secret::new("c".into())));
    }
}
