//! Bodies that changed after they were signed.

use super::super::case::Case;
use super::super::mac::flipped;
use super::super::scheme::{BODY, Scheme};
use super::bodies;

/// The name, what was signed, what came.
type Change = (&'static str, Vec<u8>, Vec<u8>);

/// The changes that implementations have let pass.
pub(in super::super) fn short(scheme: &Scheme) -> Vec<Case> {
    few().iter().map(|change| forged(scheme, change)).collect()
}

/// Many more.
pub(in super::super) fn more(scheme: &Scheme) -> Vec<Case> {
    many().iter().map(|change| forged(scheme, change)).collect()
}

fn forged(scheme: &Scheme, (name, signed, came): &Change) -> Case {
    scheme
        .signed(&format!("changed body: {name}"), &[scheme.secret("first")], 0, signed)
        .with_body(&**came)
        .refused("mismatch")
}

fn change(name: &'static str, signed: impl AsRef<[u8]>, came: impl AsRef<[u8]>) -> Change {
    (name, signed.as_ref().to_vec(), came.as_ref().to_vec())
}

fn few() -> Vec<Change> {
    let last = BODY.len() - 1;
    vec![
        change("one bit at the start", BODY, flipped(BODY, 0, 0)),
        change("one bit in the middle", BODY, flipped(BODY, last / 2, 3)),
        change("one bit at the end", BODY, flipped(BODY, last, 7)),
        change("emptied", BODY, ""),
        change("the signature of an empty body", "", BODY),
        change("the signature of an empty body, multipart", "", bodies::MULTIPART),
        change("CRLF made LF", bodies::CRLF, without(bodies::CRLF, b'\r')),
        change("written anew without blanks", BODY, without(BODY, b' ')),
        change("the last byte cut off", BODY, &BODY[..last]),
        change("a line feed added", BODY, [BODY, b"\n"].concat()),
        change("invalid UTF-8 replaced", bodies::INVALID_UTF8, lossy(bodies::INVALID_UTF8)),
        change("latin-1 made UTF-8", bodies::LATIN_1, latin_1_read()),
    ]
}

fn many() -> Vec<Change> {
    let unix: &[u8] = b"{\"a\": 1}\n{\"a\": 2}\n";
    vec![
        change("its last line feed lost", unix, &unix[..unix.len() - 1]),
        change("the signature without the last line feed", &unix[..unix.len() - 1], unix),
        change("LF made CRLF", unix, b"{\"a\": 1}\r\n{\"a\": 2}\r\n"),
        change("a blank added", BODY, [BODY, b" "].concat()),
        change("a zero byte added", BODY, [BODY, b"\0"].concat()),
        change("a byte added in front", BODY, [b" ", BODY].concat()),
        change("twice in a row", BODY, BODY.repeat(2)),
        change("cut at half", BODY, &BODY[..BODY.len() / 2]),
        change("the signature of the first half", &BODY[..BODY.len() / 2], BODY),
        change("the signature of the first byte", &BODY[..1], BODY),
        change("two bytes exchanged", "{\"a\": 12}", "{\"a\": 21}"),
        change("members in another order", "{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}"),
        change("a number written otherwise", "{\"a\": 1.0}", "{\"a\": 1}"),
        change("an escape read", BODY, String::from_utf8_lossy(BODY).replace("\\u00e9", "\u{e9}")),
        change("a letter escaped", "{\"a\": \"\u{e9}\"}", "{\"a\": \"\\u00e9\"}"),
        change("a slash escaped", "{\"a\": \"x/y\"}", "{\"a\": \"x\\/y\"}"),
        change("a letter composed otherwise", "{\"n\": \"e\u{301}\"}", "{\"n\": \"\u{e9}\"}"),
        change("UTF-8 made latin-1", latin_1_read(), bodies::LATIN_1),
        change(
            "the signature of the replaced text",
            lossy(bodies::INVALID_UTF8),
            bodies::INVALID_UTF8,
        ),
        change("the byte order mark lost", bodies::BOM, &bodies::BOM[3..]),
        change("a byte order mark added", &bodies::BOM[3..], bodies::BOM),
        change("cut at a zero byte", bodies::NULS, &bodies::NULS[..4]),
        change("the signature up to the zero byte", &bodies::NULS[..4], bodies::NULS),
        change(
            "emoji replaced",
            bodies::EMOJI,
            bodies::EMOJI.replace(|c: char| !c.is_ascii(), "?"),
        ),
        change("gzip undone", bodies::GZIP, "{\"push\": {\"changes\": []}}"),
        change("the signature of the unpacked body", "{\"push\": {\"changes\": []}}", bodies::GZIP),
        change("a form decoded", bodies::FORM, "payload={\"ref\":\"refs/heads/main\"}&a=1 2&b=&"),
        change("the signature of a form's payload", "{\"ref\":\"refs/heads/main\"}", bodies::FORM),
        change("another repository", BODY, String::from_utf8_lossy(BODY).replace("api", "app")),
        change("glued on as for a length extension", BODY, glued(BODY)),
    ]
}

fn without(bytes: &[u8], gone: u8) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != gone).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn latin_1_read() -> String {
    bodies::LATIN_1.iter().copied().map(char::from).collect()
}

/// The body, the padding that SHA-256 would have put behind it and a key of one block, and more.
fn glued(body: &[u8]) -> Vec<u8> {
    let mut glued = body.to_vec();
    glued.push(0x80);
    while !(glued.len() + 8).is_multiple_of(64) {
        glued.push(0);
    }
    let bits = (64 + body.len() as u64) * 8;
    glued.extend_from_slice(&bits.to_be_bytes());
    glued.extend_from_slice(b", \"admin\": true}");
    glued
}
