use alloc::vec::Vec;
use alloc::{format, vec};

use super::*;
use crate::event_key::KnownEventKey;

const AT: UnixSeconds = UnixSeconds(1_700_000_000);

fn secrets(dialect: &Dialect, count: u8) -> Vec<Secret> {
    (1..=count).map(|seed| Secret::generate(dialect, &mut |bytes| bytes.fill(seed))).collect()
}

fn outgoing(event_key: &EventKey) -> Outgoing<'_> {
    Outgoing {
        event_key,
        request_id: "id-1",
        attempt: 2,
        hook_id: Some("hook-1"),
        at: AT,
        body: b"",
    }
}

fn headers(signer: &Signer) -> Vec<(&'static str, String)> {
    signer.headers(&outgoing(&KnownEventKey::RepoPush.into())).expect("headers")
}

#[test]
fn every_dialect_sends_its_headers_and_the_two_of_all() {
    let expected = [
        (Dialect::BitbucketCloud, vec![("X-Request-UUID", "id-1"), ("X-Hook-UUID", "hook-1")]),
        (Dialect::BitbucketDataCenter, vec![("X-Request-Id", "id-1")]),
        (
            Dialect::StandardWebhooks,
            vec![("webhook-id", "id-1"), ("webhook-timestamp", "1700000000")],
        ),
    ];
    for (dialect, own) in expected {
        let sent = headers(&Signer::unsigned(dialect.clone()));
        let sent: Vec<_> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut all = vec![("X-Event-Key", "repo:push")];
        all.extend(own);
        all.push(("X-Attempt-Number", "2"));
        assert_eq!(sent, all);

        let signer = Signer::new(dialect.clone(), &secrets(&dialect, 1)).expect("a signer");
        let signed = headers(&signer);
        assert_eq!(signed.len(), all.len() + 1);
        assert_eq!(signed.last().map(|(name, _)| *name), Some(dialect.signature_header()));
        let mut names: Vec<_> = signed.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), signed.len(), "no name twice");
    }
}

#[test]
fn one_signature_is_by_the_last_secret_and_a_list_by_all() {
    for dialect in [Dialect::BitbucketCloud, Dialect::BitbucketDataCenter] {
        let secrets = secrets(&dialect, 3);
        let all = headers(&Signer::new(dialect.clone(), &secrets).expect("a signer"));
        let last = headers(&Signer::new(dialect, &secrets[2..]).expect("a signer"));
        assert_eq!(all, last);
    }
    let dialect = Dialect::StandardWebhooks;
    let secrets = secrets(&dialect, 4);
    let signature = |secrets: &[Secret]| {
        let signer = Signer::new(dialect.clone(), secrets).expect("a signer");
        headers(&signer).pop().expect("a signature").1
    };
    let each: Vec<_> = secrets.iter().rev().map(core::slice::from_ref).map(signature).collect();
    assert_eq!(signature(&secrets), each.join(" "));
}

#[test]
fn signature_alone_is_the_one_among_the_headers() {
    let key = KnownEventKey::RepoPush.into();
    for dialect in Dialect::ALL {
        let signer = Signer::new(dialect.clone(), &secrets(dialect, 2)).expect("a signer");
        let outgoing = outgoing(&key);
        let signature = signer.signature(&outgoing).expect("signed");
        let all = signer.headers(&outgoing).expect("headers");
        assert!(all.contains(&signature));
        let replaced = signer.signature_headers(&outgoing).expect("signed");
        assert!(replaced.contains(&signature));
        assert!(replaced.iter().all(|header| all.contains(header)));
        let covered = replaced.len() - 1;
        assert_eq!(covered, if *dialect == Dialect::StandardWebhooks { 2 } else { 0 });
    }
}

#[test]
fn what_cannot_stand_in_a_header_is_refused() {
    let key = KnownEventKey::RepoPush.into();
    let long = "x".repeat(256);
    for dialect in Dialect::ALL {
        let signer = Signer::new(dialect.clone(), &secrets(dialect, 1)).expect("a signer");
        for id in ["", "a b", "a\r\nX-Other: 1", "\u{e9}", long.as_str()] {
            let outgoing = Outgoing { request_id: id, ..outgoing(&key) };
            assert_eq!(signer.headers(&outgoing), Err(SignError::RequestIdInvalid), "{id:?}");
            assert_eq!(signer.signature(&outgoing), Err(SignError::RequestIdInvalid));
        }
        let none = Signer::unsigned(dialect.clone());
        assert_eq!(none.signature(&outgoing(&key)), Err(SignError::Unsigned));
        assert_eq!(none.signature_headers(&outgoing(&key)), Err(SignError::Unsigned));
    }
}

#[test]
fn each_dialect_refuses_what_only_it_sends() {
    let key = KnownEventKey::RepoPush.into();
    let cloud = Signer::unsigned(Dialect::BitbucketCloud);
    let outgoing_with = |hook_id| Outgoing { hook_id, ..outgoing(&key) };
    assert_eq!(cloud.headers(&outgoing_with(Some("{a b}"))), Err(SignError::HookIdInvalid));
    let names = cloud.headers(&outgoing_with(None)).expect("headers");
    assert!(names.iter().all(|(name, _)| *name != "X-Hook-UUID"));
    let standard = Signer::unsigned(Dialect::StandardWebhooks);
    let early = Outgoing { at: UnixSeconds(-1), ..outgoing(&key) };
    assert_eq!(standard.headers(&early), Err(SignError::TimeInvalid));
    let dotted = Outgoing { request_id: "a.b", ..outgoing(&key) };
    assert_eq!(standard.headers(&dotted), Err(SignError::RequestIdInvalid));
    assert!(cloud.headers(&dotted).is_ok());
}

#[test]
fn debug_shows_no_key() {
    let signer = Signer::new(Dialect::BitbucketCloud, &secrets(&Dialect::BitbucketCloud, 2))
        .expect("signer");
    assert_eq!(format!("{signer:?}"), "Signer { dialect: BitbucketCloud, secrets: 2, .. }");
}
