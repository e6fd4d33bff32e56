//! Why there is no connection.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::resolver::ResolveError;
use crate::target_guard::Forbidden;

/// Why a connection was not made. hyper wraps it; it is found again in the chain of causes.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The target guard refused; nothing was dialled.
    #[error("forbidden target")]
    Forbidden(#[from] Forbidden),
    /// The name has no address, or its servers did not answer in time.
    #[error("the name was not resolved")]
    Dns(#[source] ResolveError),
    /// The address did not take the connection.
    #[error("no connection to {address}")]
    Connect {
        /// The last address tried.
        address: SocketAddr,
        /// What the dialer said.
        #[source]
        error: Arc<io::Error>,
    },
    /// The address did not answer within its part of [`super::CONNECT_TIMEOUT`].
    #[error("{address} did not answer in time")]
    ConnectTimeout {
        /// The last address tried.
        address: SocketAddr,
    },
    /// The handshake failed.
    #[error("no TLS connection")]
    Tls(#[source] TlsFault),
    /// The handshake took longer than [`super::TLS_TIMEOUT`].
    #[error("the TLS handshake did not end in time")]
    TlsTimeout,
}

impl ConnectError {
    /// An error of the dialer. The system's own time limit is a time limit like ours.
    pub(super) fn dialling(address: SocketAddr, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::ConnectTimeout { address },
            _ => Self::Connect { address, error: Arc::new(error) },
        }
    }
}

/// Why TLS failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFault {
    /// The URL's host cannot be asked for in TLS.
    #[error("the host is no name that TLS can ask for")]
    ServerName,
    /// The certificate, the versions, or bytes that are not TLS.
    #[error(transparent)]
    Rustls(rustls::Error),
    /// The connection broke during the handshake.
    #[error("the connection broke during the handshake")]
    Broken(#[source] Arc<io::Error>),
}

impl TlsFault {
    pub(super) fn from_io(error: io::Error) -> Self {
        match Self::find(&error) {
            Some(fault) => fault,
            None => Self::Broken(Arc::new(error)),
        }
    }

    /// The error of rustls within one of the stream, which wraps it.
    pub(crate) fn find(error: &io::Error) -> Option<Self> {
        let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
        Some(Self::Rustls(inner.clone()))
    }
}
