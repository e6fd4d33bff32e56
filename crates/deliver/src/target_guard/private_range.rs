//! One entry of `targets.private`: a network, and if wanted its ports.
//!
//! Spellings: `10.0.0.0/8`, `10.1.2.3`, `fc00::/7`, `::1`; with a port `10.0.0.0/8:8080`, with
//! ports `10.0.0.0/8:8000-8999`; IPv6 with a port in brackets, `[fc00::/7]:443`, `[::1]:8080`.
//! Without a port every port is meant. [`Display`](fmt::Display) writes the same spellings.
//!
//! Never: widens what was written. Bits behind the prefix are an error, and so is a range of which
//! the guard would refuse every address.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;

use ipnet::IpNet;

use super::table;

/// A network of `targets.private`, with its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrivateRange {
    net: IpNet,
    ports: Option<(u16, u16)>,
}

impl PrivateRange {
    /// This address at this port.
    pub fn exactly(address: SocketAddr) -> Self {
        Self { net: address.ip().into(), ports: Some((address.port(), address.port())) }
    }

    /// The network.
    pub fn net(&self) -> IpNet {
        self.net
    }

    /// The ports; all of them where none was named.
    pub fn ports(&self) -> RangeInclusive<u16> {
        let (first, last) = self.ports.unwrap_or((0, u16::MAX));
        first..=last
    }

    /// Whether a port was named.
    pub fn names_ports(&self) -> bool {
        self.ports.is_some()
    }

    /// Whether the address and its port are in the range.
    pub fn contains(&self, address: SocketAddr) -> bool {
        self.net.contains(&address.ip()) && self.ports().contains(&address.port())
    }
}

impl From<IpNet> for PrivateRange {
    /// The network at every port.
    fn from(net: IpNet) -> Self {
        Self { net, ports: None }
    }
}

/// Why an entry of `targets.private` was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateRangeError {
    /// No address, or one that does not parse.
    #[error("not an address, nor a network as in 10.0.0.0/8, 10.0.0.0/8:8080 or [fc00::/7]:443")]
    Address,
    /// A prefix length that is no number or too long.
    #[error("the prefix length is not one of this kind of address")]
    Prefix,
    /// A port of 0, no number, or a range that ends before it begins.
    #[error("a port is 1 to 65535, and a range of ports is written 8000-8999")]
    Ports,
    /// Bits behind the prefix.
    #[error("the address has bits behind its prefix; the network is {network}")]
    HostBits {
        /// The network that was probably meant.
        network: IpNet,
    },
    /// Unspecified, multicast, broadcast, a metadata service, or IPv6 that carries IPv4.
    #[error("every address of it stays refused: unspecified, multicast, metadata, or IPv4 in IPv6")]
    Never,
}

impl FromStr for PrivateRange {
    type Err = PrivateRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (net, ports) = split_ports(text)?;
        let range = Self { net: parse_net(net)?, ports: ports.map(parse_ports).transpose()? };
        if stays_refused(range.net) {
            return Err(PrivateRangeError::Never);
        }
        Ok(range)
    }
}

impl fmt::Display for PrivateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.net, self.ports) {
            (net, None) => write!(f, "{net}"),
            (IpNet::V4(net), Some((first, last))) if first == last => write!(f, "{net}:{first}"),
            (IpNet::V4(net), Some((first, last))) => write!(f, "{net}:{first}-{last}"),
            (IpNet::V6(net), Some((first, last))) if first == last => write!(f, "[{net}]:{first}"),
            (IpNet::V6(net), Some((first, last))) => write!(f, "[{net}]:{first}-{last}"),
        }
    }
}

/// Parts the network from the ports. IPv6 has colons of its own, so its ports need brackets.
fn split_ports(text: &str) -> Result<(&str, Option<&str>), PrivateRangeError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (net, rest) = rest.split_once(']').ok_or(PrivateRangeError::Address)?;
        return match rest.strip_prefix(':') {
            Some(ports) => Ok((net, Some(ports))),
            None if rest.is_empty() => Ok((net, None)),
            None => Err(PrivateRangeError::Address),
        };
    }
    match text.split_once(':') {
        Some((net, ports)) if net.contains('.') => Ok((net, Some(ports))),
        _ => Ok((text, None)),
    }
}

fn parse_net(text: &str) -> Result<IpNet, PrivateRangeError> {
    let (ip, prefix) = match text.split_once('/') {
        Some((ip, prefix)) => (ip, Some(prefix)),
        None => (text, None),
    };
    let ip: IpAddr = ip.parse().map_err(|_| PrivateRangeError::Address)?;
    let Some(prefix) = prefix else {
        return Ok(ip.into());
    };
    let prefix = prefix.parse().map_err(|_| PrivateRangeError::Prefix)?;
    let net = IpNet::new(ip, prefix).map_err(|_| PrivateRangeError::Prefix)?;
    if net.addr() != net.network() {
        return Err(PrivateRangeError::HostBits { network: net.trunc() });
    }
    Ok(net)
}

fn parse_ports(text: &str) -> Result<(u16, u16), PrivateRangeError> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let port = |text: &str| match text.parse() {
        Ok(0) | Err(_) => Err(PrivateRangeError::Ports),
        Ok(port) => Ok(port),
    };
    let (first, last) = (port(first)?, port(last)?);
    if first > last {
        return Err(PrivateRangeError::Ports);
    }
    Ok((first, last))
}

fn stays_refused(net: IpNet) -> bool {
    let single = net.prefix_len() == net.max_prefix_len();
    let loopback: IpNet = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST).into();
    net != loopback
        && (table::NEVER.iter().any(|(never, _)| never.contains(&net))
            || (single && table::METADATA.contains(&net.addr())))
}
