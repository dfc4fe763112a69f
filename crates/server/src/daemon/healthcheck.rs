//! `countersignd healthcheck`: asks the service on this computer whether it is ready, for orchestrators without a tool of their own.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

use crate::config::{ServerConfig, TlsFiles};

const PATIENCE: Duration = Duration::from_secs(5);

/// The status that `/readyz` answers with.
pub(super) fn ask(config: &ServerConfig) -> io::Result<u16> {
    let address = config.listen.first().copied().map(reachable).ok_or_else(|| io::Error::other("there is no address to ask"))?;
    let socket = TcpStream::connect_timeout(&address, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    match &config.tls {
        None => exchange(socket),
        Some(files) => exchange(StreamOwned::new(connection(files)?, socket)),
    }
}

/// Where a service that listens everywhere is asked.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn exchange(mut stream: impl Read + Write) -> io::Result<u16> {
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    stream.flush()?;
    let mut line = String::new();
    BufReader::new(stream).take(4096).read_line(&mut line)?;
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| io::Error::other("the answer is not HTTP"))
}

fn connection(files: &TlsFiles) -> io::Result<ClientConnection> {
    let leaf = CertificateDer::from_pem_file(&files.cert).map_err(io::Error::other)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(OwnCertificate { leaf, provider })).with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").map_err(io::Error::other)?).map_err(io::Error::other)
}

/// Takes the very certificate that the service is configured with, and no other: it is not asked by the name that it is made for.
#[derive(Debug)]
struct OwnCertificate {
    leaf: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OwnCertificate {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *end_entity == self.leaf {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::General("the service shows another certificate than the configured one".into()))
        }
    }

    fn verify_tls12_signature(&self, message: &[u8], cert: &CertificateDer<'_>, dss: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(&self, message: &[u8], cert: &CertificateDer<'_>, dss: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_listens_everywhere_is_asked_here() {
        assert_eq!(reachable("0.0.0.0:8443".parse().unwrap()).to_string(), "127.0.0.1:8443");
        assert_eq!(reachable("[::]:8443".parse().unwrap()).to_string(), "[::1]:8443");
        assert_eq!(reachable("192.0.2.7:8443".parse().unwrap()).to_string(), "192.0.2.7:8443");
    }

    #[test]
    fn the_status_line_is_read() {
        struct Canned(io::Cursor<Vec<u8>>);
        impl Read for Canned {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                self.0.read(buf)
            }
        }
        impl Write for Canned {
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                Ok(buf.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let canned = |text: &str| exchange(Canned(io::Cursor::new(text.as_bytes().to_vec())));
        assert_eq!(canned("HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap(), 503);
        assert!(canned("SSH-2.0-OpenSSH\r\n").is_err());
    }
}
