//! IPv6 addresses that carry an IPv4 address.

use proptest::prelude::*;

use super::*;

/// The IPv4 address in every place where some mechanism puts it. `noise` fills the other bits.
fn embeddings(ip: Ipv4Addr, noise: u128) -> Vec<(&'static str, Ipv6Addr)> {
    let ip = u128::from(u32::from(ip));
    let noise32 = noise & 0xffff_ffff;
    let low64 = noise & u128::from(u64::MAX);
    let prefix = noise & !u128::from(u64::MAX);
    [
        ("mapped", 0xffff << 32 | ip),
        ("compatible", ip),
        ("translated", 0xffff << 48 | ip),
        ("nat64", 0x0064_ff9b << 96 | ip),
        ("nat64, local use", 0x0064_ff9b_0001 << 80 | ip),
        ("6to4", 0x2002 << 112 | ip << 80 | noise & ((1 << 80) - 1)),
        ("teredo client", 0x2001_0000 << 96 | low64 & !0xffff_ffff | (ip ^ 0xffff_ffff)),
        ("teredo server", 0x2001_0000 << 96 | ip << 64 | low64),
        ("isatap", prefix | 0x5efe << 32 | ip),
        ("isatap, universal", prefix | 0x0200_5efe << 32 | ip),
        ("isatap, global unicast", 0x2a00 << 112 | noise32 << 64 | 0x0200_5efe << 32 | ip),
        ("isatap, group", prefix | 0x0300_5efe << 32 | ip),
    ]
    .map(|(name, bits)| (name, Ipv6Addr::from(bits)))
    .to_vec()
}

/// `::` and `::1` are what they are; by their bits they are 0.0.0.0 and 0.0.0.1, compatible.
fn is_plain(ip: Ipv6Addr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

fn assert_refused(name: &str, ip: Ipv6Addr) {
    if is_plain(ip) {
        return;
    }
    for (guard, policy) in [(wide_open(), ALL), (TargetGuard::default(), NOTHING)] {
        let found = reason(&guard, &ip.to_string(), policy);
        let refused = match found {
            Some(Reason::EmbeddedIpv4 | Reason::Metadata) => true,
            // ISATAP under a prefix that is multicast is that first.
            Some(Reason::Multicast) => ip.is_multicast(),
            _ => false,
        };
        assert!(refused, "{name} {ip}: {found:?}");
    }
}

#[test]
fn every_embedding_is_refused_whatever_it_carries_and_whatever_is_listed() {
    for ip in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "168.63.129.16",
        "8.8.8.8",
    ] {
        for (name, embedded) in embeddings(ip.parse().unwrap(), 0x2a00_1450 << 96) {
            assert_refused(name, embedded);
        }
    }
}

proptest! {
    #[test]
    fn any_ipv6_that_embeds_an_ipv4_address_is_refused(ip: u32, noise: u128) {
        for (name, embedded) in embeddings(ip.into(), noise) {
            assert_refused(name, embedded);
        }
    }

    #[test]
    fn any_ipv6_outside_the_public_block_is_refused(bits: u128) {
        let ip = Ipv6Addr::from(bits);
        let public = ip.segments()[0] & 0xe000 == 0x2000;
        prop_assert!(public || !allowed(&ip.to_string()), "{ip}");
    }

    #[test]
    fn what_is_never_allowed_needs_no_table_to_be_refused(bits: u32) {
        // The same rules once more, by the standard library where it knows them.
        let ip = Ipv4Addr::from(bits);
        let special = ip.is_private() || ip.is_loopback() || ip.is_link_local()
            || ip.is_broadcast() || ip.is_documentation() || ip.is_multicast()
            || ip.is_unspecified() || ip.octets()[0] == 0 || ip.octets()[0] >= 240;
        prop_assert!(!special || !allowed(&ip.to_string()), "{ip}");
    }
}
