//! Digests of the right length that are not the HMAC of this request under this secret.

use super::super::case::Case;
use super::super::mac::{Encoding, base64, flipped, hex};
use super::super::scheme::{BODY, Scheme};

pub(in super::super) fn all(scheme: &Scheme) -> Vec<Case> {
    let mut cases = nearly(scheme);
    cases.extend(constructions(scheme));
    cases.extend(not_digests(scheme));
    cases
}

pub(in super::super) fn short(scheme: &Scheme) -> Vec<Case> {
    nearly(scheme)
}

/// The genuine digest with something changed.
fn nearly(scheme: &Scheme) -> Vec<Case> {
    let genuine = scheme.digest();
    let length = genuine.len();
    let with_last = |bytes: &[u8], last: u8| [bytes, &[last]].concat();
    let digests = [
        ("one bit at the start", flipped(&genuine, 0, 7)),
        ("one bit in the first byte, the lowest", flipped(&genuine, 0, 0)),
        ("one bit in the middle", flipped(&genuine, length / 2, 4)),
        ("one bit at the end", flipped(&genuine, length - 1, 0)),
        ("all bytes but the last", with_last(&genuine[..length - 1], !genuine[length - 1])),
        ("all bytes but the first", [&[!genuine[0]], &genuine[1..]].concat()),
        ("two bytes exchanged", [&[genuine[1], genuine[0]], &genuine[2..]].concat()),
        ("two bits that cancel out", flipped(&flipped(&genuine, 3, 1), 9, 1)),
        ("backwards", genuine.iter().rev().copied().collect()),
        ("turned by one byte", [&genuine[1..], &genuine[..1]].concat()),
        ("its complement", genuine.iter().map(|byte| !byte).collect()),
        ("zeros", vec![0; length]),
        ("0xff throughout", vec![0xff; length]),
    ];
    let case = |(name, digest): &(&str, Vec<u8>)| {
        scheme.claiming_digest(&format!("digest: {name}"), digest).refused("mismatch")
    };
    digests.iter().map(case).collect()
}

/// What somebody computed in place of the HMAC.
fn constructions(scheme: &Scheme) -> Vec<Case> {
    let key = scheme.key(&scheme.secret("first"));
    let message = scheme.message(BODY);
    let hash = |parts: &[&[u8]]| scheme.algorithm.hash(&parts.concat());
    let hmac = |key: &[u8], message: &[u8]| scheme.algorithm.hmac(key, message);
    let upper = BODY.to_ascii_uppercase();
    let mut digests = vec![
        ("the hash of key and message", hash(&[&key, &message])),
        ("the hash of message and key", hash(&[&message, &key])),
        ("the hash of key, message and key", hash(&[&key, &message, &key])),
        ("the hash of the message", hash(&[&message])),
        ("the hash of the key", hash(&[&key])),
        ("the hash of nothing", hash(&[])),
        ("key and message exchanged", hmac(&message, &key)),
        ("of the key under itself", hmac(&key, &key)),
        ("of the hash of the message", hmac(&key, &hash(&[&message]))),
        ("of the genuine digest", hmac(&key, &hmac(&key, &message))),
        ("of the message in hexadecimal", hmac(&key, hex(&message).as_bytes())),
        ("of the message in base64", hmac(&key, base64(&message).as_bytes())),
        ("of the message in upper case", hmac(&key, &scheme.message(&upper))),
        ("of the message with the key behind it", hmac(&key, &[&*message, &key].concat())),
        ("of the message in quotes", hmac(&key, &[b"\"", &*message, b"\""].concat())),
        ("of a time and the message", hmac(&key, &[b"1700000000.", &*message].concat())),
        ("of a method, a path and the message", hmac(&key, &[b"POST/in/", &*message].concat())),
        (
            "of the message's length before it",
            hmac(&key, &[message.len().to_string().as_bytes(), b":", &message].concat()),
        ),
        ("of the message and a line feed", hmac(&key, &[&*message, b"\n"].concat())),
    ];
    if scheme.is_list() {
        digests.push(("of the body alone", hmac(&key, BODY)));
        digests.push(("of nothing", hmac(&key, b"")));
    }
    let case = |(name, digest): &(&str, Vec<u8>)| {
        scheme.claiming_digest(&format!("forged MAC: {name}"), digest).refused("mismatch")
    };
    digests.iter().map(case).collect()
}

/// Texts in the digest's place that are none.
fn not_digests(scheme: &Scheme) -> Vec<Case> {
    let secret = String::from_utf8_lossy(&scheme.secret("first").bytes).into_owned();
    // The text of a secret has characters that are in neither encoding.
    let mut cases = vec![
        scheme.claiming_text("not a digest: the secret", &secret).refused("encoding_invalid"),
        scheme.claiming_text("not a digest: undefined?", "undefined?").refused("encoding_invalid"),
        scheme
            .claiming_text("not a digest: [object Object]", "[object~Object]")
            .refused("encoding_invalid"),
    ];
    if scheme.encoding == Encoding::Hex {
        cases.push(
            scheme.claiming_text("not a digest: a number", "1700000000").refused("length_wrong"),
        );
    } else {
        cases.push(scheme.claiming_text("not a digest: null", "null").refused("length_wrong"));
    }
    cases
}
