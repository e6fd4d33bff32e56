//! The spellings of `targets.private`.

use super::*;

fn parse(text: &str) -> Result<PrivateRange, PrivateRangeError> {
    text.parse()
}

#[test]
fn spellings_and_their_normal_form() {
    for (text, normal) in [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3/32"),
        ("10.0.0.0/8:8080", "10.0.0.0/8:8080"),
        ("10.1.2.3:8080", "10.1.2.3/32:8080"),
        ("10.0.0.0/8:8000-8999", "10.0.0.0/8:8000-8999"),
        ("::1", "::1/128"),
        ("fc00::/7", "fc00::/7"),
        ("[fc00::/7]", "fc00::/7"),
        ("[fc00::/7]:443", "[fc00::/7]:443"),
        ("[::1]:8000-8999", "[::1/128]:8000-8999"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ] {
        let range = parse(text).unwrap();
        assert_eq!(range.to_string(), normal);
        assert_eq!(parse(normal), Ok(range), "the normal form reads back");
    }
}

#[test]
fn what_is_not_understood_is_an_error() {
    use PrivateRangeError::{Address, Never, Ports, Prefix};
    for (text, error) in [
        ("", Address),
        ("jenkins.example", Address),
        ("10.0.0/8", Address),
        ("[10.0.0.0/8", Address),
        ("[fc00::/7]443", Address),
        ("fc00::/7:443", Prefix),
        ("10.0.0.0/33", Prefix),
        ("10.0.0.0/", Prefix),
        ("10.0.0.0/8:", Ports),
        ("10.0.0.0/8:0", Ports),
        ("10.0.0.0/8:65536", Ports),
        ("10.0.0.0/8:9-8", Ports),
        ("10.0.0.0/8:1-2-3", Ports),
        ("169.254.169.254", Never),
        ("224.0.0.0/8", Never),
        ("::ffff:10.0.0.0/104", Never),
        ("64:ff9b::/96", Never),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
    let network = "10.0.0.0/8".parse().unwrap();
    assert_eq!(parse("10.1.2.3/8"), Err(PrivateRangeError::HostBits { network }));
}

#[test]
fn a_range_with_ports_opens_these_and_no_others() {
    let guard = TargetGuard::new([parse("10.0.0.0/8:8000-8999").unwrap()], Vec::new());
    let check = |address: &str| guard.check_addr(address.parse().unwrap(), Scheme::Http, PRIVATE);
    assert_eq!(check("10.1.2.3:8000"), Ok(()));
    assert_eq!(check("10.1.2.3:8999"), Ok(()));
    for outside in ["10.1.2.3:7999", "10.1.2.3:9000", "11.0.0.0:8000"] {
        assert!(check(outside).is_err(), "{outside}");
    }
    let nothing = TargetGuard::new([], Vec::new());
    assert!(nothing.check_addr("127.0.0.1:80".parse().unwrap(), Scheme::Http, ALL).is_err());
}
