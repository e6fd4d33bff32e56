//! Wycheproof's HMAC-SHA256: modified, truncated and genuine tags, through the verifier.

use countersign::{Dialect, Secret, SecretError, Signer, VerifyError};
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

use crate::{NOW, hex_of_bytes, outgoing, push, signature, verifier};

#[test]
fn tags_are_accepted_and_refused_as_published() {
    let set = TestSet::load(TestName::HmacSha256).expect("the set is part of the crate");
    let mut accepted = 0;
    let mut refused = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let secret = match Secret::new(&test.key[..]) {
                Ok(secret) => secret,
                Err(error) => {
                    assert!(test.key.is_empty(), "{test:?}");
                    assert_eq!(error, SecretError::Empty);
                    continue;
                }
            };
            let signer = Signer::new(Dialect::BitbucketCloud, [&secret]).expect("a signer");
            let (name, signed) = signature(&signer, &outgoing(&push(), &test.msg));
            let tag = format!("sha256={}", hex_of_bytes(&test.tag));
            let valid = test.result == TestResult::Valid;
            assert_eq!(signed.starts_with(&tag), valid, "{test:?}");

            let verifier = verifier(&Dialect::BitbucketCloud, &[secret]);
            match verifier.verify(&[(name, tag)], &test.msg, NOW) {
                Ok(_) => {
                    assert!(valid && test.tag.len() == 32, "{test:?}");
                    accepted += 1;
                }
                Err(error) => {
                    let whole = test.tag.len() == 32;
                    let expected =
                        if whole { VerifyError::Mismatch } else { VerifyError::LengthWrong };
                    assert_eq!(error, expected, "{test:?}");
                    assert!(!(valid && whole), "{test:?}");
                    refused += 1;
                }
            }
        }
    }
    assert_eq!((accepted, refused), (33, 141));
}
