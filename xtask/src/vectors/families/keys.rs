//! Keys of every length and kind, and signatures under keys that are nearly the secret.

use super::super::case::{Case, Secret};
use super::super::mac::{base64, hex};
use super::super::scheme::{BODY, Scheme};
use super::super::seed;

/// A binary secret with a zero byte in the middle.
const WITH_ZERO: &[u8] = b"\xf0\x9f\x00\xff\x10 binary key\x80\x00\x01";

/// Where the secret's bytes are the key: all genuine ones, and signatures under other keys.
pub(in super::super) fn over_body(scheme: &Scheme) -> Vec<Case> {
    let mut cases = genuine(scheme);
    cases.extend(forged(scheme));
    cases
}

/// Requests signed with secrets of every length and kind.
pub(in super::super) fn genuine(scheme: &Scheme) -> Vec<Case> {
    let mut keys: Vec<(String, Vec<u8>)> = Vec::new();
    for length in [1, 2, 16, 63, 64, 65, 127, 128, 129, 255, 1024] {
        let plural = if length == 1 { "" } else { "s" };
        keys.push((format!("{length} byte{plural}"), visible(length)));
    }
    let named: [(&str, &[u8]); 15] = [
        ("binary", &seed::bytes("binary key", 32)),
        ("binary with a zero byte", WITH_ZERO),
        ("one zero byte", &[0]),
        ("20 vertical tabs", &[0x0b; 20]),
        ("131 bytes of 0xaa", &[0xaa; 131]),
        ("blanks before and after", b"  secret with blanks \t"),
        ("a trailing line feed", b"secret from a file\n"),
        ("a trailing CRLF", b"secret from a file\r\n"),
        ("a byte order mark first", b"\xef\xbb\xbfsecret"),
        ("UTF-8", "Schl\u{fc}ssel \u{1f511}".as_bytes()),
        ("latin-1", b"Schl\xfcssel"),
        ("text like hexadecimal", b"00112233445566778899aabbccddeeff"),
        ("text like base64", b"c2VjcmV0IHRoYXQgaXMgbm90IGRlY29kZWQ="),
        ("text like whsec_", b"whsec_c2VjcmV0IHRoYXQgaXMgbm90IGRlY29kZWQ="),
        ("the word null", b"null"),
    ];
    keys.extend(named.map(|(name, key)| (name.to_owned(), key.to_vec())));
    let case = |(name, key): &(String, Vec<u8>)| {
        scheme.signed(&format!("genuine key: {name}"), &[Secret::new("first", &**key)], 0, BODY)
    };
    keys.iter().map(case).collect()
}

/// Text of `length` visible characters.
fn visible(length: usize) -> Vec<u8> {
    let text = |byte: &u8| b'!' + byte % 94;
    seed::bytes("visible key", length).iter().map(text).collect()
}

/// The active secret, and the key that was signed with in its place.
fn forged(scheme: &Scheme) -> Vec<Case> {
    let usual = scheme.secret("first").bytes;
    let long = visible(100);
    let forgeries: Vec<(&str, Vec<u8>, Vec<u8>)> = vec![
        ("no key at all", usual.clone(), vec![]),
        ("the word undefined", usual.clone(), b"undefined".to_vec()),
        ("the word null", usual.clone(), b"null".to_vec()),
        ("the word None", usual.clone(), b"None".to_vec()),
        ("the word nil", usual.clone(), b"nil".to_vec()),
        ("the word false", usual.clone(), b"false".to_vec()),
        ("[object Object]", usual.clone(), b"[object Object]".to_vec()),
        ("the secret's id", usual.clone(), b"first".to_vec()),
        ("the dialect's header", usual.clone(), scheme.header.into()),
        ("one character other", usual.clone(), [&usual[..42], b"~"].concat()),
        ("one character short", usual.clone(), usual[..42].to_vec()),
        ("the first character alone", usual.clone(), usual[..1].to_vec()),
        ("in lower case", usual.clone(), usual.to_ascii_lowercase()),
        ("in upper case", usual.clone(), usual.to_ascii_uppercase()),
        ("with a line feed after it", usual.clone(), [&*usual, b"\n"].concat()),
        ("with a blank after it", usual.clone(), [&*usual, b" "].concat()),
        ("in quotes", usual.clone(), [b"\"", &*usual, b"\""].concat()),
        ("twice", usual.clone(), usual.repeat(2)),
        ("its base64", usual.clone(), base64(&usual).into_bytes()),
        ("its hexadecimal", usual.clone(), hex(&usual).into_bytes()),
        ("its UTF-16", usual.clone(), usual.iter().flat_map(|byte| [*byte, 0]).collect()),
        ("its hash", usual.clone(), scheme.algorithm.hash(&usual)),
        ("trimmed", b" secret with a blank".to_vec(), b"secret with a blank".to_vec()),
        ("without its line feed", b"secret\n".to_vec(), b"secret".to_vec()),
        ("cut at a zero byte", WITH_ZERO.to_vec(), WITH_ZERO[..2].to_vec()),
        ("cut at 64 bytes", long.clone(), long[..64].to_vec()),
        ("cut at 72 bytes", long.clone(), long[..72].to_vec()),
        (
            "decoded from hexadecimal",
            b"6b6579206f66206865786164".to_vec(),
            b"key of hexad".to_vec(),
        ),
        ("decoded from base64", b"a2V5IG9mIGJhc2U2NA==".to_vec(), b"key of base64".to_vec()),
        ("decoded after whsec_", b"whsec_a2V5IG9mIGJhc2U2NA==".to_vec(), b"key of base64".to_vec()),
        ("UTF-8 of latin-1", b"Schl\xfcssel".to_vec(), "Schl\u{fc}ssel".into()),
        ("latin-1 of UTF-8", "Schl\u{fc}ssel".into(), b"Schl\xfcssel".to_vec()),
        ("with its bytes replaced", b"k\xff".to_vec(), "k\u{fffd}".into()),
    ];
    let case = |(name, active, key): &(&str, Vec<u8>, Vec<u8>)| {
        scheme
            .claiming_digest(&format!("forged key: {name}"), &scheme.mac(key, BODY))
            .with_secrets([Secret::new("first", &**active)])
            .refused("mismatch")
    };
    forgeries.iter().map(case).collect()
}
