//! The TLS that deliveries use.
//!
//! TLS 1.2 and 1.3 by aws-lc, given explicitly and never as the default of the process;
//! certificates are always verified, against the operating system's store and the given
//! authorities. ALPN offers `http/1.1`, which is what the client speaks.
//!
//! Never: has a switch that turns verification off.

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

/// A configuration, and what was found on the way to it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Built {
    /// For [`crate::ClientParts`] or [`crate::Outgoing`].
    pub config: ClientConfig,
    /// Certificates of the operating system's store that are in use.
    pub system_roots: usize,
    /// What an operator should hear at the start.
    pub warnings: Vec<TlsWarning>,
}

/// What is wrong with the operating system's store; deliveries go on with what there is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsWarning {
    /// No authority at all: every delivery by https will end in `tls`.
    #[error("no certificate authority was found; install ca-certificates or set tls.ca_files")]
    NoRoots,
    /// A file of the store could not be read.
    #[error("a part of the system's certificate store could not be read")]
    System(#[source] rustls_native_certs::Error),
    /// Certificates of the store that are no authorities rustls can use.
    #[error("{count} certificates of the system's store cannot be used")]
    Ignored {
        /// How many.
        count: usize,
    },
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A given authority is no certificate that can be trusted.
    #[error("the certificate authority number {number} cannot be used")]
    ExtraCa {
        /// Counted from 1, in the order given.
        number: usize,
        /// What rustls said.
        #[source]
        error: rustls::Error,
    },
    /// The cryptography of this build has no TLS 1.2 and 1.3.
    #[error("TLS 1.2 and 1.3 are not available")]
    Versions(#[source] rustls::Error),
}

/// Builds the configuration from the operating system's store (`SSL_CERT_FILE` and `SSL_CERT_DIR`
/// as OpenSSL has them) and the given authorities. Reads files: call it at the start.
///
/// # Errors
/// [`TlsError::ExtraCa`] for an authority that cannot be used. An empty or broken system store is
/// a [`TlsWarning`].
pub fn client_config(extra_ca: &[CertificateDer<'_>]) -> Result<Built, TlsError> {
    let mut warnings = Vec::new();
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    warnings.extend(system.errors.into_iter().map(TlsWarning::System));
    let (system_roots, ignored) = roots.add_parsable_certificates(system.certs);
    if ignored > 0 {
        warnings.push(TlsWarning::Ignored { count: ignored });
    }
    add_extra(&mut roots, extra_ca)?;
    if roots.is_empty() {
        warnings.push(TlsWarning::NoRoots);
    }
    Ok(Built { config: config_with(roots)?, system_roots, warnings })
}

/// Trusts the given authorities and no others: for a webhook that brings its own.
///
/// # Errors
/// As [`client_config`].
pub fn client_config_trusting_only(ca: &[CertificateDer<'_>]) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    add_extra(&mut roots, ca)?;
    config_with(roots)
}

fn add_extra(roots: &mut RootCertStore, extra: &[CertificateDer<'_>]) -> Result<(), TlsError> {
    for (index, ca) in extra.iter().enumerate() {
        roots
            .add(ca.clone().into_owned())
            .map_err(|error| TlsError::ExtraCa { number: index + 1, error })?;
    }
    Ok(())
}

fn config_with(roots: RootCertStore) -> Result<ClientConfig, TlsError> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut config = ClientConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(TlsError::Versions)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
