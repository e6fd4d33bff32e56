use alloc::string::{String, ToString as _};
use alloc::{format, vec};

use super::*;

const CLOUD: Dialect = Dialect::BitbucketCloud;
const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const BODY: &[u8] = b"{\"push\":{}}";

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("a secret")
}

/// The header that `secret` signs `body` with.
fn signed(secret: &Secret, body: &[u8]) -> (&'static str, String) {
    let mut mac = CLOUD.key(secret).expect("a key");
    mac.update(body);
    ("X-Hub-Signature", format!("sha256={}", mac.finish().hex()))
}

fn causes(secrets: &[&str], headers: &[(&str, String)], body: &[u8]) -> Vec<Cause> {
    let secrets: Vec<Secret> = secrets.iter().map(|text| secret(text)).collect();
    explain(&CLOUD, &secrets, headers, body, NOW).causes
}

#[test]
fn a_genuine_request_has_no_causes() {
    let secrets = [secret("first secret....."), secret("second secret....")];
    let headers = [signed(&secrets[1], BODY)];
    let explanation = explain(&CLOUD, &secrets, &headers, BODY, NOW);
    assert_eq!(explanation.verdict(), Verdict::Genuine(Verified { secret: 1 }));
    assert_eq!(explanation.causes(), []);
    assert_eq!(explanation.to_string(), "Genuine: signed with secret 2.");
}

#[test]
fn secrets_that_cannot_verify_are_the_first_cause() {
    let none = explain(&CLOUD, &[], &[signed(&secret("x"), BODY)], BODY, NOW);
    assert_eq!(none.verdict(), Verdict::CannotVerify(VerifierError::NoSecret));
    let standard = Dialect::StandardWebhooks;
    let other = explain(&standard, &[secret("x")], &[("a", "b")], BODY, NOW);
    let text = "Cannot be verified: a standard-webhooks secret begins with whsec_.";
    assert_eq!(other.to_string(), text);
}

#[test]
fn a_missing_header_is_explained_by_what_is_there() {
    let of = |headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, (*v).to_string())).collect();
        causes(&["the secret"], &headers, BODY)
    };
    assert_eq!(of(&[]), [Cause::Unsigned]);
    assert_eq!(of(&[("X-Event-Key", "diagnostics:ping")]), [Cause::UnsignedPing]);
    for header in ["X-Hub-Signature-256", "webhook-signature", "X-Gitlab-Token"] {
        assert_eq!(of(&[(header, "x")]), [Cause::OtherSignatureHeader { header }]);
    }
    let hub = ("X-Hub-Signature", "sha256=");
    assert_eq!(of(&[hub, hub]), [Cause::HeaderRepeated]);
}

#[test]
fn the_form_of_a_signature_is_explained() {
    let hex = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
    let base64 = "pHccOfvpDzF8eCToPd7zyq6cs9l2whSs4fKTfhMyY8k=";
    let cloud = [
        ("sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59".to_string(), vec![Cause::Sha1]),
        (hex.to_string(), vec![Cause::LabelMissing]),
        (base64.to_string(), vec![Cause::LabelMissing]),
        (format!("SHA256={hex}"), vec![Cause::LabelCase]),
        (format!("sha256={base64}"), vec![Cause::Base64InsteadOfHex]),
        ("sha256=".to_string(), vec![Cause::DigestEmpty]),
        (format!("sha256={}", &hex[..40]), vec![Cause::DigestLength]),
        (format!("sha256={}", hex.replace('a', "z")), vec![]),
        ("nonsense".to_string(), vec![]),
    ];
    for (value, expected) in cloud {
        let found = causes(&["the secret"], &[("X-Hub-Signature", value.clone())], BODY);
        assert_eq!(found, expected, "{value}");
    }
    let standard = Dialect::StandardWebhooks;
    let secrets = [Secret::generate(&standard, &mut |bytes| bytes.fill(1))];
    for (value, expected) in [
        (format!("v1,{hex}"), vec![Cause::HexInsteadOfBase64]),
        ("v1,".to_string(), vec![Cause::DigestEmpty]),
        ("v1,AAAA".to_string(), vec![Cause::DigestLength]),
        (format!("V1,{base64}"), vec![Cause::LabelCase]),
        (base64.to_string(), vec![Cause::LabelMissing]),
    ] {
        let headers = [("webhook-signature", value.as_str())];
        let found = explain(&standard, &secrets, &headers, BODY, NOW);
        assert_eq!(found.causes(), expected, "{value}");
    }
}

#[test]
fn a_mismatch_is_explained_by_what_would_match() {
    let plain = secret("the secret");
    let of = |secrets: &[&str], signed_body: &[u8], body: &[u8]| {
        causes(secrets, &[signed(&plain, signed_body)], body)
    };
    let trimmed = Cause::SecretHasSurroundingWhitespace { secret: 1 };
    assert_eq!(of(&["another secret", "the secret\r\n"], BODY, BODY), [trimmed]);
    assert_eq!(of(&["the secret"], b"", BODY), [Cause::SignatureOfEmptyBody]);
    assert_eq!(of(&["the secret"], b"{}", b"{}\n"), [Cause::BodyGainedLineEnding]);
    assert_eq!(of(&["the secret"], b"{}", b"{}\r\n"), [Cause::BodyGainedLineEnding]);
    assert_eq!(of(&["the secret"], b"{}\n", b"{}"), [Cause::BodyLostLineEnding]);
    assert_eq!(of(&["the secret"], BODY, &[0x1f, 0x8b, 8, 0]), [Cause::BodyIsGzip]);
    assert_eq!(of(&["the secret"], BODY, b"other"), [Cause::SecretOrBodyDiffers]);
    assert_eq!(of(&["another secret"], BODY, BODY), [Cause::SecretOrBodyDiffers]);

    let headers = [signed(&secret("the secret\n"), BODY)];
    let found = causes(&["the secret"], &headers, BODY);
    assert_eq!(found, [Cause::SenderSecretHasLineFeed { secret: 0 }]);
}

#[test]
fn a_wrong_clock_is_explained() {
    let dialect = Dialect::StandardWebhooks;
    let secrets = [Secret::generate(&dialect, &mut |bytes| bytes.fill(1))];
    let mut mac = dialect.key(&secrets[0]).expect("a key");
    mac.update(b"msg.1699990000.{}");
    let headers = [
        ("webhook-id", "msg".to_string()),
        ("webhook-timestamp", "1699990000".to_string()),
        ("webhook-signature", format!("v1,{}", mac.finish().base64())),
    ];
    let explanation = explain(&dialect, &secrets, &headers, b"{}", NOW);
    assert_eq!(explanation.verdict(), Verdict::Refused(VerifyError::TimestampTooOld));
    assert_eq!(explanation.causes(), [Cause::ClockOrReplay]);
}

#[test]
fn every_line_is_one_sentence() {
    let headers = [signed(&secret("the secret"), BODY)];
    let explanation = explain(&CLOUD, &[secret("the secret\n")], &headers, BODY, NOW);
    let text = explanation.to_string();
    assert_eq!(text.lines().count(), 2);
    assert!(text.lines().all(|line| line.ends_with('.')), "{text}");
    assert!(!text.contains("the secret\n"), "{text}");
}
