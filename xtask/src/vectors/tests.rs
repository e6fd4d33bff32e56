use std::collections::BTreeSet;

use super::case::Outcome;
use super::*;

fn every_case() -> Vec<(&'static str, Case)> {
    let of =
        |(name, verify, _): &Dialect| verify().into_iter().map(move |case| (*name, case)).collect();
    DIALECTS.iter().flat_map(|dialect| -> Vec<(&'static str, Case)> { of(dialect) }).collect()
}

#[test]
fn the_same_program_writes_the_same_files() {
    assert_eq!(files(), files());
}

#[test]
fn a_file_is_json_of_less_than_240_000_bytes_and_its_names_are_unique() {
    for (file, text) in files() {
        assert!(text.len() < 240_000 && text.ends_with("}\n"), "{file}: {} bytes", text.len());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for list in ["verify", "sign", "cases"] {
            let mut seen = BTreeSet::new();
            for case in value[list].as_array().into_iter().flatten() {
                let name = case["name"].as_str().unwrap();
                assert!(!name.is_empty() && seen.insert(name), "{file}, {list}: {name}");
            }
        }
    }
}

#[test]
fn no_case_is_another_under_a_new_name() {
    let mut seen = BTreeSet::new();
    for (dialect, mut case) in every_case() {
        let name = std::mem::take(&mut case.name);
        let is_meant = name.ends_with("genuine: the same request again");
        assert!(seen.insert(format!("{dialect} {case:?}")) != is_meant, "{dialect}: {name}");
    }
}

#[test]
fn every_reason_has_a_case() {
    let mut reasons = BTreeSet::new();
    let mut refused = 0;
    for (_, case) in every_case() {
        if let Outcome::Refused(reason) = case.outcome {
            reasons.insert(reason);
            refused += 1;
        }
    }
    let all = [
        "encoding_invalid",
        "id_invalid",
        "id_missing",
        "id_repeated",
        "label_unknown",
        "length_wrong",
        "mismatch",
        "signature_missing",
        "signature_repeated",
        "timestamp_invalid",
        "timestamp_missing",
        "timestamp_repeated",
        "timestamp_too_new",
        "timestamp_too_old",
        "too_many_signatures",
    ];
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), all);
    assert!(refused > 1000, "{refused}");
}

/// The specification leaves the reason open for a longer text that is no hexadecimal.
#[test]
fn no_case_has_a_long_text_that_is_not_hexadecimal() {
    let is_base64 = |case: &Case| {
        case.generic.is_some_and(|generic| generic.encoding == mac::Encoding::Base64)
            || case.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("webhook-signature"))
    };
    for (dialect, case) in every_case() {
        if is_base64(&case) || !matches!(case.outcome, Outcome::Refused("encoding_invalid")) {
            continue;
        }
        for (_, value) in &case.headers {
            let text = ["sha256=", "sha512="].iter().find_map(|label| value.strip_prefix(label));
            assert!(text.unwrap_or(value).len() <= 128, "{dialect}: {}", case.name);
        }
    }
}

#[test]
fn headers_are_ascii_and_every_case_can_be_configured() {
    for (dialect, case) in every_case() {
        for (name, value) in &case.headers {
            let visible = |byte: &u8| (0x20..=0x7e).contains(byte);
            let value = value.trim_matches([' ', '\t']);
            assert!(value.as_bytes().iter().all(visible), "{dialect}: {}: {name}", case.name);
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        }
        let ids: BTreeSet<_> = case.secrets.iter().map(|secret| &secret.id).collect();
        assert!((1..=4).contains(&ids.len()) && ids.len() == case.secrets.len(), "{}", case.name);
        if let Outcome::Accepted(accepted) = &case.outcome {
            assert!(ids.contains(&accepted.secret_id), "{dialect}: {}", case.name);
        }
    }
}
