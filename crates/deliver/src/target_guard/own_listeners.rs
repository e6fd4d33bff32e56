//! Our own listeners, as targets.
//!
//! Never: connects or sends. Binding a datagram socket to port 0 of an address asks the kernel
//! whether the address is one of this machine's, and puts nothing on the network; the answer is
//! that of the moment, where a list of interfaces made at the start would grow old.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

#[derive(Debug)]
pub(super) struct OwnListeners(Vec<SocketAddr>);

impl OwnListeners {
    pub(super) fn new(mut listeners: Vec<SocketAddr>) -> Self {
        for listener in &mut listeners {
            listener.set_ip(listener.ip().to_canonical());
        }
        Self(listeners)
    }

    /// Whether a connection to `address` would arrive at one of the listeners. A listener at `::`
    /// may take IPv4 as well, so an unspecified address stands for both families.
    pub(super) fn contains(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        self.0.iter().filter(|own| own.port() == address.port()).any(|own| {
            own.ip() == ip || (own.ip().is_unspecified() && (ip.is_unspecified() || is_local(ip)))
        })
    }
}

/// Whether the address is this machine's. Where the kernel gives another answer than "not
/// available", the address counts as ours: the doubt is about our own port, and is refused.
fn is_local(ip: IpAddr) -> bool {
    match UdpSocket::bind((ip, 0)) {
        Ok(_) => true,
        Err(error) => error.kind() != io::ErrorKind::AddrNotAvailable,
    }
}
