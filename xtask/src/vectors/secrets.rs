//! `secrets.json`: which bytes are a secret in which dialect, and the word where they are none.

use super::mac::base64;
use super::render::{bytes, object, text};
use super::seed;

const STANDARD_WEBHOOKS: &str = "standard-webhooks";
const GITLAB: &str = "gitlab";

/// The dialects whose secrets are any bytes.
const ANY_BYTES: [&str; 5] =
    ["bitbucket-cloud", "bitbucket-data-center", "github", "gitea", "generic-hmac"];

const EVERY: [&str; 7] = [
    "bitbucket-cloud",
    "bitbucket-data-center",
    "github",
    "gitea",
    "generic-hmac",
    STANDARD_WEBHOOKS,
    GITLAB,
];

/// The word of the refusal, or none where it is a secret.
type Word = Option<&'static str>;

pub(super) fn all() -> Vec<String> {
    let mut cases = Vec::new();
    for dialect in EVERY {
        cases.extend(none_anywhere().iter().map(|(name, secret, word)| {
            case(&format!("{dialect}: {name}"), dialect, secret, Some(word))
        }));
    }
    for dialect in ANY_BYTES {
        let accepted = any_bytes();
        cases.extend(
            accepted
                .iter()
                .map(|(name, secret)| case(&format!("{dialect}: {name}"), dialect, secret, None)),
        );
    }
    for dialect in [STANDARD_WEBHOOKS, GITLAB] {
        cases.extend(whsec().iter().map(|(name, secret, word)| {
            case(&format!("{dialect}: {name}"), dialect, secret, *word)
        }));
    }
    cases.extend(not_whsec().iter().map(|(name, secret)| {
        case(
            &format!("{STANDARD_WEBHOOKS}: {name}"),
            STANDARD_WEBHOOKS,
            secret,
            Some("secret_not_whsec"),
        )
    }));
    cases.extend(
        tokens()
            .iter()
            .map(|(name, secret, word)| case(&format!("{GITLAB}: {name}"), GITLAB, secret, *word)),
    );
    cases
}

fn case(name: &str, dialect: &str, secret: &[u8], word: Word) -> String {
    let outcome = match word {
        None => ("accepted", "true".to_owned()),
        Some(word) => ("refused", text(word)),
    };
    object(&[("name", text(name)), ("dialect", text(dialect)), ("base64", bytes(secret)), outcome])
}

fn none_anywhere() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let blank = |name, bytes: &[u8]| (name, bytes.to_vec(), "secret_blank");
    vec![
        ("empty", vec![], "secret_empty"),
        blank("a space", b" "),
        blank("many spaces", &[b' '; 64]),
        blank("a tab", b"\t"),
        blank("a line feed", b"\n"),
        blank("a carriage return", b"\r"),
        blank("CRLF and blanks", b" \t\r\n \r\n"),
        blank("a next line", "\u{85}".as_bytes()),
        blank("a no-break space", "\u{a0}".as_bytes()),
        blank("an ogham space mark", "\u{1680}".as_bytes()),
        blank("an en quad to a hair space", "\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}".as_bytes()),
        blank("line and paragraph separator", "\u{2028}\u{2029}".as_bytes()),
        blank("narrow and mathematical space", "\u{202f}\u{205f}".as_bytes()),
        blank("an ideographic space", "\u{3000} ".as_bytes()),
        ("1025 bytes", vec![b'x'; 1025], "secret_too_long"),
        ("4096 bytes", vec![b'x'; 4096], "secret_too_long"),
        ("1025 bytes that begin with whsec_", [b"whsec_", &*vec![b'A'; 1019]].concat(), "secret_too_long"),
    ]
}

fn any_bytes() -> Vec<(&'static str, Vec<u8>)> {
    let of = |name, bytes: &[u8]| (name, bytes.to_vec());
    vec![
        of("one character", b"x"),
        of("text", seed::text("first").as_bytes()),
        of("129 characters", &[b'x'; 129]),
        of("1024 bytes", &[b'x'; 1024]),
        of("one zero byte", &[0]),
        of("one byte 0xff", &[0xff]),
        of("binary", &seed::bytes("binary key", 32)),
        of("20 vertical tabs", &[0x0b; 20]),
        of("form feeds", b"\x0c\x0c"),
        of("a vertical tab between blanks", b" \x0b\n"),
        of("separators of ASCII", b"\x1c\x1d\x1e\x1f"),
        of("a blank and a delete", b" \x7f"),
        of("a zero byte between blanks", b" \0 "),
        of("a next line in latin-1", &[0x85]),
        of("a no-break space in latin-1", &[0xa0]),
        of("blanks that are not UTF-8", &[b' ', 0xa0, b' ']),
        of("a byte order mark", "\u{feff}".as_bytes()),
        of("a zero-width space", "\u{200b}".as_bytes()),
        of("a mongolian vowel separator", "\u{180e}".as_bytes()),
        of("a word joiner", "\u{2060}".as_bytes()),
        of("blanks around", b"  secret\t"),
        of("a trailing line feed", b"secret\n"),
        of("text like whsec_", b"whsec_not base64"),
        of("UTF-8", "Schl\u{fc}ssel".as_bytes()),
    ]
}

fn whsec() -> Vec<(&'static str, Vec<u8>, Word)> {
    const ENCODING: Word = Some("secret_encoding");
    const LENGTH: Word = Some("secret_length");
    let text = |length: usize| base64(&seed::bytes("whsec key", length));
    let of = |name, after: &str, word| (name, format!("whsec_{after}").into_bytes(), word);
    let inner = text(32).trim_end_matches('=').to_owned();
    let mut cases = vec![
        of("whsec_ alone", "", LENGTH),
        of("a key of 1 byte", &text(1), LENGTH),
        of("a key of 16 bytes", &text(16), LENGTH),
        of("a key of 23 bytes", &text(23), LENGTH),
        of("a key of 24 bytes", &text(24), None),
        of("a key of 25 bytes", &text(25), None),
        of("a key of 32 bytes", &text(32), None),
        of("a key of 63 bytes", &text(63), None),
        of("a key of 64 bytes", &text(64), None),
        of("a key of 65 bytes", &text(65), LENGTH),
        of("a key of 66 bytes", &text(66), LENGTH),
        of("a key of 67 bytes", &text(67), LENGTH),
        of("a key of 600 bytes", &text(600), LENGTH),
        of("24 zero bytes", &base64(&[0; 24]), None),
        of("no padding", &inner, ENCODING),
        of("padding too many", &format!("{inner}=="), ENCODING),
        of("padding alone", "====", ENCODING),
        of("padding in the middle", &format!("{}={}", &inner[..20], &inner[20..]), ENCODING),
        of("trailing bits", &trailing_bits(), ENCODING),
        of("base64url", "-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_", ENCODING),
        of("a trailing line feed", &format!("{}\n", text(32)), ENCODING),
        of("a trailing CRLF", &format!("{}\r\n", text(32)), ENCODING),
        of("a trailing blank", &format!("{} ", text(32)), ENCODING),
        of("a blank after the prefix", &format!(" {}", text(32)), ENCODING),
        of("a line feed inside", &format!("{}\n{}", &inner[..20], &text(32)[20..]), ENCODING),
        of("a zero byte after it", &format!("{}\0", text(32)), ENCODING),
        of("not base64", "this is not base64, it is text", ENCODING),
        of("one character", "A", ENCODING),
        of("a letter that is not ASCII", "\u{e9}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ENCODING),
        of("the prefix twice", &format!("whsec_{}", text(32)), ENCODING),
        of("in quotes", &format!("\"{}\"", text(32)), ENCODING),
        of("hexadecimal of 24 bytes", &"a1".repeat(24), None),
    ];
    cases.push(("bytes that are not UTF-8 after the prefix", b"whsec_\xff\xfe".to_vec(), ENCODING));
    cases
}

/// 32 bytes whose last character has a bit that no byte has.
fn trailing_bits() -> String {
    format!("{}B=", "A".repeat(42))
}

fn not_whsec() -> Vec<(&'static str, Vec<u8>)> {
    let whsec = format!("whsec_{}", base64(&seed::bytes("first", 32)));
    let of = |name, text: &str| (name, text.as_bytes().to_vec());
    vec![
        of("text", "hunter2"),
        of("base64 without the prefix", &whsec[6..]),
        of("the prefix in upper case", &whsec.replace("whsec_", "WHSEC_")),
        of("the prefix with a hyphen", &whsec.replace("whsec_", "whsec-")),
        of("the prefix cut short", "whsec"),
        of("a blank before it", &format!(" {whsec}")),
        of("a line feed before it", &format!("\n{whsec}")),
        of("a byte order mark before it", &format!("\u{feff}{whsec}")),
        of("a quote before it", &format!("\"{whsec}\"")),
        of("a private key", &whsec.replace("whsec_", "whsk_")),
        of("a public key", &whsec.replace("whsec_", "whpk_")),
        ("binary", vec![0xff; 32]),
        ("20 vertical tabs", vec![0x0b; 20]),
    ]
}

fn tokens() -> Vec<(&'static str, Vec<u8>, Word)> {
    const NO_TEXT: Word = Some("secret_not_header_text");
    let of = |name, bytes: &[u8], word| (name, bytes.to_vec(), word);
    let visible: Vec<u8> = (b'!'..=b'~').collect();
    vec![
        of("a token", seed::text("first").as_bytes(), None),
        of("a token of one character", b"x", None),
        of("a token of every visible character", &visible, None),
        of("a token of 1024 characters", &[b'x'; 1024], None),
        of("a token with a blank inside", b"two words", None),
        of("a token with whsec_ inside", b"my-whsec_token", None),
        of("a token like whsec_ in upper case", b"WHSEC_c2VjcmV0", None),
        of("a token like whsec_ cut short", b"whsec", None),
        of("a token with a blank before it", b" token", NO_TEXT),
        of("a token with a blank after it", b"token ", NO_TEXT),
        of("a whsec_ secret with a blank before it", b" whsec_c2VjcmV0", NO_TEXT),
        of("a token with a tab inside", b"two\twords", NO_TEXT),
        of("a token with a tab before it", b"\ttoken", NO_TEXT),
        of("a token with a line feed after it", b"token\n", NO_TEXT),
        of("a token with a CRLF inside", b"token\r\nX-Other: 1", NO_TEXT),
        of("a token with a zero byte", b"to\0ken", NO_TEXT),
        of("a token with a delete", b"token\x7f", NO_TEXT),
        of("a token with an escape", b"\x1b[0mtoken", NO_TEXT),
        of("a token in UTF-8", "Schl\u{fc}ssel".as_bytes(), NO_TEXT),
        of("a token in latin-1", b"Schl\xfcssel", NO_TEXT),
        of("a token with a no-break space after it", "token\u{a0}".as_bytes(), NO_TEXT),
        of("a token with a byte order mark", "\u{feff}token".as_bytes(), NO_TEXT),
        of("a token of vertical tabs", &[0x0b; 20], NO_TEXT),
        of("a token of bytes", &seed::bytes("binary key", 32), NO_TEXT),
    ]
}
