//! The signature vectors of a folder of test data, where `COUNTERSIGN_CORPORA` names one.

use countersign::{Dialect, Outgoing, Secret, Signer, UnixSeconds, VerifyError};
use serde_json::Value;

use crate::{NOW, bytes_of_hex, outgoing, push, secret, signature, verifier};

/// The vectors, or nothing and a note where the folder is not named.
fn vectors(test: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_CORPORA") else {
        eprintln!("not run: {test} (COUNTERSIGN_CORPORA is not set)");
        return None;
    };
    let file = std::path::Path::new(&folder).join("derived/signature_vectors.json");
    let text = std::fs::read_to_string(&file).expect("the vectors can be read");
    Some(serde_json::from_str(&text).expect("the vectors are JSON"))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} of {value}"))
}

fn cases<'a>(vectors: &'a Value, field: &str, count: usize) -> &'a [Value] {
    let cases = vectors[field].as_array().expect("a list");
    assert_eq!(cases.len(), count, "{field}");
    cases
}

#[test]
fn valid_signatures_are_made_and_accepted() {
    let Some(vectors) = vectors("valid_signatures_are_made_and_accepted") else {
        return;
    };
    for case in cases(&vectors, "valid", 16) {
        let secret = secret(bytes_of_hex(text(case, "key_hex")));
        let body = match case["body_repeat"].as_array().map(Vec::as_slice) {
            Some([part, count]) => {
                let count = usize::try_from(count.as_u64().expect("a count")).expect("a size");
                bytes_of_hex(part.as_str().expect("hexadecimal")).repeat(count)
            }
            _ => bytes_of_hex(text(case, "body_hex")),
        };
        let signer = Signer::new(Dialect::BitbucketCloud, [&secret]).expect("a signer");
        let signature = signature(&signer, &outgoing(&push(), &body));
        assert_eq!(signature.1, text(case, "header"), "{}", case["name"]);
        let verifier = verifier(&Dialect::BitbucketCloud, &[secret]);
        assert!(verifier.verify(&[signature], &body, NOW).is_ok(), "{}", case["name"]);
    }
}

#[test]
fn hub_signature_headers_are_judged_as_listed() {
    let Some(vectors) = vectors("hub_signature_headers_are_judged_as_listed") else {
        return;
    };
    let body = text(&vectors, "body_utf8").as_bytes();
    for dialect in [Dialect::BitbucketCloud, Dialect::BitbucketDataCenter] {
        let verifier = verifier(&dialect, &[secret(text(&vectors, "key_utf8"))]);
        for case in cases(&vectors, "header_cases", 25) {
            let headers: Vec<(&str, &str)> = case["headers"]
                .as_array()
                .expect("headers")
                .iter()
                .map(|pair| (pair[0].as_str().expect("name"), pair[1].as_str().expect("value")))
                .collect();
            let accepted = verifier.verify(&headers, body, NOW).is_ok();
            let expected = match text(case, "expect") {
                "accept" => true,
                // Only the header of the configured dialect counts, and here it is the right one.
                "policy:by-source" => true,
                "reject" | "policy:reject" | "reject-400" => false,
                other => panic!("unknown expectation {other}"),
            };
            assert_eq!(accepted, expected, "{dialect}: {}", text(case, "why"));
        }
    }
}

#[test]
fn standard_webhooks_headers_are_judged_as_listed() {
    let Some(vectors) = vectors("standard_webhooks_headers_are_judged_as_listed") else {
        return;
    };
    let reference = &cases(&vectors, "standard_webhooks", 2)[0];
    for case in cases(&vectors, "standard_webhooks_header_cases", 18) {
        let expected = text(case, "expect").starts_with("accept");
        if let Some(secret) = case["secret"].as_str() {
            let usable = Secret::new(secret)
                .is_ok_and(|secret| Dialect::StandardWebhooks.check_secret(&secret).is_ok());
            assert_eq!(usable, expected, "{case}");
            continue;
        }
        let outcome = judge(reference, case);
        assert_eq!(outcome.is_ok(), expected, "{case}: {outcome:?}");
        match case["ts"].as_str() {
            Some("now-301s") => assert_eq!(outcome, Err(VerifyError::TimestampTooOld)),
            Some("now+301s") => assert_eq!(outcome, Err(VerifyError::TimestampTooNew)),
            _ => {}
        }
    }
}

/// Verifies the reference message with what the case changes of its headers.
fn judge(reference: &Value, case: &Value) -> Result<(), VerifyError> {
    let secret = secret(format!("whsec_{}", text(reference, "secret")));
    let now = UnixSeconds(reference["timestamp"].as_i64().expect("seconds"));
    let body = text(reference, "payload").as_bytes();
    let signer = Signer::new(Dialect::StandardWebhooks, [&secret]).expect("a signer");

    let id = case["id"].as_str().unwrap_or(text(reference, "msg_id"));
    let offset_s = match case["ts"].as_str() {
        Some("now-301s") => -301,
        Some("now+301s") => 301,
        _ => 0,
    };
    let at = UnixSeconds(now.0 + offset_s);
    // Signed anew for another time, so that only the time can be the reason.
    let key = push();
    let outgoing = Outgoing { request_id: text(reference, "msg_id"), at, ..outgoing(&key, body) };
    let genuine = signature(&signer, &outgoing).1;
    assert!(offset_s != 0 || genuine == text(reference, "signature"));
    let time = at.0.to_string();
    let given = case["ts"].as_str().filter(|_| offset_s == 0);

    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", given.unwrap_or(&time)),
        ("webhook-signature", case["sig"].as_str().unwrap_or(&genuine)),
    ];
    verifier(&Dialect::StandardWebhooks, &[secret]).verify(&headers, body, now).map(|_| ())
}
