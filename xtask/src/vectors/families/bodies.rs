//! Genuine requests with every kind of body: a body is bytes, and nothing about it is read before
//! it is verified.

use super::super::case::Case;
use super::super::mac::base64;
use super::super::scheme::Scheme;
use super::super::seed;

/// `{"push": {"changes": []}}` as gzip writes it.
pub(super) const GZIP: [u8; 43] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x2a, 0x28, 0x2d, 0xce,
    0x50, 0xb2, 0x52, 0xa8, 0x56, 0x4a, 0xce, 0x48, 0xcc, 0x4b, 0x4f, 0x2d, 0x06, 0xb2, 0xa3, 0x63,
    0x6b, 0x6b, 0x01, 0xa7, 0xb1, 0x65, 0x99, 0x19, 0x00, 0x00, 0x00,
];

pub(super) const CRLF: &[u8] = b"{\r\n  \"actor\": \"a\",\r\n  \"lines\": 2\r\n}\r\n";
pub(super) const FORM: &[u8] = b"payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D&a=1+2&b=%26";
pub(in super::super) const INVALID_UTF8: &[u8] =
    b"{\"a\": \"\xff\xfe\xc0\xaf\xed\xa0\x80 \xf4\x90\x80\x80\"}";
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf{\"actor\": \"a\"}";
pub(super) const LATIN_1: &[u8] = b"{\"name\": \"Ren\xe9e M\xfcller\"}";
pub(super) const NULS: &[u8] = b"{\"a\"\0: 1}\0\0 after";
pub(super) const MULTIPART: &[u8] =
    b"--b42\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{\"ref\": 1}\r\n--b42--\r\n";
pub(super) const EMOJI: &str =
    "{\"title\": \"\u{1f680} caf\u{e9} \u{2122} \u{1f468}\u{200d}\u{1f469} \u{5b57}\"}";

struct Body {
    name: &'static str,
    bytes: Vec<u8>,
    times: usize,
}

fn body(name: &'static str, bytes: impl AsRef<[u8]>) -> Body {
    Body { name, bytes: bytes.as_ref().to_vec(), times: 1 }
}

/// Many more.
pub(in super::super) fn more(scheme: &Scheme) -> Vec<Case> {
    let every: Vec<u8> = (0..=255).collect();
    let mut bodies = vec![
        body("one byte, zero", [0]),
        body("a line feed alone", "\n"),
        body("blanks alone", "  \t "),
        body("text that is no JSON", "hello, world"),
        body("JSON that is cut off", b"{\"push\": {\"chan"),
        body("JSON with a trailing line feed", "{\"actor\": \"a\"}\n"),
        body("JSON with blanks before and after", " \n{\"actor\": \"a\"} \n"),
        body("JSON with lines", "{\n  \"actor\": \"a\",\n  \"z\": 1,\n  \"b\": [1.0, 1e2]\n}"),
        body("a carriage return alone at the end", "{\"actor\": \"a\"}\r"),
        body("zero bytes", NULS),
        body("a byte order mark", BOM),
        body("a byte order mark of UTF-16", b"\xff\xfe{\0}\0"),
        body("latin-1", LATIN_1),
        body("letters that could be composed otherwise", "{\"n\": \"e\u{301} \u{e9} \u{212b}\"}"),
        body("line separators of Unicode", "{\"a\": \"\u{2028}\u{2029}\u{85}\"}"),
        body("multipart", MULTIPART),
        body("base64", base64(&every[..64])),
        body("XML", "<?xml version=\"1.0\"?><push ref=\"a&amp;b\"/>"),
        body("the separator of signed parts", "a.b.c."),
    ];
    bodies.push(Body { name: "300 bytes, one repeated", bytes: vec![b'a'], times: 300 });
    bodies.iter().map(|body| genuine(scheme, body)).collect()
}

/// Where the padding of the hash begins a new block.
pub(in super::super) fn blocks(scheme: &Scheme) -> Vec<Case> {
    let body = |length| Body { name: "", bytes: seed::bytes("body", length), times: 1 };
    [55, 56, 63, 64, 65, 111, 112, 127, 128, 129]
        .map(|length| genuine(scheme, &body(length)))
        .into()
}

/// One of each kind that has led implementations astray.
pub(in super::super) fn short(scheme: &Scheme) -> Vec<Case> {
    few().iter().map(|body| genuine(scheme, body)).collect()
}

fn few() -> Vec<Body> {
    let every: Vec<u8> = (0..=255).collect();
    vec![
        body("empty", ""),
        body("one byte", "{"),
        body("JSON", "{\"push\":{\"changes\":[{\"new\":{\"name\":\"main\"}}]}}"),
        body("every byte value", &every),
        body("invalid UTF-8", INVALID_UTF8),
        body("emoji", EMOJI),
        body("CRLF line ends", CRLF),
        body("form-encoded", FORM),
        body("gzip, signed as it is", GZIP),
        Body { name: "1 MiB", bytes: every, times: 4096 },
    ]
}

fn genuine(scheme: &Scheme, body: &Body) -> Case {
    let name = match body.name {
        "" => format!("genuine body: {} bytes", body.bytes.len()),
        name => format!("genuine body: {name}"),
    };
    let whole = body.bytes.repeat(body.times);
    let mut case = scheme.signed(&name, &[scheme.secret("first")], 0, &whole);
    case.body.clone_from(&body.bytes);
    case.times = body.times;
    case
}
