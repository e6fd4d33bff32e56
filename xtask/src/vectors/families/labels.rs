//! The label before the digest: exact, with its case, once, in front.

use super::super::case::Case;
use super::super::foreign;
use super::super::mac::{Algorithm, Encoding};
use super::super::scheme::{BODY, Scheme};

pub(in super::super) fn all(scheme: &Scheme) -> Vec<Case> {
    let digest = scheme.encoding.spell(&scheme.digest());
    let mut cases = Vec::new();
    // Where there is no label, a label is text that does not belong.
    let (label, reason) = match scheme.label {
        "" => ("sha256=", "encoding_invalid"),
        label => (label, "label_unknown"),
    };
    let name = &label[..label.len() - 1];
    let sign = &label[label.len() - 1..];
    let mut written = vec![
        format!("{}{sign}", name.to_uppercase()),
        format!("{}{sign}", capital(name)),
        format!("{name} {sign}"),
        format!("{name};"),
        format!("x{label}"),
        format!("{sign}{name}"),
        format!("\"{label}"),
        format!("{sign}{label}"),
        "sha1=".to_owned(),
        "md5=".to_owned(),
        "none=".to_owned(),
        "v0=".to_owned(),
        "v2,".to_owned(),
    ];
    if !scheme.label.is_empty() {
        written.extend([name.to_owned(), String::new(), format!("{name}/")]);
    }
    for other in ["sha256=", "sha512=", "sha256:", "sha-256=", "hmac-sha256=", "v1=", "t=1,v1="] {
        if other != scheme.label {
            written.push(other.to_owned());
        }
    }
    // The list splits at a blank: the item behind it has no label either.
    for (index, other) in written.iter().enumerate() {
        if written[..index].contains(other) {
            continue;
        }
        let case = scheme.claiming(&format!("label: `{other}`"), format!("{other}{digest}"));
        cases.push(case.refused(reason));
    }
    if !scheme.label.is_empty() {
        cases.extend(placed(scheme, &digest));
    }
    cases.extend(other_algorithms(scheme, reason));
    cases
}

fn placed(scheme: &Scheme, digest: &str) -> Vec<Case> {
    let label = scheme.label;
    let half = digest.len() / 2;
    let case = |name: &str, value: String, reason| {
        scheme.claiming(&format!("label: {name}"), value).refused(reason)
    };
    let mut cases = vec![
        case(
            "in the middle",
            format!("{}{label}{}", &digest[..half], &digest[half..]),
            "label_unknown",
        ),
        case("at the end", format!("{digest}{label}"), "label_unknown"),
        case("after another", format!("sha0={label}{digest}"), "label_unknown"),
        case("without a digest, cut short", label[..label.len() - 1].to_owned(), "label_unknown"),
        case("an empty value", String::new(), "label_unknown"),
        case("blanks alone", "  ".to_owned(), "label_unknown"),
        case("a word", "undefined".to_owned(), "label_unknown"),
        case("one character", "s".to_owned(), "label_unknown"),
    ];
    // A digest of SHA-512 and a label are longer than the longest that must be read.
    if scheme.algorithm == Algorithm::Sha256 {
        cases.push(case("twice", format!("{label}{label}{digest}"), "encoding_invalid"));
        cases.push(case(
            "an equals sign after it",
            format!("{label}={digest}"),
            "encoding_invalid",
        ));
        let lists = [
            ("a list, the genuine one first", format!("{label}{digest},{label}00")),
            ("a list, the genuine one last", format!("{label}00,{label}{digest}")),
            ("a list with a semicolon", format!("{label}00;{label}{digest}")),
        ];
        cases.extend(lists.map(|(name, value)| case(name, value, "encoding_invalid")));
        let other = format!("sha1={},{label}{digest}", "00".repeat(20));
        cases.push(case("a list with another algorithm first", other, "label_unknown"));
        if !scheme.is_list() {
            let blank = format!("{label}00 {label}{digest}");
            cases.push(case("a list with a blank", blank, "encoding_invalid"));
        }
    }
    cases
}

/// Digests of other algorithms, valid under the same key.
fn other_algorithms(scheme: &Scheme, reason: &'static str) -> Vec<Case> {
    let key = scheme.key(&scheme.secret("first"));
    let sha512 = Algorithm::Sha512.hmac(&key, &scheme.message(BODY));
    let spell = |digest: &[u8]| scheme.encoding.spell(digest);
    let mut cases = Vec::new();
    for foreign in foreign::of(scheme.covers) {
        let name = format!("algorithm: valid {} with its label", foreign.name);
        let value = format!("{}={}", foreign.name, spell(foreign.digest));
        cases.push(scheme.claiming(&name, value).refused(reason));
        let name = format!("algorithm: valid {} with the label of another", foreign.name);
        cases.push(scheme.claiming_digest(&name, foreign.digest).refused("length_wrong"));
    }
    if scheme.algorithm == Algorithm::Sha256 {
        // With neither label nor base64 it is longer than what must be read.
        if scheme.encoding == Encoding::Base64 || !scheme.label.is_empty() {
            let value = format!("sha512={}", spell(&sha512));
            // Without a label, a base64 of over 88 characters.
            let reason = if scheme.label.is_empty() { "length_wrong" } else { reason };
            cases.push(
                scheme.claiming("algorithm: valid sha512 with its label", value).refused(reason),
            );
        }
        let name = "algorithm: valid sha512 with the label of another";
        cases.push(scheme.claiming_digest(name, &sha512).refused("length_wrong"));
        let name = "algorithm: valid sha512, cut to 32 bytes";
        cases.push(scheme.claiming_digest(name, &sha512[..32]).refused("mismatch"));
    }
    cases
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
