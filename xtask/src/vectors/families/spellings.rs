//! Genuine requests written otherwise: the case of names and of hexadecimal digits, blanks around
//! values, the order of headers, and the same request again.

use super::super::case::Case;
use super::super::mac::Encoding;
use super::super::scheme::Scheme;

pub(in super::super) fn all(scheme: &Scheme) -> Vec<Case> {
    let padded = |before: &str, after: &str| {
        let mut case = scheme.case("");
        for (_, value) in &mut case.headers {
            *value = format!("{before}{value}{after}");
        }
        case
    };
    let named = |name: &str, case: Case| Case { name: format!("genuine: {name}"), ..case };
    let usual = scheme.case("genuine");
    let reversed = usual.headers.iter().rev().cloned().collect();
    let mut cases = vec![
        usual.clone(),
        named("the same request again", usual.clone()),
        hour_later(scheme, scheme.case("an hour later")),
        named("header names in lower case", usual.clone().renamed(str::to_lowercase)),
        named("header names in upper case", usual.clone().renamed(str::to_uppercase)),
        named("header names in mixed case", usual.clone().renamed(mixed)),
        named("headers in another order", Case { headers: reversed, ..usual.clone() }),
        named("a space before every value", padded(" ", "")),
        named("a space after every value", padded("", " ")),
        named("tabs and spaces around every value", padded("\t \t", " \t ")),
        named(
            "headers of the transport",
            usual
                .add("Content-Type", "application/json")
                .add("Content-Encoding", "gzip")
                .add("User-Agent", "sender/1.0")
                .add("Content-Length", "1")
                .add("Transfer-Encoding", "chunked"),
        ),
    ];
    if scheme.encoding == Encoding::Hex {
        let hex = scheme.encoding.spell(&scheme.digest());
        cases.push(scheme.claiming_text("genuine: hexadecimal in upper case", &hex.to_uppercase()));
        cases.push(scheme.claiming_text("genuine: hexadecimal in mixed case", &mixed(&hex)));
    }
    cases
}

/// Where no time is signed the time does not matter; where one is, five minutes do.
fn hour_later(scheme: &Scheme, case: Case) -> Case {
    let later = case.now + 3600;
    if scheme.is_list() { case.at(later).refused("timestamp_too_old") } else { case.at(later) }
}

/// Every other letter in upper case.
fn mixed(text: &str) -> String {
    let mut upper = false;
    let change = |letter: char| {
        if !letter.is_ascii_alphabetic() {
            return letter;
        }
        upper = !upper;
        if upper { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    text.chars().map(change).collect()
}
