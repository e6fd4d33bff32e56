//! A connection that passed the guard, and what is remembered of it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;

use crate::dialer::Wire;

/// Where a connection leads; every answer that came over it carries this.
#[derive(Clone, Debug)]
pub struct Origin {
    address: SocketAddr,
    answered: Arc<AtomicBool>,
}

impl Origin {
    /// The address that was dialled.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Marks that an answer came; says whether one had come before.
    pub(crate) fn mark_answered(&self) -> bool {
        self.answered.swap(true, Ordering::Relaxed)
    }
}

/// The bytes of a connection, plain or through TLS.
pub(crate) struct GuardedStream {
    io: TokioIo<Box<dyn Wire>>,
    origin: Origin,
}

impl GuardedStream {
    pub(super) fn new(io: TokioIo<Box<dyn Wire>>, address: SocketAddr) -> Self {
        Self { io, origin: Origin { address, answered: Arc::default() } }
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl std::fmt::Debug for GuardedStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedStream").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Read for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
