//! Whose word counts for who a server is, where its address begins with `https`.

use std::io;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};

/// Whose certificates are believed. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Trust(Arc<ClientConfig>);

/// Why nobody can be trusted.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The text is not what it should be.
    #[error("there is no certificate in it: it must be PEM, with lines that say BEGIN CERTIFICATE")]
    NoCertificate,
    /// A certificate in it cannot be used.
    #[error("a certificate in it cannot be read: {0}")]
    BadCertificate(String),
    /// Neither this machine nor the text names anybody.
    #[error(
        "this machine trusts no authority: install its certificates (the package is mostly called \
         ca-certificates), or name a file with the one that vouches for the server"
    )]
    Nobody,
}

impl Trust {
    /// Nobody is believed: enough for servers that are reached by plain `http`.
    pub fn nobody() -> Self {
        Self::of(RootCertStore::empty())
    }

    /// The authorities that this machine trusts, and those whose certificates
    /// stand in `besides` (PEM). Reads files: not for a busy thread.
    pub fn of_this_machine(besides: Option<&[u8]>) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        // Of a store with hundreds some are always odd; the others count.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(pem) = besides {
            add(&mut roots, pem)?;
        }
        if roots.is_empty() { Err(TrustError::Nobody) } else { Ok(Self::of(roots)) }
    }

    fn of(roots: RootCertStore) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider supports the usual versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(Arc::new(config))
    }

    pub(super) fn config(&self) -> ClientConfig {
        (*self.0).clone()
    }

    /// What a WebSocket is connected with.
    pub(crate) fn connector(&self) -> tokio_tungstenite::Connector {
        tokio_tungstenite::Connector::Rustls(Arc::clone(&self.0))
    }
}

fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), TrustError> {
    let bad = |error: &dyn std::fmt::Display| TrustError::BadCertificate(error.to_string());
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| bad(&error))?;
        roots.add(certificate).map_err(|error| bad(&error))?;
    }
    if roots.len() == before { Err(TrustError::NoCertificate) } else { Ok(()) }
}

/// What is wrong with a server's certificate, if that is what went wrong. The
/// words name neither the server nor whom it claims to be.
pub(crate) fn distrust(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    let rustls::Error::InvalidCertificate(why) = causes.find_map(of_tls)? else { return None };
    Some(match why {
        // The signature is bad when somebody else has the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "nobody whom this machine trusts vouches for it"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is the clock right?"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it was made for another name than the address has"
        }
        CertificateError::Revoked => "it was revoked",
        // What `openssl req -x509` makes when nothing is said.
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "it is that of an authority (CA:TRUE), with which no server can prove who it is"
        }
        _ => "it cannot be verified",
    })
}

/// The error of TLS, if it is one. An [`io::Error`] does not count what it wraps
/// among its sources, and may wrap another one.
fn of_tls<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    match error.downcast_ref::<io::Error>() {
        Some(wrapping) => of_tls(wrapping.get_ref()?),
        None => error.downcast_ref(),
    }
}
