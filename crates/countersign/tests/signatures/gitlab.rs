//! GitLab's two ways to show origin, alone and side by side.

use countersign::VerifyError::{
    EncodingInvalid, IdMissing, LabelUnknown, Mismatch, SignatureMissing, SignatureRepeated,
    TimestampTooOld,
};
use countersign::{Dialect, Secret, Signer, UnixSeconds, VerifyError};

use crate::scheme::Scheme;
use crate::{NOW, outgoing, push, secret, verifier};

const BODY: &[u8] = b"{\"object_kind\":\"push\"}";
const TOKEN: &str = "glwt token-0123456789abcdef";

fn signing(seed: u8) -> Secret {
    Secret::generate(&Dialect::StandardWebhooks, &mut |bytes| bytes.fill(seed))
}

/// `webhook-id`, `webhook-timestamp` and `webhook-signature` by one signing token.
fn signed(by: &Secret) -> Vec<(String, String)> {
    let signer = Signer::new(Dialect::Gitlab, [by]).expect("a signer");
    let headers = signer.signature_headers(&outgoing(&push(), BODY)).expect("signed");
    headers.into_iter().map(|(name, value)| (name.into_owned(), value)).collect()
}

fn token(value: &str) -> (String, String) {
    ("X-Gitlab-Token".into(), value.into())
}

fn judge(secrets: &[Secret], headers: &[(String, String)]) -> Result<usize, VerifyError> {
    let verifier = verifier(&Dialect::Gitlab, secrets);
    verifier.verify(headers, BODY, NOW).map(|verified| verified.secret)
}

#[test]
fn a_token_is_compared_in_full() {
    let secrets = [secret("another token"), secret(TOKEN)];
    assert_eq!(judge(&secrets, &[token(TOKEN)]), Ok(1));
    assert_eq!(judge(&secrets, &[token(&format!(" \t{TOKEN} "))]), Ok(1), "blanks around it");
    for length in 0..TOKEN.len() {
        assert_eq!(judge(&secrets, &[token(&TOKEN[..length])]), Err(Mismatch), "{length}");
        assert_eq!(judge(&secrets, &[token(&TOKEN[length + 1..])]), Err(Mismatch), "{length}");
    }
    for other in [
        format!("{TOKEN}0"),
        format!("{TOKEN}\0"),
        TOKEN.to_uppercase(),
        TOKEN.replace(' ', ""),
        format!("{TOKEN}{TOKEN}"),
        "x".repeat(100_000),
    ] {
        assert_eq!(judge(&secrets, &[token(&other)]), Err(Mismatch), "{other}");
    }
    assert_eq!(judge(&secrets, &[]), Err(SignatureMissing));
    assert_eq!(judge(&secrets, &[token(TOKEN), token(TOKEN)]), Err(SignatureRepeated));
    assert_eq!(judge(&secrets, &[token(TOKEN), token("x")]), Err(SignatureRepeated));
}

#[test]
fn every_bit_of_a_token_counts() {
    let verifier = verifier(&Dialect::Gitlab, &[secret(TOKEN)]);
    for at in 0..TOKEN.len() {
        for bit in 0..8 {
            let mut value = TOKEN.as_bytes().to_vec();
            value[at] ^= 1 << bit;
            let outcome = verifier.verify(&[("X-Gitlab-Token", value)], BODY, NOW);
            assert_eq!(outcome, Err(Mismatch), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_token_covers_no_body_and_no_time() {
    let verifier = verifier(&Dialect::Gitlab, &[secret(TOKEN)]);
    for (body, now) in [(&b""[..], 0), (b"another body", i64::MAX)] {
        assert!(verifier.verify(&[token(TOKEN)], body, UnixSeconds(now)).is_ok());
    }
}

#[test]
fn a_signing_token_alone_takes_signatures_only() {
    let secrets = [signing(1)];
    assert_eq!(judge(&secrets, &signed(&secrets[0])), Ok(0));
    assert_eq!(judge(&secrets, &signed(&signing(2))), Err(Mismatch));
    assert_eq!(judge(&secrets, &[token(TOKEN)]), Err(SignatureMissing));
    // Nobody may show the signing token itself, or what a token would be compared with.
    let shown = String::from_utf8(secrets[0].expose().to_vec()).expect("text");
    assert_eq!(judge(&secrets, &[token(&shown)]), Err(SignatureMissing));
}

#[test]
fn a_token_alone_looks_at_no_signature() {
    let secrets = [secret(TOKEN)];
    let unknown = signed(&signing(2));
    assert_eq!(judge(&secrets, &unknown), Err(SignatureMissing));
    assert_eq!(judge(&secrets, &[unknown.clone(), vec![token(TOKEN)]].concat()), Ok(0));
    assert_eq!(judge(&secrets, &[unknown, vec![token("x")]].concat()), Err(Mismatch));
}

#[test]
fn with_both_a_wrong_signature_is_not_rescued_by_a_right_token() {
    let secrets = [secret(TOKEN), signing(1), secret("older token"), signing(2)];
    let with = |headers: &[(String, String)], more: (String, String)| [headers, &[more]].concat();
    // A signature is there: it alone decides.
    assert_eq!(judge(&secrets, &signed(&secrets[1])), Ok(1));
    assert_eq!(judge(&secrets, &with(&signed(&secrets[3]), token("wrong"))), Ok(3));
    let twice = with(&with(&signed(&secrets[1]), token(TOKEN)), token(TOKEN));
    assert_eq!(judge(&secrets, &twice), Ok(1), "the token is not looked at");
    assert_eq!(judge(&secrets, &with(&signed(&signing(9)), token(TOKEN))), Err(Mismatch));
    let mut headers = with(&signed(&secrets[1]), token(TOKEN));
    headers[2].1 = "v1,nonsense!".into();
    assert_eq!(judge(&secrets, &headers), Err(EncodingInvalid));
    headers[2].1 = String::new();
    assert_eq!(judge(&secrets, &headers), Err(LabelUnknown));
    let alone = [("webhook-signature".to_owned(), signed(&secrets[1])[2].1.clone()), token(TOKEN)];
    assert_eq!(judge(&secrets, &alone), Err(IdMissing));
    let repeated = [&signed(&secrets[1])[..], &signed(&secrets[1])[2..], &[token(TOKEN)]].concat();
    assert_eq!(judge(&secrets, &repeated), Err(SignatureRepeated));
    let verifier = verifier(&Dialect::Gitlab, &secrets);
    let late = verifier.verify(&signed(&secrets[1]), BODY, UnixSeconds(NOW.0 + 301));
    assert_eq!(late, Err(TimestampTooOld));

    // No signature is there: the token decides, by the secrets that are tokens.
    assert_eq!(judge(&secrets, &[token(TOKEN)]), Ok(0));
    assert_eq!(judge(&secrets, &[token("older token")]), Ok(2));
    assert_eq!(judge(&secrets, &[token("wrong")]), Err(Mismatch));
    assert_eq!(judge(&secrets, &[]), Err(SignatureMissing));
    assert_eq!(judge(&secrets, &[token(TOKEN), token(TOKEN)]), Err(SignatureRepeated));
    let shown = String::from_utf8(secrets[1].expose().to_vec()).expect("text");
    assert_eq!(judge(&secrets, &[token(&shown)]), Err(Mismatch));
}

#[test]
fn what_gitlab_signs_is_what_standard_webhooks_signs() {
    let scheme = Scheme::all().into_iter().find(|scheme| scheme.dialect == Dialect::Gitlab);
    assert!(!scheme.expect("a token's").covers_body);
    let secrets = [signing(3)];
    let standard = verifier(&Dialect::StandardWebhooks, &secrets);
    assert!(standard.verify(&signed(&secrets[0]), BODY, NOW).is_ok());
}
