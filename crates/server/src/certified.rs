//! Connections whose client showed a certificate: it goes along with each of their requests.
//!
//! What a header says of a certificate (`X-Client-Cert`, `X-Forwarded-Client-Cert`, RFC 9440's `Client-Cert`) is never read: anybody can write one.

use std::{future::Future, io, pin::Pin, sync::Arc};

use axum::{Extension, middleware::AddExtension};
use axum_server::{accept::Accept, tls_rustls::RustlsAcceptor};
use countersign_oauth::mtls::PeerCertificate;
use http::request::Parts;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tower::Layer as _;

use crate::{app::App, door::Door};

/// What a client showed in the handshake, leaf first; nothing if it has no certificate.
#[derive(Clone)]
pub(crate) struct Chain(Arc<[CertificateDer<'static>]>);

/// Lets TLS connections in.
#[derive(Clone)]
pub(crate) struct Certified(pub RustlsAcceptor<Door>);

impl<S: Send + 'static> Accept<TcpStream, S> for Certified {
    type Stream = <RustlsAcceptor<Door> as Accept<TcpStream, S>>::Stream;
    type Service = AddExtension<S, Chain>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let chain = Chain(shown.iter().map(|c| c.clone().into_owned()).collect());
            Ok((stream, Extension(chain).layer(service)))
        })
    }
}

/// The certificate of the connection that a request came over, judged as of now.
pub(crate) fn certificate(app: &App, parts: &Parts) -> Option<PeerCertificate> {
    let Chain(chain) = parts.extensions.get()?;
    let der = chain.first()?.to_vec();
    let trusted = app.certificate.as_ref().is_some_and(|own| own.trusts(chain, app.clock.now()));
    Some(PeerCertificate { der, trusted })
}
