use alloc::format;
use alloc::string::{String, ToString as _};

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
fn expired_secrets_and_encoded_bodies_never_verify() {
    let (active, expired) = ([secret("the new secret...")], [secret("the old secret...")]);
    let by_expired = [signed(&expired[0], BODY)];
    let explainer = Explainer::new(&CLOUD, &active).with_expired(&expired);
    let refused = Verdict::Refused(VerifyError::Mismatch);
    assert_eq!(explainer.explain(&by_expired, BODY, NOW).verdict(), refused);
    let of_encoded = [signed(&active[0], b"encoded")];
    let explainer = explainer.with_encoded_body(b"encoded");
    let explanation = explainer.explain(&of_encoded, BODY, NOW);
    assert_eq!(explanation.verdict(), refused);
    assert_eq!(explanation.causes(), [Cause::GzippedBytesSigned]);
    let genuine = explainer.explain(&[signed(&active[0], BODY)], BODY, NOW);
    assert_eq!(
        (genuine.verdict(), genuine.causes()),
        (Verdict::Genuine(Verified { secret: 0 }), &[][..])
    );
    let shown = format!("{explainer:?}");
    assert_eq!(shown, "Explainer { dialect: BitbucketCloud, secrets: 1, expired: 1, .. }");
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
