//! What the service shows to the outside: its issuer, the `Host` values that it answers to, whether cookies travel over TLS.

use std::net::{IpAddr, SocketAddr};

use countersign_engine::is_loopback;
use http::{HeaderMap, Request, header};
use url::Url;

use crate::config::ServerConfig;

/// Facts about the outside, fixed once the addresses are bound.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    /// `iss`, without a slash at its end; also the origin of all pages.
    pub issuer: String,
    /// Exact `Host` values that are answered.
    hosts: Vec<String>,
    /// Whether browsers reach it over TLS.
    pub secure: bool,
    /// What the cookies of this service are called.
    pub cookies: CookieNames,
    /// Whether a proxy on this computer tells where a browser is.
    forwarded: bool,
}

/// Names of the cookies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CookieNames {
    /// Who is signed in at this browser.
    pub browser: String,
    /// What forms are bound to.
    pub form: String,
}

impl Front {
    /// As `config` says, at the issuer that was found.
    pub(crate) fn new(config: &ServerConfig, issuer: &Url) -> Self {
        let text = issuer.as_str().trim_end_matches('/').to_owned();
        let secure = issuer.scheme() == "https";
        let own = text.split_once("://").map_or("", |(_, host)| host).to_owned();
        // A client may write the port that goes without saying (RFC 9110 §7.2).
        let spelled = issuer.port().is_none().then(|| format!("{own}:{}", if secure { 443 } else { 80 }));
        let hosts = std::iter::once(own).chain(spelled).chain(config.hosts.iter().map(|h| h.to_ascii_lowercase())).collect();
        Self { issuer: text, hosts, secure, cookies: CookieNames::new(issuer, secure), forwarded: config.forwarded }
    }

    /// Whether a request names this service: DNS that was rebound names another (exact match, port included).
    pub(crate) fn is_named_by<B>(&self, request: &Request<B>) -> bool {
        let mut named = request.headers().get_all(header::HOST).iter();
        let host = match (named.next(), named.next()) {
            (Some(one), None) => one.to_str().ok(),
            (None, _) => request.uri().authority().map(http::uri::Authority::as_str),
            (Some(_), Some(_)) => None,
        };
        host.is_some_and(|h| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(h)))
    }

    /// Whether a form was sent by a page of this service.
    ///
    /// Browsers tell so in `Origin`, and newer ones in `Sec-Fetch-Site` too. A client that sends neither is no browser; the
    /// form's own token stands before it all the same.
    pub(crate) fn is_own_form(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get_all(header::ORIGIN).iter().all(|o| o.as_bytes() == self.issuer.as_bytes());
        let site = headers.get_all("sec-fetch-site").iter().all(|s| s.as_bytes() == b"same-origin");
        origin && site
    }

    /// Where the browser is, for limits on tries.
    pub(crate) fn address(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let told = || headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
        // Who listens for both kinds of addresses sees those of IPv4 as mapped.
        let peer = peer.ip().to_canonical();
        // Only the last entry is the proxy's own word; whoever is before it can write anything.
        if self.forwarded && peer.is_loopback() { told().unwrap_or(peer) } else { peer }
    }
}

impl CookieNames {
    /// `__Host-` binds a cookie to the host over TLS (RFC 6265bis §4.1.3.2). On loopback cookies are shared by all ports, so the
    /// name carries the port, or two services would sign each other's people out.
    fn new(issuer: &Url, secure: bool) -> Self {
        if secure {
            return Self { browser: "__Host-countersign".into(), form: "__Host-countersign-form".into() };
        }
        let port = if is_loopback(issuer) { issuer.port().unwrap_or(80) } else { 80 };
        Self { browser: format!("countersign-{port}"), form: format!("countersign-form-{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front() -> Front {
        let config = ServerConfig::embedded(43_117);
        Front::new(&config, &config.issuer)
    }

    fn asking(host: &str) -> Request<()> {
        Request::get("/v1/me").header(header::HOST, host).body(()).unwrap()
    }

    #[test]
    fn a_name_that_was_rebound_is_not_answered() {
        assert!(front().is_named_by(&asking("localhost:43117")));
        for other in ["localhost", "localhost:43118", "127.0.0.1:43117", "evil.example", "evil.example:43117", "localhost:43117.evil.example"] {
            assert!(!front().is_named_by(&asking(other)), "{other}");
        }
        let two = Request::get("/").header(header::HOST, "localhost:43117").header(header::HOST, "evil.example").body(()).unwrap();
        assert!(!front().is_named_by(&two));
        assert!(!front().is_named_by(&Request::get("/").body(()).unwrap()));
    }

    #[test]
    fn the_port_that_goes_without_saying_may_be_said() {
        let tls = ServerConfig { issuer: "https://sts.example".parse().unwrap(), ..ServerConfig::embedded(1) };
        let front = Front::new(&tls, &tls.issuer);
        assert!(front.is_named_by(&asking("sts.example")) && front.is_named_by(&asking("sts.example:443")));
        assert!(!front.is_named_by(&asking("sts.example:80")));
    }

    #[test]
    fn forms_come_from_own_pages() {
        let with =
            |name: &'static str, value: &'static str| HeaderMap::from_iter([(http::HeaderName::from_static(name), http::HeaderValue::from_static(value))]);
        assert!(front().is_own_form(&with("origin", "http://localhost:43117")));
        assert!(front().is_own_form(&HeaderMap::new()));
        for other in ["http://localhost:5173", "null", "https://evil.example"] {
            assert!(!front().is_own_form(&with("origin", other)), "{other}");
        }
        assert!(!front().is_own_form(&with("sec-fetch-site", "cross-site")));
        assert!(!front().is_own_form(&with("sec-fetch-site", "same-site")));
    }

    #[test]
    fn only_a_local_proxy_tells_where_a_browser_is() {
        let told = HeaderMap::from_iter([(http::HeaderName::from_static("x-forwarded-for"), http::HeaderValue::from_static("10.0.0.1, 198.51.100.7"))]);
        let mut front = front();
        assert_eq!(front.address("127.0.0.1:5".parse().unwrap(), &told).to_string(), "127.0.0.1");
        front.forwarded = true;
        assert_eq!(front.address("127.0.0.1:5".parse().unwrap(), &told).to_string(), "198.51.100.7");
        assert_eq!(front.address("[::ffff:127.0.0.1]:5".parse().unwrap(), &told).to_string(), "198.51.100.7", "of IPv4, where both are listened for");
        assert_eq!(front.address("203.0.113.9:5".parse().unwrap(), &told).to_string(), "203.0.113.9");
    }

    #[test]
    fn cookies_are_bound_to_the_host() {
        assert_eq!(front().cookies.browser, "countersign-43117");
        let tls = ServerConfig { issuer: "https://sts.example".parse().unwrap(), ..ServerConfig::embedded(1) };
        assert_eq!(Front::new(&tls, &tls.issuer).cookies.browser, "__Host-countersign");
    }
}
