//! Servers behind https: who can prove who they are, and who cannot.

use std::sync::Arc;

use comfy::client::{self, BackendError, Client, Trust, TrustError};
use comfy::{Incoming, Link};
use futures_util::{SinkExt, StreamExt};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message as Packet;

/// An authority that only some trust.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and what proves that it is one's own.
type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.subject_alt_names = named("localhost").subject_alt_names;
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn vouch_for(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
    }

    /// The authority's certificate, used as a server's.
    fn itself(&self) -> Identity {
        let certificate = CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap();
        let key = self.issuer.key().serialize_der();
        (certificate, PrivateKeyDer::Pkcs8(key.into()))
    }

    fn trusted(&self) -> Trust {
        Trust::of_this_machine(Some(self.pem.as_bytes())).unwrap()
    }
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

/// A server of one kind, for as long as it is held.
struct Server {
    url: reqwest::Url,
    _tasks: JoinSet<()>,
}

#[derive(Clone, Copy)]
enum Kind {
    /// Answers that nothing waits.
    Http,
    /// A WebSocket that says so.
    Socket,
}

const STATUS: &str =
    r#"{"type":"status","data":{"status":{"exec_info":{"queue_remaining":0}},"sid":"x"}}"#;

impl Server {
    async fn start(kind: Kind, (certificate, key): Identity) -> Self {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Whoever does not trust it hangs up here.
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(kind, stream).await;
                }
            }
        });
        Self { url: url.parse().unwrap(), _tasks: tasks }
    }

    fn asked_by(&self, trust: Trust) -> Client {
        Client::new(self.url.clone(), client::http(trust).unwrap()).unwrap()
    }
}

async fn serve(kind: Kind, mut stream: TlsStream<TcpStream>) {
    if let Kind::Socket = kind {
        let mut socket = accept_async(stream).await.unwrap();
        socket.send(Packet::text(STATUS)).await.unwrap();
        while let Some(Ok(_)) = socket.next().await {}
        return;
    }
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0, "the request is whole");
    }
    let body = r#"{"exec_info":{"queue_remaining":0}}"#;
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}

/// What somebody hears at both doors of a server with this identity.
async fn refusals((certificate, key): Identity, trust: Trust) -> Vec<String> {
    let http = Server::start(Kind::Http, (certificate.clone(), key.clone_key())).await;
    let socket = Server::start(Kind::Socket, (certificate, key)).await;
    let errors = [
        http.asked_by(trust.clone()).queue_remaining().await.unwrap_err(),
        Link::connect(&socket.asked_by(trust), "id").await.unwrap_err(),
    ];
    for error in &errors {
        assert!(matches!(error, BackendError::Untrusted(_)), "{error:?}");
        assert!(error.surely_not_done());
        assert!(!error.to_string().contains("localhost"), "{error}");
    }
    errors.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_server_that_an_authority_of_ours_vouches_for_is_talked_to() {
    let authority = Authority::new();
    let http = Server::start(Kind::Http, authority.vouch_for(&named("localhost"))).await;
    assert_eq!(http.asked_by(authority.trusted()).queue_remaining().await.unwrap(), 0);

    let socket = Server::start(Kind::Socket, authority.vouch_for(&named("localhost"))).await;
    let mut link = Link::connect(&socket.asked_by(authority.trusted()), "id").await.unwrap();
    let Some(Ok(Incoming::Message(message))) = link.next().await else { panic!("no message") };
    assert!(matches!(message, comfy::Message::Status(_)), "{message:?}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_named_as_the_reason() {
    let own = Authority::new();
    for trust in [Trust::nobody(), Authority::new().trusted()] {
        for identity in [own.vouch_for(&named("localhost")), own.itself()] {
            for words in refusals(identity, trust.clone()).await {
                assert!(words.contains("certificate is not trusted: "), "{words}");
            }
        }
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_trusted_when_it_is_named_and_no_authoritys() {
    let key = KeyPair::generate().unwrap();
    let certificate = named("localhost").self_signed(&key).unwrap();
    let identity = || (certificate.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()));
    for words in refusals(identity(), Authority::new().trusted()).await {
        assert!(words.contains("certificate is not trusted: nobody"), "{words}");
    }
    let trust = Trust::of_this_machine(Some(certificate.pem().as_bytes())).unwrap();
    let server = Server::start(Kind::Http, identity()).await;
    assert_eq!(server.asked_by(trust).queue_remaining().await.unwrap(), 0);

    let own = Authority::new();
    for words in refusals(own.itself(), own.trusted()).await {
        assert!(words.contains("CA:TRUE"), "{words}");
    }
}

#[tokio::test]
async fn a_certificate_of_another_name_or_another_time_is_named_as_the_reason() {
    let own = Authority::new();
    let (mut old, mut early) = (named("localhost"), named("localhost"));
    old.not_after = date_time_ymd(2001, 1, 1);
    early.not_before = date_time_ymd(4000, 1, 1);
    let other = named("elsewhere.example");
    for (params, reason) in
        [(other, "made for another name"), (old, "expired"), (early, "not valid yet")]
    {
        for words in refusals(own.vouch_for(&params), own.trusted()).await {
            assert!(words.contains(reason), "{words}");
        }
    }
}

#[test]
fn a_file_without_certificates_is_refused() {
    let error = Trust::of_this_machine(Some(b"hello")).unwrap_err();
    assert!(matches!(error, TrustError::NoCertificate), "{error}");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let error = Trust::of_this_machine(Some(broken.as_bytes())).unwrap_err();
    assert!(matches!(error, TrustError::BadCertificate(_)), "{error}");
}
