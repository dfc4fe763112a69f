//! Binding sockets: before anything else, so that nobody else sits on the address that tokens will name.

use std::{
    io::{self, ErrorKind},
    net::{SocketAddr, TcpListener},
};

use tracing::warn;
use url::Url;

use crate::config::{ServerConfig, localhost};

/// How often a port that one address family has free and the other has not is given up for another.
const TRIES: usize = 32;

/// Sockets, and the issuer that they belong to.
pub(crate) struct Bound {
    pub listeners: Vec<TcpListener>,
    pub issuer: Url,
    pub ipv4_only: bool,
}

/// An address that can't be listened on.
#[derive(Debug, thiserror::Error)]
#[error("`{address}` can't be listened on: {error}; end what sits there, or choose another port")]
pub struct BindError {
    /// Which.
    pub address: SocketAddr,
    /// Why.
    pub error: io::Error,
}

/// Binds all addresses, or none.
pub(crate) fn bind(config: &ServerConfig) -> Result<Bound, BindError> {
    if config.embedded { both(config.listen.first().map_or(0, SocketAddr::port)) } else { each(config) }
}

fn each(config: &ServerConfig) -> Result<Bound, BindError> {
    let listeners = config.listen.iter().map(|address| one(*address)).collect::<Result<Vec<_>, _>>()?;
    let mut issuer = config.issuer.clone();
    if issuer.port() == Some(0) {
        let port = listeners.first().and_then(|l| l.local_addr().ok()).map(|a| a.port());
        // Cannot fail: the issuer has a host.
        let _ = issuer.set_port(port);
    }
    Ok(Bound { listeners, issuer, ipv4_only: false })
}

/// The same port on both loopback addresses: if only one of them were ours, `localhost` could lead to somebody else.
fn both(wanted: u16) -> Result<Bound, BindError> {
    let mut tries = TRIES;
    loop {
        let four = one(SocketAddr::from(([127, 0, 0, 1], wanted)))?;
        let port = four.local_addr().map_or(wanted, |a| a.port());
        match one(SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))) {
            Ok(six) => return Ok(Bound { listeners: vec![four, six], issuer: localhost(port), ipv4_only: false }),
            Err(e) if absent(&e.error) => {
                warn!("this computer has no IPv6; listening on 127.0.0.1 only");
                return Ok(Bound { listeners: vec![four], issuer: localhost(port), ipv4_only: true });
            }
            Err(e) if wanted != 0 || tries == 0 => return Err(e),
            Err(_) => tries -= 1,
        }
    }
}

/// Binds one address.
pub(crate) fn one(address: SocketAddr) -> Result<TcpListener, BindError> {
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|error| BindError { address, error })
}

/// Whether the address family is not there at all; anything else, such as somebody on the port, is no excuse.
fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::Unsupported) || error.raw_os_error() == Some(NO_FAMILY)
}

/// `EAFNOSUPPORT`.
#[cfg(target_os = "linux")]
const NO_FAMILY: i32 = 97;
/// `EAFNOSUPPORT`.
#[cfg(target_os = "macos")]
const NO_FAMILY: i32 = 47;
/// `WSAEAFNOSUPPORT`.
#[cfg(windows)]
const NO_FAMILY: i32 = 10047;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_service_has_its_port_on_both_families() {
        let bound = bind(&ServerConfig::embedded(0)).unwrap_or_else(|e| panic!("{e}"));
        let ports: Vec<_> = bound.listeners.iter().map(|l| l.local_addr().unwrap().port()).collect();
        assert!(ports.iter().all(|p| Some(*p) == bound.issuer.port()), "{ports:?} {}", bound.issuer);
        assert_eq!(ports.len(), if bound.ipv4_only { 1 } else { 2 });
    }

    #[test]
    fn somebody_on_one_family_means_no_start() {
        let Ok(other) = TcpListener::bind("[::1]:0") else { return };
        let port = other.local_addr().unwrap().port();
        let refused = bind(&ServerConfig::embedded(port)).map(drop).unwrap_err();
        assert!(refused.to_string().contains("can't be listened on"), "{refused}");
    }
}
