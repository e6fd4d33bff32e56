use alloc::vec::Vec;
use alloc::{format, vec};

use super::*;
use crate::event_key::KnownEventKey;
use crate::{Encoding, GenericHmac};

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

fn generic() -> Dialect {
    let generic =
        GenericHmac::new("X-Shop-Hmac").expect("a header").with_encoding(Encoding::Base64);
    let generic = generic.with_event_key_header("X-Shop-Topic").expect("a header");
    generic.with_request_id_header("X-Shop-Id").expect("a header").into()
}

fn whsec(seed: u8) -> Secret {
    Secret::generate(&Dialect::StandardWebhooks, &mut |bytes| bytes.fill(seed))
}

fn every_dialect() -> Vec<Dialect> {
    Dialect::ALL.iter().cloned().chain([generic()]).collect()
}

fn headers(signer: &Signer) -> Vec<(Cow<'static, str>, String)> {
    signer.headers(&outgoing(&KnownEventKey::RepoPush.into())).expect("headers")
}

/// Names and values as they are compared.
fn shown<'a>(headers: &'a [(Cow<'static, str>, String)]) -> Vec<(&'a str, &'a str)> {
    headers.iter().map(|(name, value)| (&**name, &**value)).collect()
}

#[test]
fn every_dialect_sends_its_headers_and_the_two_of_all() {
    let expected = [
        (Dialect::BitbucketCloud, vec![("X-Request-UUID", "id-1"), ("X-Hook-UUID", "hook-1")]),
        (Dialect::BitbucketDataCenter, vec![("X-Request-Id", "id-1")]),
        (
            Dialect::Github,
            vec![
                ("X-GitHub-Event", "repo:push"),
                ("X-GitHub-Delivery", "id-1"),
                ("X-GitHub-Hook-ID", "hook-1"),
            ],
        ),
        (
            Dialect::Gitlab,
            vec![
                ("X-Gitlab-Event", "repo:push"),
                ("X-Gitlab-Event-UUID", "id-1"),
                ("Idempotency-Key", "id-1"),
                ("X-Gitlab-Webhook-UUID", "hook-1"),
            ],
        ),
        (Dialect::Gitea, vec![("X-Gitea-Event", "repo:push"), ("X-Gitea-Delivery", "id-1")]),
        (
            Dialect::StandardWebhooks,
            vec![("webhook-id", "id-1"), ("webhook-timestamp", "1700000000")],
        ),
        (generic(), vec![("X-Shop-Topic", "repo:push"), ("X-Shop-Id", "id-1")]),
    ];
    assert_eq!(expected.clone().map(|(dialect, _)| dialect).to_vec(), every_dialect());
    for (dialect, own) in expected {
        let sent = headers(&Signer::unsigned(dialect.clone()));
        let mut all = vec![("X-Event-Key", "repo:push")];
        all.extend(own);
        all.push(("X-Attempt-Number", "2"));
        assert_eq!(shown(&sent), all);

        let signer = Signer::new(dialect.clone(), &secrets(&dialect, 1)).expect("a signer");
        let signed = headers(&signer);
        assert_eq!(shown(&signed)[..all.len()], all);
        // At gitlab the token, as the dialect makes one by itself.
        let signature: Vec<_> = signed[all.len()..].iter().map(|(name, _)| &**name).collect();
        assert_eq!(signature, dialect.signature_headers().take(1).collect::<Vec<_>>());
        let mut names: Vec<_> = signed.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), signed.len(), "no name twice");
    }
}

#[test]
fn gitlab_sends_what_its_secrets_are_for() {
    let token = |text: &str| Secret::new(text).expect("a secret");
    let names = |secrets: &[Secret]| {
        let signer = Signer::new(Dialect::Gitlab, secrets).expect("a signer");
        let sent = signer.signature_headers(&outgoing(&KnownEventKey::RepoPush.into()));
        sent.expect("signed")
    };
    let token_alone = names(&[token("old token"), token("new token")]);
    assert_eq!(shown(&token_alone), [("X-Gitlab-Token", "new token")]);

    let signed = names(&[whsec(1), whsec(2)]);
    let standard = Signer::new(Dialect::StandardWebhooks, &[whsec(1), whsec(2)]).expect("a signer");
    let same = standard.signature_headers(&outgoing(&KnownEventKey::RepoPush.into()));
    assert_eq!(Ok(signed.clone()), same);

    // The token is the last that is one, wherever it stands; the list has every other.
    let mixed = names(&[token("old token"), whsec(1), token("new token"), whsec(2)]);
    let mut expected = signed;
    expected.insert(2, ("X-Gitlab-Token".into(), "new token".into()));
    assert_eq!(mixed, expected);
}

#[test]
fn gitlab_writes_hooks_as_gitlab_does() {
    let signer = Signer::unsigned(Dialect::Gitlab);
    let written = |key: &str| {
        let key = EventKey::parse(key).expect("an event key");
        let sent = signer.headers(&outgoing(&key)).expect("headers");
        assert_eq!(sent[0], ("X-Event-Key".into(), key.to_string()));
        assert_eq!(sent[1].0, "X-Gitlab-Event");
        sent[1].1.clone()
    };
    for (key, expected) in [
        ("push_hook", "Push Hook"),
        ("merge_request_hook", "Merge Request Hook"),
        ("a_hook", "A Hook"),
    ] {
        assert_eq!(written(key), expected);
        let read = Dialect::Gitlab.received(&[("X-Gitlab-Event", expected)]).event_key;
        assert_eq!(read, EventKey::parse(key).ok());
    }
    for other in [
        "hook",
        "_hook",
        "push__hook",
        "Push_hook",
        "push_Hook",
        "push2_hook",
        "push-hook",
        "repo:push",
        "push_hooks",
        "push_hook_",
        "a:b_hook",
    ] {
        assert_eq!(written(other), other);
    }
}

#[test]
fn generic_hmac_sends_only_what_is_configured() {
    let own = || GenericHmac::new("X-Signature").expect("a header");
    let sent = |generic: GenericHmac| {
        let signer = Signer::unsigned(generic.into());
        headers(&signer).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(sent(own()), ["X-Event-Key", "X-Attempt-Number"]);
    let same = own().with_event_key_header("x-event-key").expect("a header");
    assert_eq!(sent(same), ["X-Event-Key", "X-Attempt-Number"], "no name twice");
    let id = own().with_request_id_header("X-Id").expect("a header");
    assert_eq!(sent(id), ["X-Event-Key", "X-Id", "X-Attempt-Number"]);
    let prefixed = own().with_prefix("hmac ").expect("a prefix");
    let signer = Signer::new(prefixed.into(), &secrets(&generic(), 1)).expect("a signer");
    let (name, value) = headers(&signer).pop().expect("a signature");
    assert!(name == "X-Signature" && value.starts_with("hmac ") && value.len() == 69, "{value}");
}

#[test]
fn one_signature_is_by_the_last_secret_and_a_list_by_all() {
    for dialect in every_dialect() {
        if dialect.signs_with_all() {
            continue;
        }
        let secrets = secrets(&dialect, 3);
        let all = headers(&Signer::new(dialect.clone(), &secrets).expect("a signer"));
        let last = headers(&Signer::new(dialect, &secrets[2..]).expect("a signer"));
        assert_eq!(all, last);
    }
    let secrets = secrets(&Dialect::StandardWebhooks, 4);
    for dialect in [Dialect::StandardWebhooks, Dialect::Gitlab] {
        let signature = |secrets: &[Secret]| {
            let signer = Signer::new(dialect.clone(), secrets).expect("a signer");
            headers(&signer).pop().expect("a signature").1
        };
        let each: Vec<_> = secrets.iter().rev().map(core::slice::from_ref).map(signature).collect();
        assert_eq!(signature(&secrets), each.join(" "));
    }
}

#[test]
fn signature_headers_are_those_among_the_headers() {
    let key = KnownEventKey::RepoPush.into();
    for dialect in every_dialect() {
        let signer = Signer::new(dialect.clone(), &secrets(&dialect, 2)).expect("a signer");
        let outgoing = outgoing(&key);
        let all = signer.headers(&outgoing).expect("headers");
        let replaced = signer.signature_headers(&outgoing).expect("signed");
        assert_eq!(replaced.last(), all.last());
        assert!(replaced.iter().all(|header| all.contains(header)));
        let covered = replaced.len() - 1;
        assert_eq!(covered, if dialect == Dialect::StandardWebhooks { 2 } else { 0 });
    }
}

#[test]
fn what_cannot_stand_in_a_header_is_refused() {
    let key = KnownEventKey::RepoPush.into();
    let long = "x".repeat(256);
    for dialect in every_dialect() {
        let signer = Signer::new(dialect.clone(), &secrets(&dialect, 1)).expect("a signer");
        for id in ["", "a b", "a\r\nX-Other: 1", "\u{e9}", long.as_str()] {
            let outgoing = Outgoing { request_id: id, ..outgoing(&key) };
            assert_eq!(signer.headers(&outgoing), Err(SignError::RequestIdInvalid), "{id:?}");
            let refused = signer.signature_headers(&outgoing);
            assert_eq!(refused, Err(SignError::RequestIdInvalid));
        }
        let none = Signer::unsigned(dialect.clone());
        assert_eq!(none.signature_headers(&outgoing(&key)), Err(SignError::Unsigned));
    }
}

#[test]
fn each_dialect_refuses_what_only_it_sends() {
    let key = KnownEventKey::RepoPush.into();
    let outgoing_with = |hook_id| Outgoing { hook_id, ..outgoing(&key) };
    let early = Outgoing { at: UnixSeconds(-1), ..outgoing(&key) };
    let dotted = Outgoing { request_id: "a.b", ..outgoing(&key) };
    for (dialect, hook) in [
        (Dialect::BitbucketCloud, Some("X-Hook-UUID")),
        (Dialect::BitbucketDataCenter, None),
        (Dialect::Github, Some("X-GitHub-Hook-ID")),
        (Dialect::Gitlab, Some("X-Gitlab-Webhook-UUID")),
        (Dialect::Gitea, None),
        (Dialect::StandardWebhooks, None),
        (generic(), None),
    ] {
        let signer = Signer::unsigned(dialect.clone());
        let expected = hook.map(|_| SignError::HookIdInvalid);
        assert_eq!(signer.headers(&outgoing_with(Some("{a b}"))).err(), expected, "{dialect}");
        let sent = signer.headers(&outgoing_with(None)).expect("headers");
        assert!(sent.iter().all(|(name, _)| Some(&**name) != hook), "{dialect}");

        let signer = Signer::new(dialect.clone(), &secrets(&dialect, 1)).expect("a signer");
        let signs_both = dialect == Dialect::StandardWebhooks;
        let time = signs_both.then_some(SignError::TimeInvalid);
        assert_eq!(signer.headers(&early).err(), time, "{dialect}");
        let dot = signs_both.then_some(SignError::RequestIdInvalid);
        assert_eq!(signer.headers(&dotted).err(), dot, "{dialect}");
    }
    for texts in [&[whsec(1)][..], &[Secret::new("a token").expect("a secret"), whsec(1)]] {
        let signer = Signer::new(Dialect::Gitlab, texts).expect("a signer");
        assert_eq!(signer.headers(&dotted), Err(SignError::RequestIdInvalid));
        assert_eq!(signer.headers(&early), Err(SignError::TimeInvalid));
    }
}

#[test]
fn debug_shows_no_key() {
    let signer = Signer::new(Dialect::BitbucketCloud, &secrets(&Dialect::BitbucketCloud, 2))
        .expect("signer");
    assert_eq!(format!("{signer:?}"), "Signer { dialect: BitbucketCloud, secrets: 2, .. }");
}
