//! Where a browser may be sent back to: a console on this very machine (RFC 8252 §7.3), and nowhere else.

use std::fmt;

use url::Url;

/// `http://127.0.0.1:{port}/callback` or `http://[::1]:{port}/callback`, in exactly this spelling.
///
/// Not `localhost`: a resolver could send it elsewhere (RFC 8252 §8.3).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LoopbackRedirect(String);

/// A redirect address that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`redirect_uri` must be `http://127.0.0.1:{{port}}/callback` or `http://[::1]:{{port}}/callback`")]
pub struct RedirectError;

impl LoopbackRedirect {
    /// Compares text, not what a URL parser makes of it: parsers mend `http:/\127.1` into something that looks good.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, RedirectError> {
        let rest = text.strip_prefix("http://127.0.0.1:").or_else(|| text.strip_prefix("http://[::1]:")).ok_or(RedirectError)?;
        let port = rest.strip_suffix("/callback").ok_or(RedirectError)?;
        match port.parse::<u16>() {
            Ok(number) if number > 0 && number.to_string() == port => Ok(Self(text.to_owned())),
            _ => Err(RedirectError),
        }
    }

    /// As it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This address with an answer in its query.
    pub(crate) fn with(&self, pairs: &[(&str, &str)]) -> String {
        match Url::parse(&self.0) {
            Ok(mut url) => {
                url.query_pairs_mut().extend_pairs(pairs);
                url.into()
            }
            // `parse` lets no such text in; an answer without its parameters is refused by every client.
            Err(_) => self.0.clone(),
        }
    }
}

impl fmt::Debug for LoopbackRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_on_this_machine_is_answered() {
        for good in ["http://127.0.0.1:1/callback", "http://127.0.0.1:49152/callback", "http://[::1]:65535/callback"] {
            assert_eq!(LoopbackRedirect::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn nobody_else_is() {
        for bad in [
            "",
            "http://localhost:4000/callback",
            "https://127.0.0.1:4000/callback",
            "HTTP://127.0.0.1:4000/callback",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:080/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:4000/callback/",
            "http://127.0.0.1:4000/Callback",
            "http://127.0.0.1:4000//callback",
            "http://127.0.0.1:4000/x/../callback",
            "http://127.0.0.1:4000/callback?x=1",
            "http://127.0.0.1:4000/callback#x",
            "http://127.0.0.1:4000@evil.example/callback",
            "http://a:b@127.0.0.1:4000/callback",
            "http://127.0.0.1:4000\\@evil.example/callback",
            "http://127.0.0.2:4000/callback",
            "http://127.1:4000/callback",
            "http://0x7f.0.0.1:4000/callback",
            "http://127.0.0.1.evil.example:4000/callback",
            "http://[::ffff:127.0.0.1]:4000/callback",
            "http://[0:0:0:0:0:0:0:1]:4000/callback",
            "http://127.0.0.1:4000/callback\n",
            " http://127.0.0.1:4000/callback",
            "com.example.app:/callback",
        ] {
            assert_eq!(LoopbackRedirect::parse(bad), Err(RedirectError), "{bad}");
        }
    }
}
