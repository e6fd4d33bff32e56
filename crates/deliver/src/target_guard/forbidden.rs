//! What the guard answers when it refuses: the target, the reason, the remedy.
//!
//! Never: holds a URL's text, which may carry a token in its query.

use std::fmt;
use std::net::SocketAddr;

use ipnet::IpNet;

use super::PrivateRange;

/// A refused target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{target} is refused: {reason}")]
pub struct Forbidden {
    /// What was refused, as far as the decision had got.
    pub target: Target,
    /// Why.
    pub reason: Reason,
}

impl Forbidden {
    /// What the operator or an admin can do about it; nothing where the target stays refused.
    pub fn remedy(&self) -> Option<Remedy> {
        match (&self.reason, &self.target) {
            (Reason::Private { .. }, _) => Some(Remedy::AllowPrivate),
            (Reason::Special { .. }, Target::Address(address)) => {
                Some(Remedy::ListPrivate { range: PrivateRange::exactly(*address) })
            }
            (Reason::PublicHttp, _) => Some(Remedy::UseHttps),
            _ => None,
        }
    }
}

/// What was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The URL itself, before its host mattered.
    Url,
    /// A host name.
    Host(String),
    /// An address: a literal of the URL, or one that the name resolved to.
    Address(SocketAddr),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("the URL"),
            Self::Host(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Why a target is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Over [`super::URL_BYTES_MAX`].
    #[error("it is longer than {} bytes", super::URL_BYTES_MAX)]
    UrlLength,
    /// Neither `http` nor `https`.
    #[error("its scheme is neither http nor https")]
    Scheme,
    /// A user name or password stands in the URL.
    #[error("it holds a user name or password; use basic_auth")]
    Userinfo,
    /// No host.
    #[error("it has no host")]
    NoHost,
    /// Port 0.
    #[error("it has no port that can be dialled")]
    NoPort,
    /// The host could not be a name: over 253 bytes, an empty label or one over 63.
    #[error("it cannot be a host name")]
    HostName,
    /// A port of another protocol, at an address that is otherwise allowed.
    #[error("the port belongs to another protocol")]
    Port,
    /// A cloud's metadata service.
    #[error("it is a metadata service")]
    Metadata,
    /// One of our own listeners.
    #[error("it is one of this server's own listeners")]
    OwnListener,
    /// `0.0.0.0/8` or `::`.
    #[error("it is unspecified")]
    Unspecified,
    /// `224.0.0.0/4` or `ff00::/8`.
    #[error("it is multicast")]
    Multicast,
    /// `255.255.255.255`.
    #[error("it is broadcast")]
    Broadcast,
    /// IPv6 that carries an IPv4 address.
    #[error("it is IPv6 that carries an IPv4 address")]
    EmbeddedIpv4,
    /// In `targets.private`, and the webhook has no `allow_private`.
    #[error("it is in the private range {range}, and the webhook has no allow_private")]
    Private {
        /// The range of `targets.private`.
        range: PrivateRange,
    },
    /// In a special range that is not in `targets.private`.
    #[error("it is in {net} ({name}), which is not in targets.private")]
    Special {
        /// The row of the table.
        net: IpNet,
        /// What the range is for.
        name: &'static str,
    },
    /// Public, by http, and not allowed by an admin.
    #[error("it is a public address by http")]
    PublicHttp,
}

/// What would make a refused target allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// `allow_private` on the webhook.
    AllowPrivate,
    /// A range in `targets.private`, and then `allow_private` on the webhook.
    ListPrivate {
        /// The least range that helps: this address at this port.
        range: PrivateRange,
    },
    /// https.
    UseHttps,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllowPrivate => {
                f.write_str("set \"allow_private\": true on the webhook, with an admin token")
            }
            Self::ListPrivate { range } => write!(
                f,
                "add \"{range}\" to targets.private, and set \"allow_private\": true on the \
                 webhook, with an admin token"
            ),
            Self::UseHttps => {
                f.write_str("use https, or let an admin token set the http:// address")
            }
        }
    }
}
