//! The guard against tables of its own, written apart from [`super::table`].

use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;
use crate::simulated::{Names, OTHER_PUBLIC, PUBLIC};

mod corpora;
mod embedded;
mod private_ranges;

const NOTHING: TargetPolicy = TargetPolicy { allow_private: false, allow_public_http: false };
const PRIVATE: TargetPolicy = TargetPolicy { allow_private: true, allow_public_http: false };
const PUBLIC_HTTP: TargetPolicy = TargetPolicy { allow_private: false, allow_public_http: true };
const ALL: TargetPolicy = TargetPolicy { allow_private: true, allow_public_http: true };

/// A guard whose operator listed everything.
fn wide_open() -> TargetGuard {
    let ranges = ["0.0.0.0/0", "::/0"].map(|range| range.parse::<PrivateRange>().unwrap());
    TargetGuard::new(ranges, Vec::new())
}

fn reason(guard: &TargetGuard, address: &str, policy: TargetPolicy) -> Option<Reason> {
    let address = SocketAddr::new(address.parse().unwrap(), 443);
    guard.check_addr(address, Scheme::Https, policy).err().map(|forbidden| forbidden.reason)
}

fn allowed(address: &str) -> bool {
    reason(&TargetGuard::default(), address, NOTHING).is_none()
}

/// Range, its first and last address, and the public neighbours that it has.
const REFUSED: [(&str, &str, &[&str]); 37] = [
    ("0.0.0.0", "0.255.255.255", &["1.0.0.0"]),
    ("10.0.0.0", "10.255.255.255", &["9.255.255.255", "11.0.0.0"]),
    ("100.64.0.0", "100.127.255.255", &["100.63.255.255", "100.128.0.0"]),
    ("127.0.0.0", "127.255.255.255", &["126.255.255.255", "128.0.0.0"]),
    ("168.63.129.16", "168.63.129.16", &["168.63.129.15", "168.63.129.17"]),
    ("169.254.0.0", "169.254.255.255", &["169.253.255.255", "169.255.0.0"]),
    ("172.16.0.0", "172.31.255.255", &["172.15.255.255", "172.32.0.0"]),
    ("192.0.0.0", "192.0.0.255", &["191.255.255.255", "192.0.1.0"]),
    ("192.0.2.0", "192.0.2.255", &["192.0.1.255", "192.0.3.0"]),
    ("192.31.196.0", "192.31.196.255", &["192.31.195.255", "192.31.197.0"]),
    ("192.52.193.0", "192.52.193.255", &["192.52.192.255", "192.52.194.0"]),
    ("192.88.99.0", "192.88.99.255", &["192.88.98.255", "192.88.100.0"]),
    ("192.168.0.0", "192.168.255.255", &["192.167.255.255", "192.169.0.0"]),
    ("192.175.48.0", "192.175.48.255", &["192.175.47.255", "192.175.49.0"]),
    ("198.18.0.0", "198.19.255.255", &["198.17.255.255", "198.20.0.0"]),
    ("198.51.100.0", "198.51.100.255", &["198.51.99.255", "198.51.101.0"]),
    ("203.0.113.0", "203.0.113.255", &["203.0.112.255", "203.0.114.0"]),
    ("224.0.0.0", "239.255.255.255", &["223.255.255.255"]),
    ("240.0.0.0", "255.255.255.254", &[]),
    ("255.255.255.255", "255.255.255.255", &[]),
    ("::", "::1", &[]),
    ("::2", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
    ("64:ff9b::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", &[]),
    ("100::", "100:0:0:1:ffff:ffff:ffff:ffff", &[]),
    ("200::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2000::"]),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", &["2000:ffff::", "2001:200::"]),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:db7:ffff::", "2001:db9::"]),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:ffff::", "2003::"]),
    (
        "2620:4f:8000::",
        "2620:4f:8000:ffff:ffff:ffff:ffff:ffff",
        &["2620:4f:7fff:ffff::", "2620:4f:8001::"],
    ),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", &["3ffe:ffff::", "3fff:1000::"]),
    (
        "4000::",
        "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        &["3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
    ("8000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
];

#[test]
fn ranges_are_refused_from_end_to_end_and_their_neighbours_are_not() {
    for (first, last, neighbours) in REFUSED {
        assert!(!allowed(first), "{first}");
        assert!(!allowed(last), "{last}");
        for neighbour in neighbours {
            assert!(allowed(neighbour), "{neighbour}");
        }
    }
}

#[test]
fn nothing_in_a_refused_range_is_let_in_by_http() {
    let guard = TargetGuard::default();
    for (first, last, _) in REFUSED {
        for ip in [first, last] {
            let address = SocketAddr::new(ip.parse().unwrap(), 80);
            assert!(guard.check_addr(address, Scheme::Http, PUBLIC_HTTP).is_err(), "{ip}");
        }
    }
}

#[test]
fn default_private_ranges_open_with_allow_private_and_no_others_do() {
    let guard = TargetGuard::default();
    for ip in ["127.0.0.1", "127.8.9.10", "::1", "10.1.2.3", "172.31.0.1", "192.168.7.7", "fd00::1"]
    {
        assert_eq!(reason(&guard, ip, PRIVATE), None, "{ip}");
        let http = SocketAddr::new(ip.parse().unwrap(), 8080);
        assert_eq!(guard.check_addr(http, Scheme::Http, PRIVATE), Ok(()), "{ip}");
        assert!(matches!(reason(&guard, ip, NOTHING), Some(Reason::Private { .. })), "{ip}");
    }
    for ip in ["100.64.0.1", "169.254.1.1", "192.0.2.1", "198.18.0.1", "fe80::1", "fec0::1"] {
        assert!(matches!(reason(&guard, ip, ALL), Some(Reason::Special { .. })), "{ip}");
    }
}

#[test]
fn metadata_services_stay_refused_whatever_is_listed() {
    for ip in [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "169.254.0.23",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
    ] {
        assert_eq!(reason(&wide_open(), ip, ALL), Some(Reason::Metadata), "{ip}");
        assert_eq!(reason(&TargetGuard::default(), ip, NOTHING), Some(Reason::Metadata), "{ip}");
    }
}

#[test]
fn addresses_that_no_receiver_has_stay_refused_whatever_is_listed() {
    for (ip, expected) in [
        ("0.0.0.0", Reason::Unspecified),
        ("0.1.2.3", Reason::Unspecified),
        ("::", Reason::Unspecified),
        ("224.0.0.1", Reason::Multicast),
        ("239.255.255.255", Reason::Multicast),
        ("ff02::1", Reason::Multicast),
        ("255.255.255.255", Reason::Broadcast),
    ] {
        assert_eq!(reason(&wide_open(), ip, ALL), Some(expected), "{ip}");
    }
    assert_eq!(reason(&wide_open(), "::1", ALL), None);
    assert_eq!(reason(&wide_open(), "100.64.0.1", ALL), None, "the operator listed it");
}

#[test]
fn public_http_needs_its_own_permission() {
    let guard = TargetGuard::default();
    let address = SocketAddr::new(PUBLIC.parse().unwrap(), 80);
    let refused = guard.check_addr(address, Scheme::Http, PRIVATE).unwrap_err();
    assert_eq!(refused.reason, Reason::PublicHttp);
    assert_eq!(refused.remedy(), Some(Remedy::UseHttps));
    assert_eq!(guard.check_addr(address, Scheme::Http, PUBLIC_HTTP), Ok(()));
    assert_eq!(guard.check_addr(address, Scheme::Https, NOTHING), Ok(()));
}

#[test]
fn own_listeners_stay_refused_at_every_address_they_take() {
    let own = ["127.0.0.1:8491", "0.0.0.0:8490", "[::ffff:10.9.9.9]:8492"];
    let guard = TargetGuard::new(
        wide_open().private_ranges(),
        own.map(|own| own.parse().unwrap()).to_vec(),
    );
    let reason = |address: &str| {
        let refused = guard.check_addr(address.parse().unwrap(), Scheme::Http, ALL);
        refused.err().map(|forbidden| forbidden.reason)
    };
    for ours in ["127.0.0.1:8491", "127.0.0.1:8490", "127.7.7.7:8490", "10.9.9.9:8492"] {
        assert_eq!(reason(ours), Some(Reason::OwnListener), "{ours}");
    }
    for other in ["127.0.0.1:8489", "127.0.0.2:8491", "8.8.8.8:8490", "10.9.9.8:8492"] {
        assert_eq!(reason(other), None, "{other}");
    }
}

#[test]
fn ports_of_other_protocols_are_refused_unless_the_range_names_them() {
    let named: PrivateRange = "10.0.0.0/24:25".parse().unwrap();
    let guard = TargetGuard::new(["10.0.0.0/8".parse().unwrap(), named], Vec::new());
    let check = |address: &str| guard.check_addr(address.parse().unwrap(), Scheme::Https, ALL);
    assert_eq!(check(&format!("{PUBLIC}:25")).unwrap_err().reason, Reason::Port);
    assert_eq!(check("10.9.0.1:25").unwrap_err().reason, Reason::Port);
    assert_eq!(check("10.0.0.1:25"), Ok(()));
    assert_eq!(check(&format!("{PUBLIC}:8443")), Ok(()));
}

#[test]
fn a_refusal_says_what_to_do() {
    let guard = TargetGuard::default();
    let refused = |address: &str, policy| {
        guard.check_addr(address.parse().unwrap(), Scheme::Https, policy).unwrap_err()
    };
    assert_eq!(refused("10.1.2.3:8080", NOTHING).remedy(), Some(Remedy::AllowPrivate));
    let remedy = refused("100.64.1.2:8080", PRIVATE).remedy();
    let Some(Remedy::ListPrivate { range }) = remedy else { panic!("{remedy:?}") };
    assert_eq!(range.to_string(), "100.64.1.2/32:8080");
    let opened = TargetGuard::new([range], Vec::new());
    assert_eq!(
        opened.check_addr("100.64.1.2:8080".parse().unwrap(), Scheme::Http, PRIVATE),
        Ok(())
    );
    assert_eq!(refused("169.254.169.254:80", PRIVATE).remedy(), None);
    assert_eq!(
        refused("10.1.2.3:8080", NOTHING).to_string(),
        "10.1.2.3:8080 is refused: it is in the private range 10.0.0.0/8, and the webhook has no \
         allow_private"
    );
}

#[test]
fn urls_are_judged_before_anything_is_resolved() {
    let guard = TargetGuard::default();
    let check = |url: &str| {
        let url = Url::parse(url).unwrap();
        guard.check_url(&url, PUBLIC_HTTP).err().map(|forbidden| forbidden.reason)
    };
    let long_label = format!("https://{}.com/", "a".repeat(64));
    let long_name = format!("https://{}com/", "abcdefgh.".repeat(28));
    let long_url = format!("https://example.com/{}", "a".repeat(URL_BYTES_MAX));
    for (url, expected) in [
        ("ftp://example.com/", Some(Reason::Scheme)),
        ("file:///etc/passwd", Some(Reason::Scheme)),
        ("data:text/plain,x", Some(Reason::Scheme)),
        ("https://user@example.com/", Some(Reason::Userinfo)),
        ("https://:password@example.com/", Some(Reason::Userinfo)),
        ("https://example.com:0/", Some(Reason::NoPort)),
        ("https://METADATA.google.internal./", Some(Reason::Metadata)),
        ("https://metadata/", Some(Reason::Metadata)),
        ("https://a..b/", Some(Reason::HostName)),
        (&long_label, Some(Reason::HostName)),
        (&long_name, Some(Reason::HostName)),
        (&long_url, Some(Reason::UrlLength)),
        ("http://0x7f.1/", check("http://127.0.0.1/")),
        ("http://2852039166/", Some(Reason::Metadata)),
        ("https://example.com/#fragment", None),
        ("https://example.com.:8443/a?b=c", None),
        ("https://localhost/", None),
        ("HTTP://EXAMPLE.com/", None),
    ] {
        assert_eq!(check(url), expected, "{url}");
    }
    assert!(check("http://127.0.0.1/").is_some());
}

#[test]
fn text_that_other_programs_read_otherwise_is_no_url() {
    for text in ["https://exam\tple.com/", " https://a/", "https://a/\r\nX: y", "https:\\\\a/"] {
        assert_eq!(parse_url(text), Err(TargetUrlError::Character), "{text:?}");
    }
    assert!(matches!(parse_url("example.com"), Err(TargetUrlError::Syntax(_))));
    assert_eq!(parse_url("https://a/%0d%0a").unwrap().as_str(), "https://a/%0d%0a");
}

#[tokio::test]
async fn one_forbidden_address_refuses_the_name() {
    let guard = TargetGuard::default();
    let url = Url::parse("https://receiver.example/").unwrap();
    for answer in [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [OTHER_PUBLIC, "::ffff:1.1.1.1"]] {
        let names = Names::answering(&[&answer]);
        let refused = guard.check(&url, NOTHING, &*names).await;
        assert!(matches!(refused, Err(TargetError::Forbidden(_))), "{answer:?}: {refused:?}");
    }
    let names = Names::answering(&[&[PUBLIC, OTHER_PUBLIC]]);
    let vetted = guard.check(&url, NOTHING, &*names).await.unwrap();
    let expected = [PUBLIC, OTHER_PUBLIC].map(|ip| SocketAddr::new(ip.parse().unwrap(), 443));
    assert_eq!(vetted, expected);
}

#[tokio::test]
async fn a_url_that_is_refused_is_not_resolved() {
    for url in ["https://user@receiver.example/", "https://metadata.google.internal/"] {
        let names = Names::answering(&[&[PUBLIC]]);
        let url = Url::parse(url).unwrap();
        let refused = TargetGuard::default().check(&url, ALL, &*names).await;
        assert!(matches!(refused, Err(TargetError::Forbidden(_))), "{url}: {refused:?}");
        assert_eq!(names.asked(), [""; 0]);
    }
}

#[tokio::test]
async fn a_literal_is_not_resolved_and_localhost_is() {
    let guard = TargetGuard::default();
    let names = Names::answering(&[&["127.0.0.1"]]);
    let literal = Url::parse("http://[::1]:8080/").unwrap();
    let vetted = guard.check(&literal, PRIVATE, &*names).await.unwrap();
    assert_eq!(vetted, [SocketAddr::new(Ipv6Addr::LOCALHOST.into(), 8080)]);
    assert_eq!(names.asked(), [""; 0]);
    let local = Url::parse("http://localhost:8080/").unwrap();
    assert!(guard.check(&local, NOTHING, &*names).await.is_err());
    let vetted = guard.check(&local, PRIVATE, &*names).await.unwrap();
    assert_eq!(vetted, [SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 8080)]);
    assert_eq!(names.asked(), ["localhost", "localhost"]);
}

#[test]
fn the_unguarded_one_judges_no_address() {
    let guard = TargetGuard::danger_unguarded();
    let policy = TargetPolicy::default();
    for url in
        ["http://127.0.0.1:1/", "http://169.254.169.254/", "http://metadata.google.internal/"]
    {
        assert!(guard.check_url(&Url::parse(url).unwrap(), policy).is_ok(), "{url}");
    }
    assert!(guard.check_url(&Url::parse("ftp://example.com/").unwrap(), policy).is_err());
}
