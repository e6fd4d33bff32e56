use super::*;

fn own() -> GenericHmac {
    GenericHmac::new("X-Signature").expect("a header")
}

#[test]
fn settings_are_kept_as_given() {
    let plain = own();
    assert_eq!(plain.header(), "X-Signature");
    assert_eq!((plain.prefix(), plain.encoding()), ("", Encoding::Hex));
    assert_eq!(plain.algorithm(), Algorithm::Sha256);
    assert_eq!((plain.event_key_header(), plain.request_id_header()), (None, None));
    assert_eq!(plain.event_headers(), &[] as &[&str]);

    let all = own()
        .with_prefix("hmac-sha512 ")
        .and_then(|generic| generic.with_event_key_header("X-Topic"))
        .and_then(|generic| generic.with_request_id_header("X-Id"))
        .map(|generic| generic.with_encoding(Encoding::Base64).with_algorithm(Algorithm::Sha512));
    let all = all.expect("settings");
    assert_eq!((all.prefix(), all.encoding()), ("hmac-sha512 ", Encoding::Base64));
    assert_eq!(all.algorithm(), Algorithm::Sha512);
    assert_eq!(all.event_key_header(), Some("X-Topic"));
    assert_eq!(all.request_id_header(), Some("X-Id"));
    assert_eq!(all.event_headers(), ["X-Topic", "X-Id"]);
    assert_ne!(all, plain);
}

#[test]
fn names_of_headers_are_tokens() {
    let refused = |name: &str| {
        let first = GenericHmac::new(name).err();
        assert_eq!(own().with_event_key_header(name).err(), first, "{name:?}");
        assert_eq!(own().with_request_id_header(name).err(), first, "{name:?}");
        first
    };
    let longest = "x".repeat(255);
    for name in ["x", "X-Hub-Signature", "!#$%&'*+-.^_`|~9", &longest] {
        assert_eq!(refused(name), None, "{name}");
    }
    let long = "x".repeat(256);
    for name in ["", " ", "X Y", "X:", "X-S\r\nHost", "X-\u{e9}", "X\0", "(x)", "\"x\"", &long] {
        assert_eq!(refused(name), Some(GenericHmacError::HeaderName), "{name:?}");
    }
    for name in RESERVED.iter().copied().chain(["CONTENT-TYPE", "X-Attempt-Number"]) {
        assert_eq!(refused(name), Some(GenericHmacError::HeaderTaken), "{name}");
    }
}

#[test]
fn no_header_carries_two_things() {
    let taken = Some(GenericHmacError::HeaderTaken);
    assert_eq!(GenericHmac::new("X-Event-Key").err(), taken);
    assert_eq!(own().with_event_key_header("x-signature").err(), taken);
    assert_eq!(own().with_request_id_header("X-SIGNATURE").err(), taken);
    assert_eq!(own().with_request_id_header("x-event-key").err(), taken);
    let key = own().with_event_key_header("X-Topic").expect("a header");
    assert_eq!(key.with_request_id_header("x-topic").err(), taken);
    let id = own().with_request_id_header("X-Id").expect("a header");
    assert_eq!(id.with_event_key_header("x-id").err(), taken);
    // The event key may stand where every dialect sends it, and a setting be made anew.
    assert!(own().with_event_key_header("x-event-key").is_ok());
    let again = own().with_request_id_header("X-Id").expect("a header");
    assert_eq!(again.clone().with_request_id_header("X-Id"), Ok(again));
}

#[test]
fn prefix_is_text_of_a_header() {
    let longest = "x".repeat(GENERIC_HMAC_PREFIX_MAX_BYTES);
    for prefix in ["", "sha256=", "v1,", "HMAC-SHA256 Signature=", "a ", "~!", &longest] {
        assert!(own().with_prefix(prefix).is_ok(), "{prefix:?}");
    }
    let long = "x".repeat(GENERIC_HMAC_PREFIX_MAX_BYTES + 1);
    for prefix in [" a", " ", "a\tb", "a\r\nHost: b", "\u{e9}", "\u{7f}", "\0", &long] {
        assert_eq!(own().with_prefix(prefix).err(), Some(GenericHmacError::Prefix), "{prefix:?}");
    }
}
