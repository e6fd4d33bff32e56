//! What the retry policy is told.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::*;
use crate::resolver::ResolveError;
use crate::target_guard::{Reason, Target};

fn at(unix_s: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(unix_s)
}

fn answer(status: u16, retry_after: Option<&str>) -> Exchange {
    let mut headers = HeaderMap::new();
    if let Some(value) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
    }
    let delivered = (200..300).contains(&status);
    Exchange {
        outcome: if delivered { Outcome::Delivered } else { Outcome::Status },
        failure: None,
        response: Some(Response { status, headers, body: Bytes::new(), truncated: false }),
        address: None,
        reused: false,
        duration: Duration::ZERO,
    }
}

fn failed(failure: Failure) -> Exchange {
    Exchange {
        outcome: failure.outcome(),
        failure: Some(failure),
        response: None,
        ..answer(200, None)
    }
}

fn dialling(error: io::Error) -> Failure {
    Failure::Connection(ConnectError::Connect {
        address: ([127, 0, 0, 1], 1).into(),
        error: Arc::new(error),
    })
}

#[test]
fn statuses_that_open_the_breaker() {
    for (status, counts) in [
        (200, false),
        (204, false),
        (302, false),
        (400, false),
        (404, false),
        (410, false),
        (428, false),
        (429, true),
        (430, false),
        (499, false),
        (500, true),
        (503, true),
        (599, true),
    ] {
        assert_eq!(answer(status, None).counts_for_breaker(), counts, "{status}");
    }
}

#[test]
fn failures_their_words_and_whose_they_are() {
    let forbidden = Forbidden { target: Target::Url, reason: Reason::Scheme };
    let address = ([127, 0, 0, 1], 1).into();
    let os = |code| dialling(io::Error::from_raw_os_error(code));
    for (failure, outcome, fault, counts) in [
        (forbidden.into(), Outcome::ForbiddenTarget, Fault::Ours, true),
        (dns(), Outcome::Dns, Fault::Network, true),
        (os(Errno::CONNREFUSED.raw_os_error()), Outcome::Connect, Fault::Receiver, true),
        (os(Errno::NETUNREACH.raw_os_error()), Outcome::Connect, Fault::Network, true),
        (os(Errno::MFILE.raw_os_error()), Outcome::Connect, Fault::Ours, false),
        (os(Errno::ADDRNOTAVAIL.raw_os_error()), Outcome::Connect, Fault::Ours, false),
        (
            Failure::Connection(ConnectError::ConnectTimeout { address }),
            Outcome::Timeout,
            Fault::Network,
            true,
        ),
        (
            Failure::Connection(ConnectError::Tls(TlsFault::ServerName)),
            Outcome::Tls,
            Fault::Receiver,
            true,
        ),
        (Failure::Timeout(Phase::Connecting), Outcome::Timeout, Fault::Network, true),
        (Failure::Timeout(Phase::Answer), Outcome::Timeout, Fault::Receiver, true),
        (Failure::Timeout(Phase::Body), Outcome::Timeout, Fault::Receiver, true),
        (
            Failure::Protocol(Arc::new(io::Error::other("x"))),
            Outcome::Protocol,
            Fault::Receiver,
            true,
        ),
    ] {
        let exchange = failed(failure);
        assert_eq!(exchange.outcome, outcome);
        assert_eq!(exchange.fault(), Some(fault), "{exchange:?}");
        assert_eq!(exchange.counts_for_breaker(), counts, "{exchange:?}");
    }
    assert_eq!(answer(204, None).fault(), None);
    assert_eq!(answer(404, None).fault(), Some(Fault::Receiver));
}

fn dns() -> Failure {
    Failure::Connection(ConnectError::Dns(ResolveError::NoAddress))
}

#[test]
fn the_words_are_those_of_the_api() {
    let words = Outcome::ALL.map(Outcome::as_str);
    let expected =
        ["delivered", "status", "timeout", "dns", "connect", "tls", "forbidden_target", "protocol"];
    assert_eq!(words, expected);
}

#[test]
fn only_410_is_gone() {
    assert!(answer(410, None).gone());
    assert!(!answer(404, None).gone());
    assert!(!answer(200, None).gone());
}

#[test]
fn retry_after_in_both_forms() {
    // 784111777 is the date of RFC 9110's example.
    let now = at(784_111_777 - 60);
    for (value, seconds) in [
        ("0", Some(0)),
        ("120", Some(120)),
        (" 120\t", Some(120)),
        ("43200", Some(43_200)),
        ("43201", Some(43_200)),
        ("99999999999999999999999999", Some(43_200)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(60)),
        ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0)),
        ("Sun, 06 Nov 1993 08:49:37 GMT", Some(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(43_200)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", None),
        ("Sun Nov  6 08:49:37 1994", None),
        ("Sun, 06 Nov 1994 08:49:37 UTC", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT ", Some(60)),
        ("Sun, 6 Nov 1994 08:49:37 GMT", None),
        ("Sun, 31 Nov 1994 08:49:37 GMT", None),
        ("Tue, 29 Feb 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 24:00:00 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37:00 GMT", None),
        ("Sun, 06 Nov 1960 08:49:37 GMT", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
    ] {
        let expected = seconds.map(Duration::from_secs);
        assert_eq!(answer(503, Some(value)).retry_after(now), expected, "{value:?}");
    }
    assert_eq!(answer(503, None).retry_after(now), None);
    assert_eq!(answer(200, Some("120")).retry_after(now), None, "it was delivered");
}

#[test]
fn a_leap_day_has_its_date() {
    let now = at(1_709_164_800); // 2024-02-29 00:00:00
    let wait = answer(503, Some("Thu, 29 Feb 2024 00:00:05 GMT")).retry_after(now);
    assert_eq!(wait, Some(Duration::from_secs(5)));
    let wait = answer(503, Some("Fri, 01 Mar 2024 00:00:05 GMT"))
        .retry_after(now - Duration::from_secs(5));
    assert_eq!(wait, Some(RETRY_AFTER_MAX));
    let near = answer(503, Some("Fri, 01 Mar 2024 00:00:05 GMT"));
    assert_eq!(near.retry_after(at(1_709_251_200)), Some(Duration::from_secs(5)));
}

proptest! {
    #[test]
    fn retry_after_never_panics_and_has_its_bound(value in "[ -~]{0,40}", now in 0_u64..1 << 40) {
        let wait = answer(503, Some(&value)).retry_after(at(now));
        prop_assert!(wait.is_none_or(|wait| wait <= RETRY_AFTER_MAX));
    }

    #[test]
    fn near_dates_never_panic(value in "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT") {
        let _ = answer(503, Some(&value)).retry_after(at(0));
    }
}
