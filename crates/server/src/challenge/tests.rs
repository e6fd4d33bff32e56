use countersign::{GenericHmac, Verifier, VerifyError};

use super::*;

const AT: UnixSeconds = UnixSeconds(1_700_000_000);

fn trials(dialect: &Dialect, secret: &Secret) -> Vec<Trial> {
    let event_key = EventKey::parse(EVENT_KEY).unwrap();
    let challenge = Challenge { dialect, secret, event_key: &event_key, request_id: "id-1", at: AT };
    challenge.trials().unwrap()
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
    assert_eq!(reasons.collect::<Vec<_>>(), [
        (Kind::Unsigned, VerifyError::SignatureMissing),
        (Kind::Tampered, VerifyError::Mismatch),
        (Kind::WrongSecret, VerifyError::Mismatch),
        (Kind::TruncatedDigest, VerifyError::LengthWrong),
        (Kind::Sha1, VerifyError::LabelUnknown),
        (Kind::TwoHeaders, VerifyError::SignatureRepeated),
    ]);
}

#[test]
fn eight_are_forged_where_a_time_is_signed_and_fewer_where_not() {
    let counts: Vec<_> = dialects().iter().map(|(d, s)| trials(d, s).len() - 1).collect();
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
