//! Forgeries and mistakes that got past verifiers elsewhere, each with the reason that it is refused.

use countersign::VerifyError::{
    EncodingInvalid, IdInvalid, IdMissing, IdRepeated, LabelUnknown, LengthWrong, Mismatch,
    SignatureMissing, SignatureRepeated, TimestampInvalid, TimestampMissing, TimestampRepeated,
    TimestampTooNew, TimestampTooOld, TooManySignatures,
};
use countersign::{
    Dialect, Secret, SecretError, Signer, UnixSeconds, Verifier, VerifierError, VerifyError,
};

use crate::scheme::Scheme;
use crate::{NOW, outgoing, push, secret, secret_of, verifier};

const SECRET: &str = "It's a Secret to Everybody";
const BODY: &[u8] = b"Hello World!";
const HEX: &str = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
/// The same digest.
const BASE64: &str = "pHccOfvpDzF8eCToPd7zyq6cs9l2whSs4fKTfhMyY8k=";

fn hub(value: &str) -> Result<usize, VerifyError> {
    let verifier = verifier(&Dialect::BitbucketCloud, &[secret(SECRET)]);
    let outcome = verifier.verify(&[("X-Hub-Signature", value)], BODY, NOW);
    outcome.map(|verified| verified.secret)
}

#[test]
fn hub_signature_is_read_strictly() {
    let upper = HEX.to_uppercase();
    let cases = [
        (format!("sha256={HEX}"), Ok(0)),
        (format!("sha256={upper}"), Ok(0)),
        (format!(" \tsha256={HEX}\t "), Ok(0)),
        (String::new(), Err(LabelUnknown)),
        ("sha".to_owned(), Err(LabelUnknown)),
        ("sha256".to_owned(), Err(LabelUnknown)),
        (HEX.to_owned(), Err(LabelUnknown)),
        (format!("SHA256={HEX}"), Err(LabelUnknown)),
        (format!("sha256 ={HEX}"), Err(LabelUnknown)),
        (format!("sha512={HEX}"), Err(LabelUnknown)),
        ("sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59".to_owned(), Err(LabelUnknown)),
        ("md5=00".to_owned(), Err(LabelUnknown)),
        ("sha256=".to_owned(), Err(LengthWrong)),
        ("sha256=a4".to_owned(), Err(LengthWrong)),
        (format!("sha256={}", &HEX[..62]), Err(LengthWrong)),
        (format!("sha256={}", &HEX[..63]), Err(LengthWrong)),
        (format!("sha256={HEX}00"), Err(LengthWrong)),
        (format!("sha256={HEX}{HEX}"), Err(LengthWrong)),
        (format!("sha256={}", "0".repeat(100_000)), Err(LengthWrong)),
        (format!("sha256=zz{HEX}"), Err(EncodingInvalid)),
        (format!("sha256=zz{}", &HEX[2..]), Err(EncodingInvalid)),
        (format!("sha256= {HEX}"), Err(EncodingInvalid)),
        (format!("sha256=0x{}", &HEX[2..]), Err(EncodingInvalid)),
        (format!("sha256=+{}", &HEX[1..]), Err(EncodingInvalid)),
        (format!("sha256={HEX}\0"), Err(EncodingInvalid)),
        (format!("sha256=\u{ff11}{}", &HEX[1..]), Err(EncodingInvalid)),
        (format!("sha256={HEX},sha256={HEX}"), Err(EncodingInvalid)),
        (format!("sha256={BASE64}"), Err(EncodingInvalid)),
        (format!("sha256={}", BASE64.to_lowercase()), Err(EncodingInvalid)),
        (format!("sha256={}", "0".repeat(64)), Err(Mismatch)),
    ];
    for (value, expected) in cases {
        assert_eq!(hub(&value), expected, "{value}");
    }
}

#[test]
fn one_header_of_the_dialects_own_counts() {
    let verifier = verifier(&Dialect::BitbucketDataCenter, &[secret(SECRET)]);
    let judge = |headers: &[(&str, &str)]| verifier.verify(headers, BODY, NOW).map(|_| ());
    let genuine = format!("sha256={HEX}");
    let forged = format!("sha256={}", "0".repeat(64));
    let own = ("X-Hub-Signature", genuine.as_str());
    let twice = ("x-hub-signature", genuine.as_str());
    let other = ("X-Hub-Signature", forged.as_str());
    let github = ("X-Hub-Signature-256", genuine.as_str());

    assert_eq!(judge(&[]), Err(SignatureMissing));
    assert_eq!(judge(&[github]), Err(SignatureMissing));
    assert_eq!(judge(&[own, twice]), Err(SignatureRepeated));
    assert_eq!(judge(&[own, other]), Err(SignatureRepeated));
    assert_eq!(judge(&[other, own]), Err(SignatureRepeated));
    assert_eq!(judge(&[own, ("X-Hub-Signature-256", &forged)]), Ok(()));
    assert_eq!(judge(&[other, github]), Err(Mismatch));
}

#[test]
fn headers_are_judged_before_the_body() {
    let verifier = verifier(&Dialect::BitbucketCloud, &[secret(SECRET)]);
    let none: [(&str, &str); 0] = [];
    assert_eq!(verifier.begin(&none).map(|_| ()), Err(SignatureMissing));
    let empty = [("X-Hub-Signature", "sha256=")];
    assert_eq!(verifier.begin(&empty).map(|_| ()), Err(LengthWrong));
}

#[test]
fn empty_secret_cannot_be_configured() {
    assert_eq!(Secret::new("").unwrap_err(), SecretError::Empty);
    assert_eq!(Secret::new(" \t\r\n\u{a0}").unwrap_err(), SecretError::OnlyWhitespace);
    // HMAC("") of the body, which anybody can compute.
    let value = "sha256=0366d43cf5215a646b90008490ca34b5994cc08f173c9e6cdccef82656896592";
    assert_eq!(hub(value), Err(Mismatch));
    for Scheme { dialect, .. } in Scheme::all() {
        let none = Verifier::new(dialect.clone(), []).unwrap_err();
        assert_eq!(none, VerifierError::NoSecret);
        assert_eq!(Signer::new(dialect, []).unwrap_err(), VerifierError::NoSecret);
    }
}

#[test]
fn over_four_secrets_are_refused() {
    for scheme in Scheme::all() {
        let secrets: Vec<Secret> = (1..=5).map(|seed| scheme.secret_of(seed)).collect();
        let dialect = scheme.dialect;
        assert!(Verifier::new(dialect.clone(), &secrets[..4]).is_ok());
        let five = Verifier::new(dialect.clone(), &secrets).unwrap_err();
        assert_eq!(five, VerifierError::TooManySecrets);
        assert_eq!(Signer::new(dialect.clone(), &secrets).unwrap_err(), five);
    }
}

#[test]
fn bytes_of_secret_and_body_are_taken_as_they_are() {
    let body = [0xff, 0xfe, 0x00, 0x7b, 0x80, 0x7d];
    for Scheme { dialect, .. } in Scheme::all().into_iter().filter(|scheme| scheme.takes_any_bytes)
    {
        let with_newline = secret("a secret from a file\n");
        let without = secret("a secret from a file");
        let signer = Signer::new(dialect.clone(), [&with_newline]).expect("a signer");
        let headers = signer.headers(&outgoing(&push(), &body)).expect("headers");
        let same = verifier(&dialect, &[with_newline]).verify(&headers, &body, NOW);
        assert!(same.is_ok());
        let trimmed = verifier(&dialect, &[without]).verify(&headers, &body, NOW);
        assert_eq!(trimmed, Err(Mismatch));
    }
}

#[test]
fn signature_of_an_empty_body_is_for_an_empty_body_only() {
    for scheme in Scheme::all().into_iter().filter(|scheme| scheme.covers_body) {
        let secret = scheme.secret_of(7);
        let signer = Signer::new(scheme.dialect.clone(), [&secret]).expect("a signer");
        let headers = signer.headers(&outgoing(&push(), b"")).expect("headers");
        let verifier = verifier(&scheme.dialect, &[secret]);
        assert!(verifier.verify(&headers, b"", NOW).is_ok());
        assert_eq!(verifier.verify(&headers, b"{}", NOW), Err(Mismatch));
    }
}

#[test]
fn decoy_accepts_nothing() {
    for Scheme { dialect, .. } in Scheme::all() {
        // The key that the decoy computes with is known, so a signature by it must not pass.
        for seed in [0_u8, 1] {
            let secrets = [secret_of(&dialect, seed)];
            let signer = Signer::new(dialect.clone(), &secrets).expect("a signer");
            let headers = signer.headers(&outgoing(&push(), BODY)).expect("headers");
            let decoy = Verifier::decoy(dialect.clone());
            assert_eq!(decoy.verify(&headers, BODY, NOW), Err(Mismatch));
        }
        let none: [(&str, &str); 0] = [];
        let decoy = Verifier::decoy(dialect.clone());
        assert_eq!(decoy.verify(&none, BODY, NOW), Err(SignatureMissing));
    }
    let signer = Signer::new(Dialect::BitbucketCloud, [&secret([0; 32])]).expect("a signer");
    let headers = signer.headers(&outgoing(&push(), BODY)).expect("headers");
    let decoy = Verifier::decoy(Dialect::BitbucketCloud);
    assert_eq!(decoy.verify(&headers, BODY, NOW), Err(Mismatch));
}

/// A request of the reference message with some of its headers replaced.
fn standard(id: &[&str], timestamp: &[&str], signature: &[&str]) -> Result<(), VerifyError> {
    let secrets = [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
    let named = |name, values: &[&str]| -> Vec<(&str, String)> {
        values.iter().map(|value| (name, (*value).to_owned())).collect()
    };
    let headers = [
        named("webhook-id", id),
        named("webhook-timestamp", timestamp),
        named("webhook-signature", signature),
    ]
    .concat();
    let now = UnixSeconds(1_614_265_330);
    let verifier = verifier(&Dialect::StandardWebhooks, &secrets);
    verifier.verify(&headers, br#"{"test": 2432232314}"#, now).map(|_| ())
}

const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: &str = "1614265330";
const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

#[test]
fn standard_webhooks_signatures_are_read_strictly() {
    let digest = &V1[3..];
    let cases = [
        (V1.to_owned(), Ok(())),
        (format!("v1,AAAA {V1}"), Ok(())),
        (format!("v1, {V1}"), Ok(())),
        (format!("v1,!!! {V1} v2,x"), Ok(())),
        (format!("v1a,{digest} {V1}"), Ok(())),
        (format!("{}{V1}", "v1,AAAA ".repeat(15)), Ok(())),
        (format!("{}{V1}", "v1,AAAA ".repeat(16)), Err(TooManySignatures)),
        (format!("{V1}{}", " v9,x".repeat(16)), Err(TooManySignatures)),
        (format!("{V1}{}", " ".repeat(40)), Ok(())),
        (format!("{}{V1}", "v1,AAAA  ".repeat(8)), Err(TooManySignatures)),
        (String::new(), Err(LabelUnknown)),
        ("v1".to_owned(), Err(LabelUnknown)),
        (digest.to_owned(), Err(LabelUnknown)),
        (format!("V1,{digest}"), Err(LabelUnknown)),
        (format!("v2,{digest}"), Err(LabelUnknown)),
        (format!("v1a,{digest}"), Err(LabelUnknown)),
        ("v1,".to_owned(), Err(LengthWrong)),
        ("v1,AAAA".to_owned(), Err(LengthWrong)),
        (format!("v1,{}", "A".repeat(88)), Err(LengthWrong)),
        (format!("v1,{}", "A".repeat(100_000)), Err(LengthWrong)),
        (format!("v1,{}", &digest[..43]), Err(EncodingInvalid)),
        (format!("v1,{}F=", &digest[..42]), Err(EncodingInvalid)),
        (format!("v1,{}", digest.replace('+', "-").replace('/', "_")), Err(EncodingInvalid)),
        (format!("{V1},{V1}"), Err(LengthWrong)),
        (format!("v1,\t{digest}"), Err(EncodingInvalid)),
        (format!("v1,{}", digest.to_lowercase()), Err(EncodingInvalid)),
        // The last character of base64 without case is not strict; any other is another digest.
        (V1.replace("g0hM", "G0Hm"), Err(Mismatch)),
    ];
    for (signature, expected) in cases {
        assert_eq!(standard(&[ID], &[AT], &[&signature]), expected, "{signature}");
    }
    assert_eq!(standard(&[ID], &[AT], &[]), Err(SignatureMissing));
    assert_eq!(standard(&[ID], &[AT], &[V1, V1]), Err(SignatureRepeated));
}

#[test]
fn standard_webhooks_id_and_time_are_read_strictly() {
    let long = "i".repeat(256);
    for (ids, expected) in [
        (&[][..], IdMissing),
        (&[ID, ID], IdRepeated),
        (&[""], IdInvalid),
        (&["a.b"], IdInvalid),
        (&["a b"], IdInvalid),
        (&["\u{e9}"], IdInvalid),
        (&[long.as_str()], IdInvalid),
        (&["msg_other"], Mismatch),
    ] {
        assert_eq!(standard(ids, &[AT], &[V1]), Err(expected), "{ids:?}");
    }
    for (timestamps, expected) in [
        (&[][..], TimestampMissing),
        (&[AT, AT], TimestampRepeated),
        (&[""], TimestampInvalid),
        (&["-1614265330"], TimestampInvalid),
        (&["+1614265330"], TimestampInvalid),
        (&["1614265330.0"], TimestampInvalid),
        (&["0x60381d72"], TimestampInvalid),
        (&["9223372036854775808"], TimestampInvalid),
        (&["99999999999999999999"], TimestampInvalid),
        (&["9223372036854775807"], Mismatch),
        (&["1614265330000"], Mismatch),
        // The text is what is signed.
        (&["01614265330"], Mismatch),
    ] {
        assert_eq!(standard(&[ID], timestamps, &[V1]), Err(expected), "{timestamps:?}");
    }
    assert_eq!(standard(&[ID], &[" 1614265330\t"], &[V1]), Ok(()));
}

#[test]
fn standard_webhooks_time_is_within_five_minutes() {
    let dialect = Dialect::StandardWebhooks;
    let secrets = [secret_of(&dialect, 9)];
    let signer = Signer::new(dialect.clone(), &secrets).expect("a signer");
    let headers = signer.headers(&outgoing(&push(), BODY)).expect("headers");
    let verifier = verifier(&dialect, &secrets);
    for (now, expected) in [
        (NOW.0, Ok(())),
        (NOW.0 + 300, Ok(())),
        (NOW.0 - 300, Ok(())),
        (NOW.0 + 301, Err(TimestampTooOld)),
        (NOW.0 - 301, Err(TimestampTooNew)),
        (i64::MAX, Err(TimestampTooOld)),
        (i64::MIN, Err(TimestampTooNew)),
    ] {
        let outcome = verifier.verify(&headers, BODY, UnixSeconds(now)).map(|_| ());
        assert_eq!(outcome, expected, "{now}");
    }
    // The time is looked at last: a forgery never learns whether its time was right.
    let outcome = verifier.verify(&headers, b"forged", UnixSeconds(0));
    assert_eq!(outcome, Err(Mismatch));
}

#[test]
fn what_is_printed_shows_no_secret_and_no_digest() {
    for scheme in Scheme::all() {
        let secrets = [scheme.secret(b"canary-4f1d-canary-4f1d-").expect("a secret")];
        let verifier = verifier(&scheme.dialect, &secrets);
        let signer = Signer::new(scheme.dialect.clone(), &secrets).expect("a signer");
        let headers = signer.headers(&outgoing(&push(), BODY)).expect("headers");
        let expected = headers.last().expect("a signature").1.as_bytes();
        let mut verification = verifier.begin(&headers).expect("well-formed");
        verification.update(b"another body");
        let under_way = format!("{secrets:?} {verifier:?} {signer:?} {verification:?}");
        let outcome = verification.finish(NOW);
        let printed = format!("{under_way} {outcome:?}");
        let secret = secrets[0].expose();
        for hidden in expected.windows(12).chain(secret.windows(12)) {
            let text = String::from_utf8_lossy(hidden);
            assert!(!printed.contains(&*text), "{text} in {printed}");
            assert!(!printed.contains(&format!("{hidden:?}")), "{text} in {printed}");
        }
    }
}
