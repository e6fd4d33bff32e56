//! Addresses to connections.
//!
//! Owns the [`Dial`] seam and TCP behind it. A simulated network stands in for it in tests, an
//! agent's tunnel may later.
//!
//! Never: judges an address, resolves a name, tries an address it was not given.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A connection in both directions, whatever carries it.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Wire for T {}

/// What [`Dial::dial`] gives.
pub type Dialing<'a> = Pin<Box<dyn Future<Output = io::Result<Box<dyn Wire>>> + Send + 'a>>;

/// Connects to one address. How long that may take is the connector's to say.
pub trait Dial: Send + Sync + fmt::Debug {
    /// Connects to exactly this address.
    fn dial(&self, address: SocketAddr) -> Dialing<'_>;
}

/// TCP, with Nagle's algorithm off: a request is written whole and should leave at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDialer;

#[expect(clippy::disallowed_methods, reason = "the one place that dials")]
impl Dial for TcpDialer {
    fn dial(&self, address: SocketAddr) -> Dialing<'_> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Wire>)
        })
    }
}
