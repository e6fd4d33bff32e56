//! What follows the label: strict hexadecimal or strict base64 of the algorithm's length, nothing
//! skipped, nothing forgiven.
//!
//! The reasons follow the specification's limits: a text of up to 128 characters (hexadecimal), or 88
//! (base64), that has a character which does not belong is `encoding_invalid`. No case has a longer one
//! in hexadecimal, as a verifier may refuse that unread.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

use super::super::case::Case;
use super::super::mac::{Encoding, base64, hex};
use super::super::scheme::{BODY, Scheme};

/// The longest base64 that is decoded: 64 bytes.
const BASE64_MAX: usize = 88;

pub(in super::super) fn all(scheme: &Scheme) -> Vec<Case> {
    let mut cases = lengths(scheme);
    cases.extend(match scheme.encoding {
        Encoding::Hex => hexadecimal(scheme),
        Encoding::Base64 => strict_base64(scheme),
    });
    cases
}

/// Digests of other lengths, well encoded, and beginnings of the right text.
fn lengths(scheme: &Scheme) -> Vec<Case> {
    let genuine = scheme.digest();
    let longer = [&*genuine, &genuine[..2]].concat();
    let mut cases: Vec<Case> = Vec::new();
    for count in [
        0,
        1,
        2,
        16,
        20,
        genuine.len() - 2,
        genuine.len() - 1,
        genuine.len() + 1,
        genuine.len() + 2,
    ] {
        let name = format!("length: {count} bytes");
        cases.push(scheme.claiming_digest(&name, &longer[..count]).refused("length_wrong"));
    }
    let text = scheme.encoding.spell(&genuine);
    let mut counts = vec![1, 2, 3, 4, 5, 7, 8, 15, 16, 24, 31, 32, 33, 39, 40, 41];
    counts.extend((1..=4).rev().map(|short| text.len() - short));
    for count in counts.into_iter().filter(|count| *count < text.len()) {
        let whole = scheme.encoding == Encoding::Hex || count % 4 == 0;
        let name = format!("length: the first {count} characters");
        let reason = if whole { "length_wrong" } else { "encoding_invalid" };
        let case = scheme.claiming_text(&name, &text[..count]).refused(reason);
        let is_new = cases.iter().all(|other| other.headers != case.headers);
        // Without its padding alone: that is a matter of encoding.
        if is_new && count != text.trim_end_matches('=').len() {
            cases.push(case);
        }
    }
    cases
}

fn hexadecimal(scheme: &Scheme) -> Vec<Case> {
    let digest = scheme.digest();
    let text = hex(&digest);
    let half = text.len() / 2;
    let put = |at: usize, with: &str| format!("{}{with}{}", &text[..at], &text[at + with.len()..]);
    let last = text.len() - 1;
    let mut invalid = vec![
        ("zz in place of the first two", put(0, "zz")),
        ("zz in place of the last two", put(last - 1, "zz")),
        ("g in the middle", put(half, "g")),
        ("O for a zero", put(half, "O")),
        ("a blank in place of a digit", put(half, " ")),
        ("a minus in place of a digit", put(0, "-")),
        ("a plus in place of a digit", put(half, "+")),
        ("0x in place of the first two", put(0, "0x")),
        ("percent-encoded digits", put(half, "%EF%BC%90")),
        ("a comma at the end", put(last, ",")),
        ("an equals sign at the end", put(last, "=")),
        ("base64", base64(&digest)),
        ("base64url", URL_SAFE_NO_PAD.encode(&digest)),
        ("placeholders", "x".repeat(text.len())),
    ];
    if text.len() == 64 {
        let pairs = |sign: &str| {
            digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(sign)
        };
        invalid.extend([
            ("zz before it", format!("zz{text}")),
            ("zz after it", format!("{text}zz")),
            ("0x before it", format!("0x{text}")),
            ("a blank inside", format!("{} {}", &text[..half], &text[half..])),
            ("a blank and more after it", format!("{text} 00")),
            ("blanks between all bytes", pairs(" ")),
            ("colons between all bytes", pairs(":")),
            ("hyphens between all bytes", pairs("-")),
            ("double quotes", format!("\"{text}\"")),
            ("single quotes", format!("'{text}'")),
            ("angle brackets", format!("<{text}>")),
            ("a semicolon after it", format!("{text};")),
            ("a comma after it", format!("{text},")),
            ("a list with another algorithm", format!("{text},sha1={}", &text[..40])),
            ("a parameter after it", format!("{text}; v=1")),
            ("an escaped line feed after it", format!("{text}\\n")),
            ("a percent-encoded line feed after it", format!("{text}%0A")),
            ("a comment after it", format!("{text}#")),
        ]);
        if !scheme.label.is_empty() {
            invalid.push(("a blank between label and digits", format!(" {text}")));
        }
    }
    let wrong_length = [
        ("one digit more", format!("{text}0")),
        ("two digits more", format!("{text}00")),
        ("zeros before it", format!("00{text}")),
        ("twice in a row", text.repeat(2)),
        ("hexadecimal of its hexadecimal", hex(text.as_bytes())),
        ("hexadecimal of its base64", hex(base64(&digest).as_bytes())),
        ("the last digits alone", text[1..].to_owned()),
        ("1024 digits", "a1".repeat(512)),
    ];
    told(scheme, "encoding_invalid", &invalid)
        .chain(told(scheme, "length_wrong", &wrong_length))
        .collect()
}

fn told(
    scheme: &Scheme,
    reason: &'static str,
    texts: &[(&str, String)],
) -> impl Iterator<Item = Case> {
    let case = |(name, text): &(&str, String)| {
        scheme.claiming_text(&format!("encoding: {name}"), text).refused(reason)
    };
    texts.iter().map(case).collect::<Vec<_>>().into_iter()
}

fn strict_base64(scheme: &Scheme) -> Vec<Case> {
    let digest = scheme.digest();
    let text = base64(&digest);
    let inner = text.trim_end_matches('=');
    let half = text.len() / 2;
    let mut invalid = vec![
        ("no padding", inner.to_owned()),
        ("one sign of padding more", format!("{text}=")),
        ("padding before it", format!("={inner}")),
        ("padding in the middle", format!("{}={}", &inner[..half], &inner[half..])),
        ("padding alone", "====".to_owned()),
        ("trailing bits, the lowest", dirty(inner, 1) + &text[inner.len()..]),
        (
            "trailing bits, the highest",
            dirty(inner, if digest.len() == 32 { 2 } else { 8 }) + &text[inner.len()..],
        ),
        ("more after the padding", format!("{text}AAAA")),
        ("a character after the padding", format!("{text}A")),
        ("twice in a row", text.repeat(2)),
        ("percent-encoded padding", text.replace('=', "%3D")),
        ("a full stop as padding", text.replace('=', ".")),
        ("double quotes", format!("\"{text}\"")),
        ("colons around it", format!(":{text}:")),
        ("a semicolon after it", format!("{text};")),
        ("an exclamation mark inside", format!("{}!{}", &text[..half], &text[half + 1..])),
        ("a hyphen inside", format!("{}-{}", &text[..half], &text[half + 1..])),
        ("an escaped line feed after it", format!("{text}\\n")),
    ];
    if !scheme.is_list() {
        invalid.extend([
            ("a blank inside", format!("{} {}", &text[..half], &text[half..])),
            ("a blank in place of a character", format!("{} {}", &text[..half], &text[half + 1..])),
            ("a blank and more after it", format!("{text} AAAA")),
        ]);
    }
    let wrong_length = [
        ("hexadecimal", hex(&digest)),
        ("hexadecimal in upper case", hex(&digest).to_uppercase()),
        ("base64 of its hexadecimal", base64(hex(&digest).as_bytes())),
        ("base64 of its base64", base64(text.as_bytes())),
        ("four characters before it", format!("AAAA{text}")),
        ("88 characters", "A".repeat(88)),
        ("89 characters", "A".repeat(89)),
        ("1024 characters", "A".repeat(1024)),
    ];
    // Of no more than 88 characters: what is longer is `length_wrong`.
    let (short, long): (Vec<_>, Vec<_>) =
        invalid.into_iter().partition(|(_, text)| text.len() <= BASE64_MAX);
    let exchanged = text[..40].chars().map(exchange_case).collect::<String>() + &text[40..];
    told(scheme, "encoding_invalid", &short)
        .chain(told(scheme, "length_wrong", &long))
        .chain(told(scheme, "length_wrong", &wrong_length))
        .chain(told(scheme, "mismatch", &[("upper and lower case exchanged", exchanged)]))
        .chain(url_safe(scheme))
        .collect()
}

/// The alphabet of base64url, with a digest that has both of the signs in which it differs.
fn url_safe(scheme: &Scheme) -> Vec<Case> {
    let secret = scheme.secret("first");
    for number in 0_u32..10_000 {
        let body = [BODY, number.to_string().as_bytes()].concat();
        let digest = scheme.mac(&scheme.key(&secret), &body);
        let text = base64(&digest);
        if !(text.contains('+') && text.contains('/')) {
            continue;
        }
        let case = |name: &str, text: &str| {
            let case = scheme.signed(
                &format!("encoding: {name}"),
                std::slice::from_ref(&secret),
                0,
                &body,
            );
            case.set(scheme.header, format!("{}{text}", scheme.label))
        };
        let refused = |name, text: &str| case(name, text).refused("encoding_invalid");
        return vec![
            case("genuine, with a plus and a slash", &text),
            refused("base64url", &URL_SAFE.encode(&digest)),
            refused("base64url without padding", &URL_SAFE_NO_PAD.encode(&digest)),
            refused("a hyphen for the plus", &text.replace('+', "-")),
            refused("an underscore for the slash", &text.replace('/', "_")),
        ];
    }
    Vec::new()
}

/// The text with `bits` set in its last character, which are zero in canonical base64.
fn dirty(inner: &str, bits: usize) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (rest, last) = inner.split_at(inner.len() - 1);
    let value = ALPHABET.find(last).unwrap_or_default() | bits;
    format!("{rest}{}", &ALPHABET[value..=value])
}

fn exchange_case(letter: char) -> char {
    if letter.is_ascii_uppercase() {
        letter.to_ascii_lowercase()
    } else {
        letter.to_ascii_uppercase()
    }
}
