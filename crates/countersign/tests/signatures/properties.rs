//! Properties of every dialect: what one signs the same one verifies; a change of any byte, a part
//! of a digest and another secret are refused; and nothing that is received makes it panic.

use countersign::bitbucket::{cloud, data_center};
use countersign::{
    BasicCredentials, Dialect, EventKey, Outgoing, Secret, Signer, UnixSeconds, VerifyError,
    explain,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::scheme::Scheme;
use crate::{NOW, outgoing, push, signature, verifier};

/// Names of headers that something here reads.
const NAMES: &[&str] = &[
    "X-Hub-Signature",
    "x-hub-signature",
    "X-Event-Key",
    "X-Request-UUID",
    "X-Request-Id",
    "X-Hook-UUID",
    "X-Attempt-Number",
    "X-Event-Time",
    "Authorization",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "X-Hub-Signature-256",
    "X-GitHub-Event",
    "X-GitHub-Delivery",
    "X-Gitlab-Token",
    "X-Gitlab-Event",
    "Idempotency-Key",
    "X-Gitea-Signature",
    "X-Gitea-Event",
    "X-Shop-Hmac",
    "X-Shop-Topic",
];

fn scheme() -> impl Strategy<Value = Scheme> {
    select(Scheme::all())
}

/// A scheme and secrets of its own, no two of which are the same key.
fn scheme_and_secrets(count: usize) -> impl Strategy<Value = (Scheme, Vec<Secret>)> {
    let keys = move |scheme: Scheme| {
        let lengths = if scheme.takes_any_bytes { 1..=255 } else { 24..=64 };
        (Just(scheme), vec(vec(any::<u8>(), lengths), count))
    };
    scheme().prop_flat_map(keys).prop_filter_map(
        "secrets are usable and differ",
        |(scheme, mut keys)| {
            let secrets: Option<Vec<Secret>> = keys.iter().map(|key| scheme.secret(key)).collect();
            // HMAC pads a key with zeros, so that zeros at its end make no difference.
            for key in &mut keys {
                while key.last() == Some(&0) {
                    key.pop();
                }
            }
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            (keys.len() == count).then_some((scheme, secrets?))
        },
    )
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..600)
}

/// Bytes of any kind, and texts that look like what a dialect reads.
fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..300),
        "sha256=[0-9a-fA-F]{0,70}".prop_map(String::into_bytes),
        "(v1,[A-Za-z0-9+/=]{0,50} ?){0,18}".prop_map(String::into_bytes),
        "[0-9]{0,25}".prop_map(String::into_bytes),
        "Basic +[A-Za-z0-9+/=]{0,30}".prop_map(String::into_bytes),
        "(sha1=|sha256=|v1,|Basic |whsec_)?\\PC{0,20}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_is_verified(
        (Scheme { dialect, .. }, secrets) in scheme_and_secrets(3),
        body in body(),
        cuts in vec(any::<Index>(), 0..6),
        id in "[!-~&&[^.]]{1,255}",
        hook_id in proptest::option::of("[!-~]{1,255}"),
        attempt in any::<u32>(),
        at in 0..=i64::MAX,
    ) {
        let key = push();
        let outgoing = Outgoing {
            event_key: &key,
            request_id: &id,
            attempt,
            hook_id: hook_id.as_deref(),
            at: UnixSeconds(at),
            body: &body,
        };
        // Signed with each alone, and verified by a verifier of all three.
        for (index, secret) in secrets.iter().enumerate() {
            let signer = Signer::new(dialect.clone(), [secret]).expect("a signer");
            let headers = signer.headers(&outgoing).expect("headers");
            let verifier = verifier(&dialect, &secrets);
            let verified = verifier.verify(&headers, &body, UnixSeconds(at));
            prop_assert_eq!(verified.map(|verified| verified.secret), Ok(index));

            let mut verification = verifier.begin(&headers).expect("well-formed");
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
            cuts.sort_unstable();
            let mut start = 0;
            for cut in cuts {
                verification.update(&body[start..cut]);
                start = cut;
            }
            verification.update(&body[start..]);
            prop_assert_eq!(verification.finish(UnixSeconds(at)), verified);

            let received = dialect.received(&headers);
            prop_assert_eq!(received.request_id.as_deref(), Some(id.as_str()));
            prop_assert_eq!(received.event_key.as_ref(), Some(&key));
        }
    }

    #[test]
    fn rotation_is_without_a_gap((scheme, secrets) in scheme_and_secrets(2), body in body()) {
        let dialect = scheme.dialect;
        let both = Signer::new(dialect.clone(), &secrets).expect("a signer");
        let headers = both.headers(&outgoing(&push(), &body)).expect("headers");
        let newest = verifier(&dialect, &secrets[1..]).verify(&headers, &body, NOW);
        prop_assert!(newest.is_ok());
        let oldest = verifier(&dialect, &secrets[..1]).verify(&headers, &body, NOW);
        prop_assert_eq!(oldest.is_ok(), scheme.list, "one signature is by the newest, a list by all");
    }

    #[test]
    fn change_of_the_body_is_refused(
        (scheme, secrets) in scheme_and_secrets(1),
        body in vec(any::<u8>(), 1..600),
        at in any::<Index>(),
        flip in 1_u8..,
        added in any::<u8>(),
    ) {
        let signer = Signer::new(scheme.dialect.clone(), &secrets).expect("a signer");
        let headers = signer.headers(&outgoing(&push(), &body)).expect("headers");
        let verifier = verifier(&scheme.dialect, &secrets);
        let at = at.index(body.len());

        let mut changed = body.clone();
        changed[at] ^= flip;
        let mut longer = body.clone();
        longer.insert(at, added);
        let mut shorter = body.clone();
        shorter.remove(at);
        for other in [&changed, &longer, &shorter] {
            let outcome = verifier.verify(&headers, other, NOW);
            let expected = if scheme.covers_body { Err(VerifyError::Mismatch) } else { Ok(0) };
            prop_assert_eq!(outcome.map(|verified| verified.secret), expected);
        }
    }

    #[test]
    fn every_bit_counts((scheme, secrets) in scheme_and_secrets(1), body in vec(any::<u8>(), 0..40)) {
        let signer = Signer::new(scheme.dialect.clone(), &secrets).expect("a signer");
        let mut headers = signer.signature_headers(&outgoing(&push(), &body)).expect("signed");
        let verifier = verifier(&scheme.dialect, &secrets);
        prop_assert!(verifier.verify(&headers, &body, NOW).is_ok());
        for bit in 0..8 * body.len() {
            let mut changed = body.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let refused = verifier.verify(&headers, &changed, NOW).is_err();
            prop_assert_eq!(refused, scheme.covers_body, "bit {} of the body", bit);
        }
        let (name, value) = headers.pop().expect("a signature");
        let covered: Vec<_> =
            headers.iter().map(|(name, value)| (&**name, value.as_bytes().to_vec())).collect();
        for bit in 0..8 * value.len() {
            let mut changed = value.as_bytes().to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            // The same hexadecimal digit, in the other case.
            let same = scheme.hexadecimal(value.len() - bit / 8)
                && changed.eq_ignore_ascii_case(value.as_bytes());
            let mut headers = covered.clone();
            headers.push((&*name, changed));
            let accepted = verifier.verify(&headers, &body, NOW).is_ok();
            prop_assert_eq!(accepted, same, "bit {} of the signature", bit);
        }
    }

    #[test]
    fn change_of_what_else_is_signed_is_refused(
        (scheme, secrets) in scheme_and_secrets(1),
        body in body(),
    ) {
        let dialect = scheme.dialect;
        let signer = Signer::new(dialect.clone(), &secrets).expect("a signer");
        let key = push();
        let mut outgoing = outgoing(&key, &body);
        let signature = signature(&signer, &outgoing);
        outgoing.request_id = "request-2";
        let other_id = signer.headers(&outgoing).expect("headers");
        outgoing.request_id = "request-1";
        outgoing.at = UnixSeconds(NOW.0 + 1);
        let other_time = signer.headers(&outgoing).expect("headers");
        for mut headers in [other_id, other_time] {
            headers.retain(|(name, _)| *name != signature.0);
            headers.push(signature.clone());
            let outcome = verifier(&dialect, &secrets).verify(&headers, &body, NOW);
            prop_assert_eq!(outcome.is_err(), scheme.covers_time);
        }
    }

    #[test]
    fn part_of_a_signature_is_refused((scheme, secrets) in scheme_and_secrets(1), body in body()) {
        let dialect = scheme.dialect;
        let signer = Signer::new(dialect.clone(), &secrets).expect("a signer");
        let headers = signer.headers(&outgoing(&push(), &body)).expect("headers");
        let verifier = verifier(&dialect, &secrets);
        let (name, whole) = headers.last().expect("signed").clone();
        let judge = |value: &str| {
            let mut headers = headers.clone();
            headers.retain(|(other, _)| *other != name);
            headers.push((name.clone(), value.to_owned()));
            verifier.verify(&headers, &body, NOW)
        };
        prop_assert!(judge(&whole).is_ok());
        for length in 0..whole.len() {
            prop_assert!(judge(&whole[..length]).is_err(), "{}", &whole[..length]);
        }
        for more in ["0", "00", "=", "A", ","] {
            prop_assert!(judge(&format!("{whole}{more}")).is_err(), "{more}");
        }
        for at in 0..whole.len() {
            // Not the same in either case, nor in base64's last character.
            let other = if whole.as_bytes()[at] == b'3' { "4" } else { "3" };
            let changed = format!("{}{other}{}", &whole[..at], &whole[at + 1..]);
            prop_assert!(judge(&changed).is_err(), "{changed}");
        }
    }

    #[test]
    fn another_secret_is_refused((scheme, secrets) in scheme_and_secrets(4), body in body()) {
        let dialect = scheme.dialect;
        let signer = Signer::new(dialect.clone(), &secrets[..1]).expect("a signer");
        let headers = signer.headers(&outgoing(&push(), &body)).expect("headers");
        let others = verifier(&dialect, &secrets[1..]);
        prop_assert_eq!(others.verify(&headers, &body, NOW), Err(VerifyError::Mismatch));
    }

    #[test]
    fn nothing_received_makes_it_panic(
        scheme in scheme(),
        headers in vec((select(NAMES), header_value()), 0..8),
        body in vec(any::<u8>(), 0..200),
        now in any::<i64>(),
    ) {
        let (secrets, dialect) = ([scheme.secret_of(3)], scheme.dialect);
        let now = UnixSeconds(now);
        let verifier = verifier(&dialect, &secrets);
        let refused = verifier.verify(&headers, &body, now);
        prop_assert!(refused.is_err());
        let by_parts = verifier.begin(&headers).and_then(|mut verification| {
            verification.update(&body);
            verification.finish(now)
        });
        prop_assert_eq!(by_parts, refused);
        let explanation = explain(&dialect, &secrets, &headers, &body, now);
        prop_assert!(!explanation.to_string().is_empty());
        let received = dialect.received(&headers);
        prop_assert!(received.request_id.is_none_or(|id| (1..=255).contains(&id.len())));
        let _ = dialect.event_key_of_body(&body);
        let _ = cloud::RequestHeaders::read(&headers);
        let _ = data_center::RequestHeaders::read(&headers);
        let credentials = BasicCredentials::new("user", "a long password").expect("credentials");
        prop_assert!(!credentials.matches(&headers));
    }

    #[test]
    fn no_body_makes_the_scan_for_a_type_panic(
        body in "[\\[\\]{}\":,\\\\ a-z\u{e9}]{0,60}",
        key in "[A-Za-z0-9_.:/-]{1,128}",
    ) {
        let _ = Dialect::StandardWebhooks.event_key_of_body(body.as_bytes());
        let json = serde_json::json!({ "data": { "type": "other", "text": body }, "type": key });
        let found = Dialect::StandardWebhooks.event_key_of_body(json.to_string().as_bytes());
        prop_assert_eq!(found, EventKey::parse(&key).ok());
    }

    #[test]
    fn event_keys_are_kept(text in "[A-Za-z0-9_.:/-]{1,128}", other in "\\PC{0,140}") {
        let key = EventKey::parse(&text).expect("an event key");
        prop_assert_eq!(key.as_str(), &text);
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/-".contains(&byte);
        let valid = (1..=128).contains(&other.len()) && other.bytes().all(allowed);
        prop_assert_eq!(EventKey::parse(&other).is_ok(), valid);
    }
}
