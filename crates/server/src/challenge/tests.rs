use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::{Encoding, GenericHmac, Verifier, VerifyError};

use super::*;

const AT: UnixSeconds = UnixSeconds(1_700_000_000);

fn trials(dialect: &Dialect, secret: &Secret) -> Vec<Trial> {
    let event_key = EventKey::parse(EVENT_KEY).unwrap();
    let challenge =
        Challenge { dialect, secret, event_key: &event_key, request_id: "id-1", at: AT };
    challenge.trials().unwrap()
}

fn of(kind: Kind, dialect: &Dialect, secret: &Secret) -> Vec<Trial> {
    let mut trials = trials(dialect, secret);
    trials.retain(|trial| trial.kind == kind);
    trials
}

fn header<'a>(trial: &'a Trial, name: &str) -> &'a str {
    &trial.headers.iter().find(|(own, _)| own == name).unwrap().1
}

fn hmac_sha1(key: &[u8], signed: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key), signed)
}

fn hexadecimal(tag: &hmac::Tag) -> String {
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn dialects() -> Vec<(Dialect, Secret)> {
    let mut all: Vec<_> = Dialect::ALL
        .iter()
        .map(|dialect| (dialect.clone(), Secret::generate_from_system(dialect).unwrap()))
        .collect();
    let whsec = Secret::generate_from_system(&Dialect::StandardWebhooks).unwrap();
    all.push((Dialect::Gitlab, whsec));
    let generic = GenericHmac::new("X-Sum").unwrap().with_prefix("sum=").unwrap();
    all.push((generic.into(), Secret::new("a secret of some length").unwrap()));
    all
}

#[test]
fn the_verifier_takes_the_genuine_ones_and_no_forgery() {
    for (dialect, secret) in dialects() {
        let verifier = Verifier::new(dialect.clone(), [&secret]).unwrap();
        for trial in trials(&dialect, &secret) {
            let verified = verifier.verify(&trial.headers, &trial.body, AT);
            let genuine = matches!(trial.kind, Kind::Genuine | Kind::Replay);
            assert_eq!(verified.is_ok(), genuine, "{dialect}: {:?}", trial.kind);
        }
    }
}

#[test]
fn each_forgery_is_refused_for_what_it_is() {
    let secret = Secret::new("a secret of some length").unwrap();
    let verifier = Verifier::new(Dialect::BitbucketCloud, [&secret]).unwrap();
    let reasons = trials(&Dialect::BitbucketCloud, &secret).into_iter().filter_map(|trial| {
        let refused = verifier.verify(&trial.headers, &trial.body, AT).err()?;
        Some((trial.kind, refused))
    });
    assert_eq!(
        reasons.collect::<Vec<_>>(),
        [
            (Kind::Unsigned, VerifyError::SignatureMissing),
            (Kind::Tampered, VerifyError::Mismatch),
            (Kind::WrongSecret, VerifyError::Mismatch),
            (Kind::TruncatedDigest, VerifyError::LengthWrong),
            (Kind::Sha1, VerifyError::LabelUnknown),
            (Kind::TwoHeaders, VerifyError::SignatureRepeated),
            (Kind::TwoHeaders, VerifyError::SignatureRepeated),
        ]
    );
}

#[test]
fn eight_are_forged_where_a_time_is_signed_and_fewer_where_not() {
    let kinds = |(dialect, secret): &(Dialect, Secret)| {
        trials(dialect, secret).chunk_by(|one, next| one.kind == next.kind).count()
    };
    let counts: Vec<_> = dialects().iter().map(|dialect| kinds(dialect) - 1).collect();
    // Cloud, Data Center, GitHub; a GitLab token; Gitea; Standard Webhooks; a GitLab signing
    // token; a generic HMAC.
    assert_eq!(counts, [7, 7, 7, 5, 7, 8, 8, 7]);
}

#[test]
fn every_request_is_harmless_and_has_an_id_of_its_own_but_the_replay() {
    for (dialect, secret) in dialects() {
        let trials = trials(&dialect, &secret);
        let ids = trials.iter().map(|trial| dialect.received(&trial.headers).request_id);
        let mut ids: Vec<_> = ids.collect();
        assert_eq!(ids.first(), ids.last());
        ids.sort();
        ids.dedup();
        let named = !matches!(dialect, Dialect::GenericHmac(_));
        assert_eq!(ids.len(), if named { trials.len() - 1 } else { 1 }, "{dialect}");
        for trial in &trials {
            assert!(trial.body.starts_with(b"{\"test\":true,"));
        }
    }
}

#[test]
fn the_sha1_forgery_of_a_signed_time_has_the_genuine_key_and_bytes() {
    let secret = Secret::generate_from_system(&Dialect::StandardWebhooks).unwrap();
    let key = STANDARD.decode(&secret.expose()["whsec_".len()..]).unwrap();
    for dialect in [Dialect::StandardWebhooks, Dialect::Gitlab] {
        let [forged] = &of(Kind::Sha1, &dialect, &secret)[..] else {
            panic!("{dialect}: not one");
        };
        assert_eq!(header(forged, "webhook-id"), "id-1-sha1");
        let signed = [b"id-1-sha1.1700000000.", &forged.body[..]].concat();
        let expected = format!("v1,{}", STANDARD.encode(hmac_sha1(&key, &signed)));
        assert_eq!(header(forged, "webhook-signature"), expected, "{dialect}");
    }
}

#[test]
fn the_sha1_forgery_is_written_as_the_genuine_signature_is() {
    let secret = Secret::new("whsec_ is no more than text here").unwrap();
    let generic = || GenericHmac::new("X-Sum").unwrap();
    let base64 = generic().with_prefix("v0=").unwrap().with_encoding(Encoding::Base64);
    let sha512 = base64.clone().with_algorithm(countersign::Algorithm::Sha512);
    let labelled = generic().with_prefix("hmac-sha256:").unwrap();
    let of_body = |forged: &Trial| hmac_sha1(secret.expose(), &forged.body);
    for (dialect, name, label, is_hex) in [
        (base64.into(), "X-Sum", "v0=", false),
        (sha512.into(), "X-Sum", "v0=", false),
        (generic().into(), "X-Sum", "", true),
        (labelled.into(), "X-Sum", "hmac-sha1:", true),
        (Dialect::Github, "X-Hub-Signature-256", "sha1=", true),
        (Dialect::Gitea, "X-Gitea-Signature", "", true),
    ] {
        let forged = of(Kind::Sha1, &dialect, &secret).remove(0);
        let tag = of_body(&forged);
        let digest = if is_hex { hexadecimal(&tag) } else { STANDARD.encode(tag.as_ref()) };
        assert_eq!(header(&forged, name), format!("{label}{digest}"), "{dialect}");
    }
}

#[test]
fn two_signature_headers_come_in_both_orders() {
    for (dialect, secret) in dialects() {
        let verifier = Verifier::new(dialect.clone(), [&secret]).unwrap();
        let orders = of(Kind::TwoHeaders, &dialect, &secret).into_iter().map(|trial| {
            let is_signature =
                |name: &str| dialect.signature_headers().any(|own| own.eq_ignore_ascii_case(name));
            let number = trial.headers.iter().filter(|(name, _)| is_signature(name)).count();
            (0..number)
                .map(|wanted| {
                    let mut position = 0..;
                    let mut headers = trial.headers.clone();
                    headers
                        .retain(|(name, _)| !is_signature(name) || position.next() == Some(wanted));
                    verifier.verify(&headers, &trial.body, AT).is_ok()
                })
                .collect::<Vec<_>>()
        });
        assert_eq!(orders.collect::<Vec<_>>(), [[true, false], [false, true]], "{dialect}");
    }
}
