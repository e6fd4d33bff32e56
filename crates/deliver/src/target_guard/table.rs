//! The guard's data: what addresses, names and ports are.
//!
//! Sources: IANA's IPv4 and IPv6 Special-Purpose Address Registries of 2026-07-18 and the RFCs
//! named in the rows; the clouds' own pages for metadata services; the Fetch standard's list of
//! blocked ports. Rows that the registry calls globally reachable but where no receiver can be
//! (AS112, AMT, anycast) are in the table too.
//!
//! Never: decides by anything but the address. A row is added here and nowhere else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Reason;

/// A range and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The range.
    pub net: IpNet,
    /// What it is for.
    pub name: &'static str,
}

const fn v4(octets: [u8; 4], prefix: u8) -> IpNet {
    let [a, b, c, d] = octets;
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

const fn v6(words: [u16; 8], prefix: u8) -> IpNet {
    let [a, b, c, d, e, f, g, h] = words;
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix))
}

const fn row(net: IpNet, name: &'static str) -> Row {
    Row { net, name }
}

/// `targets.private` where the configuration says nothing.
pub const DEFAULT_PRIVATE: [IpNet; 6] = [
    v4([127, 0, 0, 0], 8),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
];

/// Ranges that no list can open: no receiver has such an address, or it hides an IPv4 one.
pub const NEVER: [(IpNet, Reason); 11] = [
    (v4([0, 0, 0, 0], 8), Reason::Unspecified),
    (v4([224, 0, 0, 0], 4), Reason::Multicast),
    (v4([255, 255, 255, 255], 32), Reason::Broadcast),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Reason::Unspecified),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Reason::Multicast),
    // Mapped (RFC 4291, 2.5.5.2) and translated (RFC 2765): ::ffff:0:0/96 and ::ffff:0:0:0/96.
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), Reason::EmbeddedIpv4),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), Reason::EmbeddedIpv4),
    // NAT64: the well-known prefix (RFC 6052), the one for local use (RFC 8215), and around them.
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 32), Reason::EmbeddedIpv4),
    // Teredo (RFC 4380) and 6to4 (RFC 3056).
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Reason::EmbeddedIpv4),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Reason::EmbeddedIpv4),
    // Compatible (RFC 4291, 2.5.5.1). It spans ::1, which is taken out of it below.
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), Reason::EmbeddedIpv4),
];

/// Ranges that are not public. `targets.private` may list any of them.
pub const SPECIAL: [Row; 30] = [
    row(v4([10, 0, 0, 0], 8), "private use, RFC 1918"),
    row(v4([100, 64, 0, 0], 10), "shared address space, RFC 6598"),
    row(v4([127, 0, 0, 0], 8), "loopback"),
    row(v4([169, 254, 0, 0], 16), "link local, RFC 3927"),
    row(v4([172, 16, 0, 0], 12), "private use, RFC 1918"),
    row(v4([192, 0, 0, 0], 24), "IETF protocol assignments, RFC 6890"),
    row(v4([192, 0, 2, 0], 24), "documentation, RFC 5737"),
    row(v4([192, 31, 196, 0], 24), "AS112, RFC 7535"),
    row(v4([192, 52, 193, 0], 24), "AMT, RFC 7450"),
    row(v4([192, 88, 99, 0], 24), "6to4 relays, RFC 7526"),
    row(v4([192, 168, 0, 0], 16), "private use, RFC 1918"),
    row(v4([192, 175, 48, 0], 24), "AS112, RFC 7534"),
    row(v4([198, 18, 0, 0], 15), "benchmarking, RFC 2544"),
    row(v4([198, 51, 100, 0], 24), "documentation, RFC 5737"),
    row(v4([203, 0, 113, 0], 24), "documentation, RFC 5737"),
    row(v4([240, 0, 0, 0], 4), "reserved, RFC 1112"),
    row(v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback"),
    row(v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), "discard only, RFC 6666"),
    row(v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64), "dummy prefix, RFC 9780"),
    row(v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "IETF protocol assignments, RFC 2928"),
    row(v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "documentation, RFC 3849"),
    row(v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), "AS112, RFC 7534"),
    row(v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "documentation, RFC 9637"),
    row(v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), "segment routing, RFC 9602"),
    row(v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "unique local, RFC 4193"),
    row(v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "link local, RFC 4291"),
    row(v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), "site local, RFC 3879"),
    // All that is outside 2000::/3, the only block that is given out.
    row(v6([0, 0, 0, 0, 0, 0, 0, 0], 3), "not given out, RFC 4291"),
    row(v6([0x4000, 0, 0, 0, 0, 0, 0, 0], 2), "not given out, RFC 4291"),
    row(v6([0x8000, 0, 0, 0, 0, 0, 0, 0], 1), "not given out, RFC 4291"),
];

const fn ip4(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

const fn ip6(first: [u16; 3], last: [u16; 2]) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(first[0], first[1], first[2], 0, 0, 0, last[0], last[1]))
}

/// Metadata services: credentials for whoever asks. No list opens them.
pub const METADATA: [IpAddr; 14] = [
    ip4(169, 254, 169, 254), // Amazon, Google, Azure, OpenStack and most others
    ip4(169, 254, 170, 2),   // Amazon: credentials of a task
    ip4(169, 254, 170, 23),  // Amazon: identity of a pod
    ip4(169, 254, 0, 23),    // Tencent
    ip4(169, 254, 42, 42),   // Scaleway
    ip4(168, 63, 129, 16),   // Azure: a public address
    ip4(100, 100, 100, 200), // Alibaba
    ip4(192, 0, 0, 192),     // Oracle
    ip6([0xfd00, 0xec2, 0], [0, 0x254]), // Amazon
    ip6([0xfd00, 0xec2, 0], [0, 0x23]), // Amazon: identity of a pod
    ip6([0xfd20, 0xce, 0], [0, 0x254]), // Google
    ip6([0xfd00, 0x42, 0], [0, 0x42]), // Scaleway
    ip6([0xfd00, 0xc1, 0], [0xa9fe, 0xa9fe]), // Oracle
    ip6([0xfe80, 0, 0], [0xa9fe, 0xa9fe]), // OpenStack
];

/// Names of metadata services, refused before they are resolved.
pub const METADATA_NAMES: [&str; 6] = [
    "metadata",
    "metadata.goog",
    "metadata.google.internal",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.tencentyun.com",
];

/// Ports of other protocols: the Fetch standard's "port blocking", and stores that would take a
/// request's body for commands.
pub const BLOCKED_PORTS: [u16; 92] = [
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432,
    6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 10080, 11211, 27017,
];

/// Why an address stays refused whatever is listed; nothing where it is an ordinary one.
pub(super) fn never(ip: IpAddr) -> Option<Reason> {
    if ip == IpAddr::V6(Ipv6Addr::LOCALHOST) {
        return None;
    }
    if is_isatap(ip) {
        return Some(Reason::EmbeddedIpv4);
    }
    NEVER
        .iter()
        .filter(|(net, _)| net.contains(&ip))
        .max_by_key(|(net, _)| net.prefix_len())
        .map(|(_, reason)| reason.clone())
}

/// The narrowest row of [`SPECIAL`] that holds the address.
pub(super) fn special(ip: IpAddr) -> Option<Row> {
    SPECIAL
        .iter()
        .filter(|row| row.net.contains(&ip))
        .max_by_key(|row| row.net.prefix_len())
        .copied()
}

/// RFC 5214, 6.1: an interface identifier of `5efe` and an IPv4 address, whatever its universal
/// and group bits. It can stand under any prefix.
fn is_isatap(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if {
        let [.., upper, lower, _, _] = ip.segments();
        upper & !0x0300 == 0 && lower == 0x5efe
    })
}
