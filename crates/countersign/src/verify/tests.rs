use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use super::*;
use crate::secret::SecretError;

const ERRORS: [VerifyError; 15] = [
    VerifyError::SignatureMissing,
    VerifyError::SignatureRepeated,
    VerifyError::LabelUnknown,
    VerifyError::EncodingInvalid,
    VerifyError::LengthWrong,
    VerifyError::TooManySignatures,
    VerifyError::Mismatch,
    VerifyError::IdMissing,
    VerifyError::IdRepeated,
    VerifyError::IdInvalid,
    VerifyError::TimestampMissing,
    VerifyError::TimestampRepeated,
    VerifyError::TimestampInvalid,
    VerifyError::TimestampTooOld,
    VerifyError::TimestampTooNew,
];

#[test]
fn reasons_are_the_names_in_snake_case() {
    let mut reasons = BTreeSet::new();
    for error in ERRORS {
        let name = format!("{error:?}");
        let mut snake = String::new();
        for (at, letter) in name.char_indices() {
            if letter.is_ascii_uppercase() && at > 0 {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        }
        assert_eq!(error.reason(), snake);
        assert!(reasons.insert(error.reason()));
    }
}

#[test]
fn the_first_of_equal_secrets_is_named() {
    let dialect = Dialect::BitbucketCloud;
    let secret = |seed| Secret::generate(&dialect, &mut |bytes: &mut [u8]| bytes.fill(seed));
    let secrets = [secret(1), secret(2), secret(2), secret(3)];
    let verifier = Verifier::new(dialect.clone(), &secrets).expect("a verifier");
    for (signing, named) in [(0, 0), (1, 1), (2, 1), (3, 3)] {
        let mut mac = dialect.key(&secrets[signing]).expect("a key");
        mac.update(b"body");
        let headers = [("X-Hub-Signature", format!("sha256={}", mac.finish().hex()))];
        let verified = verifier.verify(&headers, b"body", UnixSeconds(0));
        assert_eq!(verified, Ok(Verified { secret: named }));
    }
}

/// Every dialect has a decoy that does the work of a secret that the dialect makes by itself.
#[test]
fn decoy_has_a_key_of_the_dialects_own() {
    let sha512 = crate::GenericHmac::new("X-Signature").expect("a header");
    let sha512 = Dialect::from(sha512.with_algorithm(crate::Algorithm::Sha512));
    for dialect in Dialect::ALL.iter().chain([&sha512]) {
        let decoy = Verifier::decoy(dialect.clone());
        let generated = Secret::generate(dialect, &mut |bytes| bytes.fill(5));
        let genuine = dialect.key(&generated).expect("a key");
        let kind = |mac: &Mac| core::mem::discriminant(mac);
        assert_eq!(decoy.keys.iter().map(kind).collect::<Vec<_>>(), [kind(&genuine)]);
    }
}

#[test]
fn verifier_of_one_dialect_is_not_one_of_another() {
    let secret = Secret::new("no whsec prefix here").expect("a secret");
    let refused = Verifier::new(Dialect::StandardWebhooks, [&secret]).unwrap_err();
    assert_eq!(refused, VerifierError::Secret(SecretError::NotWhsec));
}

#[test]
fn it_can_be_sent_between_threads() {
    fn assert_send<T: Send + 'static>() {}
    fn assert_sync<T: Sync>() {}
    assert_send::<Verification>();
    assert_send::<Verifier>();
    assert_sync::<Verifier>();
    assert_send::<crate::sign::Signer>();
}

#[test]
fn debug_shows_no_key() {
    let decoy = Verifier::decoy(Dialect::BitbucketCloud);
    let printed = format!("{decoy:?}");
    assert_eq!(printed, "Verifier { dialect: BitbucketCloud, secrets: 1, .. }");
    let headers = [("X-Hub-Signature", format!("sha256={}", "0".repeat(64)))];
    let verification = decoy.begin(&headers).expect("well-formed");
    assert_eq!(format!("{verification:?}"), "Verification { secrets: 1, .. }");
}
