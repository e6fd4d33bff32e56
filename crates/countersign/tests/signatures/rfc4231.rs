//! The seven HMAC-SHA256 test cases of RFC 4231, as data.

use countersign::{Dialect, Signer, VerifyError};

use crate::{NOW, bytes_of_hex, outgoing, push, secret, signature, verifier};

#[test]
fn test_cases_are_signed_and_verified_as_published() {
    let cases: serde_json::Value =
        serde_json::from_str(include_str!("rfc4231.json")).expect("JSON");
    let cases = cases.as_array().expect("cases");
    assert_eq!(cases.len(), 7);

    for case in cases {
        let text = |field: &str| case[field].as_str().expect("a text");
        let secret = secret(bytes_of_hex(text("key_hex")));
        let body = bytes_of_hex(text("msg_hex"));
        let published = text("hmac_sha256_hex");
        let signer = Signer::new(Dialect::BitbucketCloud, [&secret]).expect("a signer");
        let (name, value) = signature(&signer, &outgoing(&push(), &body));
        assert!(value.starts_with(&format!("sha256={published}")), "{case}");

        let verifier = verifier(&Dialect::BitbucketCloud, &[secret]);
        let received = [(name, format!("sha256={published}"))];
        let outcome = verifier.verify(&received, &body, NOW).map(|verified| verified.secret);
        // Test case 5 is about truncation, which no dialect allows.
        let expected = if published.len() == 64 { Ok(0) } else { Err(VerifyError::LengthWrong) };
        assert_eq!(outcome, expected, "{case}");
        assert_eq!(case["truncated_to_bits"] == 128, outcome.is_err(), "{case}");
    }
}
