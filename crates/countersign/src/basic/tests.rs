use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;

fn aladdin() -> BasicCredentials {
    BasicCredentials::new("Aladdin", "open sesame").expect("credentials")
}

/// The pair of RFC 7617, 2.
const VALUE: &str = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";

fn check(value: &str) -> bool {
    aladdin().matches(&[("authorization", value)])
}

#[test]
fn scheme_is_read_in_either_case_and_the_pair_strictly() {
    for same in [VALUE, "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "BASIC  QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]
    {
        assert!(check(same), "{same}");
    }
    let encode = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let others = [
        String::new(),
        "Basic".into(),
        "Basic ".into(),
        "Basic\tQWxhZGRpbjpvcGVuIHNlc2FtZQ==".into(),
        "Basic \tQWxhZGRpbjpvcGVuIHNlc2FtZQ==".into(),
        "BasicQWxhZGRpbjpvcGVuIHNlc2FtZQ==".into(),
        "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==".into(),
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ==".into(),
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ".into(),
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==".into(),
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, Basic eA==".into(),
        "Basic QWxhZGRpb jpvcGVuIHNlc2FtZQ==".into(),
        format!("Basic {}", "A".repeat(100_000)),
        encode("Aladdin:open sesam"),
        encode("Aladdin:open sesame "),
        encode("aladdin:open sesame"),
        encode("Aladdinopen sesame"),
        encode(""),
    ];
    for other in &others {
        assert!(!check(other), "{other}");
    }
    assert!(!check(&VALUE.to_lowercase()));
}

#[test]
fn exactly_one_header_counts() {
    let none: [(&str, &str); 0] = [];
    assert!(!aladdin().matches(&none));
    assert!(!aladdin().matches(&[("Authorization", VALUE), ("authorization", VALUE)]));
    assert!(!aladdin().matches(&[("Proxy-Authorization", VALUE)]));
}

#[test]
fn what_is_sent_matches() {
    let long = "\u{e9}".repeat(512);
    for (username, password) in [("ci", ""), ("", "token"), ("a", "b:c"), (&*long, &*long)] {
        let credentials = BasicCredentials::new(username, password).expect("credentials");
        let headers = [("Authorization", credentials.header_value())];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(credentials.matches(&headers), "{username}:{password}");
        assert!(!aladdin().matches(&headers));
    }
    assert_eq!(aladdin().header_value().as_str(), VALUE);
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let refused = |username: &str, password: &str| BasicCredentials::new(username, password).err();
    assert_eq!(refused("", ""), Some(BasicError::Empty));
    assert_eq!(refused("a:b", "c"), Some(BasicError::ColonInUsername));
    assert_eq!(refused("a", "b\r\nX-Other: 1"), Some(BasicError::ControlCharacter));
    assert_eq!(refused("a\0", "b"), Some(BasicError::ControlCharacter));
    assert_eq!(refused(&"a".repeat(1024), &"b".repeat(1024)), None);
    assert_eq!(refused("a", &"b".repeat(1025)), Some(BasicError::TooLong));
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", aladdin()), "BasicCredentials([redacted])");
}
