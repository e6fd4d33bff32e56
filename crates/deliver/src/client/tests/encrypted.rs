//! Deliveries by https.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::connector::TlsFault;
use crate::simulated;

const NAME: &str = "receiver.example";

/// A certificate that vouches for itself, and a server that shows it.
fn identity(names: &[&str]) -> (CertificateDer<'static>, TlsAcceptor) {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let certificate = cert.der().clone();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = ServerConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    (certificate, TlsAcceptor::from(Arc::new(config)))
}

/// A receiver that answers 200 by TLS; it says which name it was asked for.
async fn encrypted(acceptor: TlsAcceptor) -> SocketAddr {
    receiver(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let asked = stream.get_ref().1.server_name().unwrap_or("nobody").to_owned();
            let mut request = vec![0; 4096];
            while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                let length = asked.len();
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{asked}");
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
        }
    })
    .await
}

async fn send(receiver: SocketAddr, ca: &[CertificateDer<'static>]) -> Exchange {
    let wires = Wires::leading(&[Lead::To(receiver)]);
    let client = simulated::client(Names::answering(&[&[PUBLIC]]), wires);
    let tls = Arc::new(crate::tls::client_config_trusting_only(ca).unwrap());
    let url = format!("https://{NAME}/");
    client.send(Outgoing { tls: Some(tls), ..to(&url, TargetPolicy::default()) }).await
}

#[tokio::test]
async fn a_trusted_certificate_delivers_and_the_host_is_asked_for() {
    let (certificate, acceptor) = identity(&[NAME]);
    let exchange = send(encrypted(acceptor).await, &[certificate]).await;
    assert_eq!(outcome(&exchange), "delivered", "{exchange:?}");
    assert_eq!(&exchange.response.unwrap().body[..], NAME.as_bytes());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_tls() {
    let (_, acceptor) = identity(&[NAME]);
    let (other, _) = identity(&[NAME]);
    let exchange = send(encrypted(acceptor).await, &[other]).await;
    assert_eq!(outcome(&exchange), "tls");
    assert_eq!(exchange.fault(), Some(Fault::Receiver));
    assert!(matches!(
        exchange.failure,
        Some(Failure::Connection(ConnectError::Tls(TlsFault::Rustls(
            rustls::Error::InvalidCertificate(_)
        ))))
    ));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_tls() {
    let (certificate, acceptor) = identity(&["other.example"]);
    let exchange = send(encrypted(acceptor).await, &[certificate]).await;
    assert_eq!(outcome(&exchange), "tls");
}

#[tokio::test]
async fn plain_http_where_tls_was_asked_for_is_tls() {
    let plain = receiver(|mut stream| async move {
        let mut hello = vec![0; 4096];
        let _ = stream.read(&mut hello).await;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    })
    .await;
    assert_eq!(outcome(&send(plain, &[]).await), "tls");
}

#[tokio::test]
async fn a_handshake_that_breaks_is_tls() {
    let closing = receiver(|mut stream| async move {
        let _ = stream.read(&mut [0; 16]).await;
    })
    .await;
    assert_eq!(outcome(&send(closing, &[]).await), "tls");
}

#[tokio::test]
async fn an_alert_after_the_handshake_is_tls() {
    let (certificate, _) = identity(&[NAME]);
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![NAME.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    // The receiver asks for a certificate that we do not have; in TLS 1.3 its refusal comes after
    // our side of the handshake has ended.
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let clients = rustls::server::WebPkiClientVerifier::builder_with_provider(
        Arc::new(roots),
        Arc::clone(&provider),
    );
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let receiver = encrypted(TlsAcceptor::from(Arc::new(config))).await;
    let exchange = send(receiver, &[cert.der().clone()]).await;
    assert_eq!(outcome(&exchange), "tls", "{exchange:?}");
    assert!(matches!(exchange.failure, Some(Failure::Tls(_))), "{exchange:?}");
}

#[test]
fn a_broken_authority_is_an_error_and_a_missing_store_is_not() {
    let broken = CertificateDer::from(vec![1, 2, 3]);
    let (sound, _) = identity(&[NAME]);
    let error = crate::tls::client_config(&[sound, broken]).unwrap_err();
    assert!(matches!(error, crate::tls::TlsError::ExtraCa { number: 2, .. }), "{error:?}");
    let built = crate::tls::client_config(&[]).unwrap();
    let none = built.warnings.iter().any(|it| matches!(it, crate::tls::TlsWarning::NoRoots));
    assert_eq!(none, built.system_roots == 0, "{:?}", built.warnings);
}
