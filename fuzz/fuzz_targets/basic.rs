//! Basic authentication: exactly one header, the scheme in either case, spaces, and the one base64 of
//! the pair.
//!
//! An input is values of `Authorization`, one a line; the last line is the pair, with the first colon
//! between its parts. `{}` in a value stands for the base64 of the pair.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::BasicCredentials;
use countersign_fuzz::case::trimmed;
use countersign_fuzz::is_planted;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let pair = lines.pop().and_then(|pair| str::from_utf8(pair).ok());
    let Some((username, password)) = pair.and_then(|pair| pair.split_once(':')) else {
        return;
    };
    let Ok(credentials) = BasicCredentials::new(username, password) else {
        return;
    };
    let encoded = STANDARD.encode(format!("{username}:{password}"));
    let own = credentials.header_value();
    assert_eq!(own.as_str(), format!("Basic {encoded}"));
    assert!(credentials.matches(&[("authorization", own.as_str())]));

    let value = |line: &&[u8]| match line.strip_suffix(b"{}") {
        Some(before) => [before, encoded.as_bytes()].concat(),
        None => line.to_vec(),
    };
    let headers: Vec<_> = lines.iter().map(|line| ("Authorization", value(line))).collect();
    let expected = match &headers[..] {
        [(_, value)] => is_genuine(trimmed(value), &encoded),
        _ => false,
    };
    let matches = credentials.matches(&headers) || is_planted();
    assert_eq!(matches, expected, "{headers:?}");
});

fn is_genuine(value: &[u8], encoded: &str) -> bool {
    let Some((scheme, rest)) = value.split_at_checked(5) else {
        return false;
    };
    let text = rest.trim_ascii_start();
    let spaces = &rest[..rest.len() - text.len()];
    scheme.eq_ignore_ascii_case(b"basic")
        && !spaces.is_empty()
        && spaces.iter().all(|byte| *byte == b' ')
        && text == encoded.as_bytes()
}
