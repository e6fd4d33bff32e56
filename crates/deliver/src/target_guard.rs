//! The target guard: which URLs and addresses a delivery may reach.
//!
//! # Why
//!
//! Whoever creates a webhook makes this server send a request to a place of their choosing, and
//! reads what came back. Without a guard that is a way into every network the server can see: its
//! own loopback, the machines beside it, the metadata service of its cloud.
//!
//! # The decision
//!
//! It is made on the socket address that is about to be dialled, never on text. A name is resolved
//! once; every address of the answer is judged; one forbidden address refuses the name (an answer
//! that mixes good and bad is an attack or a mistake, and neither should work half of the time);
//! and only addresses that were judged are dialled. There is no second resolution between the
//! judgement and the connection that could answer differently.
//!
//! [`TargetGuard::check`] is the whole decision. Saving a webhook, pinging it and the connector
//! call this same function, so that they cannot come to disagree. A connection kept alive was
//! judged when it was made, under the same policy (see [`crate::client`]).
//!
//! What the URL alone can tell ([`TargetGuard::check_url`]): scheme `http` or `https`, no user
//! name or password, a host that could be a name, no name of a metadata service, and for a literal
//! address everything below. The `url` crate has by then turned every spelling of an IPv4 address
//! (`0x7f.1`, `2130706433`, full-width digits) into that address. `localhost` is a name like
//! others.
//!
//! What an address tells ([`TargetGuard::check_addr`]), in this order, the first that applies:
//!
//! 1. One of our own listeners: refused, always. A delivery to our own `/in/` could circle for
//!    ever, and the admin listener trusts its network. A listener at `0.0.0.0` or `::` stands for
//!    every address of this machine at its port.
//! 2. A metadata service ([`table::METADATA`]): refused, always.
//! 3. An address that no receiver has: unspecified, multicast, broadcast, or an IPv6 address that
//!    carries an IPv4 address (mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP), which
//!    would be a way around the IPv4 table: refused, always. An IPv4 receiver is reached by IPv4.
//! 4. In `targets.private`: allowed where the webhook has `allow_private`, by http too; refused
//!    where it has not.
//! 5. In the table of special ranges ([`table::SPECIAL`]), or an IPv6 address outside 2000::/3,
//!    the only block given to the public: refused. The operator may list it.
//! 6. What is left is public: by https; by http only where an admin allowed that.
//!
//! A port that belongs to another protocol ([`table::BLOCKED_PORTS`]) is refused at a private or
//! public address, unless the range in `targets.private` names the port.
//!
//! # Limits
//!
//! A URL has at most [`URL_BYTES_MAX`] bytes. A network's own NAT64 prefix cannot be recognised:
//! an operator who has one inside fc00::/7 lists a narrower range. What a public address does with
//! a connection (a port forward back inside) is not visible from here: a firewall around the
//! server remains the second line.
//!
//! Never: connects; resolves otherwise than by the given [`Resolve`]; trusts a decision made on
//! another resolution.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use url::{Host, Url};

use crate::resolver::{Resolve, ResolveError};

mod forbidden;
mod own_listeners;
mod private_range;
pub mod table;
mod target_url;
#[cfg(test)]
mod tests;

pub use forbidden::{Forbidden, Reason, Remedy, Target};
pub use private_range::{PrivateRange, PrivateRangeError};
pub use target_url::{TargetUrlError, parse_url};

use own_listeners::OwnListeners;
use table::Row;

/// The longest URL that is accepted, in bytes of its normal form.
pub const URL_BYTES_MAX: usize = 8_192;
/// RFC 1035, 2.3.4: the longest name, in bytes of its textual form.
const HOST_BYTES_MAX: usize = 253;
/// RFC 1035, 2.3.4: the longest label of a name, in bytes.
const LABEL_BYTES_MAX: usize = 63;

/// What one webhook may reach beyond public addresses by https. Only admins set these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TargetPolicy {
    /// Addresses in `targets.private` are allowed, by http too.
    pub allow_private: bool,
    /// Public addresses are allowed by http.
    pub allow_public_http: bool,
}

/// The two schemes that a delivery can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// The scheme of a URL, or nothing where it is neither `http` nor `https`.
    pub fn of(url: &Url) -> Option<Self> {
        match url.scheme() {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            _ => None,
        }
    }
}

/// Why [`TargetGuard::check`] gave no addresses.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TargetError {
    /// The guard refuses the URL or one of its addresses.
    #[error("forbidden target")]
    Forbidden(#[from] Forbidden),
    /// The name has no address now; nothing is known about it.
    #[error("the name of the target was not resolved")]
    Dns(#[from] ResolveError),
}

/// Decides which targets are allowed; one for the server. See the text of this module.
#[derive(Debug)]
pub struct TargetGuard {
    private: Arc<[PrivateRange]>,
    own: OwnListeners,
    danger_everything: bool,
}

impl Default for TargetGuard {
    /// The default private ranges and no listeners of our own.
    fn default() -> Self {
        Self::new(table::DEFAULT_PRIVATE.map(PrivateRange::from), Vec::new())
    }
}

impl TargetGuard {
    /// `private` is `targets.private`; `own` are the addresses our listeners are bound to, with
    /// the ports they really have.
    pub fn new(private: impl Into<Arc<[PrivateRange]>>, own: Vec<SocketAddr>) -> Self {
        Self { private: private.into(), own: OwnListeners::new(own), danger_everything: false }
    }

    /// A guard that judges no address: for a person's own request at the command line, and never for
    /// a delivery.
    pub fn danger_unguarded() -> Self {
        Self { danger_everything: true, ..Self::new([], Vec::new()) }
    }

    /// The ranges of `targets.private`.
    pub fn private_ranges(&self) -> &[PrivateRange] {
        &self.private
    }

    /// Judges what the URL alone can tell. A URL that passes may still have forbidden addresses.
    ///
    /// # Errors
    /// [`Forbidden`] names the host or the literal address.
    pub fn check_url(&self, url: &Url, policy: TargetPolicy) -> Result<(), Forbidden> {
        let whole = |reason| Err(Forbidden { target: Target::Url, reason });
        if url.as_str().len() > URL_BYTES_MAX {
            return whole(Reason::UrlLength);
        }
        let Some(scheme) = Scheme::of(url) else {
            return whole(Reason::Scheme);
        };
        if !url.username().is_empty() || url.password().is_some() {
            return whole(Reason::Userinfo);
        }
        let Some(port) = url.port_or_known_default().filter(|port| *port != 0) else {
            return whole(Reason::NoPort);
        };
        match url.host() {
            None => whole(Reason::NoHost),
            Some(Host::Ipv4(ip)) => self.check_addr((ip, port).into(), scheme, policy),
            Some(Host::Ipv6(ip)) => self.check_addr((ip, port).into(), scheme, policy),
            Some(Host::Domain(_)) if self.danger_everything => Ok(()),
            Some(Host::Domain(name)) => check_name(name)
                .map_err(|reason| Forbidden { target: Target::Host(name.to_owned()), reason }),
        }
    }

    /// Judges one address, exactly as it would be dialled.
    ///
    /// # Errors
    /// [`Forbidden`] names the address, the reason, and the remedy where there is one.
    pub fn check_addr(
        &self,
        address: SocketAddr,
        scheme: Scheme,
        policy: TargetPolicy,
    ) -> Result<(), Forbidden> {
        self.judge(address, scheme, policy)
            .map_err(|reason| Forbidden { target: Target::Address(address), reason })
    }

    /// The whole decision: judges the URL, resolves its name once, judges every address.
    ///
    /// The addresses come in the resolver's order, at least one; these and no others may be
    /// dialled.
    ///
    /// # Errors
    /// [`TargetError::Forbidden`] when the URL or any one of the addresses is forbidden;
    /// [`TargetError::Dns`] when the name has no address.
    pub async fn check(
        &self,
        url: &Url,
        policy: TargetPolicy,
        resolver: &dyn Resolve,
    ) -> Result<Vec<SocketAddr>, TargetError> {
        self.check_url(url, policy)?;
        let (Some(scheme), Some(port)) = (Scheme::of(url), url.port_or_known_default()) else {
            return Err(Forbidden { target: Target::Url, reason: Reason::Scheme }.into());
        };
        let ips = match url.host() {
            Some(Host::Ipv4(ip)) => vec![IpAddr::V4(ip)],
            Some(Host::Ipv6(ip)) => vec![IpAddr::V6(ip)],
            Some(Host::Domain(name)) => resolver.resolve(name).await?,
            None => Vec::new(),
        };
        if ips.is_empty() {
            return Err(ResolveError::NoAddress.into());
        }
        let mut vetted = Vec::with_capacity(ips.len());
        for ip in ips {
            let address = SocketAddr::new(ip, port);
            self.check_addr(address, scheme, policy)?;
            vetted.push(address);
        }
        Ok(vetted)
    }

    fn judge(
        &self,
        address: SocketAddr,
        scheme: Scheme,
        policy: TargetPolicy,
    ) -> Result<(), Reason> {
        if self.danger_everything {
            return Ok(());
        }
        let ip = address.ip();
        if self.own.contains(address) {
            return Err(Reason::OwnListener);
        }
        if table::METADATA.contains(&ip) {
            return Err(Reason::Metadata);
        }
        if let Some(reason) = table::never(ip) {
            return Err(reason);
        }
        let blocked_port = table::BLOCKED_PORTS.contains(&address.port());
        if let Some(range) = self.private_range(address) {
            if !policy.allow_private {
                return Err(Reason::Private { range });
            }
            return if blocked_port && !range.names_ports() { Err(Reason::Port) } else { Ok(()) };
        }
        if let Some(Row { net, name }) = table::special(ip) {
            return Err(Reason::Special { net, name });
        }
        if blocked_port {
            return Err(Reason::Port);
        }
        if scheme == Scheme::Http && !policy.allow_public_http {
            return Err(Reason::PublicHttp);
        }
        Ok(())
    }

    /// The range of `targets.private` that holds the address; one that names its port first.
    fn private_range(&self, address: SocketAddr) -> Option<PrivateRange> {
        let holding = || self.private.iter().filter(|range| range.contains(address));
        holding().find(|range| range.names_ports()).or_else(|| holding().next()).copied()
    }
}

/// Whether a host is a name that may be asked for: its length, its labels, and not a metadata
/// service. One trailing dot is the root and not a label.
fn check_name(name: &str) -> Result<(), Reason> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| !label.is_empty() && label.len() <= LABEL_BYTES_MAX;
    if name.len() > HOST_BYTES_MAX || !name.split('.').all(label) {
        return Err(Reason::HostName);
    }
    if table::METADATA_NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return Err(Reason::Metadata);
    }
    Ok(())
}
